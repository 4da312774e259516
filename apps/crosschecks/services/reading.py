"""What hangs off a finding or a run, for whoever may see it: one question each, for pages and API alike."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.access import sight
from apps.crosschecks.choices import UnitState
from apps.crosschecks.models import Finding, FindingLog, RunUnit
from apps.households.models import RegistrationConflict


def log_of(user: Any, finding: int) -> QuerySet[FindingLog]:
    """What was done about a finding, the oldest first."""
    return FindingLog.objects.visible_to(user).filter(finding=finding).order_by("id")


def paper_of(user: Any, key: int) -> FindingLog | None:
    """The line of a log that a paper came with; None for a line without one, and for one that is not the user's."""
    return FindingLog.objects.visible_to(user).filter(pk=key).exclude(file="").first()


def may_read(user: Any, line: FindingLog) -> bool:
    """Whether a paper is for this account: it reads personal data there, or has handed the paper in itself."""
    return line.by_id == user.pk or sight.opens(user, line)


def conflict_of(user: Any, finding: Finding) -> RegistrationConflict | None:
    """The registration conflict that a finding is about; None for those who see but one of its two places."""
    if finding.object_kind != "conflict":
        return None
    return RegistrationConflict.objects.visible_to(user).filter(pk=finding.object_id).first()


def units_of(user: Any, run: int) -> QuerySet[RunUnit]:
    """The units of a run, in the order of its rules."""
    return RunUnit.objects.visible_to(user).filter(run=run).order_by("pk")


def last_units_of(user: Any, rule: str, number: int = 5) -> QuerySet[RunUnit]:
    """The latest units in which a rule was run, among the runs that the user sees."""
    units = RunUnit.objects.visible_to(user).filter(rule=rule).exclude(state=UnitState.NOT_RUN)
    return units.select_related("run").order_by("-pk")[:number]
