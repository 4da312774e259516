"""The declarations of units, cadres, teams, duties and pairings: columns, sections and related tables."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.access.models import Pairing
from apps.cadres import filters, forms
from apps.cadres.choices import ChiefPost, DutyKind, Rank, Satisfaction, TeamKind, UnitKind, UnitLevel
from apps.cadres.models import Attendance, Cadre, CountyChief, Duty, HelpingUnit, HomeCheck, TaskForce
from apps.cadres.querysets import CadreQuerySet
from apps.cadres.services.pairing import MOST
from apps.households.models import Household
from apps.households.tables.shared import KEYS, STATUS
from apps.pages.bulk import Bulk
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, NUMBER, PLACE, SEALED, Choice, Code, State
from apps.pages.resources import Related, Resource, Section

PAIR = Bulk("household-pair", _("结对"), (Pairing.change_capability,), MOST)
HAND_OVER = Bulk("pairing-hand-over", _("交接"), (Pairing.change_capability,), MOST)
SATISFACTION = State(
    labels=dict(Satisfaction.choices),
    colours={Satisfaction.SATISFIED: "green", Satisfaction.FAIRLY: "blue", Satisfaction.DISSATISFIED: "yellow"},
)


class PairingResource(Resource):
    """帮扶结对. Household and cadre are named where they are visible too: an own pairing that ended shows neither."""

    name = "pairing"
    model = Pairing
    filters = filters.PairingFilters
    form = forms.PairingForm
    title = "name"
    icon = "visit"
    label = pgettext_lazy("列表", "帮扶结对")
    empty = _("没有符合条件的结对。可以在贫困户列表里勾选多户后批量结对。")
    bulk = (HAND_OVER,)
    columns = (
        Column("name", _("帮扶责任人")),
        Column("unit_name", _("帮扶单位")),
        Column("phone", _("责任人电话"), kind=SEALED),
        Column(
            "cadre",
            _("干部编码"),
            source="cadre_code",
            holds="cadre__code",
            kind=IDENTIFIER,
            link="cadre",
            link_source="cadre_seen",
            default=False,
        ),
        Column(
            "household",
            _("户编码"),
            source="code_seen",
            holds="household__code",
            kind=IDENTIFIER,
            link="household",
            link_source="household_seen",
        ),
        Column("head", _("户主"), source="head_seen", holds="household__persons__name"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("household_status", _("户脱贫属性"), source="status_seen", holds="household__status", kind=STATUS),
        Column("from_on", _("开始日期"), kind=DATE),
        Column("until_on", _("结束日期"), kind=DATE),
        Column("reason", _("结束原因"), default=False),
        *KEYS,
    )
    sections = (
        Section(_("帮扶责任人"), ("name", "unit_name", "phone", "cadre")),
        Section(_("贫困户"), ("household", "head", "division", "household_status")),
        Section(_("期限"), ("from_on", "until_on", "reason")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible pairings with what is visible of household and cadre."""
        seen: QuerySet[Any] = Household.objects.visible_to(user).with_head().filter(pk=OuterRef("household_id"))
        cadres = Cadre.objects.visible_to(user).filter(pk=OuterRef("cadre_id"))
        return (
            super()
            .rows(user)
            .annotate(
                household_seen=Subquery(seen.values("pk")),
                code_seen=Subquery(seen.values("code")),
                status_seen=Subquery(seen.values("status")),
                head_seen=Subquery(seen.values("head_name")),
                cadre_seen=Subquery(cadres.values("pk")),
                cadre_code=Subquery(cadres.values("code")),
            )
        )


