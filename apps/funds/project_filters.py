"""How the library, projects, their reports and beneficiaries are narrowed on pages, in the API and in exports."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.funds.models import Beneficiary, LibraryItem, NegativeItem, Project, ProjectProgress
from apps.funds.project_kinds import LIGHT
from apps.funds.services import library
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, YesNoFilter, between


class LibraryItemFilters(Filters):
    """项目库."""

    name = django_filters.CharFilter(label=_("项目名称"), lookup_expr="startswith")
    waiting = YesNoFilter(label=_("待我办理"), method="that_wait")
    light = ChoicesFilter(label=_("期限"), choices=list(LIGHT.labels.items()))
    amount_min, amount_max = between("amount", _("申请资金"))

    class Meta:
        model = LibraryItem
        fields = ["year", "kind", "mode", "state", "valid_for"]

    def that_wait(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        waiting = library.waiting(self.user).order_by().values("pk")
        return rows.filter(pk__in=waiting) if value else rows.exclude(pk__in=waiting)


class ProjectFilters(Filters):
    """扶贫项目."""

    name = django_filters.CharFilter(label=_("项目名称"), lookup_expr="startswith")
    late = YesNoFilter(label=_("未按期开工或完工"))
    unreported = YesNoFilter(label=_("京蒙月报逾期"))
    outside = YesNoFilter(label=_("未入库"), field_name="item", lookup_expr="isnull")
    budget_min, budget_max = between("budget", _("计划投资"))

    class Meta:
        model = Project
        fields = ["year", "kind", "mode", "state", "grade"]


class ProgressFilters(Filters):
    """项目月报."""

    month_min, month_max = between("month", _("月份"), DateFilter)
    unsigned = YesNoFilter(label=_("无义务监督员签字"), method="without_signature")

    class Meta:
        model = ProjectProgress
        fields = ["project"]

    def without_signature(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(supervisor_name="") if value else rows.exclude(supervisor_name="")


class BeneficiaryFilters(Filters):
    """受益户."""

    class Meta:
        model = Beneficiary
        fields = ["year", "kind", "is_active", "project", "item", "household"]


class NegativeItemFilters(Filters):
    """负面清单."""

    class Meta:
        model = NegativeItem
        fields = ["aspect", "is_active"]
