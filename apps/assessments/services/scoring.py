"""From scores to a grade: the total over the indicators that have a value, the thresholds, the cap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from apps.assessments.choices import Grade
from apps.assessments.models import CadreAssessment, IndicatorSet, Score

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Result:
    """`total`: 0 to 100, counted over the weight of the indicators with a value; None when none has one.

    `grade` is what total and cap come to; `capped`: zero sign-in in some month leaves nothing better than poor.
    """

    total: Decimal | None
    weight: int
    grade: Grade | None
    capped: bool


def result_of(assessment: CadreAssessment, scores: Iterable[Score], found: IndicatorSet) -> Result:
    """What the scores come to by a set (workflows.md §13)."""
    valued = [(score.value, score.weight) for score in scores if score.value is not None]
    weight = sum(one for _value, one in valued)
    capped = bool(assessment.zero_months)
    if not weight:
        return Result(None, 0, None, capped)
    total = (sum((value * one for value, one in valued), Decimal(0)) / weight).quantize(CENT, ROUND_HALF_UP)
    return Result(total, weight, Grade.POOR if capped else found.grade_of(total), capped)
