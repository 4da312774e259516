"""How assessments, rounds and sets are narrowed on pages, in the API and in exports."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.assessments.choices import Light
from apps.assessments.models import AssessmentRound, CadreAssessment, IndicatorSet
from apps.pages.filters import ChoicesFilter, Filters, YesNoFilter


class AssessmentFilters(Filters):
    """帮扶考核."""

    light = ChoicesFilter(label=_("期限"), choices=Light.choices)
    zero = YesNoFilter(label=_("有零签到月份"), method="with_zero_months")
    appealed = YesNoFilter(label=_("提出过申诉"), field_name="appeal_text", lookup_expr="gt", method="with_appeal")
    name = django_filters.CharFilter(label=_("姓名或队名"), lookup_expr="startswith")

    class Meta:
        model = CadreAssessment
        fields = ["year", "kind", "state", "grade", "cadre"]

    def with_zero_months(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(zero_months__len__gt=0) if value else rows.exclude(zero_months__len__gt=0)

    def with_appeal(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.exclude(appeal_text="") if value else rows.filter(appeal_text="")


class RoundFilters(Filters):
    """年度考核."""

    class Meta:
        model = AssessmentRound
        fields = ["year", "kind", "state"]


class IndicatorSetFilters(Filters):
    """考核方案."""

    class Meta:
        model = IndicatorSet
        fields = ["year", "kind"]
