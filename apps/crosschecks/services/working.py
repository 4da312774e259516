"""Working findings off: every step of workflows.md §15, with who may take it and what it asks for.

Who acts is settled by level: the office of the finding's acting level or one above it works it off; the level above
the acting one reviews, and nobody reviews his own verdict. Every step is logged in the transaction that takes it.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access.policy import holder_level
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError, StaleVersion
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import VERDICTS, Level, Severity, State, Workflow
from apps.crosschecks.models import Finding, FindingLog
from apps.crosschecks.services.files import checked_file
from apps.divisions import codes

# All critical verdicts and all "no fault" go to the level above, of the others one in ten (workflows.md §15).
SAMPLE = 10
WAITING = (State.NEW, State.ASSIGNED, State.REOPENED)


@dataclass(frozen=True)
class Step:
    """A step: from which states to which, in whose hands, and what it asks for."""

    name: str
    label: str | Promise
    from_states: tuple[State, ...]
    to_state: State
    reviews: bool = False
    needs_note: bool = False

    @property
    def capability(self) -> str:
        return "review_findings" if self.reviews else "work_findings"


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("assign", gettext_lazy("交办"), (*WAITING, State.CHECKING), State.ASSIGNED),
        Step("check", gettext_lazy("开始核查"), WAITING, State.CHECKING),
        Step("corrected", gettext_lazy("已更正"), (State.CHECKING,), State.CORRECTED),
        Step("no_fault", gettext_lazy("核实无误"), (State.CHECKING,), State.NO_FAULT, needs_note=True),
        Step("to_workflow", gettext_lazy("转业务办理"), (State.CHECKING,), State.TO_WORKFLOW),
        Step("external_error", gettext_lazy("退回数据来源"), (State.CHECKING,), State.EXTERNAL_ERROR, needs_note=True),
        Step("review", gettext_lazy("复核通过"), VERDICTS, State.REVIEWED, reviews=True),
        Step("reject", gettext_lazy("退回重查"), VERDICTS, State.CHECKING, reviews=True, needs_note=True),
        Step("close", gettext_lazy("办结"), (*VERDICTS, State.REVIEWED), State.CLOSED),
        Step("reopen", gettext_lazy("重新打开"), (State.CLOSED,), State.REOPENED, reviews=True, needs_note=True),
    )
}


def may(step: Step, finding: Finding, user: User) -> bool:
    """Whether this account may take the step on this finding, as it stands."""
    level = holder_level(user, step.capability, finding.division_id)
    if level is None or finding.state not in step.from_states:
        return False
    if step.reviews:
        above = level < finding.acting_level or level == Level.REGION
        return above and not (step.name != "reopen" and finding.verdict_by_id == user.pk)
    if step.name == "close" and finding.state != State.REVIEWED and finding.review_needed:
        return False
    return level <= finding.acting_level


def steps_for(finding: Finding, user: User) -> list[Step]:
    """The steps that this account may take now, in the order of the workflow."""
    return [step for step in STEPS.values() if may(step, finding, user)]


@dataclass(frozen=True)
class Asked:
    """A step with what is said of it: the same whether one finding is meant or many.

    `level`, `department`, `due_on` belong to "assign", `workflow` to "to_workflow".
    """

    step: Step
    note: str = ""
    level: int | None = None
    department: str = ""
    due_on: datetime.date | None = None
    workflow: str = ""

    def said(self) -> str:
        """The note as it is recorded; ServiceError (with its field) for what no finding could be asked with."""
        if self.step.name == "assign" and len(self.department) > 50:
            raise ServiceError(_("部门名称不能超过 50 字。"), field="department")
        if self.step.name == "assign" and self.due_on is not None and self.due_on < today():
            raise ServiceError(_("办理期限不能早于今天。"), field="due_on")
        note = self.note
        if self.step.name == "to_workflow":
            if self.workflow not in Workflow.values:
                raise ServiceError(_("请选择转办的业务。"), field="workflow", code="required")
            note = "；".join(part for part in (str(Workflow(self.workflow).label), note) if part)
        if self.step.needs_note and not note:
            raise ServiceError(_("请说明理由。"), field="note", code="required")
        if len(note) > 500:
            raise ServiceError(_("说明不能超过 500 字。"), field="note")
        return note


def ask(name: str, *, note: str = "", department: str = "", **given: Any) -> Asked:
    """A step by its name with what is said of it; ServiceError for one that does not exist."""
    step = STEPS.get(name)
    if step is None:
        raise ServiceError(_("没有这个操作：%(name)s。") % {"name": name}, field="step")
    return Asked(step, note=note.strip(), department=department.strip(), **given)


@transaction.atomic
def take(
    finding: Finding,
    name: str,
    *,
    by: User,
    expected_version: int | None = None,
    file: File[Any] | None = None,
    **given: Any,
) -> Finding:
    """Take a step on a finding that `by` may see; `given` is what `Asked` holds.

    Raises ServiceError (an unknown step, a state that does not allow it, a missing reason or file), StaleVersion,
    PermissionDenied.
    """
    asked = ask(name, **given)
    found = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    details = details_of(asked, found, by, expected_version)
    note = asked.said()
    require_file(asked.step, found, file)
    return _record(found, asked.step, by, note, checked_file(file) if file else None, details)


def details_of(asked: Asked, finding: Finding, by: User, expected_version: int | None = None) -> dict[str, Any]:
    """What the step changes of this finding besides its state, once it is sure that `by` may take it there now.

    Raises PermissionDenied, StaleVersion and ServiceError as `take` does.
    """
    step = asked.step
    if holder_level(by, step.capability, finding.division_id) is None:
        raise PermissionDenied(_("您没有办理这条疑点的权限。"))
    if expected_version is not None and expected_version != finding.version:
        raise StaleVersion(finding)
    if finding.state not in step.from_states:
        raise ServiceError(
            _("疑点现为“%(state)s”，不能“%(step)s”。") % {"state": finding.get_state_display(), "step": step.label},
            code="state",
            status=409,
        )
    if not may(step, finding, by):
        raise PermissionDenied(_refusal(step, finding, by))
    if step.name == "assign":
        return _assignment(asked, finding, by)
    if step.name == "reopen":
        days = catalogue()[finding.rule].due_days
        return {"due_on": today() + datetime.timedelta(days=days), "verdict": "", "review_needed": False}
    return {}


def require_file(step: Step, finding: Finding, file: File[Any] | None) -> None:
    """ServiceError where the step needs a paper that was not handed in."""
    if step.name == "no_fault" and finding.severity == Severity.CRITICAL and file is None:
        raise ServiceError(_("严重疑点核实无误须附证明材料。"), field="file", code="required")


def _refusal(step: Step, finding: Finding, by: User) -> str:
    if step.reviews and finding.verdict_by_id == by.pk:
        return _("不能复核自己的核查结论。")
    if step.reviews:
        return _("应由处理层级的上一级复核。")
    if step.name == "close" and finding.review_needed:
        return _("这条疑点须先经上一级复核。")
    return _("应由%(level)s或上级办理。") % {"level": finding.get_acting_level_display()}


def _assignment(asked: Asked, finding: Finding, by: User) -> dict[str, Any]:
    """To whom, and until when. Nobody hands a finding upwards or over a deadline that his own level is bound by."""
    own, due_on = holder_level(by, "work_findings", finding.division_id), asked.due_on
    wanted = asked.level or finding.acting_level
    if wanted not in Level.values or own is None or wanted < own:
        raise ServiceError(_("只能交办给本级或下级。"), field="level")
    if wanted > codes.level(finding.division_id):
        raise ServiceError(_("疑点所在地没有这一级。"), field="level")
    if due_on is not None and due_on > finding.due_on and own >= finding.acting_level and own != Level.REGION:
        raise ServiceError(_("延长期限须由上一级决定。"), field="due_on")
    return {"acting_level": wanted, "department": asked.department, **({"due_on": due_on} if due_on else {})}


def changes_of(
    finding: Finding, step: Step, by: User, note: str, details: Mapping[str, Any], now: datetime.datetime
) -> dict[str, Any]:
    """The fields of the finding that the step writes, with their new values."""
    changed = {"state": step.to_state, "state_since": now, **details}
    if step.to_state in VERDICTS:
        drawn = finding.severity == Severity.CRITICAL or step.to_state == State.NO_FAULT
        changed |= {
            "verdict": str(step.to_state),
            "verdict_reason": note,
            "verdict_by": by,
            "verdict_by_name": str(by),
            "verdict_at": now,
            "review_needed": drawn or secrets.randbelow(SAMPLE) == 0,
        }
    elif step.name == "reject":
        changed |= {"verdict": "", "review_needed": False}
    elif step.name == "review":
        changed["review_needed"] = False
    return changed


def line_of(finding: Finding, step: Step, by: User, note: str, now: datetime.datetime) -> FindingLog:
    """The line of the log for a step, of the finding as it is before."""
    return FindingLog(
        finding=finding,
        household_id=finding.household_id,
        division_id=finding.division_id,
        at=now,
        by=by,
        by_name=str(by),
        by_level=holder_level(by, step.capability, finding.division_id),
        from_state=finding.state,
        to_state=step.to_state,
        note=note,
        evidence=finding.evidence,
    )


def _record(
    finding: Finding, step: Step, by: User, note: str, file: File[Any] | None, details: Mapping[str, Any]
) -> Finding:
    """Write the new state and its line in the log."""
    now = timezone.now()
    line = line_of(finding, step, by, note, now)
    for name, value in changes_of(finding, step, by, note, details, now).items():
        setattr(finding, name, value)
    finding.save()
    if file is not None:
        line.file = file
    line.save()
    return finding
