"""How households and persons are narrowed on pages, in the API and in exports."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import Pairing, Share, ShareQuerySet
from apps.common.codes import codelist
from apps.households.models import (
    EXITED,
    POOR,
    GuaranteeStatus,
    Household,
    HouseholdIncome,
    HouseholdYear,
    NaturalChange,
    Person,
    PersonYear,
    StatusEvent,
)
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, WholeNumberFilter, YesNoFilter, between

POPULATIONS = {"poor": POOR, "exited": EXITED, "registered": (*POOR, *EXITED)}


class HouseholdFilters(Filters):
    """贫困户. `population` names the counted sets of the register: poor now, exited, all in the register."""

    population = django_filters.ChoiceFilter(
        label=_("在册范围"),
        method="in_population",
        choices=[("poor", _("未脱贫")), ("exited", _("已脱贫")), ("registered", _("在册"))],
    )
    head = django_filters.CharFilter(label=_("户主姓名"), method="headed_by")
    has_helper = YesNoFilter(label=_("有帮扶责任人"), method="helped")
    identified_from, identified_to = between("identified_on", _("识别时间"), DateFilter)

    class Meta:
        model = Household
        fields = [
            "code",
            "national_no",
            "status",
            "household_type",
            "identification_standard",
            "cause_main",
            "exit_year",
            "plan_exit_year",
            "is_relocated",
        ]

    def in_population(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(status__in=POPULATIONS[value])

    def headed_by(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Households whose head's name begins so; only heads the user may see are looked at."""
        heads = Person.objects.visible_to(self.user).filter(
            household_id=OuterRef("pk"), is_active=True, relation="01", name__startswith=value.strip()
        )
        return rows.filter(Exists(heads))

    def helped(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        open_now = Pairing.objects.visible_to(self.user).filter(household_id=OuterRef("pk"), until_on=None)
        return rows.filter(Exists(open_now)) if value else rows.exclude(Exists(open_now))


class PersonFilters(Filters):
    """家庭成员. `population` is that of the household; a name is searched from its beginning."""

    name = django_filters.CharFilter(label=_("姓名"), lookup_expr="startswith")
    population = django_filters.ChoiceFilter(
        label=_("在册范围"),
        method="in_population",
        choices=[("poor", _("未脱贫")), ("exited", _("已脱贫")), ("registered", _("在册"))],
    )
    household_status = ChoicesFilter(
        label=_("户脱贫属性"), field_name="household__status", choices=codelist("poverty_status").choices
    )
    born_from, born_to = between("birth_date", _("出生日期"), DateFilter)

    class Meta:
        model = Person
        fields = ["code", "national_no", "sex", "relation", "ethnicity", "is_active", "household"]

    def in_population(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(household__status__in=POPULATIONS[value], is_active=True)


class PersonYearFilters(Filters):
    """家庭成员年度情况."""

    year = WholeNumberFilter(label=_("年度"))

    class Meta:
        model = PersonYear
        fields = [
            "year",
            "person",
            "household",
            "education",
            "school_stage",
            "labour",
            "work_region",
            "five_path",
            "dibao",
            "tekun",
            "medical_resident",
        ]


class HouseholdYearFilters(Filters):
    """生产生活条件."""

    class Meta:
        model = HouseholdYear
        fields = ["year", "household", "dwelling_grade", "water_safe", "has_domestic_power", "road_type"]


class HouseholdIncomeFilters(Filters):
    """年度收入."""

    net_min, net_max = between("net", _("纯收入"))

    class Meta:
        model = HouseholdIncome
        fields = ["year", "household"]


class NaturalChangeFilters(Filters):
    """自然变更."""

    happened_from, happened_to = between("happened_on", _("发生日期"), DateFilter)

    class Meta:
        model = NaturalChange
        fields = ["kind", "household", "person"]


class GuaranteeStatusFilters(Filters):
    """两不愁三保障."""

    class Meta:
        model = GuaranteeStatus
        fields = [
            "year",
            "household",
            "food_ok",
            "clothing_ok",
            "education_ok",
            "medical_ok",
            "housing_ok",
            "water_ok",
            "income_ok",
        ]


class StatusEventFilters(Filters):
    """状态变化."""

    on_from, on_to = between("on", _("日期"), DateFilter)

    class Meta:
        model = StatusEvent
        fields = ["kind", "status", "household"]


class ShareFilters(Filters):
    """共享. `running` are those that open something now."""

    running = YesNoFilter(label=_("有效"), method="open_now")

    class Meta:
        model = Share
        fields = ["urgent", "household"]

    def open_now(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        shares = cast("ShareQuerySet", rows)
        return shares.valid(timezone.now()) if value else shares.ended(timezone.now())
