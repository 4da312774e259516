"""What a piece of evidence is called, how its value is said, and whether it is sensitive: one line each in FACTS.

Codes and plain values only; texts are translated when they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common import wording
from apps.common.codes import codelist
from apps.crosschecks.choices import Level
from apps.crosschecks.words import (
    ACCOUNT,
    AMOUNTS,
    AREAS,
    ASSET_FAULTS,
    ASSETS,
    BEHIND,
    BENEFIT_FAULTS,
    CERTIFICATE,
    CHECKED,
    CHIEF_POSTS,
    CLAUSES,
    CONSOLIDATION,
    EIGHT_ONES,
    FIELDS,
    ILLNESS,
    INSURED,
    LAPSES,
    MATCH,
    PAYEE_FAULTS,
    PHONE,
    PLACE,
    POWER,
    PROTECTIONS,
    RELOCATION,
    SCHOOL_ROLL,
    SIDE,
    SUBSIDIES,
    SUPPORT,
    UNQUALIFIED,
    VERDICTS,
)
from apps.datasets.catalogue import datasets
from apps.datasets.models import (
    DwellingAppraisal,
    EnterpriseRole,
    HouseholdRegister,
    Marriage,
    Pension,
    PostHolder,
    PublicPayroll,
    Vehicle,
)
from apps.funds.choices import FundKind, ProjectState
from apps.visits.choices import Mark

NONE = "—"
# Written by the rule layer and said by the sentence, not listed again among the values.
UNLISTED = frozenset({"code", "place"})


def _plain(value: Any) -> str:
    return str(value)


def _money(value: Any) -> str:
    return f"{Decimal(str(value)):,.2f}"


def _number(value: Any) -> str:
    return f"{Decimal(str(value)).normalize():f}"


def _bool(value: Any) -> str:
    return gettext("有") if value else gettext("无")


def _yes_no(value: Any) -> str:
    return gettext("是") if value else gettext("否")


def _ok(value: Any) -> str:
    return gettext("有效") if value else gettext("无效")


def _level(value: Any) -> str:
    return str(Level(value).label)


def _code(name: str) -> Callable[[Any], str]:
    def show(value: Any) -> str:
        values = value if isinstance(value, list) else [value]
        return wording.listed(codelist(name).label(one) for one in values)

    return show


def _word(words: Mapping[str, str | Promise]) -> Callable[[Any], str]:
    return lambda value: str(words.get(value, value))


def _registers(value: Any) -> str:
    """`CA-CR,PS-DE,` by the names of the data sets."""
    return wording.listed(datasets()[code].name for code in str(value).split(",") if code)


def _differs(value: Any) -> str:
    return gettext("与登记不同") if value else ""


def _choices(model: type[Model], field: str) -> dict[str, str | Promise]:
    """The words of a department's choice."""
    column: Any = model._meta.get_field(field)
    return dict(column.flatchoices)


def _listed(words: Mapping[str, str | Promise]) -> Callable[[Any], str]:
    return lambda value: wording.listed(words.get(name, name) for name in str(value).split(",") if name)


def _values(words: Mapping[str, str | Promise]) -> Callable[[Any], str]:
    return lambda value: wording.listed(words.get(name, name) for name in value)


def _real_user(value: Any) -> str:
    """An enterprise by its name; another household has none here."""
    return gettext("另一户") if value == "@household" else str(value)


def _persons(value: Any) -> str:
    """`张三:sex,id_no,;李四:year,` in words."""
    parts = []
    for one in filter(None, str(value).split(";")):
        name, _colon, fields = one.rpartition(":")
        parts.append(wording.noted(name or NONE, _listed(FIELDS)(fields)))
    return wording.clauses(parts)


@dataclass(frozen=True)
class Fact:
    """One kind of evidence: its label, how a value is shown, and whether it tells what is sensitive of a person."""

    label: str | Promise
    show: Callable[[Any], str] = _plain
    sensitive: bool = False


