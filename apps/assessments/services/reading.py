"""What is shown of an assessment besides its own row: its scores, its steps, and the rows a value was counted from."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Q, QuerySet

from apps.access import policy
from apps.access.models import Pairing
from apps.assessments.choices import RESULT_KNOWN, Source
from apps.assessments.models import AssessmentLog, CadreAssessment, Score
from apps.cadres.choices import Satisfaction
from apps.cadres.models import Duty, HomeCheck, TaskForce


def hides_entries(user: Any, found: CadreAssessment) -> bool:
    """Whether what others entered is still kept from this account: the assessed person reads it with the grade,
    whatever else he may read there."""
    may_read = policy.can(user, "view_register", found) and found.account_id != user.pk
    return found.state not in RESULT_KNOWN and not may_read


def scores_of(user: Any, found: CadreAssessment) -> list[Score]:
    """The scores of an assessment that the user sees, in their order; entered ones emptied while they are kept from
    him. One query."""
    scores = list(Score.objects.visible_to(user).filter(assessment=found).order_by("position"))
    if hides_entries(user, found):
        for score in scores:
            if score.source != Source.COMPUTED:
                score.value = score.numerator = score.denominator = None
                score.note = score.entered_by_name = score.missing = ""
                score.settled_at = None
    return scores


def entered_codes(user: Any, found: CadreAssessment) -> list[str]:
    """The indicators of an assessment whose values people enter when they score it, in their order. One query."""
    rows = Score.objects.visible_to(user).filter(assessment=found, source=Source.TOWNSHIP)
    return list(rows.order_by("position").values_list("code", flat=True))


def score_of(user: Any, key: int) -> Score | None:
    """A score that the user sees, with its assessment; None when there is none."""
    return Score.objects.visible_to(user).select_related("assessment").filter(pk=key).first()


def log_of(user: Any, found: CadreAssessment) -> QuerySet[AssessmentLog]:
    """The steps that were taken, the newest first."""
    rows = AssessmentLog.objects.visible_to(user).filter(assessment=found)
    return rows.order_by("-at", "-pk")


def heard_at_homes(user: Any, found: CadreAssessment) -> tuple[int, int]:
    """Of the households answered for in the year, as far as the user sees them: how many said at a home check whether
    they are satisfied, and how many of these are, fairly or quite; each by its latest check. One query."""
    first = datetime.date(found.year, 1, 1)
    checks = (
        HomeCheck.objects.visible_to(user).filter(checked_on__range=(first, found.data_on)).exclude(satisfaction="")
    )
    here: QuerySet[Any, Any]
    if found.duty_id is not None:
        here = Duty.objects.visible_to(user).filter(pk=found.duty_id)
        checks = checks.filter(division_id__in=here.values("division_id"))
    elif found.team_id is not None:
        here = TaskForce.objects.visible_to(user).filter(pk=found.team_id)
        checks = checks.filter(division_id__in=here.values("division_id"))
    else:
        here = Pairing.objects.visible_to(user).filter(
            Q(until_on=None) | Q(until_on__gte=first), cadre=found.cadre_id, from_on__lte=found.data_on
        )
        checks = checks.filter(household__in=here.values("household"))
    latest = checks.order_by("household_id", "-checked_on").distinct("household_id")
    said = list(latest.values_list("satisfaction", flat=True))
    return len(said), sum(one != Satisfaction.DISSATISFIED for one in said)
