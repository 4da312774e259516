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

from apps.access import scope as scopes
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


def holder_level(user: User, capability: str, division: int) -> int | None:
    """The highest level (smallest number) at which the user holds a capability over a place; None without it."""
    ranges = scopes.of(user).ranges_of(capability)
    return min((codes.level(low) for low, high in ranges if low <= division <= high), default=None)


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


@transaction.atomic
def take(
    finding: Finding,
    name: str,
    *,
    by: User,
    note: str = "",
    expected_version: int | None = None,
    file: File[Any] | None = None,
    level: int | None = None,
    department: str = "",
    due_on: datetime.date | None = None,
    workflow: str = "",
) -> Finding:
    """Take a step on a finding that `by` may see.

    `level`, `department`, `due_on` belong to "assign", `workflow` to "to_workflow". Raises ServiceError (an unknown
    step, a state that does not allow it, a missing reason or file), StaleVersion, PermissionDenied.
    """
    step = STEPS.get(name)
    if step is None:
        raise ServiceError(_("没有这个操作：%(name)s。") % {"name": name}, field="step")
    found = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if holder_level(by, step.capability, found.division_id) is None:
        raise PermissionDenied(_("您没有办理这条疑点的权限。"))
    if expected_version is not None and expected_version != found.version:
        raise StaleVersion(found)
    if found.state not in step.from_states:
        raise ServiceError(
            _("疑点现为“%(state)s”，不能“%(step)s”。") % {"state": found.get_state_display(), "step": step.label},
            code="state",
            status=409,
        )
    if not may(step, found, by):
        raise PermissionDenied(_refusal(step, found, by))
    details = _details(step, found, by, level=level, department=department, due_on=due_on, workflow=workflow)
    note = "；".join(part for part in (str(details.pop("note", "")), note.strip()) if part)
    if step.needs_note and not note:
        raise ServiceError(_("请说明理由。"), field="note", code="required")
    if len(note) > 500:
        raise ServiceError(_("说明不能超过 500 字。"), field="note")
    if name == "no_fault" and found.severity == Severity.CRITICAL and file is None:
        raise ServiceError(_("严重疑点核实无误须附证明材料。"), field="file", code="required")
    return _record(found, step, by, note, checked_file(file) if file else None, details)


def _refusal(step: Step, finding: Finding, by: User) -> str:
    if step.reviews and finding.verdict_by_id == by.pk:
        return _("不能复核自己的核查结论。")
    if step.reviews:
        return _("应由处理层级的上一级复核。")
    if step.name == "close" and finding.review_needed:
        return _("这条疑点须先经上一级复核。")
    return _("应由%(level)s或上级办理。") % {"level": finding.get_acting_level_display()}


def _details(step: Step, finding: Finding, by: User, **given: Any) -> dict[str, Any]:
    """What a step changes besides the state; ServiceError for what it must not."""
    if step.name == "assign":
        return _assignment(finding, by, given["level"], given["department"].strip(), given["due_on"])
    if step.name == "to_workflow":
        if given["workflow"] not in Workflow.values:
            raise ServiceError(_("请选择转办的业务。"), field="workflow", code="required")
        return {"note": Workflow(given["workflow"]).label}
    if step.name == "reopen":
        days = catalogue()[finding.rule].due_days
        return {"due_on": today() + datetime.timedelta(days=days), "verdict": "", "review_needed": False}
    return {}


def _assignment(
    finding: Finding, by: User, level: int | None, department: str, due_on: datetime.date | None
) -> dict[str, Any]:
    """To whom, and until when. Nobody hands a finding upwards or over a deadline that his own level is bound by."""
    own = holder_level(by, "work_findings", finding.division_id)
    wanted = level or finding.acting_level
    if wanted not in Level.values or own is None or wanted < own:
        raise ServiceError(_("只能交办给本级或下级。"), field="level")
    if wanted > codes.level(finding.division_id):
        raise ServiceError(_("疑点所在地没有这一级。"), field="level")
    if len(department) > 50:
        raise ServiceError(_("部门名称不能超过 50 字。"), field="department")
    if due_on is not None and due_on < today():
        raise ServiceError(_("办理期限不能早于今天。"), field="due_on")
    if due_on is not None and due_on > finding.due_on and own >= finding.acting_level and own != Level.REGION:
        raise ServiceError(_("延长期限须由上一级决定。"), field="due_on")
    return {"acting_level": wanted, "department": department, "due_on": due_on or finding.due_on}


def _record(
    finding: Finding, step: Step, by: User, note: str, file: File[Any] | None, details: Mapping[str, Any]
) -> Finding:
    """Write the new state and its line in the log."""
    now = timezone.now()
    before = finding.state
    finding.state, finding.state_since = step.to_state, now
    for name, value in details.items():
        setattr(finding, name, value)
    if step.to_state in VERDICTS:
        finding.verdict, finding.verdict_reason = str(step.to_state), note
        finding.verdict_by, finding.verdict_by_name, finding.verdict_at = by, str(by), now
        finding.review_needed = (
            finding.severity == Severity.CRITICAL
            or step.to_state == State.NO_FAULT
            or secrets.randbelow(SAMPLE) == 0
        )  # fmt: skip
    elif step.name == "reject":
        finding.verdict, finding.review_needed = "", False
    elif step.name == "review":
        finding.review_needed = False
    finding.save()
    FindingLog.objects.create(
        finding=finding,
        household_id=finding.household_id,
        division_id=finding.division_id,
        at=now,
        by=by,
        by_name=str(by),
        by_level=holder_level(by, step.capability, finding.division_id),
        from_state=before,
        to_state=step.to_state,
        note=note,
        file=file or "",
        evidence=finding.evidence,
    )
    return finding
