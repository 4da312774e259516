"""贫困户: the household and everything shown with it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.households import filters, forms
from apps.households.models import Household
from apps.households.tables.events import NaturalChangeResource, StatusEventResource
from apps.households.tables.persons import PersonResource, PersonYearResource
from apps.households.tables.shared import KEYS, STATUS
from apps.households.tables.years import GuaranteeStatusResource, HouseholdIncomeResource, HouseholdYearResource
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MOMENT, NUMBER, PLACE, SEALED, YEAR, Code, Number
from apps.pages.resources import Related, Resource, Section


class HouseholdResource(Resource):
    """贫困户."""

    name = "household"
    model = Household
    filters = filters.HouseholdFilters
    form = forms.HouseholdForm
    title = "head_name"
    icon = "home"
    empty = _("没有符合条件的贫困户。可以放宽筛选条件，或从国家系统导出表导入。")
    columns = (
        Column("head", _("户主"), source="head_name", holds="persons__name", link="household", link_source="pk"),
        # A household whose members have all left has no head to be opened by.
        Column("code", _("户编码"), kind=IDENTIFIER, sortable=True, link="household", link_source="pk"),
        Column("national_no", _("户编号"), kind=IDENTIFIER, default=False),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("natural_village", _("自然村"), default=False),
        Column("address", _("家庭住址"), default=False),
        Column("status", _("脱贫属性"), kind=STATUS),
        Column("member_count", _("人口"), holds="persons__is_active", kind=NUMBER),
        Column("household_type", _("贫困户属性"), kind=Code("household_type")),
        Column("identification_standard", _("识别标准"), kind=Code("identification_standard"), default=False),
        Column("cause_main", _("主要致贫原因"), kind=Code("poverty_cause")),
        Column("cause_other", _("其他致贫原因"), kind=Code("poverty_cause"), default=False),
        Column("return_cause", _("返贫原因"), kind=Code("poverty_cause"), default=False),
        Column("identified_on", _("识别时间"), kind=DATE),
        Column("plan_exit_year", _("计划脱贫年度"), kind=YEAR, default=False),
        Column("exit_year", _("脱贫年度"), kind=YEAR),
        Column("returned_on", _("返贫时间"), kind=DATE, default=False),
        Column("phone", _("联系电话"), kind=SEALED),
        Column("bank_name", _("开户银行"), default=False),
        Column("bank_account", _("银行卡号"), kind=SEALED, default=False),
        Column("is_martyr_family", _("军烈属"), kind=BOOL, default=False),
        Column("is_only_child_family", _("独生子女户"), kind=BOOL, default=False),
        Column("is_two_daughter_family", _("双女户"), kind=BOOL, default=False),
        Column("is_relocated", _("搬迁户"), kind=BOOL, default=False),
        Column("member_count_stated", _("填报人口"), kind=NUMBER, default=False),
        Column("lon", _("经度"), kind=Number(6), default=False),
        Column("lat", _("纬度"), kind=Number(6), default=False),
        Column("updated_at", _("更新时间"), kind=MOMENT, default=False),
        *KEYS,
    )
    sections = (
        Section(
            _("识别与状态"),
            (
                "status",
                "identified_on",
                "identification_standard",
                "household_type",
                "cause_main",
                "cause_other",
                "return_cause",
                "plan_exit_year",
                "exit_year",
                "returned_on",
            ),
        ),
        Section(
            _("联系与住址"),
            ("division", "natural_village", "address", "phone", "bank_name", "bank_account", "lon", "lat"),
        ),
        Section(
            _("家庭属性"),
            (
                "member_count",
                "member_count_stated",
                "is_martyr_family",
                "is_only_child_family",
                "is_two_daughter_family",
                "is_relocated",
                "national_no",
                "updated_at",
            ),
        ),
    )
    related = (
        Related(
            _("家庭成员"),
            PersonResource,
            "household",
            ("name", "sex", "birth_date", "relation", "ethnicity", "id_no", "is_active"),
        ),
        Related(
            _("成员年度情况"),
            PersonYearResource,
            "household",
            ("person", "year", "education", "school_stage", "health", "labour", "work_months", "dibao", "five_path"),
        ),
        Related(
            _("年度收入"),
            HouseholdIncomeResource,
            "household",
            ("year", "wage", "operating", "property", "transfer", "operating_cost", "net", "per_capita_net_stated"),
        ),
        Related(
            _("两不愁三保障"),
            GuaranteeStatusResource,
            "household",
            ("year", "food_ok", "clothing_ok", "education_ok", "medical_ok", "housing_ok", "water_ok", "assessed_on"),
        ),
        Related(
            _("生产生活条件"),
            HouseholdYearResource,
            "household",
            (
                "year",
                "cultivated_mu",
                "grassland_mu",
                "housing_m2",
                "dwelling_grade",
                "has_domestic_power",
                "has_tv",
                "water_safe",
                "members",
            ),
        ),
        Related(
            _("自然变更"),
            NaturalChangeResource,
            "household",
            ("happened_on", "kind", "person", "reported_by", "approved_on"),
        ),
        Related(_("状态变化"), StatusEventResource, "household", ("on", "kind", "status", "by", "note")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Households with their head's name and number of members."""
        return super().rows(user).with_head().with_member_count()  # type: ignore[attr-defined]
