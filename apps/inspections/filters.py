"""How inspections, samples and on-site forms are narrowed on pages, in the API and in exports."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.inspections.choices import BEFORE, DONE
from apps.inspections.models import (
    FormTemplate,
    Inspection,
    InspectionTarget,
    Sample,
    SampledUnit,
    SiteForm,
)
from apps.inspections.services import late
from apps.inspections.services.reading import has_form
from apps.pages.filters import DateFilter, Filters, YesNoFilter, between


class InspectionFilters(Filters):
    """督查巡查."""

    title = django_filters.CharFilter(label=_("督查名称"), lookup_expr="contains")
    from_on_min, from_on_max = between("from_on", _("开始日期"), DateFilter)
    under_way = YesNoFilter(label=_("未办结"), method="that_go_on")

    class Meta:
        model = Inspection
        fields = ["kind", "state", "number"]

    def that_go_on(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        over = [*DONE, *BEFORE]
        return rows.exclude(state__in=over) if value else rows.filter(state__in=over)


class TargetFilters(Filters):
    """受检地区."""

    inspected_on_min, inspected_on_max = between("inspected_on", _("督查日期"), DateFilter)
    inspected = YesNoFilter(label=_("已督查"), field_name="inspected_on", lookup_expr="isnull", exclude=True)
    told = YesNoFilter(label=_("已反馈"), field_name="fed_back_on", lookup_expr="isnull", exclude=True)

    class Meta:
        model = InspectionTarget
        fields = ["kind", "inspection"]


class SampleFilters(Filters):
    """抽样."""

    class Meta:
        model = Sample
        fields = ["inspection", "unit", "method", "strata", "weighted"]


class SampledUnitFilters(Filters):
    """抽中单位."""

    visited = YesNoFilter(label=_("已填现场表"), method="with_form")
    dropped = YesNoFilter(label=_("已替换"), field_name="dropped_on", lookup_expr="isnull", exclude=True)

    class Meta:
        model = SampledUnit
        fields = ["sample", "inspection", "household_code"]

    def with_form(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(has_form()) if value else rows.exclude(has_form())


class SiteFormFilters(Filters):
    """现场表."""

    with_problem = YesNoFilter(label=_("发现问题"), method="that_carry_one")
    waiting = YesNoFilter(label=_("待我处理"), method="that_wait")

    class Meta:
        model = SiteForm
        fields = ["inspection", "unit", "late", "problem_level"]

    def that_carry_one(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.exclude(problem_fact="") if value else rows.filter(problem_fact="")

    def that_wait(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        waiting = late.waiting(self.user).values("pk")
        return rows.filter(pk__in=waiting) if value else rows.exclude(pk__in=waiting)


class FormTemplateFilters(Filters):
    """现场表模板."""

    class Meta:
        model = FormTemplate
        fields = ["unit", "is_active"]