class HomeCheckResource(Resource):
    """入户核查. The household is named by its code, where it is visible too; its people are on its own page."""

    name = "home-check"
    model = HomeCheck
    filters = filters.HomeCheckFilters
    form = forms.HomeCheckForm
    title = "checked_on"
    icon = "check"
    label = pgettext_lazy("列表", "入户核查")
    empty = _("没有入户核查记录。打开贫困户的一户一档，登记户是否知道帮扶责任人。")
    columns = (
        Column("checked_on", _("核查日期"), kind=DATE, link="home-check", link_source="pk"),
        Column(
            "household",
            _("户编码"),
            source="code_seen",
            holds="household__code",
            kind=IDENTIFIER,
            link="household",
            link_source="household_seen",
        ),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("knows_helper", _("知道帮扶责任人"), kind=BOOL),
        Column("satisfaction", _("对帮扶是否满意"), kind=SATISFACTION),
        Column("checker", _("核查人")),
        Column("note", _("说明"), default=False),
        *KEYS,
    )
    sections = (
        Section(_("核查"), ("household", "division", "checked_on", "checker")),
        Section(_("结果"), ("knows_helper", "satisfaction", "note")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible checks with the household where that is visible too."""
        seen = Household.objects.visible_to(user).filter(pk=OuterRef("household_id"))
        return (
            super()
            .rows(user)
            .annotate(household_seen=Subquery(seen.values("pk")), code_seen=Subquery(seen.values("code")))
        )


class CountyChiefResource(Resource):
    """旗县党政正职, those in office and those before."""

    name = "chief"
    model = CountyChief
    filters = filters.CountyChiefFilters
    form = forms.CountyChiefForm
    title = "name"
    icon = "post"
    label = pgettext_lazy("列表", "旗县党政正职")
    empty = _("没有旗县党政正职记录，由自治区、盟市组织部门登记。")
    columns = (
        Column("name", _("姓名"), link="chief", link_source="pk"),
        Column("post", _("职务"), kind=Choice(ChiefPost)),
        Column("division", _("旗县"), source="division_id", kind=PLACE),
        Column("from_on", _("任职日期"), kind=DATE),
        Column("until_on", _("离任日期"), kind=DATE),
        Column("approval_no", _("批准或备案文号")),
        Column("approved_on", _("批准或备案日期"), kind=DATE),
        Column("approved_by", _("批准或备案机关"), default=False),
        *KEYS,
    )
    sections = (
        Section(_("任职"), ("division", "post", "name", "from_on")),
        Section(_("调整"), ("until_on", "approval_no", "approved_on", "approved_by")),
    )


class AttendanceResource(Resource):
    """驻村考勤, as townships enter it month by month."""

    name = "attendance"
    model = Attendance
    filters = filters.AttendanceFilters
    form = forms.AttendanceForm
    title = "name"
    icon = "clock"
    label = pgettext_lazy("列表", "驻村考勤")
    empty = _("没有考勤记录。打开驻村干部的职责页，按月登记驻村天数和批准的请假天数。")
    columns = (
        Column("month", _("月份"), kind=DATE),
        Column("name", _("姓名")),
        Column("duty", _("职责"), source="duty__kind", kind=Choice(DutyKind), link="duty", link_source="duty_id"),
        Column("division", _("驻地"), source="division_id", kind=PLACE),
        Column("days_present", _("驻村天数"), kind=NUMBER),
        Column("leave_days", _("批准请假天数"), kind=NUMBER),
        Column("note", _("说明"), default=False),
        *KEYS,
    )
    sections = (Section(_("考勤"), ("name", "duty", "division", "month", "days_present", "leave_days", "note")),)


class DutyResource(Resource):
    """帮扶职责."""

    name = "duty"
    model = Duty
    filters = filters.DutyFilters
    form = forms.DutyForm
    title = "name"
    icon = "post"
    label = pgettext_lazy("列表", "帮扶职责")
    empty = _("没有符合条件的职责。第一书记、驻村队员、包联领导、签约医生等都在这里任用。")
    columns = (
        Column("kind", _("职责"), kind=Choice(DutyKind)),
        Column("name", _("姓名")),
        Column("unit_name", _("所在单位")),
        Column("phone", _("联系电话"), kind=SEALED),
        Column("division", _("任职地"), source="division_id", kind=PLACE),
        Column("team", _("工作队"), source="team__name", link="team", link_source="team_id"),
        Column(
            "cadre",
            _("干部编码"),
            source="cadre_code",
            kind=IDENTIFIER,
            link="cadre",
            link_source="cadre_seen",
            default=False,
        ),
        Column("from_on", _("开始日期"), kind=DATE),
        Column("until_on", _("结束日期"), kind=DATE),
        Column("unfit", _("考核认定不胜任"), kind=BOOL, default=False),
        Column("reason", _("结束原因"), default=False),
        *KEYS,
    )
    sections = (
        Section(_("职责"), ("kind", "name", "unit_name", "phone", "cadre", "division", "team")),
        Section(_("期限"), ("from_on", "until_on", "unfit", "reason")),
    )
    related = (Related(_("驻村考勤"), AttendanceResource, "duty", ("month", "days_present", "leave_days", "note")),)

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible duties with the cadre's file where that is visible too."""
        cadres = Cadre.objects.visible_to(user).filter(pk=OuterRef("cadre_id"))
        return (
            super()
            .rows(user)
            .annotate(cadre_seen=Subquery(cadres.values("pk")), cadre_code=Subquery(cadres.values("code")))
        )


class TaskForceResource(Resource):
    """工作队, of villages and counties."""

    name = "team"
    model = TaskForce
    filters = filters.TaskForceFilters
    form = forms.TaskForceForm
    title = "name"
    icon = "account"
    label = pgettext_lazy("列表", "工作队")
    empty = _("没有符合条件的工作队。")
    columns = (
        Column("name", _("队伍名称")),
        Column("kind", _("队伍类别"), kind=Choice(TeamKind)),
        Column("division", _("驻地"), source="division_id", kind=PLACE),
        Column("unit", _("派出单位"), source="unit_seen"),
        Column("set_on", _("进驻日期"), kind=DATE),
        Column("withdrawn_on", _("撤离日期"), kind=DATE),
        Column("reason", _("撤离原因"), default=False),
        *KEYS,
    )
    sections = (Section(_("工作队"), ("name", "kind", "division", "unit", "set_on", "withdrawn_on", "reason")),)
    related = (
        Related(_("队长和队员"), DutyResource, "team", ("name", "kind", "unit_name", "phone", "from_on", "until_on")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible teams with the name of the unit that sent them, where that is visible too."""
        units = HelpingUnit.objects.visible_to(user).filter(pk=OuterRef("unit_id"))
        return super().rows(user).annotate(unit_seen=Subquery(units.values("name")))


class CadreResource(Resource):
    """帮扶干部."""

    name = "cadre"
    model = Cadre
    filters = filters.CadreFilters
    form = forms.CadreForm
    title = "name"
    icon = "person"
    label = pgettext_lazy("列表", "帮扶干部")
    empty = _("没有符合条件的干部。可以放宽筛选条件，或新增一名干部。")
    columns = (
        Column("name", _("姓名"), link="cadre", link_source="pk"),
        Column("code", _("干部编码"), kind=IDENTIFIER, sortable=True, link="cadre", link_source="pk"),
        Column("unit", _("帮扶单位"), source="unit_seen"),
        Column("post", _("职务")),
        Column("rank", _("职级"), kind=Choice(Rank)),
        Column("division", _("帮扶地"), source="division_id", kind=PLACE),
        Column("phone", _("联系电话"), kind=SEALED),
        Column("paired", _("结对户数"), kind=NUMBER),
        Column("sex", _("性别"), kind=Code("sex"), default=False),
        Column("id_no", _("证件号码"), kind=SEALED, default=False),
        Column("political", _("政治面貌"), kind=Code("political"), default=False),
        Column("bilingual", _("蒙汉兼通"), kind=BOOL, default=False),
        Column("rural_experience", _("有农村牧区工作经验"), kind=BOOL, default=False),
        Column("accident_insured", _("已参加人身意外保险"), kind=BOOL, default=False),
        Column("health_checked_on", _("最近体检日期"), kind=DATE, default=False),
        Column("trained_on", _("最近培训日期"), kind=DATE, default=False),
        Column("left_on", _("离岗日期"), kind=DATE),
        *KEYS,
    )
    sections = (
        Section(_("基本情况"), ("code", "name", "sex", "unit", "post", "rank", "political", "division")),
        Section(_("联系与证件"), ("phone", "id_no")),
        Section(
            _("选派与保障"),
            ("bilingual", "rural_experience", "accident_insured", "health_checked_on", "trained_on", "left_on"),
        ),
    )
    related = (
        Related(
            _("结对户"),
            PairingResource,
            "cadre",
            ("head", "household", "division", "household_status", "from_on", "until_on"),
        ),
        Related(_("职责"), DutyResource, "cadre", ("kind", "division", "team", "from_on", "until_on")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible cadres with their unit where that is visible too, and how many visible households they help now."""
        units = HelpingUnit.objects.visible_to(user).filter(pk=OuterRef("unit_id"))
        found = cast("CadreQuerySet", super().rows(user)).with_pairings(user, timezone.localdate())
        return found.annotate(unit_seen=Subquery(units.values("name")))


class HelpingUnitResource(Resource):
    """帮扶单位."""

    name = "unit"
    model = HelpingUnit
    filters = filters.HelpingUnitFilters
    form = forms.HelpingUnitForm
    title = "name"
    icon = "division"
    label = pgettext_lazy("列表", "帮扶单位")
    empty = _("没有符合条件的帮扶单位。")
    columns = (
        Column("name", _("单位名称")),
        Column("level", _("隶属关系"), kind=Choice(UnitLevel)),
        Column("kind", _("单位性质"), kind=Choice(UnitKind)),
        Column("division", _("帮扶地"), source="division_id", kind=PLACE),
        Column("ended_on", _("结束帮扶日期"), kind=DATE),
        *KEYS,
    )
    sections = (Section(_("单位"), ("name", "level", "kind", "division", "ended_on")),)
    related = (
        Related(_("干部"), CadreResource, "unit", ("name", "code", "post", "phone", "paired", "left_on")),
        Related(_("包扶"), DutyResource, "unit", ("division", "from_on", "until_on")),
        Related(_("派出的工作队"), TaskForceResource, "unit", ("name", "division", "set_on", "withdrawn_on")),
    )
