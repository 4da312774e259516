"""The declarations of the problem ledger: columns and sections, for pages, API and export."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.access import policy
from apps.common.days import today
from apps.pages.bulk import Bulk
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MOMENT, NUMBER, PLACE, YEAR
from apps.pages.resources import Related, Resource, Section
from apps.problems import filters, forms
from apps.problems.choices import State
from apps.problems.kinds import AREA, GRAVITY, KIND, LIGHT, REPORT, RUNG, SOURCE, STATE
from apps.problems.models import (
    EscalationStep,
    LadderRung,
    Problem,
    ProgressReport,
    RectificationMeasure,
    SupervisionLetter,
)
from apps.problems.querysets import ProblemQuerySet
from apps.problems.services.offices import INSPECTS, REVIEWS

MOST_AT_ONCE = 200
BULK = Bulk("problem-at-once", _("批量办理"), (REVIEWS,), MOST_AT_ONCE, whole=lambda selection: True)
PROBLEM = Column(
    "problem_number", _("问题编号"), source="problem__number", kind=IDENTIFIER, link="problem", link_source="problem_id"
)
OBJECT = Column("problem_object", _("问题对象"), source="problem__object")
KEY = Column("problem", _("问题"), source="problem_id", kind=NUMBER, default=False)
PLACED = Column("division", _("所在地"), source="division_id", kind=PLACE)


class MeasureResource(Resource):
    """措施清单. Planned by steps of their problem."""

    name = "rectification-measure"
    model = RectificationMeasure
    label = pgettext_lazy("列表", "整改措施")
    filters = filters.MeasureFilters
    order = ("pk",)
    title = "text"
    icon = "list"
    empty = _("没有符合条件的整改措施。责任单位在问题页面上制定。")
    columns = (
        Column("position", _("序号"), kind=NUMBER),
        Column("text", _("整改措施"), link="rectification-measure", link_source="pk"),
        Column("by_on", _("完成时限"), kind=DATE),
        Column("checked_by", _("检查方式")),
        PROBLEM,
        OBJECT,
        PLACED,
        Column("plan", _("措施版本"), kind=NUMBER, default=False),
        Column("in_force", _("现行"), kind=BOOL, holds="plan", default=False),
        KEY,
    )
    sections = (
        Section(_("整改措施"), ("text", "by_on", "checked_by", "position", "in_force")),
        Section(_("问题"), ("problem_number", "problem_object", "division")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible measures, and whether they are of the plan that counts."""
        from django.db.models import BooleanField, ExpressionWrapper, Q  # noqa: PLC0415

        said = ExpressionWrapper(Q(plan=F("problem__plan")), output_field=BooleanField())
        return super().rows(user).annotate(in_force=said)


class ReportResource(Resource):
    """整改进展报告, the newest first. Handed in by steps of their problem."""

    name = "problem-report"
    model = ProgressReport
    label = pgettext_lazy("列表", "整改进展报告")
    filters = filters.ReportFilters
    order = ("pk",)
    descending = True
    title = "period"
    icon = "calendar"
    empty = _("没有符合条件的整改进展报告。责任单位在问题页面上报送。")
    columns = (
        Column("period", _("报告期"), kind=DATE, link="problem-report", link_source="pk"),
        Column("kind", _("报告类型"), kind=REPORT),
        Column("percent", _("整改进度（%）"), kind=NUMBER),
        Column("text", _("进展情况")),
        Column("by", _("报送人"), source="by_name"),
        Column("at", _("报送时间"), kind=MOMENT),
        PROBLEM,
        OBJECT,
        PLACED,
        KEY,
    )
    sections = (
        Section(_("进展"), ("period", "kind", "percent", "text", "by", "at")),
        Section(_("问题"), ("problem_number", "problem_object", "division")),
    )


class LetterResource(Resource):
    """督办函, the newest first. Written by steps of their problem."""

    name = "supervision-letter"
    model = SupervisionLetter
    label = pgettext_lazy("列表", "督办函")
    filters = filters.LetterFilters
    order = ("pk",)
    descending = True
    title = "number"
    icon = "document"
    empty = _("没有符合条件的督办函。问题整改超期或不力时，在问题页面上发函。")
    columns = (
        Column("number", _("文号"), link="supervision-letter", link_source="pk"),
        Column("issuer", _("发函地区"), source="issuer_id", kind=PLACE),
        Column("department", _("收函单位")),
        Column("unit", _("收函地区"), source="unit_id", kind=PLACE),
        Column("issued_on", _("发函日期"), kind=DATE),
        Column("due_on", _("新的整改期限"), kind=DATE),
        Column("received_on", _("签收日期"), kind=DATE),
        PROBLEM,
        OBJECT,
        PLACED,
        Column("text", _("督办内容"), default=False),
        Column("old_due_on", _("原整改期限"), kind=DATE, default=False),
        Column("issued_by", _("签发人"), source="issued_by_name", default=False),
        Column("received_by", _("签收人"), source="received_by_name", default=False),
        Column("year", _("年度"), kind=YEAR, default=False),
        Column("sequence", _("序号"), kind=NUMBER, default=False),
        KEY,
    )
    sections = (
        Section(_("督办函"), ("number", "issuer", "issued_on", "issued_by", "unit", "department")),
        Section(_("督办内容"), ("problem_number", "problem_object", "text", "old_due_on", "due_on")),
        Section(_("签收"), ("received_on", "received_by")),
    )


