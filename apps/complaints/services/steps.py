"""信访举报: from registration to the end (workflows.md §11). State moves here and nowhere else; the database holds the
same way (`migrations/0002_row_security`)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common import workdays
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.complaints.choices import (
    ACCEPT_DAYS,
    ANSWER_DAYS,
    AT_WORK,
    ENTERED,
    REGISTER_DAYS,
    Body,
    Kind,
    Result,
    Satisfaction,
)
from apps.complaints.choices import State as S
from apps.complaints.models import Complainant, Complaint, ComplaintLog, Statement
from apps.complaints.models.confidential import LONGEST_TEXT
from apps.complaints.services import raising
from apps.complaints.services.entering import HANDLES, require_above
from apps.divisions import codes
from apps.pages.ways import Step, Way

REACHED = (S.ACCEPTED, S.ASSIGNED, S.INVESTIGATING)

WAY = Way.of(
    ComplaintLog,
    "complaint",
    Step("register", gettext_lazy("登记"), (S.RECEIVED,), S.REGISTERED, HANDLES),
    Step("accept", gettext_lazy("受理"), (S.REGISTERED,), S.ACCEPTED, HANDLES),
    Step("decline", gettext_lazy("不予受理"), (S.REGISTERED,), S.NOT_ACCEPTED, HANDLES, needs_note=True),
    Step("hand_over", gettext_lazy("转交其他单位受理"), ENTERED, S.RECEIVED, HANDLES, needs_note=True),
    Step("assign", gettext_lazy("交办"), REACHED, S.ASSIGNED, HANDLES),
    Step("investigate", gettext_lazy("开始调查"), (S.ACCEPTED, S.ASSIGNED, S.RETURNED), S.INVESTIGATING, HANDLES),
    Step("transfer", gettext_lazy("移送外单位"), (S.REGISTERED, *REACHED), S.TRANSFERRED, HANDLES, needs_note=True),
    Step("return_result", gettext_lazy("登记外单位反馈结果"), (S.TRANSFERRED,), S.RETURNED, HANDLES, needs_note=True),
    Step("lead", gettext_lazy("领导包案"), (*ENTERED, *AT_WORK), "", HANDLES),
    Step("dispatch", gettext_lazy("月调度"), (*ENTERED, *AT_WORK), "", HANDLES, needs_note=True),
    Step("answer", gettext_lazy("答复"), (S.INVESTIGATING, S.RETURNED), S.ANSWERED, HANDLES),
    Step("feedback", gettext_lazy("登记回访"), (S.ANSWERED,), S.FEEDBACK, HANDLES),
    Step("report_back", gettext_lazy("回复转来单位"), (S.ANSWERED, S.FEEDBACK), "", HANDLES),
    Step("close", gettext_lazy("办结"), (S.ANSWERED, S.FEEDBACK), S.CLOSED, HANDLES),
    Step(
        "reopen", gettext_lazy("重新办理"), (S.CLOSED, S.NOT_ACCEPTED), S.ACCEPTED, HANDLES, opens=True, needs_note=True
    ),
    elsewhere=(
        Step("receive", gettext_lazy("收到"), (), S.RECEIVED, HANDLES),
        Step("attach", gettext_lazy("添加照片"), (), "", HANDLES),
    ),
)
MOVES = frozenset({"hand_over", "assign"})


@dataclass(frozen=True)
class Said:
    """What is said with a step. `to`: the unit that it goes to; `sent_to`: the body outside."""

    note: str = ""
    kind: str = ""
    concerned: int | None = None
    to: int | None = None
    sent_to: str = ""
    document_no: str = ""
    leader: str = ""
    leader_post: str = ""
    result: str = ""
    confirmed: bool | None = None
    findings: str = ""
    answer: str = ""
    satisfaction: str = ""


def take(
    found: Complaint, name: str, *, by: User, said: Said | None = None, expected_version: int | None = None
) -> Complaint:
    """Take a step; what may be refused is said at `Way.take` and at each act below. Where it goes to another unit the
    complainant and everything else go with it, and the unit it came from sees them no more."""
    words = said or Said()

    def act(locked: Complaint, step: Step) -> str | None:
        if step.name in ACTS:
            ACTS[step.name](locked, words, by)
        return None

    def go() -> Complaint:
        return WAY.take(found, name, by=by, act=act, note=words.note, expected_version=expected_version)

    if name not in MOVES or words.to is None or words.to == found.division_id:
        return go()
    with scopes.activate(_both(by, found.division_id, words.to)):
        return go()


def _both(by: User, here: int, there: int) -> scopes.Scope:
    """The scope of somebody, and that of the very two units between which a complaint goes."""
    own = scopes.current() or scopes.of(by)
    points = tuple((place, place) for place in (here, there))
    more = {name: scopes.merge((*own.ranges_of(name), *points)) for name in (HANDLES, "view_supervision")}
    return replace(own, capabilities={**own.capabilities, **more})


def destinations(found: Complaint) -> list[int]:
    """The units that a complaint may go to: those above the place concerned but the one that has it."""
    return [code for code in codes.ancestors(found.concerned_id) if code != found.division_id]


def _register(found: Complaint, said: Said, by: User) -> None:
    """What it is really about is said by whoever reads it, and may say that it is not his to handle."""
    if said.kind:
        if said.kind not in Kind.values:
            raise ServiceError(_("没有这个类别。"), field="kind", code="invalid_choice")
        found.kind = said.kind
    if said.concerned is not None:
        require_above(found.division_id, said.concerned)
        found.concerned_id = said.concerned
    found.registered_on = today()
    found.due_on = workdays.after(found.received_on, ACCEPT_DAYS)


def _accept(found: Complaint, said: Said, by: User) -> None:
    found.accepted_on = today()
    found.due_on = _answer_by(today())


def _answer_by(day: datetime.date) -> datetime.date:
    return day + datetime.timedelta(days=ANSWER_DAYS)


def _decline(found: Complaint, said: Said, by: User) -> None:
    found.due_on = None


def _hand_over(found: Complaint, said: Said, by: User) -> None:
    """Before it was accepted: another unit has it from the beginning, and the day it came stays."""
    _go_to(found, said)
    found.registered_on = None
    found.due_on = workdays.after(found.received_on, REGISTER_DAYS)


def _assign(found: Complaint, said: Said, by: User) -> None:
    """Once it was accepted: to the unit that investigates, the own one if none is named; the deadline stays."""
    if said.to is not None and said.to != found.division_id:
        _go_to(found, said)


def _go_to(found: Complaint, said: Said) -> None:
    if said.concerned is not None:
        found.concerned_id = said.concerned
    if said.to is None or said.to == found.division_id:
        raise ServiceError(_("请选择办理单位。"), field="to", code="required")
    require_above(said.to, found.concerned_id, field="to")
    found.division_id = said.to


def _transfer(found: Complaint, said: Said, by: User) -> None:
    if said.sent_to not in Body.values:
        raise ServiceError(_("请选择移送单位。"), field="sent_to", code="required")
    found.sent_to, found.document_no, found.sent_on = said.sent_to, said.document_no.strip(), today()
    found.returned_on = None
    # What was not accepted here is accepted there; its fifteen days run from the day it was sent.
    found.due_on = _answer_by(found.accepted_on or today())


def _return_result(found: Complaint, said: Said, by: User) -> None:
    found.returned_on = today()


def _lead(found: Complaint, said: Said, by: User) -> None:
    if not said.leader.strip() or not said.leader_post.strip():
        raise ServiceError(_("请填写包案领导的姓名和职务。"), field="leader", code="required")
    found.leader, found.leader_post = said.leader.strip()[:50], said.leader_post.strip()[:50]


def _dispatch(found: Complaint, said: Said, by: User) -> None:
    if not found.leader:
        raise ServiceError(_("只有领导包案的举报才需要月调度。"), field="step", code="no_leader", status=409)
    found.dispatched_on = today()


def _answer(found: Complaint, said: Said, by: User) -> None:
    """One of the five ways, what was found, whether it is true; in writing to whoever gave his name (N8)."""
    if said.result not in Result.values:
        raise ServiceError(_("请选择办理方式。"), field="result", code="required")
    if said.confirmed is None:
        raise ServiceError(_("请说明反映的问题是否属实。"), field="confirmed", code="required")
    if said.confirmed and said.result == Result.FALSE_CHARGE:
        raise ServiceError(_("诬告误告不能同时认定属实。"), field="confirmed", code="contradiction")
    findings, answer = said.findings.strip(), said.answer.strip()
    if not 0 < len(findings) <= LONGEST_TEXT:
        raise ServiceError(_("请填写调查情况。"), field="findings", code="required")
    if len(answer) > LONGEST_TEXT or (found.named and not answer):
        raise ServiceError(_("实名举报须书面答复，请填写答复内容。"), field="answer", code="required")
    Statement.objects.filter(complaint=found).update(findings=findings, answer=answer)
    found.result, found.confirmed, found.answered_on, found.due_on = said.result, said.confirmed, today(), None
    if said.confirmed and found.problem is None:
        found.problem = raising.problem_of(found, by)


def _feedback(found: Complaint, said: Said, by: User) -> None:
    if said.satisfaction not in Satisfaction.values:
        raise ServiceError(_("请选择群众评价。"), field="satisfaction", code="required")
    found.satisfaction = said.satisfaction


def _report_back(found: Complaint, said: Said, by: User) -> None:
    if not found.sender:
        raise ServiceError(_("这件举报不是外单位转来的。"), field="step", code="no_sender", status=409)
    found.reported_on = today()


def _close(found: Complaint, said: Said, by: User) -> None:
    if found.state == S.ANSWERED and Complainant.objects.filter(complaint=found).exists():
        raise ServiceError(_("办结前须回访反映人。"), field="step", code="no_feedback", status=409)
    if found.sender and found.reported_on is None:
        raise ServiceError(_("办结前须回复转来单位。"), field="step", code="not_reported", status=409)
    found.closed_on = today()


def _reopen(found: Complaint, said: Said, by: User) -> None:
    """Once, from the beginning of the work; what was answered before stays in the notes."""
    if found.reopened:
        raise ServiceError(_("这件举报已重新办理过一次，不能再次重新办理。"), field="step", code="reopened", status=409)
    found.reopened, found.accepted_on, found.due_on = True, today(), _answer_by(today())
    found.result, found.confirmed, found.satisfaction = "", None, ""
    found.answered_on = found.closed_on = found.reported_on = None


ACTS: dict[str, Callable[[Complaint, Said, User], None]] = {
    "register": _register,
    "accept": _accept,
    "decline": _decline,
    "hand_over": _hand_over,
    "assign": _assign,
    "transfer": _transfer,
    "return_result": _return_result,
    "lead": _lead,
    "dispatch": _dispatch,
    "answer": _answer,
    "feedback": _feedback,
    "report_back": _report_back,
    "close": _close,
    "reopen": _reopen,
}
