"""Grading or finishing many assessments at once: each is checked as if alone, those that cannot be taken are said.

A grade given to many is the computed one: another grade takes a reason, and that is given to one. All in one
transaction and a few statements, however many they are; the rows are locked in the order of their keys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.assessments.models import AssessmentLog, CadreAssessment, Score
from apps.assessments.services import sets
from apps.assessments.services.steps import STEPS, Said, Step, check, may, move
from apps.common.errors import ServiceError
from apps.common.outcomes import Outcome
from apps.common.wording import clauses, labelled
from apps.divisions import codes
from apps.history.services import log_access

MOST = 1000
"""Assessments of one step at most."""
AT_ONCE: tuple[Step, ...] = (STEPS["grade"], STEPS["finish"])
CHANGED = (
    "state", "state_since", "due_on", "total", "weight_counted", "grade", "grade_reason", "graded_by", "appeal_until",
    "version", "updated_at",
)  # fmt: skip


@dataclass
class Taken(Outcome):
    """What became (or, on trial, would become) of each assessment that was named; `grades`: how many got which."""

    step: Step = field(kw_only=True)
    grades: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def require_number(count: int) -> None:
    """ServiceError for no assessments at all, or for more than one step takes."""
    if not count:
        raise ServiceError(_("请先选择要办理的考核。"), field="assessments", code="required")
    if count > MOST:
        message = _("一次最多办理 %(most)s 项考核，请缩小范围后分次办理。") % {"most": f"{MOST:,}"}
        raise ServiceError(message, field="assessments", code="too_many")


def offered(keys: Iterable[int], by: User) -> list[tuple[Step, int]]:
    """The steps that the account may take on some of these assessments today, and on how many. One query."""
    alike = ("kind", "state", "division_id", "account_id", "scored_by_id", "graded_by_id", "appeal_until", "due_on")
    rows = CadreAssessment.objects.visible_to(by).filter(pk__in=list(keys)).order_by().values(*alike)
    groups = [(row.pop("number"), CadreAssessment(**row)) for row in rows.annotate(number=Count("pk"))]
    counts = {step: sum(number for number, one in groups if may(step, one, by)) for step in AT_ONCE}
    return [(step, number) for step, number in counts.items() if number]


@transaction.atomic
def take_many(wanted: Mapping[int, int | None], name: str, *, by: User, note: str = "", dry_run: bool = False) -> Taken:
    """Take a step on many assessments, by key with the version that was seen (None: whichever it has now).

    `dry_run` writes and locks nothing. One that is not among the user's is refused like one that does not exist. Raises
    ServiceError for what none could be asked with: none or too many of them, a step that is not for many.
    """
    step = STEPS.get(name)
    if step not in AT_ONCE or step is None:
        raise ServiceError(_("这一步只能逐项办理。"), field="step", code="one_by_one")
    require_number(len(wanted))
    outcome, said, now = Taken(step=step), Said(note=note), timezone.now()
    rows = CadreAssessment.objects.visible_to(by).filter(pk__in=wanted).order_by("pk")
    found = list(rows if dry_run else rows.select_for_update(of=("self",)))
    scores = _scores(found)
    rules = sets.of_assessments({one.set_id for one in found})
    taken, lines = [], []
    for one in found:
        try:
            check(step, one, by, said, wanted[one.pk])
            lines.append(move(step, one, by, said, rules[one.set_id], scores[one.pk], now))
        except PermissionDenied as error:
            outcome.refuse("forbidden", str(error), [one.pk])
        except ServiceError as error:
            outcome.refuse(error.code, str(error), [one.pk])
        else:
            one.version, one.updated_at = one.version + 1, now
            taken.append(one)
            outcome.done.append(one.pk)
            outcome.grades[one.grade] += 1
    if missing := set(wanted) - {one.pk for one in found}:
        outcome.refuse("not_found", _("没有这条记录，或者它不在您的范围内。"), sorted(missing))
    if taken and not dry_run:
        CadreAssessment.objects.bulk_update(taken, CHANGED)
        AssessmentLog.objects.bulk_create(lines)
        _log(taken, outcome, by, note)
    return outcome


def _scores(found: Iterable[CadreAssessment]) -> dict[int, list[Score]]:
    """The scores of these assessments, by assessment. One query."""
    by_assessment: dict[int, list[Score]] = defaultdict(list)
    for score in Score.objects.filter(assessment__in=[one.pk for one in found]).order_by("assessment_id", "position"):
        by_assessment[score.assessment_id].append(score)
    return by_assessment


def _log(taken: list[CadreAssessment], outcome: Taken, by: User, note: str) -> None:
    """One record of the whole act in the access log, at the lowest place that holds all that was taken."""
    left = outcome.refused_count
    log_access(
        by,
        "batch",
        division=codes.together(one.division_id for one in taken),
        kind=CadreAssessment._meta.label_lower,
        fields=["state", outcome.step.name],
        rows=len(taken),
        reason=clauses(filter(None, (labelled(_("未办理"), left) if left else "", note))),
    )
