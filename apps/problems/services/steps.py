"""What each step of a problem does, and what it asks for (workflows.md §10)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common import workdays
from apps.common.days import month_end, today
from apps.common.errors import Refused, ServiceError
from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.ways import Step, past_day
from apps.problems.choices import Gravity, Kind, PhotoOf, ReportKind, Rung, State
from apps.problems.models import (
    EscalationStep,
    Problem,
    ProblemLog,
    ProblemPhoto,
    ProgressReport,
    RectificationMeasure,
)
from apps.problems.services import letters
from apps.problems.services.offices import reviews
from apps.problems.services.way import WAY

ASSIGN_WITHIN, PLAN_WITHIN, REVIEW_WITHIN, VERIFY_WITHIN, CLOSE_WITHIN = 10, 15, 10, 10, 5
"""Working days for each next step (workflows.md §10; the review of a plan and the closing are ours)."""
MOST_MEASURES = 50
HALF = 6
"""Months of a half-year."""


@dataclass(frozen=True)
class Measure:
    """A measure of a plan: what, until when, how that is checked."""

    text: str
    by_on: datetime.date
    checked_by: str


@dataclass(frozen=True)
class Said:
    """What is said with a step: `kind` with listing; `leader`, `department`, `unit` (a code) and `due_on` with
    assigning; `measures` with a plan; `period` (any of its days), `percent` and `text` with a report; `due_on` with a
    letter and with rework; `result` with handing in; `opinion`, `site` and `on` with verifying."""

    note: str = ""
    kind: str = ""
    leader: str = ""
    department: str = ""
    unit: int | None = None
    due_on: datetime.date | None = None
    measures: Sequence[Measure] = ()
    period: datetime.date | None = None
    percent: int | None = None
    text: str = ""
    result: str = ""
    opinion: str = ""
    site: str = ""
    on: datetime.date | None = None


def take(
    problem: Problem, name: str, *, by: User, said: Said | None = None, expected_version: int | None = None
) -> Problem:
    """Take a step; what may be refused is said at `Way.take` and at each act below."""
    words = said or Said()

    def act(locked: Problem, step: Step) -> str | None:
        ACTS[step.name](locked, words, by)
        return None

    return WAY.take(problem, name, by=by, act=act, note=words.note, expected_version=expected_version)


def half_year_end(day: datetime.date) -> datetime.date:
    """The last day of the half-year of a day."""
    return month_end(day.replace(day=1, month=HALF if day.month <= HALF else 2 * HALF))


def required(value: str, field: str, message: str) -> str:
    """A text that was said; ServiceError at its field for none."""
    if not value.strip():
        raise ServiceError(message, field=field, code="required")
    return value.strip()


def coming(day: datetime.date | None, field: str = "due_on") -> datetime.date:
    """A due date that was said: today or later. Raises ServiceError at its field."""
    if day is None:
        raise ServiceError(_("请填写整改期限。"), field=field, code="required")
    if day < today():
        raise ServiceError(_("期限不能早于今天。"), field=field, code="past")
    return day


def standing(unit: int, field: str = "unit") -> Division:
    """A unit that can be written to. Raises ServiceError for one that was merged or dissolved, naming its successor."""
    found = Division.objects.filter(pk=unit).select_related("replaced_by").first()
    if found is None:
        raise ServiceError(_("没有这个行政区划。"), field=field, code="invalid_choice")
    if found.ended_on is None:
        return found
    if found.replaced_by is None:
        message = _("%(unit)s已于%(day)s撤销。") % {"unit": found, "day": found.ended_on.isoformat()}
    else:
        message = _("%(unit)s已于%(day)s并入%(successor)s，请改由%(successor)s负责。") % {
            "unit": found,
            "day": found.ended_on.isoformat(),
            "successor": found.replaced_by,
        }
    raise ServiceError(message, field=field, code="merged")


def _list(problem: Problem, said: Said, by: User) -> None:
    if said.kind not in Kind.values:
        raise ServiceError(_("请选择整改类型。"), field="kind", code="required")
    problem.kind = said.kind
    problem.next_due_on = workdays.after(today(), ASSIGN_WITHIN)


def _assign(problem: Problem, said: Said, by: User) -> None:
    """The unit is the place of the problem or one above it, and below the office that assigns."""
    unit = standing(said.unit if said.unit is not None else problem.division_id)
    if unit.pk != problem.division_id and unit.pk not in codes.ancestors(problem.division_id):
        raise ServiceError(_("责任单位应是问题所在地或其上级。"), field="unit", code="place")
    if not reviews(by, problem.division_id, unit.pk):
        raise Refused(_("只能把责任落实给下级单位，由上级督促整改。"), field="unit")
    problem.unit_id = unit.pk
    problem.department = required(said.department, "department", _("请填写责任部门。"))
    problem.leader = required(said.leader, "leader", _("请填写责任领导。"))
    problem.due_on = coming(said.due_on)
    problem.next_due_on = min(workdays.after(today(), PLAN_WITHIN), problem.due_on)


def _plan(problem: Problem, said: Said, by: User) -> None:
    """Measures that can be done and checked, each within the due date. A plan that was approved stands."""
    if problem.plan_approved_on is not None:
        raise ServiceError(_("措施已经审定。"), field="step", code="state", status=409)
    if not 0 < len(said.measures) <= MOST_MEASURES:
        message = _("请填写1至%(most)d条整改措施。") % {"most": MOST_MEASURES}
        raise ServiceError(message, field="measures", code="required")
    problem.plan += 1
    for number, measure in enumerate(said.measures, 1):
        late = problem.due_on is not None and measure.by_on > problem.due_on
        if late or measure.by_on < today():
            message = _("第%(number)d条措施的时限应在今天和整改期限之间。") % {"number": number}
            raise ServiceError(message, field="measures", code="date")
    RectificationMeasure.objects.bulk_create(
        RectificationMeasure(
            problem=problem,
            division_id=problem.division_id,
            plan=problem.plan,
            position=number,
            text=required(measure.text, "measures", _("请填写整改措施。")),
            by_on=measure.by_on,
            checked_by=required(measure.checked_by, "measures", _("请填写检查方式。")),
        )
        for number, measure in enumerate(said.measures, 1)
    )
    problem.next_due_on = workdays.after(today(), REVIEW_WITHIN)


def _approve_plan(problem: Problem, said: Said, by: User) -> None:
    problem.plan_approved_on = today()
    problem.next_due_on = problem.due_on


def _return_plan(problem: Problem, said: Said, by: User) -> None:
    problem.next_due_on = workdays.after(today(), PLAN_WITHIN)


def _report(problem: Problem, said: Said, by: User) -> None:
    """One report a month, or a half-year in the long term; of no time to come or before the problem was found."""
    kind = ReportKind.HALF_YEARLY if problem.state == State.LONG_TERM else ReportKind.MONTHLY
    day = said.period or today()
    first = day.replace(day=1)
    if kind == ReportKind.HALF_YEARLY:
        first = first.replace(month=1 if first.month <= HALF else HALF + 1)
    end = half_year_end(first) if kind == ReportKind.HALF_YEARLY else month_end(first)
    if first > today() or end < problem.found_on:
        raise ServiceError(_("报告期应在发现问题之后、今天之前。"), field="period", code="date")
    if said.percent is None or not 0 <= said.percent <= 100:
        raise ServiceError(_("请填写0到100的整改进度。"), field="percent", code="required")
    if ProgressReport.objects.filter(problem=problem, kind=kind, period=first).exists():
        raise ServiceError(_("这一报告期已经报送。"), field="period", code="repeated")
    ProgressReport.objects.create(
        problem=problem,
        division_id=problem.division_id,
        kind=kind,
        period=first,
        percent=said.percent,
        text=required(said.text, "text", _("请填写进展情况。")),
        by=by,
        by_name=str(by)[:60],
    )
    if kind == ReportKind.HALF_YEARLY:
        problem.next_due_on = half_year_end(end + datetime.timedelta(days=1))


def _urge(problem: Problem, said: Said, by: User) -> None:
    """A letter to the unit, if it still is; with a new date, which is the problem's from now on."""
    unit = standing(problem.unit_id, "step") if problem.unit_id else None
    day = coming(said.due_on)
    letter = letters.issue(problem, text=said.note, due_on=day, by=by)
    _done(problem, Rung.LETTER, by, letter=letter)
    if unit is not None and day != problem.due_on:
        problem.due_on = day
    problem.next_due_on = problem.due_on


