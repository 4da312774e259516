"""The declarations of the library, projects, their reports, beneficiaries and the negative list."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.days import today
from apps.funds import project_filters as filters
from apps.funds import project_forms as forms
from apps.funds.asset_tables import AssetResource
from apps.funds.choices import ProjectKind, SupportMode
from apps.funds.models import Beneficiary, LibraryItem, NegativeItem, Project, ProjectProgress
from apps.funds.project_choices import DRAFTED, Aspect
from apps.funds.project_kinds import EVALUATION, ITEM_STATE, LIGHT, OVERDUE, PROJECT_STATE
from apps.funds.project_querysets import LibraryQuerySet, ProgressQuerySet, ProjectQuerySet
from apps.funds.services import library
from apps.funds.tables import with_project_name
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MONEY, NUMBER, PLACE, YEAR, Choice, Number
from apps.pages.resources import Related, Resource, Section

KIND, MODE = Choice(ProjectKind), Choice(SupportMode)


class BeneficiaryResource(Resource):
    """受益户. They come with a proposal, so there is no form."""

    name = "beneficiary"
    model = Beneficiary
    label = pgettext_lazy("列表", "受益户")
    filters = filters.BeneficiaryFilters
    title = "head"
    icon = "household"
    empty = _("没有受益户。申报项目时填写受益户后，会列在这里。")
    columns = (
        Column("head", _("户主")),
        Column("household_code", _("户编码"), kind=IDENTIFIER),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("year", _("年度"), kind=YEAR),
        Column("kind", _("项目类别"), kind=KIND),
        Column("project_name", _("项目名称"), holds="project__name"),
        Column("is_active", _("有效"), kind=BOOL),
        Column("household", _("贫困户"), source="household_id", kind=NUMBER, default=False),
        Column("item", _("入库项目"), source="item_id", kind=NUMBER, default=False),
        Column("project", _("扶贫项目"), source="project_id", kind=NUMBER, default=False),
    )
    sections = (
        Section(_("受益户"), ("head", "household_code", "division", "year", "kind", "project_name", "is_active")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible beneficiaries with their projects' names, where those are visible too."""
        return with_project_name(super().rows(user), user)


