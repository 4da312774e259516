"""How assessments of places, plans and results from the spot are narrowed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.assessments.choices import Light
from apps.assessments.effect_choices import EffectGrade
from apps.assessments.models import EffectAssessment, EffectTarget, SiteResult
from apps.assessments.services.effect_waiting import mine
from apps.pages.filters import ChoicesFilter, Filters, WholeNumberFilter, YesNoFilter


class EffectFilters(Filters):
    """成效考核. A grade is asked only of what the reader may read of it."""

    light = ChoicesFilter(label=_("期限"), choices=Light.choices)
    grade = ChoicesFilter(label=_("等次"), field_name="shown_grade", choices=EffectGrade.choices)
    waiting = YesNoFilter(label=_("待我办理"), method="waiting_for_me")

    class Meta:
        model = EffectAssessment
        fields = ["year", "kind", "group", "state"]

    def waiting_for_me(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(mine(self.user)) if value else rows.exclude(mine(self.user))


class TargetFilters(Filters):
    """减贫计划."""

    class Meta:
        model = EffectTarget
        fields = ["year"]


class SiteResultFilters(Filters):
    """实地考核结果."""

    assessed = WholeNumberFilter(label=_("被考核地区"), field_name="assessed_id")

    class Meta:
        model = SiteResult
        fields = ["year", "code", "source"]
