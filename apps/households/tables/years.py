"""一户一年: what a year changes of a household."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.households import filters, forms
from apps.households.models import GuaranteeStatus, HouseholdIncome, HouseholdYear
from apps.households.tables.shared import AREA, HOUSEHOLD, KEYS, VERDICT
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, MONEY, NUMBER, PLACE, YEAR, Code, Number
from apps.pages.resources import Resource


class HouseholdYearResource(Resource):
    """生产生活条件."""

    name = "household-year"
    model = HouseholdYear
    filters = filters.HouseholdYearFilters
    form = forms.HouseholdYearForm
    title = "household__code"
    icon = "home"
    columns = (
        HOUSEHOLD,
        Column("year", _("年度"), kind=YEAR),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("cultivated_mu", _("耕地（亩）"), kind=AREA),
        Column("irrigated_mu", _("有效灌溉（亩）"), kind=AREA, default=False),
        Column("forest_mu", _("林地（亩）"), kind=AREA, default=False),
        Column("returned_mu", _("退耕还林草（亩）"), kind=AREA, default=False),
        Column("orchard_mu", _("林果（亩）"), kind=AREA, default=False),
        Column("grassland_mu", _("牧草地（亩）"), kind=AREA),
        Column("water_mu", _("水面（亩）"), kind=AREA, default=False),
        Column("livestock_sheep_units", _("牲畜（羊单位）"), kind=Number(1), default=False),
        Column("has_production_power", _("生产用电"), kind=BOOL, default=False),
        Column("road_distance_km", _("距村主干路（公里）"), kind=AREA, default=False),
        Column("road_type", _("入户路"), kind=Code("road_type"), default=False),
        Column("in_cooperative", _("加入合作社"), kind=BOOL, default=False),
        Column("led_by_enterprise", _("龙头企业带动"), kind=BOOL, default=False),
        Column("led_by_person", _("致富带头人带动"), kind=BOOL, default=False),
        Column("housing_m2", _("住房（平方米）"), kind=AREA),
        Column("is_dangerous", _("危房户"), kind=BOOL, default=False),
        Column("dwelling_grade", _("危房级别"), kind=Code("dwelling_grade")),
        Column("repair_plan_year", _("改造计划年度"), kind=YEAR, default=False),
        Column("repair_done_on", _("改造竣工"), kind=DATE, default=False),
        Column("has_domestic_power", _("生活用电"), kind=BOOL),
        Column("has_tv", _("广播电视"), kind=BOOL),
        Column("water_difficult", _("饮水困难"), kind=BOOL, default=False),
        Column("water_safe", _("饮水安全"), kind=BOOL),
        Column("fuel_type", _("燃料"), kind=Code("fuel_type"), default=False),
        Column("has_toilet", _("卫生厕所"), kind=BOOL, default=False),
        Column("members", _("9月30日人口"), kind=NUMBER, default=False),
        *KEYS,
    )


class HouseholdIncomeResource(Resource):
    """年度收入."""

    name = "income"
    model = HouseholdIncome
    filters = filters.HouseholdIncomeFilters
    form = forms.HouseholdIncomeForm
    title = "household__code"
    icon = "coin"
    columns = (
        HOUSEHOLD,
        Column("year", _("年度"), kind=YEAR),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("wage", _("工资性"), kind=MONEY),
        Column("wage_public_job", _("公益性岗位"), kind=MONEY, default=False),
        Column("operating", _("生产经营性"), kind=MONEY),
        Column("property", _("财产性"), kind=MONEY),
        Column("asset_dividend", _("资产收益分红"), kind=MONEY, default=False),
        Column("other_property", _("其他财产性"), kind=MONEY, default=False),
        Column("transfer", _("转移性"), kind=MONEY),
        Column("family_planning", _("计划生育金"), kind=MONEY, default=False),
        Column("dibao_amount", _("低保金"), kind=MONEY, default=False),
        Column("tekun_amount", _("特困供养金"), kind=MONEY, default=False),
        Column("pension_amount", _("养老保险金"), kind=MONEY, default=False),
        Column("eco_amount", _("生态补偿金"), kind=MONEY, default=False),
        Column("other_transfer", _("其他转移性"), kind=MONEY, default=False),
        Column("operating_cost", _("经营性支出"), kind=MONEY),
        Column("gross", _("总收入"), kind=MONEY, default=False),
        Column("net", _("纯收入"), kind=MONEY),
        Column("gross_stated", _("总收入（填报）"), kind=MONEY, default=False),
        Column("net_stated", _("纯收入（填报）"), kind=MONEY, default=False),
        Column("per_capita_net_stated", _("人均（填报）"), kind=MONEY, default=False),
        *KEYS,
    )


class GuaranteeStatusResource(Resource):
    """两不愁三保障."""

    name = "guarantee"
    model = GuaranteeStatus
    filters = filters.GuaranteeStatusFilters
    form = forms.GuaranteeStatusForm
    title = "household__code"
    icon = "shield"
    columns = (
        HOUSEHOLD,
        Column("year", _("年度"), kind=YEAR),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("food_ok", _("不愁吃"), kind=VERDICT),
        Column("clothing_ok", _("不愁穿"), kind=VERDICT),
        Column("education_ok", _("义务教育"), kind=VERDICT),
        Column("medical_ok", _("基本医疗"), kind=VERDICT),
        Column("housing_ok", _("住房安全"), kind=VERDICT),
        Column("water_ok", _("饮水安全"), kind=VERDICT),
        Column("income_ok", _("收入达标"), kind=VERDICT),
        Column("assessed_on", _("核实日期"), kind=DATE),
        Column("evidence", _("依据"), default=False),
        *KEYS,
    )