class ProgressResource(Resource):
    """项目月报. Reported by a step of the project, so there is no form."""

    name = "project-progress"
    model = ProjectProgress
    label = pgettext_lazy("列表", "项目月报")
    filters = filters.ProgressFilters
    title = "month"
    icon = "chart"
    order = ("pk",)
    descending = True
    empty = _("没有月报。在扶贫项目的页面上报送后，会列在这里。")
    columns = (
        Column("month", _("月份"), kind=DATE),
        Column("project", _("扶贫项目"), source="project_id", kind=NUMBER, default=False),
        Column("project_name", _("项目名称"), source="project__name"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("percent", _("形象进度（%）"), kind=NUMBER),
        Column("spent", _("累计完成投资（元）"), kind=MONEY),
        Column("supervisor_name", _("义务监督员签字")),
        Column("photos", _("照片数"), source="photo_count", kind=NUMBER, holds="photos__image"),
        Column("reported_on", _("报送日期"), kind=DATE),
        Column("reported_by", _("报送人"), source="reported_by_name"),
        Column("note", _("说明"), default=False),
    )
    sections = (
        Section(
            _("月报"),
            ("project_name", "month", "percent", "spent", "supervisor_name", "reported_on", "reported_by", "note"),
        ),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible months with the number of their photos."""
        return cast("ProgressQuerySet", super().rows(user)).with_photos()


class LibraryItemResource(Resource):
    """项目库."""

    name = "library-item"
    model = LibraryItem
    label = pgettext_lazy("列表", "项目库")
    filters = filters.LibraryItemFilters
    form = forms.LibraryItemForm
    title = "name"
    icon = "list"
    empty = _("项目库里没有符合条件的项目。嘎查村召开村民会议后，可以在这里申报。")
    columns = (
        Column("name", _("项目名称")),
        Column("division", _("申报地"), source="division_id", kind=PLACE),
        Column("kind", _("项目类别"), kind=KIND),
        Column("year", _("计划年度"), kind=YEAR),
        Column("amount", _("申请资金（元）"), kind=MONEY),
        Column("households", _("受益户数"), kind=NUMBER, holds="name"),
        Column("state", _("状态"), kind=ITEM_STATE),
        Column("due_on", _("办理期限"), kind=DATE),
        Column("light", _("期限"), holds="due_on", kind=LIGHT),
        Column("mode", _("扶持方式"), kind=MODE, default=False),
        Column("site", _("建设地点"), default=False),
        Column("scale", _("建设规模和内容"), default=False),
        Column("subsidy_standard", _("补助标准"), default=False),
        Column("need", _("必要性"), default=False),
        Column("target", _("绩效目标"), default=False),
        Column("mechanism", _("带贫机制"), default=False),
        Column("met_on", _("村民会议日期"), kind=DATE, default=False),
        Column("present", _("到会人数"), kind=NUMBER, default=False),
        Column("decision", _("会议决议"), default=False),
        Column("noticed_on", _("公示日期"), kind=DATE, default=False),
        Column("entered_on", _("入库日期"), kind=DATE, default=False),
        Column("valid_for", _("有效年度"), kind=YEAR, default=False),
        Column("signatures", _("需审批人数"), kind=NUMBER, default=False),
        Column("signed", _("已审批人数"), kind=NUMBER, default=False),
        Column("drafted_by", _("拟稿人"), source="drafted_by_name", default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("申报内容"), ("division", "kind", "mode", "year", "site", "scale", "amount", "subsidy_standard")),
        Section(_("必要性和成效"), ("need", "target", "mechanism", "households")),
        Section(_("村民会议"), ("met_on", "present", "decision", "drafted_by")),
        Section(
            _("进度"),
            ("state", "due_on", "light", "signatures", "signed", "noticed_on", "entered_on", "valid_for"),
        ),
    )
    related = (
        Related(_("受益户"), BeneficiaryResource, "item_id", ("head", "household_code", "division", "is_active")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible items with their light of today and their number of beneficiaries."""
        return cast("LibraryQuerySet", super().rows(user)).with_light(today()).with_households()

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Villages and townships propose; what is with an office is changed by nobody, a draft by its drafter alone."""
        if isinstance(where, LibraryItem):
            return (
                where.state in DRAFTED
                and where.drafted_by_id == user.pk
                and library.may_propose(user, where.division_id)
            )
        return library.may_propose(user, where if isinstance(where, int) else None)


class ProjectResource(Resource):
    """扶贫项目. Made from an item of the library and moved by steps, so there is no form."""

    name = "project"
    model = Project
    label = pgettext_lazy("列表", "扶贫项目")
    filters = filters.ProjectFilters
    title = "name"
    icon = "chart"
    empty = _("没有符合条件的项目。旗县从项目库选定并立项后，项目会列在这里。")
    columns = (
        Column("name", _("项目名称")),
        Column("code", _("项目编号"), kind=IDENTIFIER, default=False),
        Column("division", _("建设地"), source="division_id", kind=PLACE),
        Column("kind", _("项目类别"), kind=KIND),
        Column("year", _("项目年度"), kind=YEAR),
        Column("budget", _("计划投资（元）"), kind=MONEY),
        Column("allocated", _("落实金额"), kind=MONEY, holds="budget"),
        Column("paid", _("已拨付"), kind=MONEY, holds="budget"),
        Column("percent", _("形象进度（%）"), kind=NUMBER),
        Column("state", _("状态"), kind=PROJECT_STATE),
        Column("late", _("工期"), kind=OVERDUE, holds="plan_end"),
        Column("unreported", _("京蒙月报"), kind=OVERDUE, holds="state"),
        Column("households", _("受益户数"), kind=NUMBER, holds="name", default=False),
        Column("mode", _("扶持方式"), kind=MODE, default=False),
        Column("site", _("建设地点"), default=False),
        Column("scale", _("建设规模和内容"), default=False),
        Column("subsidy_standard", _("补助标准"), default=False),
        Column("unit", _("责任单位"), default=False),
        Column("person_in_charge", _("项目负责人"), default=False),
        Column("target", _("绩效目标"), default=False),
        Column("mechanism", _("带贫机制"), default=False),
        Column("plan_start", _("计划开工日期"), kind=DATE, default=False),
        Column("plan_end", _("计划完工日期"), kind=DATE, default=False),
        Column("approved_on", _("立项日期"), kind=DATE, default=False),
        Column("approved_level", _("审批层级"), kind=NUMBER, default=False),
        Column("approved_by", _("审批人"), source="approved_by_name", default=False),
        Column("approval_no", _("立项文号"), default=False),
        Column("noticed_before_on", _("事前公示日期"), kind=DATE, default=False),
        Column("started_on", _("开工日期"), kind=DATE, default=False),
        Column("finished_on", _("完工日期"), kind=DATE, default=False),
        Column("accepted_on", _("验收日期"), kind=DATE, default=False),
        Column("accepted_township", _("乡镇验收人"), default=False),
        Column("accepted_department", _("部门验收人"), default=False),
        Column("accepted_supervisor", _("义务监督员"), default=False),
        Column("noticed_after_on", _("事后公示日期"), kind=DATE, default=False),
        Column("score", _("绩效评价得分"), kind=Number(2), default=False),
        Column("grade", _("绩效评价等级"), kind=EVALUATION, default=False),
        Column("evaluation", _("绩效评价意见"), default=False),
        Column("content_version", _("内容版本"), kind=NUMBER, default=False),
        Column("item", _("入库项目"), source="item_id", kind=NUMBER, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("项目"), ("code", "division", "kind", "mode", "year", "site", "scale", "unit", "person_in_charge")),
        Section(_("资金"), ("budget", "allocated", "paid", "subsidy_standard")),
        Section(_("成效"), ("target", "mechanism", "households")),
        Section(_("立项"), ("approved_on", "approval_no", "approved_by", "content_version")),
        Section(
            _("进度"),
            (
                *("state", "percent", "late", "unreported", "plan_start", "plan_end"),
                *("noticed_before_on", "started_on", "finished_on"),
            ),
        ),
        Section(
            _("验收和评价"),
            (
                *("accepted_on", "accepted_township", "accepted_department", "accepted_supervisor"),
                *("noticed_after_on", "score", "grade", "evaluation"),
            ),
        ),
    )
    related = (
        Related(
            _("项目月报"),
            ProgressResource,
            "project_id",
            ("month", "percent", "spent", "supervisor_name", "photos", "reported_on", "reported_by"),
        ),
        Related(_("受益户"), BeneficiaryResource, "project_id", ("head", "household_code", "division", "is_active")),
        Related(_("形成的资产"), AssetResource, "project_id", ("name", "number", "kind", "form", "value", "state")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible projects with their money, and what of them is overdue today."""
        rows, day = cast("ProjectQuerySet", super().rows(user)), today()
        return rows.with_money().with_households().with_delay(day).with_report(day)


class NegativeItemResource(Resource):
    """负面清单, where it is set."""

    name = "negative-item"
    model = NegativeItem
    label = pgettext_lazy("列表", "负面清单")
    filters = filters.NegativeItemFilters
    form = forms.NegativeItemForm
    icon = "rule"
    empty = _("这里没有负面清单条目。上级制定的，下级直接适用。")
    columns = (
        Column("name", _("禁止事项")),
        Column("aspect", _("方面"), kind=Choice(Aspect)),
        Column("position", _("序号"), kind=NUMBER),
        Column("words", _("查找词")),
        Column("is_active", _("启用"), kind=BOOL),
        Column("division", _("适用地区"), source="division_id", kind=PLACE),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    title = "name"
    sections = (Section(_("负面清单"), ("aspect", "position", "name", "words", "is_active", "division")),)
