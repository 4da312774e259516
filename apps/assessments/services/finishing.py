"""Results that nobody appealed against become final by themselves once the days to appeal are over."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.assessments.choices import State
from apps.assessments.models import AssessmentLog, CadreAssessment
from apps.assessments.services.steps import STEPS
from apps.common.days import today
from apps.crosschecks.services.working import holder_level

FINISH = STEPS["finish"]
BATCH = 1000


@transaction.atomic
def lapse(by: User) -> int:
    """Finish some of the results whose days to appeal are over; how many, at most `BATCH`.

    Each has its line in the log. What somebody is at work on just now, and what was finished before, is left alone: it
    may be run as often as one likes, and one that was interrupted has finished nothing or a whole batch.
    """
    rows = CadreAssessment.objects.filter(state=FINISH.from_state, appeal_until__lt=today()).order_by("pk")
    found = list(rows.select_for_update(skip_locked=True).values_list("pk", "division_id")[:BATCH])
    if not found:
        return 0
    now = timezone.now()
    AssessmentLog.objects.bulk_create(
        AssessmentLog(
            assessment_id=key,
            division_id=place,
            at=now,
            by=by,
            by_name=str(by),
            by_level=holder_level(by, "view_register", place),
            step=FINISH.name,
            from_state=FINISH.from_state,
            to_state=FINISH.to_state,
            note=_("申诉期满，系统自动确定"),
        )
        for key, place in found
    )
    CadreAssessment.objects.filter(pk__in=[key for key, _place in found]).update(
        state=State.FINAL, state_since=now, due_on=None, version=F("version") + 1, updated_at=now
    )
    return len(found)
