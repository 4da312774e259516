"""The declarations of inspections, inspected places, samples, on-site forms and their templates."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.inspections import filters, forms
from apps.inspections.choices import InspectionState
from apps.inspections.kinds import INSPECTION_STATE, KIND, LEVEL, METHOD, STRATA, UNIT
from apps.inspections.models import FormTemplate, Inspection, InspectionTarget, Sample, SampledUnit, SiteForm
from apps.inspections.services import drawing, steps
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MOMENT, NUMBER, PLACE, Number
from apps.pages.resources import Related, Resource, Section


class TargetResource(Resource):
    """受检地区: what a place is told of an inspection of it. Written by the steps of the inspection."""

    name = "inspection-target"
    model = InspectionTarget
    label = pgettext_lazy("列表", "受检情况")
    filters = filters.TargetFilters
    title = "title"
    icon = "eye"
    order = ("pk",)
    descending = True
    empty = _("没有对本地区的督查。督查批准或进驻后，会列在这里。")
    columns = (
        Column("title", _("督查名称")),
        Column("number", _("督查编号"), kind=IDENTIFIER),
        Column("kind", _("督查方式"), kind=KIND),
        Column("place", _("受检地区"), source="place_id", kind=PLACE),
        Column("run_by", _("督查单位所在地"), source="run_by_id", kind=PLACE),
        Column("from_on", _("开始日期"), kind=DATE),
        Column("until_on", _("结束日期"), kind=DATE),
        Column("inspected_on", _("督查日期"), kind=DATE),
        Column("opened_on", _("告知日期"), kind=DATE, default=False),
        Column("fed_back_on", _("反馈日期"), kind=DATE),
        Column("feedback", _("反馈意见"), default=False),
        Column("notified_on", _("通报日期"), kind=DATE, default=False),
        Column("notice_no", _("通报文号"), default=False),
        Column("notice", _("通报内容"), default=False),
        Column("division", _("所在地"), source="division_id", kind=PLACE, default=False),
        Column("inspection", _("督查巡查"), source="inspection_id", kind=NUMBER, default=False),
    )
    sections = (
        Section(_("督查"), ("number", "kind", "place", "run_by", "from_on", "until_on", "opened_on", "inspected_on")),
        Section(_("反馈"), ("fed_back_on", "feedback")),
        Section(_("通报"), ("notified_on", "notice_no", "notice")),
    )


class SiteFormResource(Resource):
    """现场表. Handed in for a sampled unit, so there is no form here."""

    name = "site-form"
    model = SiteForm
    label = pgettext_lazy("列表", "现场表")
    filters = filters.SiteFormFilters
    title = "unit__household_code"
    icon = "document"
    order = ("pk",)
    descending = True
    empty = _("没有现场表。督查组在抽中的嘎查村和户填写后，会列在这里。")
    columns = (
        Column("written_at", _("填写时间"), kind=MOMENT),
        Column("place", _("嘎查村"), source="place_id", kind=PLACE),
        Column("head", _("户主"), source="unit__head"),
        Column("author", _("填表人"), source="author_name"),
        Column("problem_level", _("问题程度"), kind=LEVEL),
        Column("problem_fact", _("问题事实")),
        Column("late", _("办结后到达"), kind=BOOL),
        Column("offline", _("离线填写"), kind=BOOL, default=False),
        Column("received_at", _("收到时间"), kind=MOMENT, default=False),
        Column("remark", _("现场情况"), default=False),
        Column("signed_by", _("签字人"), default=False),
        Column("problem_area", _("问题领域"), default=False),
        Column("problem", _("问题编号"), kind=NUMBER, default=False),
        Column("settled_at", _("处理时间"), kind=MOMENT, default=False),
        Column("settled_by", _("处理人"), source="settled_by_name", default=False),
        Column("dismissed_reason", _("不列为问题的理由"), default=False),
        Column("unit", _("抽中单位"), source="unit_id", kind=NUMBER, default=False),
        Column("inspection", _("督查巡查"), source="inspection_id", kind=NUMBER, default=False),
        Column("inspection_title", _("督查名称"), source="inspection__title", default=False),
        Column("division", _("督查单位所在地"), source="division_id", kind=PLACE, default=False),
    )
    sections = (
        Section(
            _("填写"),
            ("inspection_title", "place", "head", "author", "written_at", "received_at", "offline", "late"),
        ),
        Section(_("现场情况"), ("remark", "signed_by")),
        Section(_("发现的问题"), ("problem_level", "problem_area", "problem_fact")),
    )


class SampledUnitResource(Resource):
    """抽中单位. Drawn, and replaced with a reason; there is no form."""

    name = "sampled-unit"
    model = SampledUnit
    label = pgettext_lazy("列表", "抽中名单")
    filters = filters.SampledUnitFilters
    title = "position"
    icon = "list"
    order = ("sample_id", "position", "pk")
    empty = _("没有抽中的单位。在督查页面上抽样后，会列在这里。")
    columns = (
        Column("position", _("序号"), kind=NUMBER),
        Column("place", _("嘎查村"), source="place_id", kind=PLACE),
        Column("head", _("户主")),
        Column("household_code", _("户编码"), kind=IDENTIFIER),
        Column("stratum", _("层"), default=False),
        Column("weight", _("权重"), kind=Number(2), default=False),
        Column("dropped_on", _("替换日期"), kind=DATE),
        Column("dropped_reason", _("替换原因")),
        Column("dropped_by", _("替换人"), source="dropped_by_name", default=False),
        Column("replaces", _("替换"), source="replaces__position", kind=NUMBER, default=False),
        Column("household", _("贫困户"), source="household_id", kind=NUMBER, default=False),
        Column("sample", _("抽样"), source="sample_id", kind=NUMBER, default=False),
        Column("inspection", _("督查巡查"), source="inspection_id", kind=NUMBER, default=False),
        Column("inspection_title", _("督查名称"), source="inspection__title", default=False),
        Column("division", _("督查单位所在地"), source="division_id", kind=PLACE, default=False),
    )
    sections = (
        Section(
            _("抽中单位"), ("inspection_title", "place", "head", "household_code", "position", "stratum", "weight")
        ),
        Section(_("替换"), ("replaces", "dropped_on", "dropped_reason", "dropped_by")),
    )
    related = (
        Related(
            _("现场表"), SiteFormResource, "unit_id", ("written_at", "author", "problem_level", "problem_fact", "late")
        ),
    )


class SampleResource(Resource):
    """抽样. Drawn once and never changed."""

    name = "sample"
    model = Sample
    label = pgettext_lazy("列表", "督查抽样")
    filters = filters.SampleFilters
    form = forms.DrawForm
    title = "inspection__title"
    icon = "check"
    order = ("pk",)
    descending = True
    empty = _("没有抽样。督查批准后，可以抽取嘎查村或户。")
    columns = (
        Column("drawn_on", _("抽样日期"), kind=DATE),
        Column("inspection_title", _("督查名称"), source="inspection__title"),
        Column("unit", _("抽样单位"), kind=UNIT),
        Column("population", _("总体数量"), kind=NUMBER),
        Column("size", _("抽中数量"), kind=NUMBER),
        Column("method", _("样本量"), kind=METHOD),
        Column("confidence", _("置信水平"), kind=NUMBER, default=False),
        Column("margin", _("误差（%）"), kind=Number(2), default=False),
        Column("strata", _("分层"), kind=STRATA),
        Column("weighted", _("按风险加权"), kind=BOOL),
        Column("seed", _("随机种子"), kind=IDENTIFIER),
        Column("digest", _("总体校验值"), kind=IDENTIFIER, default=False),
        Column("template_title", _("现场表"), default=False),
        Column("drawn_by", _("抽样人"), source="drawn_by_name"),
        Column("inspection", _("督查巡查"), source="inspection_id", kind=NUMBER, default=False),
        Column("division", _("督查单位所在地"), source="division_id", kind=PLACE, default=False),
    )
    sections = (
        Section(
            _("抽样"), ("inspection_title", "unit", "population", "size", "drawn_on", "drawn_by", "template_title")
        ),
        Section(_("方法"), ("method", "confidence", "margin", "strata", "weighted", "seed", "digest")),
    )
    related = (
        Related(
            _("抽中名单"),
            SampledUnitResource,
            "sample_id",
            ("position", "place", "head", "household_code", "weight", "dropped_on", "dropped_reason"),
        ),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Offices draw for their inspections while these are prepared or run; a draw is never changed."""
        if isinstance(where, Inspection):
            return drawing.may_draw(where, user)
        return where is None and steps.may_plan(user)


