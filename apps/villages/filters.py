"""Filters of villages and their years, for pages, API and export alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common.codes import codelist
from apps.pages.filters import ChoicesFilter, Filters, YesNoFilter, between
from apps.villages.models import LISTED, Village, VillageYear


class VillageFilters(Filters):
    """嘎查村. `listed` is a poor village of the list, `village_status` says whether it has left."""

    name = django_filters.CharFilter(label=_("名称"), field_name="division__name", lookup_expr="startswith")
    listed = YesNoFilter(label=_("贫困村"), method="on_the_list")
    attributes = ChoicesFilter(
        label=_("村属性"), method="with_attributes", choices=codelist("village_attribute").choices
    )

    class Meta:
        model = Village
        fields = ["village_status", "exit_year", "terrain", "development_type"]

    def on_the_list(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        listed = {"attributes__contains": [LISTED]}
        return rows.filter(**listed) if value else rows.exclude(**listed)

    def with_attributes(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Villages with any of these attributes."""
        return rows.filter(attributes__overlap=value) if value else rows


class VillageYearFilters(Filters):
    """嘎查村年度情况."""

    operating_income_min, operating_income_max = between("collective_operating_income", _("集体经济经营性收入"))

    class Meta:
        model = VillageYear
        fields = [
            "year",
            "village",
            "paved_to_township",
            "bus",
            "production_power",
            "clinic_standard_met",
            "task_force",
            "weak_branch",
            "secretary_filed",
        ]
