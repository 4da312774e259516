"""How units, cadres, duties and pairings are narrowed on pages, in the API and in exports."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import Pairing, PairingQuerySet
from apps.cadres.models import Attendance, Cadre, CountyChief, Duty, HelpingUnit, HomeCheck, TaskForce
from apps.cadres.querysets import CadreQuerySet, DutyQuerySet
from apps.cadres.services.pairing import USUAL_MOST
from apps.common.codes import codelist
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, YesNoFilter, between


class HelpingUnitFilters(Filters):
    """帮扶单位."""

    name = django_filters.CharFilter(label=_("单位名称"), lookup_expr="startswith")
    running = YesNoFilter(label=_("正在帮扶"), field_name="ended_on", lookup_expr="isnull")

    class Meta:
        model = HelpingUnit
        fields = ["level", "kind"]


class CadreFilters(Filters):
    """帮扶干部. `households` is how many of the households one sees he helps now."""

    name = django_filters.CharFilter(label=_("姓名"), lookup_expr="startswith")
    serving = YesNoFilter(label=_("在岗"), method="in_service")
    has_account = YesNoFilter(label=_("有登录账户"), field_name="account", lookup_expr="isnull", exclude=True)
    households = django_filters.ChoiceFilter(
        label=_("结对户数"),
        method="with_households",
        choices=[("none", _("没有结对户")), ("usual", _("1至5户")), ("many", _("超过5户"))],
    )

    class Meta:
        model = Cadre
        fields = ["code", "unit", "rank", "bilingual", "rural_experience"]

    def in_service(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        serving = cast("CadreQuerySet", rows).serving(timezone.localdate())
        return serving if value else rows.exclude(pk__in=serving.values("pk"))

    def with_households(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "none":
            return rows.filter(paired=0)
        return rows.filter(paired__gt=USUAL_MOST) if value == "many" else rows.filter(paired__range=(1, USUAL_MOST))


class TaskForceFilters(Filters):
    """工作队."""

    running = YesNoFilter(label=_("在驻"), field_name="withdrawn_on", lookup_expr="isnull")
    set_from, set_to = between("set_on", _("进驻日期"), DateFilter)

    class Meta:
        model = TaskForce
        fields = ["kind", "unit"]


class DutyFilters(Filters):
    """帮扶职责."""

    name = django_filters.CharFilter(label=_("姓名"), lookup_expr="startswith")
    running = YesNoFilter(label=_("在任"), method="held_now")
    from_from, from_to = between("from_on", _("开始日期"), DateFilter)

    class Meta:
        model = Duty
        fields = ["kind", "cadre", "unit", "team", "unfit"]

    def held_now(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        held = cast("DutyQuerySet", rows).active(timezone.localdate())
        return held if value else rows.exclude(pk__in=held.values("pk"))


class AttendanceFilters(Filters):
    """驻村考勤."""

    name = django_filters.CharFilter(label=_("姓名"), lookup_expr="startswith")
    month_from, month_to = between("month", _("月份"), DateFilter)
    present_from, present_to = between("days_present", _("驻村天数"), django_filters.NumberFilter)

    class Meta:
        model = Attendance
        fields = ["duty"]


class HomeCheckFilters(Filters):
    """入户核查."""

    knows_helper = YesNoFilter(label=_("知道帮扶责任人"), field_name="knows_helper")
    checked_from, checked_to = between("checked_on", _("核查日期"), DateFilter)

    class Meta:
        model = HomeCheck
        fields = ["household", "satisfaction"]


class CountyChiefFilters(Filters):
    """旗县党政正职. `approved`: there is a paper for the end of the term."""

    name = django_filters.CharFilter(label=_("姓名"), lookup_expr="startswith")
    serving = YesNoFilter(label=_("在任"), field_name="until_on", lookup_expr="isnull")
    approved = YesNoFilter(label=_("有批准或备案文件"), field_name="approved_on", lookup_expr="isnull", exclude=True)
    until_from, until_to = between("until_on", _("离任日期"), DateFilter)

    class Meta:
        model = CountyChief
        fields = ["post"]


class PairingFilters(Filters):
    """帮扶结对. `departed`: in force, and the cadre has left (CV-18)."""

    name = django_filters.CharFilter(label=_("帮扶责任人姓名"), lookup_expr="startswith")
    running = YesNoFilter(label=_("有效"), method="in_force")
    household_status = ChoicesFilter(
        label=_("户脱贫属性"), field_name="household__status", choices=codelist("poverty_status").choices
    )
    departed = YesNoFilter(label=_("干部已离岗"), method="of_departed")
    from_from, from_to = between("from_on", _("开始日期"), DateFilter)

    class Meta:
        model = Pairing
        fields = ["household", "cadre"]

    def in_force(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        running = cast("PairingQuerySet", rows).active(timezone.localdate())
        return running if value else rows.exclude(pk__in=running.values("pk"))

    def of_departed(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Open pairings of cadres in sight who have left, or all others."""
        left = Cadre.objects.visible_to(self.user).filter(pk=OuterRef("cadre_id"), left_on__lte=timezone.localdate())
        condition = Exists(left)
        return rows.filter(condition, until_on=None) if value else rows.exclude(condition, until_on=None)