class EscalationResource(Resource):
    """升级督办, the newest first. Noted by the night, carried out by steps of their problem."""

    name = "escalation"
    model = EscalationStep
    label = pgettext_lazy("列表", "升级督办")
    filters = filters.EscalationFilters
    order = ("pk",)
    descending = True
    title = "problem__number"
    icon = "clock"
    empty = _("没有符合条件的升级督办。整改超期达到规定天数的列在这里。")
    columns = (
        Column("rung", _("督办措施"), kind=RUNG, link="escalation", link_source="pk"),
        PROBLEM,
        OBJECT,
        PLACED,
        Column("due_on", _("整改期限"), kind=DATE),
        Column("days", _("规定超期天数"), kind=NUMBER),
        Column("reached_on", _("达到日期"), kind=DATE),
        Column("done_on", _("办理日期"), kind=DATE),
        Column("done_by", _("办理人"), source="done_by_name", default=False),
        Column("letter", _("督办函"), source="letter_id", kind=NUMBER, default=False),
        KEY,
    )
    sections = (
        Section(_("升级督办"), ("rung", "due_on", "days", "reached_on", "done_on", "done_by")),
        Section(_("问题"), ("problem_number", "problem_object", "division")),
    )


class RungResource(Resource):
    """督办阶梯: what places have set."""

    name = "ladder-rung"
    model = LadderRung
    label = pgettext_lazy("列表", "督办阶梯")
    filters = filters.RungFilters
    form = forms.RungForm
    title = "rung"
    icon = "rule"
    empty = _("没有另行设定：到期提醒，超期5天发督办函，15天约谈，30天通报批评。")
    columns = (
        Column("rung", _("督办措施"), kind=RUNG, link="ladder-rung", link_source="pk"),
        Column("division", _("适用地区"), source="division_id", kind=PLACE),
        Column("days", _("超期天数"), kind=NUMBER),
        Column("is_active", _("采用"), kind=BOOL),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (Section(_("督办阶梯"), ("rung", "division", "days", "is_active")),)


class ProblemResource(Resource):
    """问题台账, the newest first; a page of it reads like the paper one: problem, responsibility, measures."""

    name = "problem"
    model = Problem
    label = pgettext_lazy("列表", "问题台账")
    filters = filters.ProblemFilters
    form = forms.ProblemForm
    bulk = (BULK,)
    order = ("pk",)
    descending = True
    title = "number"
    icon = "finding"
    empty = _("没有符合条件的问题。督查、举报、数据比对和走访发现的问题都列在这里。")
    columns = (
        Column("number", _("问题编号"), kind=IDENTIFIER, link="problem", link_source="pk"),
        Column("object", _("问题对象")),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("source", _("问题来源"), kind=SOURCE),
        Column("area", _("问题类别"), kind=AREA),
        Column("level", _("严重程度"), kind=GRAVITY),
        Column("kind", _("整改类型"), kind=KIND),
        Column("state", _("状态"), kind=STATE),
        Column("due_on", _("整改期限"), kind=DATE, sortable=True),
        Column("light", _("期限"), holds="next_due_on", kind=LIGHT),
        Column("department", _("责任部门")),
        Column("leader", _("责任领导"), default=False),
        Column("unit", _("责任单位所在地"), source="unit_id", kind=PLACE, default=False),
        Column("fact", _("问题事实"), default=False),
        Column("evidence", _("证据"), default=False),
        Column("found_on", _("发现日期"), kind=DATE, default=False),
        Column("next_due_on", _("下一步期限"), kind=DATE, default=False),
        Column("inspection", _("督查编号"), source="inspection_id", kind=NUMBER, default=False),
        Column("inspection_name", _("督查名称"), default=False),
        Column("finding", _("疑点"), source="finding_id", kind=NUMBER, default=False),
        Column("visit_task", _("走访问题"), source="visit_task_id", kind=NUMBER, default=False),
        Column("alike", _("举一反三来源"), source="alike_id", kind=NUMBER, default=False),
        Column("year", _("年度"), kind=YEAR, default=False),
        Column("raised_by", _("提出人"), source="raised_by_name", default=False),
        Column("plan_approved_on", _("措施审定日期"), kind=DATE, default=False),
        Column("submitted_on", _("申请销号日期"), kind=DATE, default=False),
        Column("result", _("整改结果"), default=False),
        Column("verified_on", _("复核日期"), kind=DATE, default=False),
        Column("site", _("现场复核地点"), default=False),
        Column("opinion", _("复核意见"), default=False),
        Column("closed_on", _("销号日期"), kind=DATE, default=False),
        Column("round", _("申请次数"), kind=NUMBER, default=False),
        Column("state_since", _("状态时间"), kind=MOMENT, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(
            _("问题清单"),
            (
                *("number", "division", "object", "fact", "evidence", "area", "level", "kind", "source"),
                *("inspection_name", "found_on", "raised_by"),
            ),
        ),
        Section(_("责任清单"), ("unit", "department", "leader", "due_on", "state", "light", "next_due_on")),
        Section(
            _("整改和销号"),
            (
                *("plan_approved_on", "submitted_on", "result", "verified_on", "site", "opinion", "closed_on"),
                "round",
            ),
        ),
    )
    related = (
        Related(_("措施清单"), MeasureResource, "problem_id", columns=("text", "by_on", "checked_by", "in_force")),
        Related(_("整改进展报告"), ReportResource, "problem_id", columns=("period", "kind", "percent", "text", "by")),
        Related(_("督办函"), LetterResource, "problem_id", columns=("number", "issued_on", "due_on", "received_on")),
        Related(_("升级督办"), EscalationResource, "problem_id", columns=("rung", "due_on", "reached_on", "done_on")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible problems with their light of today."""
        return cast("ProblemQuerySet", super().rows(user)).with_light(today())

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """What is listed is changed by steps alone."""
        if isinstance(where, Problem) and where.state != State.RAISED:
            return False
        return policy.can(user, INSPECTS, where)
