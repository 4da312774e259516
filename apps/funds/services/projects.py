"""扶贫项目: from the county's approval to the archive (workflows.md §8). State moves here and nowhere else."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.funds.asset_querysets import BUILT
from apps.funds.choices import ProjectState
from apps.funds.models import Allocation, Beneficiary, Project, ProjectLog, ProjectProgress
from apps.funds.models.progress import WHOLE
from apps.funds.project_choices import EvaluationGrade
from apps.funds.services import negative, publicity, registering
from apps.funds.services.negative import Answers
from apps.funds.services.registering import Registration
from apps.pages.ways import Step, Way, past_day

PROPOSES, REVIEWS, APPROVES, PAYS = "propose_funds", "review_funds", "approve_funds", "pay_funds"
COUNTY = (codes.COUNTY,)
OFFICES = (codes.COUNTY, codes.TOWNSHIP)
ALL = (*OFFICES, codes.VILLAGE)
S = ProjectState
BEFORE_END = (S.APPROVED, S.NOTICED_BEFORE, S.STARTED)


class ProjectWay(Way):
    """The way of projects: the step that registers an asset is offered as long as there is something to register."""

    def offered(self, row: Any, by: User) -> list[Step]:
        """The steps that somebody may take now."""
        found = super().offered(row, by)
        return [step for step in found if step.name != "register_asset" or registering.leaves(row)]


WAY = ProjectWay.of(
    ProjectLog,
    "project",
    Step("notice_before", gettext_lazy("登记事前公示"), (S.APPROVED,), S.NOTICED_BEFORE, PROPOSES, OFFICES),
    Step("start", gettext_lazy("开工"), (S.NOTICED_BEFORE,), S.STARTED, PROPOSES, OFFICES),
    Step("report", gettext_lazy("报送月报"), (*BEFORE_END, S.FINISHED), "", PROPOSES, ALL),
    Step("finish", gettext_lazy("完工报验"), (S.STARTED,), S.FINISHED, PROPOSES, OFFICES, apart=True, opens=True),
    Step("reject", gettext_lazy("验收不合格，退回整改"), (S.FINISHED,), S.STARTED, REVIEWS, COUNTY, needs_note=True),
    Step("accept", gettext_lazy("验收合格"), (S.FINISHED,), S.ACCEPTED, REVIEWS, COUNTY, apart=True),
    Step("notice_after", gettext_lazy("登记事后公示"), (S.ACCEPTED,), S.NOTICED_AFTER, PROPOSES, OFFICES),
    Step("settle", gettext_lazy("完成决算"), (S.NOTICED_AFTER,), S.SETTLED, PAYS, COUNTY),
    Step("evaluate", gettext_lazy("绩效评价"), (S.SETTLED,), S.EVALUATED, REVIEWS, COUNTY, apart=True),
    Step("close", gettext_lazy("归档"), (S.EVALUATED,), S.CLOSED, PROPOSES, COUNTY),
    Step("register_asset", gettext_lazy("登记形成的资产"), BUILT, "", APPROVES, COUNTY),
    Step("change", gettext_lazy("批准变更"), BEFORE_END, "", APPROVES, COUNTY, needs_note=True),
    Step("stop", gettext_lazy("终止项目"), BEFORE_END, S.STOPPED, APPROVES, COUNTY, needs_note=True),
)

CONTENT = (
    *("name", "scale", "site", "budget", "subsidy_standard", "unit", "person_in_charge"),
    *("target", "mechanism", "plan_start", "plan_end"),
)
"""What an approved change may change. Kind, year and place stay: another of those is another project."""


@dataclass(frozen=True)
class Report:
    """A monthly report: the month by any of its days, percent of the work, yuan spent so far, who signed."""

    month: datetime.date
    percent: int
    spent: Decimal
    supervisor_name: str = ""


@dataclass(frozen=True)
class Acceptance:
    """Who signed that the work is good: township, department and voluntary supervisor."""

    township: str
    department: str
    supervisor: str


@dataclass(frozen=True)
class Evaluation:
    """绩效评价: score of a hundred, grade, opinion."""

    score: Decimal
    grade: str
    text: str


@dataclass(frozen=True)
class Said:
    """What is said with a step: the day of start, end and acceptance, of a notice the day of its posting; the parts of
    report, acceptance, evaluation, change and registration, each with its own step."""

    note: str = ""
    on: datetime.date | None = None
    report: Report | None = None
    acceptance: Acceptance | None = None
    evaluation: Evaluation | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    answers: Answers = field(default_factory=lambda: Answers({}))
    asset: Registration | None = None


def take(
    project: Project, name: str, *, by: User, said: Said | None = None, expected_version: int | None = None
) -> Project:
    """Take a step; what may be refused is said at `Way.take` and at each act below."""
    words = said or Said()

    def act(locked: Project, step: Step) -> str | None:
        if step.name in ACTS:
            ACTS[step.name](locked, words, by)
        return None

    return WAY.take(project, name, by=by, act=act, note=words.note, expected_version=expected_version)


def _notice_before(project: Project, said: Said, by: User) -> None:
    """The notice itself says since when it stands."""
    project.noticed_before_on = publicity.posted_on(project, since=project.approved_on, on=said.on)


def _start(project: Project, said: Said, by: User) -> None:
    day = _day(said, project.noticed_before_on, _("公示日期"))
    publicity.require_run(project, since=project.noticed_before_on, before=day)
    project.started_on = day


def _finish(project: Project, said: Said, by: User) -> None:
    day = _day(said, project.started_on, _("开工日期"))
    if project.percent < WHOLE:
        raise ServiceError(
            _("形象进度为%(percent)d%%，达到100%%才能报验。") % {"percent": project.percent},
            field="step",
            code="unfinished",
        )
    project.finished_on = day


def _accept(project: Project, said: Said, by: User) -> None:
    """Signed by three different people."""
    signed = said.acceptance
    names = (signed.township, signed.department, signed.supervisor) if signed else ("", "", "")
    words = [name.strip() for name in names]
    for field_name, name in zip(("township", "department", "supervisor"), words, strict=True):
        if not name:
            raise ServiceError(_("乡镇、部门和义务监督员须分别签字。"), field=field_name, code="required")
    if len(set(words)) < len(words):
        raise ServiceError(_("验收须由三个不同的人签字。"), field="supervisor", code="same")
    project.accepted_on = _day(said, project.finished_on, _("完工日期"))
    project.accepted_township, project.accepted_department, project.accepted_supervisor = words


def _notice_after(project: Project, said: Said, by: User) -> None:
    project.noticed_after_on = publicity.posted_on(project, since=project.accepted_on, on=said.on)


def _settle(project: Project, said: Said, by: User) -> None:
    """All money that is in the project is settled; what is left over has gone back to its quotas."""
    publicity.require_run(project, since=project.noticed_after_on, before=today())
    rows = Allocation.objects.filter(project=project)
    if not rows.exists():
        raise ServiceError(_("没有落实资金的项目不能决算。"), field="step", code="no_money", status=409)
    if rows.filter(~Q(amount=F("settled"))).exists():
        raise ServiceError(
            _("还有未拨付、未报账或未结算的资金；结余须先退回指标。"), field="step", code="unsettled", status=409
        )


def _evaluate(project: Project, said: Said, by: User) -> None:
    found = said.evaluation
    if found is None or not found.text.strip():
        raise ServiceError(_("请填写绩效评价意见。"), field="evaluation", code="required")
    if not found.score.is_finite() or not 0 <= found.score <= WHOLE:
        raise ServiceError(_("得分应为0至100。"), field="score")
    if found.grade not in EvaluationGrade.values:
        raise ServiceError(_("没有这个等级。"), field="grade", code="invalid_choice")
    project.score, project.grade, project.evaluation = found.score, found.grade, found.text.strip()


def _stop(project: Project, said: Said, by: User) -> None:
    """Nothing of what was put into it may be left there; nobody is helped by it any more."""
    if Allocation.objects.filter(project=project, amount__gt=F("settled")).exists():
        raise ServiceError(_("项目还有未结算的资金，须先退回指标再终止。"), field="step", code="unsettled", status=409)
    Beneficiary.objects.filter(project=project).update(is_active=False)


def _change(project: Project, said: Said, by: User) -> None:
    """A new approval of other content; what it was before stays in the history. The negative list is asked again."""
    if unknown := set(said.content) - set(CONTENT):
        raise ServiceError(_("这一项不能变更：%(name)s。") % {"name": min(unknown)}, field="content", code="unknown")
    changed = {name: value for name, value in said.content.items() if value != getattr(project, name)}
    if not changed:
        raise ServiceError(_("没有变更任何内容。"), field="content", code="unchanged")
    for name, value in changed.items():
        setattr(project, name, value)
    if not project.target.strip() or not project.mechanism.strip():
        raise ServiceError(_("绩效目标和带贫机制不能为空。"), field="target", code="required")
    try:
        project.clean_fields(exclude=[one.name for one in project._meta.fields if one.name not in changed])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise ServiceError(messages[0], field=name) from error
    if project.plan_end < project.plan_start:
        raise ServiceError(_("计划完工日期不能早于计划开工日期。"), field="plan_end")
    project.content_version += 1
    project.approved_on, project.approved_by, project.approved_by_name = today(), by, str(by)[:60]
    project.approved_level = codes.COUNTY
    negative.confirm(project, said.answers, by=by)


def _report(project: Project, said: Said, by: User) -> None:
    """The report of a month, new or corrected. Work does not go back, and no month is reported before it comes."""
    report, day = said.report, today()
    if report is None:
        raise ServiceError(_("请填写月报。"), field="percent", code="required")
    month = report.month.replace(day=1)
    if month > day or (project.approved_on and month < project.approved_on.replace(day=1)):
        raise ServiceError(_("月份应在立项之后、不晚于本月。"), field="month")
    if not 0 <= report.percent <= WHOLE:
        raise ServiceError(_("进度应为0至100。"), field="percent")
    if not report.spent.is_finite() or report.spent < 0:
        raise ServiceError(_("金额不能为负。"), field="spent")
    rows = ProjectProgress.objects.filter(project=project)
    if rows.filter(Q(month__lt=month, percent__gt=report.percent) | Q(month__gt=month, percent__lt=report.percent)):
        raise ServiceError(_("进度不能低于以前月份、高于以后月份。"), field="percent", code="order")
    row = rows.filter(month=month).first() or ProjectProgress(
        project=project, division_id=project.division_id, month=month
    )
    row.percent, row.spent = report.percent, report.spent
    row.supervisor_name, row.note = report.supervisor_name.strip(), said.note.strip()
    row.reported_on, row.reported_by, row.reported_by_name = day, by, str(by)[:60]
    row.save()
    project.percent = rows.order_by("-month").values_list("percent", flat=True)[0]


def _register_asset(project: Project, said: Said, by: User) -> None:
    """Enter what came of the project in the register of assets; a project may leave several behind."""
    registering.register(project, said.asset, by=by)


def _day(said: Said, since: datetime.date | None, what: str) -> datetime.date:
    """The day that was said: not to come, and not before what went before."""
    day = past_day(said.on, "on")
    if since is not None and day < since:
        raise ServiceError(_("日期不能早于%(what)s。") % {"what": what}, field="on", code="order")
    return day


ACTS: dict[str, Callable[[Project, Said, User], None]] = {
    "notice_before": _notice_before,
    "start": _start,
    "report": _report,
    "finish": _finish,
    "accept": _accept,
    "notice_after": _notice_after,
    "settle": _settle,
    "evaluate": _evaluate,
    "register_asset": _register_asset,
    "change": _change,
    "stop": _stop,
}