def _done(problem: Problem, rung: Rung, by: User, **more: object) -> int:
    """Write down that a rung of the ladder was carried out; how many waited for it."""
    waiting = EscalationStep.objects.filter(problem=problem, rung=rung, done_on=None)
    return waiting.update(done_on=today(), done_by=by, done_by_name=str(by)[:60], **more)


def _by_rung(rung: Rung) -> Callable[[Problem, Said, User], None]:
    def act(problem: Problem, said: Said, by: User) -> None:
        if not _done(problem, rung, by):
            message = _("这个问题没有达到“%(rung)s”的超期天数，或者已经办理。") % {"rung": rung.label}
            raise ServiceError(message, field="step", code="ladder", status=409)

    return act


def _submit(problem: Problem, said: Said, by: User) -> None:
    if problem.plan_approved_on is None:
        raise ServiceError(_("措施审定后才能申请销号。"), field="step", code="plan", status=409)
    problem.result = required(said.result, "result", _("请填写整改结果。"))
    problem.submitted_on = today()
    problem.site = problem.opinion = ""
    problem.verified_on = None
    problem.next_due_on = workdays.after(today(), VERIFY_WITHIN)


def _verify(problem: Problem, said: Said, by: User) -> None:
    """On site for grave ones: the place, the day, and a photo that was taken there in this round."""
    day = past_day(said.on, "on")
    if problem.submitted_on is not None and day < problem.submitted_on:
        raise ServiceError(_("复核日期不能早于申请销号日期。"), field="on", code="date")
    problem.opinion = required(said.opinion, "opinion", _("请填写复核意见。"))
    problem.site = said.site.strip()
    if problem.level == Gravity.GRAVE:
        required(problem.site, "site", _("严重问题须现场复核，请填写复核地点。"))
        seen = ProblemPhoto.objects.filter(problem=problem, of=PhotoOf.SITE, round=problem.round)
        if not seen.exists():
            raise ServiceError(_("严重问题须现场复核，请先上传现场照片。"), field="site", code="photo")
    problem.verified_on = day
    problem.next_due_on = workdays.after(today(), CLOSE_WITHIN)


def _rework(problem: Problem, said: Said, by: User) -> None:
    problem.due_on = problem.next_due_on = coming(said.due_on)


def _close(problem: Problem, said: Said, by: User) -> None:
    """解决一个、销号一个; never by who handed it in, wherever he works by now."""
    if ProblemLog.objects.filter(problem=problem, round=problem.round, step="submit", by=by).exists():
        raise Refused(_("申请销号的人不能复核或销号。"))
    problem.closed_on, problem.next_due_on = today(), None


def _keep(problem: Problem, said: Said, by: User) -> None:
    if problem.plan_approved_on is None:
        raise ServiceError(_("措施审定后才能转为持续整改。"), field="step", code="plan", status=409)
    problem.next_due_on = half_year_end(today())


ACTS: dict[str, Callable[[Problem, Said, User], None]] = {
    "list": _list,
    "assign": _assign,
    "plan": _plan,
    "approve_plan": _approve_plan,
    "return_plan": _return_plan,
    "report": _report,
    "urge": _urge,
    "interview": _by_rung(Rung.INTERVIEW),
    "criticise": _by_rung(Rung.CRITICISM),
    "submit": _submit,
    "verify": _verify,
    "rework": _rework,
    "close": _close,
    "keep": _keep,
}
