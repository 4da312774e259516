"""The columns of the register's workbook: what they are called, where their values go and how a cell is read.

`header` is the name in the flat export of the national system and in our template; `aliases` are the identifiers of
the national system (registry.md) and other usual names. Order is that of the template.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from apps.households.models import Household, HouseholdIncome, HouseholdYear, Person, PersonYear
from apps.pages.imports import cells
from apps.pages.imports.cells import Parser
from apps.pages.imports.workbook import bare, without_unit

PLACE = "place"
MODELS: dict[str, type[models.Model]] = {
    "household": Household,
    "year": HouseholdYear,
    "income": HouseholdIncome,
    "person": Person,
    "person_year": PersonYear,
}
# The sections whose values stand on every row of a household.
OF_HOUSEHOLD = (PLACE, "household", "year", "income")

# The workflow moves these; an import gives them to a new household only.
BY_WORKFLOW = ("status", "identified_on", "exit_year", "returned_on")


@dataclass(frozen=True)
class Field:
    """One column. `sealed` names the kind of an encrypted number; `several` columns of a file may go into the field."""

    section: str
    name: str
    header: str
    parse: Parser
    aliases: Sequence[str] = ()
    required: bool = False
    sealed: str = ""
    codelist: str = ""
    several: bool = False
    width: int = 12
    in_template: bool = True

    @property
    def model_field(self) -> Any:
        """The model's field the value goes to."""
        return MODELS[self.section]._meta.get_field(self.name)


def _text(section: str, name: str, header: str, most: int, *aliases: str, **more: Any) -> Field:
    return Field(section, name, header, cells.text(most), aliases, **more)


def _code(section: str, name: str, header: str, codelist: str, *aliases: str, **more: Any) -> Field:
    none = more.pop("none", ())
    return Field(section, name, header, cells.code(codelist, none=none), aliases, codelist=codelist, **more)


def _codes(section: str, name: str, header: str, codelist: str, *aliases: str, **more: Any) -> Field:
    none = more.pop("none", ())
    return Field(section, name, header, cells.codes(codelist, none=none), aliases, codelist=codelist, **more)


def _flag(section: str, name: str, header: str, *aliases: str, **more: Any) -> Field:
    return Field(section, name, header, cells.flag, aliases, **more)


def _date(section: str, name: str, header: str, *aliases: str, **more: Any) -> Field:
    return Field(section, name, header, cells.date, aliases, **more)


def _year(section: str, name: str, header: str, *aliases: str, **more: Any) -> Field:
    return Field(section, name, header, cells.year(), aliases, **more)


def _number(section: str, name: str, header: str, *aliases: str, signed: bool = False, **more: Any) -> Field:
    """Digits and places are the model field's own."""
    field: Any = MODELS[section]._meta.get_field(name)
    most = 99_999_999 if section == "income" else None
    parse = cells.number(field.max_digits, field.decimal_places, least=None if signed else 0, most=most)
    return Field(section, name, header, parse, aliases, **more)


def _count(section: str, name: str, header: str, most: int, *aliases: str, **more: Any) -> Field:
    return Field(section, name, header, cells.number(5, 0, most=most), aliases, **more)


def _number_of_kind(section: str, name: str, header: str, kind: str, most: int, *aliases: str, **more: Any) -> Field:
    return Field(section, name, header, cells.identifier(most), aliases, sealed=kind, width=22, **more)


OTHER_CAUSES = ("aac008", "aac008_2", "aac008_3", "其它致贫原因", "其他致贫原因1", "其他致贫原因2")

EXTRA: dict[str, Any] = {"in_template": False}

