"""From the values of a place's year to its total and rank.

A value counts as it is, or, where the scheme says so, by where it lies between the worst and the best of its group:
`weight × (value − worst) / (best − worst)` (analytics.md §6). What has no value is left out with its weight, and the
total is of a hundred of the rest, less what is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import F, Max, Min, Window
from django.db.models.functions import Rank
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.assessments.effect_catalogue import MOST_DEDUCTED
from apps.assessments.effect_choices import NOT_MERGED, PUBLISHED, EffectGrade, EffectState
from apps.assessments.models import EffectAssessment, EffectScore, IndicatorSet
from apps.common.errors import ServiceError

CENT = Decimal("0.01")
NOTHING = Decimal(0)
Bounds = Mapping[str, tuple[Decimal, Decimal]]
_READS = "view_register"


@dataclass(frozen=True)
class Summed:
    """What the scores come to: `total` is 0 to 100, counted over `weight`, less `deducted`; None without any value."""

    total: Decimal | None
    weight: int
    deducted: Decimal
    grade: EffectGrade | None


def _group(found: EffectAssessment) -> dict[str, object]:
    return {"year": found.year, "kind": found.kind, "group": found.group}


def bounds_of(found: EffectAssessment) -> Bounds:
    """The worst and the best value of each indicator in the group of a place, whoever asks.

    Raises ServiceError (409) while others of the group still wait for what is seen on the spot: until then neither the
    worst nor the best is known.
    """
    with scopes.activate(scopes.everywhere(_READS)), transaction.atomic():
        others = EffectAssessment.objects.filter(**_group(found)).exclude(pk=found.pk)
        waiting = others.filter(state__in=[state for state in NOT_MERGED if state != EffectState.SITE_CHECK]).count()
        if waiting:
            raise ServiceError(
                _("同组还有%(n)d个地方没有完成实地考核，按组内最好和最差折算的，须全部完成后汇总。") % {"n": waiting},
                code="group",
                status=409,
            )
        rows = EffectScore.objects.filter(
            **{f"assessment__{name}": value for name, value in _group(found).items()}, value__isnull=False
        )
        spans = rows.order_by().values("code").annotate(worst=Min("value"), best=Max("value"))
        return {one["code"]: (one["worst"], one["best"]) for one in spans}


def give_points(scores: Iterable[EffectScore], bounds: Bounds | None) -> None:
    """Write the points of each score with a value: as it is, or between the bounds of its group. Where all of a group
    are alike there is nothing to compare, and a value counts as it is."""
    for score in scores:
        if score.deducts or score.value is None:
            continue
        worst, best = (None, None) if bounds is None else bounds[score.code]
        score.worst, score.best = worst, best
        share = score.value / 100
        if worst is not None and best is not None and best > worst:
            share = (score.value - worst) / (best - worst)
        score.points = (score.weight * share).quantize(CENT, ROUND_HALF_UP)


def sum_up(scores: Iterable[EffectScore], rules: IndicatorSet) -> Summed:
    """Total, counted weight, what is taken off, and the grade by the thresholds of the scheme."""
    scores = list(scores)
    valued = [one for one in scores if not one.deducts and one.points is not None]
    weight = sum(one.weight for one in valued)
    taken = sum((one.points or NOTHING for one in scores if one.deducts), NOTHING)
    deducted = min(taken, Decimal(MOST_DEDUCTED)).quantize(CENT)
    if not weight:
        return Summed(None, 0, deducted, None)
    points = sum((one.points or NOTHING for one in valued), NOTHING)
    total = max(100 * points / weight - deducted, NOTHING).quantize(CENT, ROUND_HALF_UP)
    return Summed(total, weight, deducted, rules.effect_grade_of(total))


def rank_group(found: EffectAssessment) -> None:
    """Rank whoever of the group is published, by total; equal totals share a rank. In the region's scope, which alone
    publishes."""
    rows = EffectAssessment.objects.filter(**_group(found), state__in=PUBLISHED).order_by()
    ranked = list(rows.annotate(place=Window(Rank(), order_by=F("total").desc())))
    for one in ranked:
        one.rank = getattr(one, "place")  # noqa: B009  (an annotation)
    EffectAssessment.objects.bulk_update(ranked, ["rank"])
