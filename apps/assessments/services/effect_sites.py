"""Plans of the year, and what is seen on the spot: who may enter them, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.assessments.effect_choices import EffectState, SiteSource
from apps.assessments.models import EffectAssessment, EffectTarget, SiteResult
from apps.assessments.services.effect_steps import ENTERS
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions import codes

OPEN = (EffectState.COMPUTED, EffectState.SELF_REPORT)
"""While what is seen on the spot is still taken in."""
PLANS = EffectTarget.change_capability


@dataclass(frozen=True)
class Checkable:
    """A place that an office may enter results of: by what right (`sources`), for which year."""

    assessed: int
    name: str
    year: int
    office: int
    sources: tuple[SiteSource, ...]


def offices_of(user: Any) -> list[int]:
    """The offices whose results somebody enters: league, county or region, held at this very level."""
    ranges = scopes.of(user).ranges_of(ENTERS)
    return [low for low, _high in ranges if codes.level(low) <= codes.COUNTY]


def checkable(user: Any) -> list[Checkable]:
    """The places that are somebody's to check now: those below his office (all for the region, its counties for a
    league), and those that he crosses over to; never his own. One query."""
    offices = offices_of(user)
    where = Q(pk__in=())
    for office in offices:
        where |= Q(checker=office)
        if codes.level(office) < codes.COUNTY:
            low, high = codes.subtree(office)
            where |= Q(division_id__gt=low, division_id__lte=high)
    # Whom one crosses over to lies elsewhere: read for this question alone, and only by name.
    with scopes.activate(scopes.everywhere("view_register")), transaction.atomic():
        rows = EffectAssessment.objects.filter(where, state__in=OPEN).order_by("-year", "division_id")
        known = list(rows.values_list("division_id", "name", "year", "checker_id"))
    found = [
        Checkable(place, name, year, office, sources)
        for place, name, year, checker in known
        for office in offices
        if (sources := _sources(office, place, checker))
    ]
    return [one for one in found if not _own(offices, one.assessed)]


def _sources(office: int, place: int, checker: int | None) -> tuple[SiteSource, ...]:
    if office == codes.WHOLE_REGION:
        return (SiteSource.THIRD_PARTY, SiteSource.OFFICE)
    if office == codes.parent(place):
        return (SiteSource.OFFICE,)
    return (SiteSource.CROSS,) if office == checker else ()


def _own(offices: Iterable[int], place: int) -> bool:
    return place in offices


@transaction.atomic
def enter(results: Sequence[SiteResult], *, by: User) -> int:
    """Enter results, each at the office it is entered for; how many.

    Raises PermissionDenied without the right at that office, ServiceError for a place that is not this office's to
    check, for one whose results were taken in already, and for a source that is not this office's.
    """
    allowed = {(one.office, one.assessed, one.year): one for one in checkable(by)}
    for one in results:
        policy.require(by, ENTERS, one.division_id)
        if one.division_id not in offices_of(by):
            raise PermissionDenied(_("您没有录入实地考核结果的权限。"))
        mine = allowed.get((one.division_id, one.assessed_id, one.year))
        if mine is None:
            raise ServiceError(
                _("这个地方这一年度不由本单位考核，或者结果已经汇入。"), field="assessed", code="not_yours"
            )
        if one.source not in mine.sources:
            raise ServiceError(_("这一来源的结果不由本单位录入。"), field="source", code="source")
        one.entered_by, one.entered_by_name, one.entered_on = by, str(by)[:60], today()
        one.full_clean(exclude=["division", "assessed", "entered_by"])
    SiteResult.objects.bulk_create(results)
    return len(results)


def plannable(user: Any, place: int) -> bool:
    """Whether somebody hands plans down to a place: the office above it does, and so does the region; never its own."""
    level = codes.level(place)
    if level not in (codes.LEAGUE, codes.COUNTY):
        return False
    holder = policy.holder_level(user, PLANS, place)
    return holder is not None and holder < level


@transaction.atomic
def save_target(found: EffectTarget, *, by: User, expected_version: int | None = None) -> EffectTarget:
    """Enter or change the plan of a place. Raises PermissionDenied for whoever is not above it, ServiceError for a
    place that has none and for a year whose figures are frozen; StaleVersion."""
    policy.require(by, PLANS, found.division_id)
    require_plannable(by, found.division_id)
    if EffectAssessment.objects.filter(division=found.division_id, year=found.year).exists():
        raise ServiceError(_("这一年度的成效考核已经开展，计划不能再改。"), field="year", code="used", status=409)
    found.full_clean(exclude=["division"])
    found.save(expected_version=expected_version)
    return found


def require_plannable(by: User, place: int) -> None:
    """ServiceError for a place without a plan of its own, PermissionDenied for whoever is not above it."""
    if codes.level(place) not in (codes.LEAGUE, codes.COUNTY):
        raise ServiceError(_("减贫计划下达到盟市和旗县。"), field="division", code="level")
    if not plannable(by, place):
        raise PermissionDenied(_("减贫计划由上级下达。"))