FIELDS: tuple[Field, ...] = (
    _text(PLACE, "region", "省(区、市)", 100, "省", "自治区", "省市区"),
    _text(PLACE, "league", "盟(市)", 100, "盟市", "市"),
    _text(PLACE, "county", "旗(县、市、区)", 100, "旗县", "旗县区", "县", "县(市、区、旗)", required=True),
    _text(PLACE, "township", "苏木(乡镇)", 100, "苏木乡镇", "乡镇", "乡(镇)", required=True),
    _text(PLACE, "village", "嘎查(村)", 100, "嘎查村", "村", "行政村", required=True, width=18),
    _text("household", "natural_village", "自然村", 50, "自然村/组", "村民小组"),
    Field("household", "national_no", "户编号", cells.identifier(20), ("全国系统户编号",), required=True, width=22),
    Field(
        "person",
        "national_no",
        "人编号",
        cells.identifier(20),
        ("人口编号", "全国系统人口编号"),
        required=True,
        width=24,
    ),
    Field("person", "name", "姓名", cells.name(50), ("aab002",), required=True),
    _code("person", "sex", "性别", "sex", "aab003", required=True, width=8),
    _code("person", "id_type", "证件类型", "id_type", required=True, width=20),
    _number_of_kind("person", "id_no", "证件号码", "citizen", 22, "aab004", "身份证号", "身份证号码", "公民身份号码"),
    _count("household", "member_count_stated", "家庭人口数", 999, "人口数", "家庭人口", "家庭人口数(填报)"),
    _code("person", "relation", "与户主关系", "relation", "aab006", required=True),
    _code("person", "ethnicity", "民族", "ethnicity", "aab007", required=True),
    _code("person_year", "political", "政治面貌", "political", "aak033"),
    _code("person_year", "education", "文化程度", "education", "aab008", none=("在校生",), width=14),
    _code(
        "person_year",
        "school_stage",
        "在校生状况",
        "school_stage",
        "aab009",
        none=("非在校生", "不在校", "无"),
        width=14,
    ),
    _codes("person_year", "health", "健康状况", "health", "aab017", required=True, width=14),
    _number_of_kind("person", "disability_no", "残疾人证号", "disability", 22, "残疾证号", "残疾人证号码"),
    _code("person_year", "labour", "劳动技能", "labour", "aab010", required=True, width=18),
    _code("person_year", "work_region", "务工区域", "work_region", "aab025", none=("无", "未务工"), width=18),
    _number("person_year", "work_months", "务工时间(月)", "aab012", "务工时间", "务工月数"),
    _flag("person_year", "medical_resident", "参加城乡居民基本医疗保险", "aab013", "是否参加城乡居民基本医疗保险"),
    _flag("person_year", "serious_illness_insured", "参加大病保险", "aab022", "是否参加大病保险", required=True),
    _flag("person_year", "pension_resident", "参加城乡居民基本养老保险", "aab014", "是否参加城乡居民基本养老保险"),
    _flag("person_year", "dibao", "是否享受低保", "aab030", "是否享受农村低保"),
    _flag("person_year", "tekun", "是否特困供养人员", "是否特困供养"),
    _number_of_kind("household", "phone", "联系电话", "phone", 30, "aar012", "电话", "手机号码"),
    _code("household", "status", "脱贫属性", "poverty_status", "脱贫状态", required=True, width=18),
    _code("household", "household_type", "贫困户属性", "household_type", "户属性", required=True, width=18),
    _code("household", "identification_standard", "识别标准", "identification_standard", required=True),
    _code("household", "cause_main", "主要致贫原因", "poverty_cause", "aac007", required=True, width=16),
    _codes(
        "household",
        "cause_other",
        "其他致贫原因",
        "poverty_cause",
        *OTHER_CAUSES,
        several=True,
        none=("无",),
        width=16,
    ),
    _date("household", "identified_on", "识别时间", "识别日期"),
    _number("income", "wage", "工资性收入", "aac073"),
    _number("income", "operating", "生产经营性收入", "aac071"),
    _number("income", "property", "财产性收入", "aac072"),
    _number("income", "family_planning", "计划生育金", "aac076"),
    _number("income", "dibao_amount", "低保金", "aac077"),
    _number("income", "tekun_amount", "特困供养金", "aac086", "五保金", "特困供养金(五保金)"),
    _number("income", "pension_amount", "养老保险金", "aac087"),
    _number("income", "eco_amount", "生态补偿金", "aac078"),
    _number("income", "other_transfer", "其他转移性收入", "aac083"),
    _number("income", "operating_cost", "生产经营性支出", "aac074"),
    _number("income", "net_stated", "纯收入", "家庭纯收入", "纯收入(填报)", signed=True),
    _number("income", "per_capita_net_stated", "人均纯收入", "家庭人均纯收入", "人均纯收入(填报)", signed=True),
    _number("year", "cultivated_mu", "耕地面积(亩)", "aac301", required=True),
    _number("year", "grassland_mu", "牧草地面积(亩)", "aac306", "草牧场面积"),
    _number("year", "housing_m2", "住房面积(平方米)", "aac317", required=True),
    _code("year", "dwelling_grade", "危房级别", "dwelling_grade", "aac322", "住房等级", required=True, width=16),
    _flag("year", "water_safe", "饮水是否安全", "aac312", "aac091", "是否解决安全饮用水", required=True),
    _flag("year", "has_domestic_power", "是否通生活用电", "aac313", required=True),
    _flag("year", "has_tv", "是否通广播电视", "aac314", required=True),
    _flag("household", "is_relocated", "是否搬迁户", "是否易地扶贫搬迁户"),
    _text("household", "bank_name", "开户银行", 50, "aaq002", "开户银行名称"),
    _number_of_kind("household", "bank_account", "银行卡号", "bank", 30, "aac004", "银行账号"),
    # Accepted where a file has them; the template leaves them out.
    _text("household", "address", "家庭住址", 200, "住址", **EXTRA),
    _code("household", "return_cause", "返贫原因", "poverty_cause", none=("无",), **EXTRA),
    _year("household", "plan_exit_year", "计划脱贫年度", **EXTRA),
    _year("household", "exit_year", "脱贫年度", "脱贫年份", **EXTRA),
    _date("household", "returned_on", "返贫时间", **EXTRA),
    _flag("household", "is_martyr_family", "是否军烈属", **EXTRA),
    _flag("household", "is_only_child_family", "是否独生子女户", **EXTRA),
    _flag("household", "is_two_daughter_family", "是否双女户", **EXTRA),
    _number("year", "irrigated_mu", "有效灌溉面积(亩)", "aac302", **EXTRA),
    _number("year", "forest_mu", "林地面积(亩)", "aac303", **EXTRA),
    _number("year", "returned_mu", "退耕还林面积(亩)", "aac304", "退耕还林(草)面积", "退耕还林草面积", **EXTRA),
    _number("year", "orchard_mu", "林果面积(亩)", "aac305", **EXTRA),
    _number("year", "water_mu", "水面面积(亩)", "aac307", **EXTRA),
    _number("year", "livestock_sheep_units", "牲畜存栏(羊单位)", **EXTRA),
    _flag("year", "has_production_power", "是否通生产用电", "aac308", **EXTRA),
    _number("year", "road_distance_km", "与村主干路距离(公里)", "aac315", **EXTRA),
    _code("year", "road_type", "入户路类型", "road_type", "aac316", **EXTRA),
    _flag("year", "in_cooperative", "是否加入农民专业合作组织", "aac084", "是否加入农民专业合作社", **EXTRA),
    _flag("year", "led_by_enterprise", "是否有龙头企业带动", "aac088", **EXTRA),
    _flag("year", "led_by_person", "是否有创业致富带头人带动", "aac089", **EXTRA),
    _flag("year", "is_dangerous", "是否危房户", "aac318", **EXTRA),
    _flag("year", "water_difficult", "饮水是否困难", "aac311", **EXTRA),
    _code("year", "fuel_type", "主要燃料类型", "fuel_type", "aac320", **EXTRA),
    _flag("year", "has_toilet", "是否有卫生厕所", "aac319", **EXTRA),
    _number("income", "wage_public_job", "公益性岗位收入", "其中：公益性岗位收入", **EXTRA),
    _number("income", "asset_dividend", "资产收益扶贫分红收入", "aac092", **EXTRA),
    _number("income", "other_property", "其他财产性收入", "aac093", **EXTRA),
    _number("income", "transfer", "转移性收入", **EXTRA),
    _number("income", "gross_stated", "年总收入", "家庭年总收入", signed=True, **EXTRA),
    _date("person", "birth_date", "出生日期", "出生年月日", **EXTRA),
    _text("person_year", "school", "学校名称", 80, "就读学校", **EXTRA),
    _code("person_year", "dropout_reason", "失学或辍学原因", "dropout_reason", "失学辍学原因", none=("无",), **EXTRA),
    _text("person_year", "work_employer", "务工企业", 80, **EXTRA),
    _text("person_year", "public_job", "公益性岗位", 50, **EXTRA),
    _count("person_year", "public_job_months", "公益性岗位月数", 12, **EXTRA),
    _flag("person_year", "speaks_mandarin", "是否会讲普通话", "aab065", **EXTRA),
    _flag("person_year", "medical_employee", "参加城镇职工基本医疗保险", "是否参加城镇职工基本医疗保险", **EXTRA),
    _flag("person_year", "commercial_medical", "参加商业补充医疗保险", "aab067", **EXTRA),
    _flag("person_year", "pension_employee", "参加城镇职工基本养老保险", "是否参加城镇职工基本养老保险", **EXTRA),
    _flag("person_year", "accident_subsidy", "享受人身意外保险补贴", "aab066", **EXTRA),
    _flag("person_year", "medical_relief", "接受大病医疗救助", **EXTRA),
    _flag("person_year", "other_health_aid", "接受其他健康扶贫", **EXTRA),
    _text("person_year", "contract_doctor", "签约医生", 50, **EXTRA),
    _code("person_year", "five_path", "五个一批分类", "five_path", "五个一批", **EXTRA),
)

