"""Indicator sets: entering them, and which one holds where."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.assessments import catalogue
from apps.assessments.choices import EFFECTS, Kind, lowest
from apps.assessments.models import AssessmentRound, Indicator, IndicatorSet
from apps.common.errors import ServiceError
from apps.common.wording import listed
from apps.divisions import codes

CAPABILITY = IndicatorSet.change_capability
WHOLE = 100


def usual_weights(kind: str = Kind.HELPER) -> dict[str, int]:
    """The weights of a set unless others are given (workflows.md §13)."""
    return {code: entry.weight for code, entry in catalogue.of(kind).items()}


def require_level(kind: str, division: int) -> None:
    """ServiceError for a place that is too far down to set the indicators of a kind, or to open its year."""
    if codes.level(division) <= lowest(kind):
        return
    if kind == Kind.CORPS:
        raise ServiceError(_("工作总队的考核由自治区制定和开展。"), field="division", code="level")
    if kind in EFFECTS:
        raise ServiceError(_("盟市和旗县的成效考核由自治区制定和开展。"), field="division", code="level")
    raise ServiceError(_("年度考核由旗县及以上制定和开展。"), field="division", code="level")


def in_force(kind: str, year: int, division: int) -> IndicatorSet | None:
    """The set that holds at a place: that of the highest place above it, whoever asks. One query."""
    with scopes.activate(scopes.everywhere("view_register")), transaction.atomic():
        places = [*codes.ancestors(division), division]
        return IndicatorSet.objects.filter(kind=kind, year=year, division__in=places).order_by("division_id").first()


def weights_of(found: IndicatorSet) -> dict[str, int]:
    """The weights of a set by indicator, in their order."""
    with scopes.activate(scopes.everywhere("view_register")), transaction.atomic():
        return dict(Indicator.objects.filter(set=found).order_by("position").values_list("code", "weight"))


def is_used(found: IndicatorSet) -> bool:
    """Whether a year was opened by this set: it stays as it is from then on."""
    with scopes.activate(scopes.everywhere("view_register")), transaction.atomic():
        return AssessmentRound.objects.filter(set=found).exists()


@transaction.atomic
def save_set(
    found: IndicatorSet, weights: Mapping[str, int], *, by: User, expected_version: int | None = None
) -> IndicatorSet:
    """Enter or change a set and its weights; an indicator of weight 0 is left out.

    Raises PermissionDenied without `manage_parameters` at its place; ServiceError too far down, where a place
    above has set weights already, for weights that are not 100 together, and for a set that is in use; StaleVersion.
    """
    policy.require(by, CAPABILITY, found.division_id)
    require_level(found.kind, found.division_id)
    known = catalogue.of(found.kind)
    above = in_force(found.kind, found.year, found.division_id)
    if above is not None and above.division_id != found.division_id:
        raise ServiceError(_("上级已制定这一年度的考核方案，下级不能另定权重。"), field="division", code="above")
    if found.pk is not None and is_used(found):
        raise ServiceError(_("已按这一方案开展考核，不能再修改。"), code="used", status=409)
    if unknown := {code for code, weight in weights.items() if weight} - set(known):
        names = listed(catalogue.INDICATORS[code].label if code in catalogue.INDICATORS else code for code in unknown)
        raise ServiceError(_("这类考核对象没有这个指标：%(name)s。") % {"name": names}, code="unknown")
    if any(weight < 0 for weight in weights.values()) or sum(weights.values()) != WHOLE:
        raise ServiceError(_("各指标权重之和应为100，现为%(sum)d。") % {"sum": sum(weights.values())}, code="weights")
    found.full_clean()
    found.save(expected_version=expected_version)
    Indicator.objects.filter(set=found).delete()
    Indicator.objects.bulk_create(
        Indicator(
            set=found,
            division_id=found.division_id,
            code=code,
            weight=weights[code],
            source=entry.source,
            position=position,
        )
        for position, (code, entry) in enumerate(known.items(), start=1)
        if weights.get(code)
    )
    return found


def deadlines(key: int) -> dict[str, datetime.date]:
    """The deadlines of a set, whoever asks."""
    with scopes.activate(scopes.everywhere("view_register")), transaction.atomic():
        names = ("report_until", "opinion_until", "score_until", "grade_until")
        return IndicatorSet.objects.filter(pk=key).values(*names).get()


def of_assessment(key: int) -> IndicatorSet:
    """The set of an assessment, whoever asks: it mostly lies further up."""
    with scopes.activate(scopes.everywhere("view_register")), transaction.atomic():
        return IndicatorSet.objects.get(pk=key)


def of_assessments(keys: Iterable[int]) -> dict[int, IndicatorSet]:
    """The sets of many assessments by key, whoever asks. One query."""
    with scopes.activate(scopes.everywhere("view_register")), transaction.atomic():
        return IndicatorSet.objects.in_bulk(list(keys))
