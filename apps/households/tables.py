"""The register's declarations: columns, sections and related tables of each model, for pages, API and export."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.households import filters, forms
from apps.households.models import (
    GuaranteeStatus,
    Household,
    HouseholdIncome,
    HouseholdYear,
    NaturalChange,
    Person,
    PersonYear,
    StatusEvent,
    Verdict,
)
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MOMENT, MONEY, NUMBER, PLACE, SEALED, Code, Number, State
from apps.pages.resources import Related, Resource, Section

STATUS = State(
    "poverty_status",
    colours={
        "10": "grey",
        "20": "yellow",
        "30": "blue",
        "40": "green",
        "41": "green",
        "50": "red",
        "60": "grey",
        "70": "grey",
    },
)
VERDICT = State(labels=dict(Verdict.choices), colours={"met": "green", "not_met": "red", "unknown": "grey"})
AREA = Number(2)
ROW_ID = Column("id", _("编号"), source="pk", kind=NUMBER, default=False)
KEYS = (ROW_ID, Column("version", _("版本"), kind=NUMBER, default=False))


class PersonYearResource(Resource):
    """家庭成员年度情况."""

    name = "person-year"
    model = PersonYear
    filters = filters.PersonYearFilters
    form = forms.PersonYearForm
    order = ("division_id", "pk")
    title = "person__name"
    icon = "user"
    columns = (
        Column("person", _("姓名"), source="person__name", link="person", link_source="person_id"),
        Column("year", _("年度"), kind=NUMBER),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("household", _("户"), source="household_id", kind=NUMBER, default=False),
        Column("political", _("政治面貌"), kind=Code("political"), default=False),
        Column("education", _("文化程度"), kind=Code("education")),
        Column("school_stage", _("在校生状况"), kind=Code("school_stage")),
        Column("school", _("学校名称"), default=False),
        Column("dropout_reason", _("失学或辍学原因"), kind=Code("dropout_reason"), default=False),
        Column("health", _("健康状况"), kind=Code("health")),
        Column("labour", _("劳动技能"), kind=Code("labour")),
        Column("work_region", _("务工区域"), kind=Code("work_region")),
        Column("work_place", _("务工所在地"), source="work_place_id", kind=PLACE, default=False),
        Column("work_months", _("务工时间（月）"), kind=Number(1)),
        Column("work_employer", _("务工企业"), default=False),
        Column("public_job", _("公益性岗位"), default=False),
        Column("public_job_months", _("公益性岗位月数"), kind=NUMBER, default=False),
        Column("speaks_mandarin", _("会讲普通话"), kind=BOOL, default=False),
        Column("medical_resident", _("居民医保"), kind=BOOL),
        Column("medical_employee", _("职工医保"), kind=BOOL, default=False),
        Column("serious_illness_insured", _("大病保险"), kind=BOOL, default=False),
        Column("commercial_medical", _("商业补充医保"), kind=BOOL, default=False),
        Column("pension_resident", _("居民养老"), kind=BOOL, default=False),
        Column("pension_employee", _("职工养老"), kind=BOOL, default=False),
        Column("accident_subsidy", _("意外险补贴"), kind=BOOL, default=False),
        Column("dibao", _("低保"), kind=BOOL),
        Column("tekun", _("特困供养"), kind=BOOL),
        Column("medical_relief", _("大病医疗救助"), kind=BOOL, default=False),
        Column("other_health_aid", _("其他健康扶贫"), kind=BOOL, default=False),
        Column("contract_doctor", _("签约医生"), default=False),
        Column("five_path", _("五个一批"), kind=Code("five_path")),
        *KEYS,
    )


class PersonResource(Resource):
    """家庭成员."""

    name = "person"
    model = Person
    filters = filters.PersonFilters
    form = forms.PersonForm
    title = "name"
    icon = "user"
    empty = _("没有符合条件的人员。可以放宽筛选条件，或从国家系统导出表导入。")
    columns = (
        Column("name", _("姓名"), sortable=True),
        Column("code", _("人编码"), kind=IDENTIFIER, default=False),
        Column("national_no", _("人编号"), kind=IDENTIFIER, default=False),
        Column("sex", _("性别"), kind=Code("sex")),
        Column("birth_date", _("出生日期"), kind=DATE),
        Column("id_type", _("证件类型"), kind=Code("id_type"), default=False),
        Column("id_no", _("证件号码"), kind=SEALED),
        Column("relation", _("与户主关系"), kind=Code("relation")),
        Column("ethnicity", _("民族"), kind=Code("ethnicity")),
        Column("disability_no", _("残疾人证号"), kind=SEALED, default=False),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column(
            "household",
            _("户编码"),
            source="household__code",
            kind=IDENTIFIER,
            link="household",
            link_source="household_id",
        ),
        Column("household_status", _("户脱贫属性"), source="household__status", kind=STATUS),
        Column("is_active", _("在册"), kind=BOOL, default=False),
        *KEYS,
    )
    sections = (
        Section(
            _("基本信息"),
            ("name", "sex", "birth_date", "ethnicity", "relation", "id_type", "id_no", "disability_no", "is_active"),
        ),
        Section(_("所在户"), ("household", "household_status", "division", "code", "national_no")),
    )
    related = (Related(_("年度情况"), PersonYearResource, "person"),)


class HouseholdYearResource(Resource):
    """生产生活条件."""

    name = "household-year"
    model = HouseholdYear
    filters = filters.HouseholdYearFilters
    form = forms.HouseholdYearForm
    title = "household__code"
    icon = "home"
    columns = (
        Column(
            "household",
            _("户编码"),
            source="household__code",
            kind=IDENTIFIER,
            link="household",
            link_source="household_id",
        ),
        Column("year", _("年度"), kind=NUMBER),
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
        Column("repair_plan_year", _("改造计划年度"), kind=NUMBER, default=False),
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
        Column(
            "household",
            _("户编码"),
            source="household__code",
            kind=IDENTIFIER,
            link="household",
            link_source="household_id",
        ),
        Column("year", _("年度"), kind=NUMBER),
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
        Column(
            "household",
            _("户编码"),
            source="household__code",
            kind=IDENTIFIER,
            link="household",
            link_source="household_id",
        ),
        Column("year", _("年度"), kind=NUMBER),
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


class StatusEventResource(Resource):
    """状态变化."""

    name = "status-event"
    model = StatusEvent
    filters = filters.StatusEventFilters
    title = "household__code"
    icon = "history"
    columns = (
        Column("on", _("日期"), kind=DATE),
        Column("kind", _("事件"), kind=State(labels=dict(StatusEvent.Kind.choices), colours={})),
        Column("status", _("脱贫属性"), kind=STATUS),
        Column(
            "household",
            _("户编码"),
            source="household__code",
            kind=IDENTIFIER,
            link="household",
            link_source="household_id",
        ),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("by", _("经办人"), source="by__name"),
        Column("recorded_at", _("记录时间"), kind=MOMENT, default=False),
        Column("note", _("说明"), default=False),
        ROW_ID,
    )


class NaturalChangeResource(Resource):
    """自然变更."""

    name = "natural-change"
    model = NaturalChange
    filters = filters.NaturalChangeFilters
    form = forms.NaturalChangeForm
    title = "household__code"
    icon = "refresh"
    columns = (
        Column("happened_on", _("发生日期"), kind=DATE),
        Column("kind", _("变更类型"), kind=Code("natural_change")),
        Column("person", _("姓名"), source="person__name", link="person", link_source="person_id"),
        Column(
            "household",
            _("户编码"),
            source="household__code",
            kind=IDENTIFIER,
            link="household",
            link_source="household_id",
        ),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("reported_by", _("上报人"), source="reported_by__name"),
        Column("approved_on", _("批准日期"), kind=DATE),
        Column("rejected_on", _("退回日期"), kind=DATE, default=False),
        Column("reason", _("说明"), default=False),
        ROW_ID,
    )


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
        Column("head", _("户主"), source="head_name", link="household", link_source="pk"),
        Column("code", _("户编码"), kind=IDENTIFIER, sortable=True),
        Column("national_no", _("户编号"), kind=IDENTIFIER, default=False),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("natural_village", _("自然村"), default=False),
        Column("address", _("家庭住址"), default=False),
        Column("status", _("脱贫属性"), kind=STATUS),
        Column("member_count", _("人口"), kind=NUMBER),
        Column("household_type", _("贫困户属性"), kind=Code("household_type")),
        Column("identification_standard", _("识别标准"), kind=Code("identification_standard"), default=False),
        Column("cause_main", _("主要致贫原因"), kind=Code("poverty_cause")),
        Column("cause_other", _("其他致贫原因"), kind=Code("poverty_cause"), default=False),
        Column("return_cause", _("返贫原因"), kind=Code("poverty_cause"), default=False),
        Column("identified_on", _("识别时间"), kind=DATE),
        Column("plan_exit_year", _("计划脱贫年度"), kind=NUMBER, default=False),
        Column("exit_year", _("脱贫年度"), kind=NUMBER),
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
        Related(_("年度收入"), HouseholdIncomeResource, "household"),
        Related(_("两不愁三保障"), GuaranteeStatusResource, "household"),
        Related(_("生产生活条件"), HouseholdYearResource, "household"),
        Related(_("自然变更"), NaturalChangeResource, "household"),
        Related(_("状态变化"), StatusEventResource, "household", ("on", "kind", "status", "by", "note")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Households with their head's name and number of members."""
        return super().rows(user).with_head().with_member_count()  # type: ignore[attr-defined]