# These columns a file must have; whether a cell may be empty depends on the rest of the row.
CONDITIONAL = (("person", "id_no"), ("person_year", "political"))
ID_NO_REQUIRED_UNLESS_TYPE = "9"
POLITICAL_FROM_AGE = 18


@dataclass(frozen=True)
class Layout:
    """Which column of a file is which field, and what is wrong with its header row.

    `more`: further columns whose labels belong to the same field as the first one.
    """

    at: dict[Field, int]
    more: dict[int, tuple[int, ...]]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    twice: tuple[str, ...]

    def of(self, *sections: str) -> list[tuple[Field, int]]:
        """The fields of some sections that the file has, with their columns."""
        return [(field, at) for field, at in self.at.items() if field.section in sections]

    def has(self, section: str, name: str) -> bool:
        """Whether the file has a column for this field."""
        return any(field.section == section and field.name == name for field in self.at)


@cache
def known_headers() -> dict[str, Field]:
    """Every way of writing a header (in the form of `bare`) → its field; exact names before names without unit."""
    found: dict[str, Field] = {}
    for field in FIELDS:
        for name in (field.header, *field.aliases):
            found.setdefault(bare(name), field)
    for field in FIELDS:
        found.setdefault(without_unit(field.header), field)
    return found


def layout(header: Iterable[str]) -> Layout:
    """Recognise the header row of a file, whatever the order of its columns."""
    known = known_headers()
    at: dict[Field, int] = {}
    more: dict[int, tuple[int, ...]] = {}
    unknown, twice = [], []
    for position, name in enumerate(header):
        if not name.strip():
            continue
        field = known.get(bare(name)) or known.get(without_unit(name))
        if field is None:
            unknown.append(name.strip())
        elif field in at and field.several:
            more[at[field]] = (*more.get(at[field], ()), position)
        elif field in at:
            twice.append(name.strip())
        else:
            at[field] = position
    needed = [field for field in FIELDS if field.required or (field.section, field.name) in CONDITIONAL]
    missing = [field.header for field in needed if field not in at]
    return Layout(at, more, tuple(unknown), tuple(missing), tuple(twice))


def field_of(section: str, name: str) -> Field:
    """The declared field of a model's field; KeyError when the workbook has none for it."""
    for field in FIELDS:
        if (field.section, field.name) == (section, name):
            return field
    raise KeyError(f"{section}.{name}")