class FormTemplateResource(Resource):
    """现场表模板."""

    name = "form-template"
    model = FormTemplate
    label = pgettext_lazy("列表", "现场表模板")
    filters = filters.FormTemplateFilters
    form = forms.FormTemplateForm
    title = "title"
    icon = "rule"
    empty = _("没有现场表模板。新增后，抽样时可以选用。")
    columns = (
        Column("title", _("模板名称")),
        Column("unit", _("抽样单位"), kind=UNIT),
        Column("is_active", _("启用"), kind=BOOL),
        Column("division", _("制定地区"), source="division_id", kind=PLACE),
    )
    sections = (Section(_("现场表模板"), ("unit", "is_active", "division")),)


class InspectionResource(Resource):
    """督查巡查."""

    name = "inspection"
    model = Inspection
    label = pgettext_lazy("列表", "督查巡查")
    filters = filters.InspectionFilters
    form = forms.InspectionForm
    title = "title"
    icon = "eye"
    order = ("pk",)
    descending = True
    empty = _("没有督查。督查人员拟定后，会列在这里；对本地区的督查见“受检情况”。")
    columns = (
        Column("title", _("督查名称")),
        Column("number", _("督查编号"), kind=IDENTIFIER),
        Column("kind", _("督查方式"), kind=KIND),
        Column("division", _("督查单位所在地"), source="division_id", kind=PLACE),
        Column("from_on", _("开始日期"), kind=DATE),
        Column("until_on", _("结束日期"), kind=DATE),
        Column("state", _("状态"), kind=INSPECTION_STATE),
        Column("basis", _("依据文件"), default=False),
        Column("subject", _("督查内容"), default=False),
        Column("drafted_by", _("拟定人"), source="drafted_by_name", default=False),
        Column("approved_on", _("批准日期"), kind=DATE, default=False),
        Column("started_on", _("进驻日期"), kind=DATE, default=False),
        Column("reported_on", _("报告日期"), kind=DATE, default=False),
        Column("report", _("督查报告"), default=False),
        Column("fed_back_on", _("反馈日期"), kind=DATE, default=False),
        Column("feedback", _("反馈意见"), default=False),
        Column("notified_on", _("通报日期"), kind=DATE, default=False),
        Column("notice_no", _("通报文号"), default=False),
        Column("notice", _("通报内容"), default=False),
        Column("closed_on", _("办结日期"), kind=DATE, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(
            _("督查"), ("number", "kind", "division", "from_on", "until_on", "basis", "subject", "drafted_by", "state")
        ),
        Section(_("进度"), ("approved_on", "started_on", "reported_on", "fed_back_on", "notified_on", "closed_on")),
        Section(_("报告、反馈和通报"), ("report", "feedback", "notice_no", "notice")),
    )
    related = (
        Related(
            _("抽样"),
            SampleResource,
            "inspection",
            ("drawn_on", "unit", "population", "size", "strata", "weighted", "seed"),
        ),
        Related(
            _("现场表"),
            SiteFormResource,
            "inspection",
            ("written_at", "place", "head", "author", "problem_level", "problem_fact", "late"),
        ),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Region, league and county plan; a plan is changed by its planner until it is approved."""
        if isinstance(where, Inspection):
            return (
                where.state == InspectionState.PLANNED
                and where.drafted_by_id == user.pk
                and steps.may_plan(user, where.division_id)
            )
        return steps.may_plan(user, where if isinstance(where, int) else None)