FACTS: dict[str, Fact] = {
    "code": Fact(_("户编码")),
    "name": Fact(_("姓名")),
    "head": Fact(_("户主")),
    "id_length": Fact(_("证件号码位数")),
    "sex": Fact(_("登记性别"), _code("sex")),
    "id_sex": Fact(_("证件号码性别"), _code("sex")),
    "birth_date": Fact(_("出生日期"), sensitive=True),
    "birth_ok": Fact(_("号码中的日期"), _ok),
    "head_birth_date": Fact(_("户主出生日期"), sensitive=True),
    "health": Fact(_("健康状况"), _code("health"), sensitive=True),
    "certificate": Fact(_("残疾人证号"), _bool, sensitive=True),
    "fields": Fact(_("户未填项"), _listed(FIELDS)),
    "person_fields": Fact(_("成员未填项"), _persons),
    "place": Fact(_("本地"), _word(PLACE)),
    "noticed_on": Fact(_("发现日期")),
    "members": Fact(_("在册成员数")),
    "stated": Fact(_("填报人口数")),
    "heads": Fact(_("户主人数")),
    "spouses": Fact(_("配偶人数")),
    "spouse": Fact(_("配偶")),
    "relation": Fact(_("与户主关系"), _code("relation")),
    "age": Fact(_("年末年龄"), sensitive=True),
    "education": Fact(_("文化程度"), _code("education")),
    "school_stage": Fact(_("在校生状况"), _code("school_stage"), sensitive=True),
    "labour": Fact(_("劳动技能"), _code("labour"), sensitive=True),
    "work_region": Fact(_("务工区域"), _code("work_region")),
    "work_months": Fact(_("务工月数"), _number),
    "phone": Fact(_("联系电话"), _word(PHONE)),
    "account": Fact(_("银行卡号"), _word(ACCOUNT)),
    "sharing": Fact(_("登记同一号码的户数")),
    "clauses": Fact(_("不平项目"), _listed(CLAUSES)),
    "gross": Fact(_("年总收入相差（元）"), _money),
    "transfer": Fact(_("转移性收入相差（元）"), _money),
    "property": Fact(_("财产性收入相差（元）"), _money),
    "net": Fact(_("纯收入相差（元）"), _money),
    "per_capita": Fact(_("人均纯收入相差（元）"), _money),
    "operating": Fact(_("生产经营性收入（元）"), _money),
    "operating_cost": Fact(_("生产经营性支出（元）"), _money),
    "wage": Fact(_("工资性收入（元）"), _money),
    "dibao_amount": Fact(_("低保金（元）"), _money),
    "tekun_amount": Fact(_("特困供养金（元）"), _money),
    "pension_amount": Fact(_("养老保险金（元）"), _money),
    "family_planning": Fact(_("计划生育金（元）"), _money),
    "eco_amount": Fact(_("生态补偿金（元）"), _money),
    "a_head": Fact(_("人均纯收入（元）"), _money),
    "before": Fact(_("上年人均纯收入（元）"), _money),
    "line": Fact(_("贫困标准（元）"), _money),
    "items": Fact(_("异常项目"), _listed(AMOUNTS)),
    "areas": Fact(_("不合逻辑"), _listed(AREAS)),
    "side": Fact(_("不符情况"), _word(SIDE)),
    "year": Fact(_("年度")),
    "cultivated_mu": Fact(_("耕地面积（亩）"), _number),
    "irrigated_mu": Fact(_("有效灌溉面积（亩）"), _number),
    "forest_mu": Fact(_("林地面积（亩）"), _number),
    "returned_mu": Fact(_("退耕还林（草）面积（亩）"), _number),
    "grassland_mu": Fact(_("牧草地面积（亩）"), _number),
    "dropout_reason": Fact(_("失学或辍学原因"), _code("dropout_reason"), sensitive=True),
    "dwelling_grade": Fact(_("危房级别"), _code("dwelling_grade")),
    "guarantees": Fact(_("保障项"), _listed(VERDICTS)),
    "identified_year": Fact(_("识别收入年度")),
    "identified_on": Fact(_("识别时间")),
    "exit_year": Fact(_("脱贫年度")),
    "out_of_pocket": Fact(_("医疗自付（元）"), _money, sensitive=True),
    "net_income": Fact(_("纯收入（元）"), _money),
    "module_months": Fact(_("就业扶贫模块务工月数"), _number),
    "module_region": Fact(_("就业扶贫模块务工区域"), _code("work_region")),
    "school_year": Fact(_("学年")),
    "school_roll": Fact(_("学籍"), _word(SCHOOL_ROLL), sensitive=True),
    "roll_stage": Fact(_("学籍中的学段"), _code("school_stage"), sensitive=True),
    "illness": Fact(_("与健康扶贫系统不一致"), _listed(ILLNESS), sensitive=True),
    "village": Fact(_("嘎查村")),
    "poor_persons": Fact(_("在册贫困人口")),
    "population": Fact(_("当年总人口")),
    "incidence": Fact(_("贫困发生率（%）"), _number),
    "change": Fact(_("变更类型"), _code("natural_change")),
    "happened_on": Fact(_("发生日期")),
    "days": Fact(_("已过天数")),
    "borrower": Fact(_("借款人"), sensitive=True),
    "loan_no": Fact(_("贷款编号"), sensitive=True),
    "loan_amount": Fact(_("贷款金额（元）"), _money, sensitive=True),
    "lent_on": Fact(_("放款日期"), sensitive=True),
    "disability": Fact(_("与残联不一致"), _listed(CERTIFICATE), sensitive=True),
    "certificate_grade": Fact(_("证号中的等级"), _code("disability_grade"), sensitive=True),
    "federation_grade": Fact(_("残联登记的等级"), _code("disability_grade"), sensitive=True),
    "insurance": Fact(_("与医保不一致"), _listed(INSURED)),
    "appraised_grade": Fact(_("住建鉴定级别"), _code("dwelling_grade")),
    "appraised_on": Fact(_("鉴定日期")),
    "repair_state": Fact(_("改造状态"), _word(_choices(DwellingAppraisal, "repair_state"))),
    "water_safe": Fact(_("登记饮水安全"), _yes_no),
    "checked_safe": Fact(_("水利检测饮水安全"), _yes_no),
    "checked_scope": Fact(_("检测范围"), _word(CHECKED)),
    "power": Fact(_("用电不符"), _listed(POWER)),
    "kwh_year": Fact(_("近十二个月用电量（千瓦时）"), _number),
    "kwh_most": Fact(_("全村中位数的倍数上限（千瓦时）"), _number),
    "relocation": Fact(_("搬迁不符"), _word(RELOCATION)),
    "subsidies": Fact(_("农牧补贴不符"), _listed(SUBSIDIES)),
    "said_grassland": Fact(_("登记牧草地面积（亩）"), _number),
    "paid_grassland": Fact(_("草原补奖面积（亩）"), _number),
    "said_cultivated": Fact(_("登记耕地面积（亩）"), _number),
    "paid_cultivated": Fact(_("耕地补贴面积（亩）"), _number),
    "said_livestock": Fact(_("登记牲畜存栏（羊单位）"), _number),
    "paid_livestock": Fact(_("牲畜补贴数量（羊单位）"), _number),
    "machine_value": Fact(_("机具价值（元）"), _money),
    "post": Fact(_("职务"), _word(_choices(PostHolder, "post"))),
    "post_from": Fact(_("任职开始日期")),
    "national_fields": Fact(_("与全国系统不一致的户信息"), _listed(FIELDS)),
    "national_persons": Fact(_("与全国系统不一致的成员信息"), _persons, sensitive=True),
    "marriage": Fact(_("婚姻登记"), _word(_choices(Marriage, "kind")), sensitive=True),
    "marriage_on": Fact(_("婚姻登记日期"), sensitive=True),
}
FACTS |= {
    "cadre": Fact(_("干部")),
    "helping_unit": Fact(_("帮扶单位")),
    "pairs": Fact(_("结对户数")),
    "left_on": Fact(_("离岗日期")),
    "month": Fact(_("月份")),
    "has_account": Fact(_("登录账户"), _bool),
    "since": Fact(_("起算日期")),
    "days_present": Fact(_("驻村天数")),
    "leave_days": Fact(_("批准请假天数")),
    "visited_on": Fact(_("走访日期")),
    "marks": Fact(_("日记标记"), _values(dict(Mark.choices))),
    "supervisors": Fact(_("在任义务监督员")),
    "place_name": Fact(_("地区")),
    "missing_ones": Fact(_("缺项"), _listed(EIGHT_ONES)),
    "section_cadres": Fact(_("帮扶不足五户的科级干部")),
    "chief_posts": Fact(_("离任职务"), _listed(CHIEF_POSTS)),
    "chief_until_on": Fact(_("离任日期")),
    "checked_on": Fact(_("核查日期")),
    "mongol": Fact(_("蒙古族人口")),
    "unqualified": Fact(_("不符合的要求"), _word(UNQUALIFIED)),
    "unprotected": Fact(_("未落实的保障"), _listed(PROTECTIONS)),
}
FACTS |= {
    "quota_no": Fact(_("指标文号")),
    "fund_kind": Fact(_("资金种类"), _word(dict(FundKind.choices))),
    "fund_year": Fact(_("资金年度")),
    "quota_amount": Fact(_("指标金额（元）"), _money),
    "received_on": Fact(_("收到日期")),
    "left": Fact(_("未下达金额（元）"), _money),
    "received": Fact(_("收到的指标（元）"), _money),
    "spent": Fact(_("已拨付（元）"), _money),
    "spent_share": Fact(_("支出进度（%）"), _number),
    "carried": Fact(_("结转金额（元）"), _money),
    "carried_share": Fact(_("结转结余率（%）"), _number),
    "seed_money": Fact(_("引导资金（元）"), _money),
    "consolidation": Fact(_("超范围情况"), _listed(CONSOLIDATION)),
    "consolidated": Fact(_("统筹整合资金（元）"), _money),
    "outside_plan": Fact(_("落实到未入库项目（元）"), _money),
    "project": Fact(_("项目")),
    "idle": Fact(_("闲置金额（元）"), _money),
    "paid": Fact(_("已支出（元）"), _money),
    "approved_at": Fact(_("审批层级"), _level),
    "approved_on": Fact(_("立项日期")),
    "forbidden": Fact(_("负面清单条目"), _listed({})),
    "plan_start": Fact(_("计划开工日期")),
    "plan_end": Fact(_("计划完工日期")),
    "project_state": Fact(_("项目状态"), _word(dict(ProjectState.choices))),
    "behind": Fact(_("滞后情况"), _listed(BEHIND)),
    "beijing_amount": Fact(_("京蒙协作资金（元）"), _money),
    "beijing_paid": Fact(_("其中已拨付（元）"), _money),
    "finished_on": Fact(_("完工日期")),
    "unpublished": Fact(_("公示事项")),
    "notice": Fact(_("公示")),
    "posted_on": Fact(_("张贴日期")),
    "days_posted": Fact(_("公示天数")),
    "subsidy": Fact(_("补助合计（元）"), _money),
    "benefit_fault": Fact(_("受益户问题"), _listed(BENEFIT_FAULTS)),
    "payee": Fact(_("收款人")),
    "asset": Fact(_("资产名称")),
    "asset_fault": Fact(_("资产问题"), _listed(ASSET_FAULTS)),
    "payee_fault": Fact(_("不符情况"), _listed(PAYEE_FAULTS)),
    "payment": Fact(_("拨付金额（元）"), _money),
    "paid_on": Fact(_("拨付日期")),
    "voucher_no": Fact(_("凭证号")),
    "small_left": Fact(_("小额信贷未还本金合计（元）"), _money),
    "term_months": Fact(_("期限（月）")),
    "lent_since": Fact(_("放款日期")),
    "lapses": Fact(_("不符合政策"), _listed(LAPSES)),
    "real_user": Fact(_("实际用款人"), _real_user),
    "loan_left": Fact(_("未还本金（元）"), _money),
    "loan_due_on": Fact(_("到期日期")),
    "wished_on": Fact(_("提出日期")),
}
# What departments know of a person is for those who may see personal data.
FACTS |= {
    "name_differs": Fact(_("部门数据中的姓名"), _differs, sensitive=True),
    "match": Fact(_("公安户籍"), _word(MATCH), sensitive=True),
    "cancelled_on": Fact(_("注销日期"), sensitive=True),
    "cancel_reason": Fact(_("注销原因"), _word(_choices(HouseholdRegister, "cancel_reason")), sensitive=True),
    "registers": Fact(_("有记录的数据集"), _registers, sensitive=True),
    "cremated_on": Fact(_("火化日期"), sensitive=True),
    "died_on": Fact(_("死亡日期"), sensitive=True),
    "registered_county": Fact(_("户籍所在旗县"), sensitive=True),
    "register_kind": Fact(_("户口性质"), _word(_choices(HouseholdRegister, "kind")), sensitive=True),
    "support": Fact(_("不符情况"), _word(SUPPORT), sensitive=True),
    "supported_from": Fact(_("民政记录的开始日期"), sensitive=True),
    "unregistered": Fact(_("未登记的同户籍人员"), _listed({}), sensitive=True),
    "imprisoned_from": Fact(_("服刑开始日期"), sensitive=True),
    "imprisoned_to": Fact(_("服刑结束日期"), sensitive=True),
    "unit": Fact(_("单位"), sensitive=True),
    "post_kind": Fact(_("人员类别"), _word(_choices(PublicPayroll, "post_kind")), sensitive=True),
    "vehicle": Fact(_("车辆类型"), _word(_choices(Vehicle, "kind")), sensitive=True),
    "registered_on": Fact(_("登记日期"), sensitive=True),
    "vehicle_value": Fact(_("车辆价值（元）"), _money, sensitive=True),
    "assets": Fact(_("不动产情况"), _listed(ASSETS), sensitive=True),
    "located": Fact(_("坐落"), sensitive=True),
    "homesteads": Fact(_("全户宅基地处数"), sensitive=True),
    "firm": Fact(_("市场主体"), sensitive=True),
    "firm_kind": Fact(_("主体类型"), _word(_choices(EnterpriseRole, "firm_kind")), sensitive=True),
    "firm_role": Fact(_("身份"), _word(_choices(EnterpriseRole, "role")), sensitive=True),
    "share": Fact(_("持股比例（%）"), _number, sensitive=True),
    "tax_year": Fact(_("纳税年度"), sensitive=True),
    "tax": Fact(_("实缴税额（元）"), _money, sensitive=True),
    "fund_amount": Fact(_("月缴存额（元）"), _money, sensitive=True),
    "pension_scheme": Fact(_("养老类型"), _word(_choices(Pension, "scheme")), sensitive=True),
    "pension": Fact(_("月待遇（元）"), _money, sensitive=True),
}
