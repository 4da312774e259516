"""What fields, clauses, sides and kinds that stand in evidence as names are called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.cadres.choices import ChiefPost
from apps.common.models import field_label
from apps.households.models import GUARANTEES, GuaranteeStatus

FIELDS: dict[str, str | Promise] = {
    "household_type": _("贫困户属性"),
    "identification_standard": _("识别标准"),
    "cause_main": _("主要致贫原因"),
    "return_cause": _("返贫原因"),
    "cultivated_mu": _("耕地面积"),
    "housing_m2": _("住房面积"),
    "dwelling_grade": _("危房级别"),
    "water_safe": _("饮水安全"),
    "has_domestic_power": _("生活用电"),
    "has_tv": _("广播电视"),
    "name": _("姓名"),
    "sex": _("性别"),
    "id_type": _("证件类型"),
    "id_no": _("证件号码"),
    "relation": _("与户主关系"),
    "ethnicity": _("民族"),
    "health": _("健康状况"),
    "labour": _("劳动技能"),
    "serious_illness_insured": _("大病保险"),
    "political": _("政治面貌"),
    "year": _("年度情况"),
    "national_no": _("户编号"),
    "member_count": _("人数"),
    "status": _("脱贫属性"),
    "is_relocated": _("搬迁户"),
    "division": _("所在嘎查村"),
    "education": _("文化程度"),
    "school_stage": _("在校生状况"),
    "dibao": _("享受低保"),
    "tekun": _("特困供养"),
}
SCHOOL_ROLL: dict[str, str | Promise] = {
    "absent": _("没有在读或休学记录"),
    "stage": _("在读学段不同"),
}
ILLNESS: dict[str, str | Promise] = {
    "chronic_here": _("登记有长期慢性病，系统中没有"),
    "chronic_there": _("系统中有长期慢性病，登记没有"),
    "serious_here": _("登记患有大病，系统中没有"),
    "serious_there": _("系统中患有大病，登记没有"),
}
CERTIFICATE: dict[str, str | Promise] = {
    "certificate_here": _("登记有残疾人证，残联没有有效证件"),
    "certificate_there": _("残联有有效证件，登记没有残疾人证"),
    "grade": _("残疾等级不同"),
}
INSURED: dict[str, str | Promise] = {
    "insured_here": _("登记参加居民医保，医保没有当年记录"),
    "insured_there": _("医保有当年居民参保记录，登记未参保"),
}
CHECKED: dict[str, str | Promise] = {"household": _("按户检测"), "village": _("按嘎查村检测")}
POWER: dict[str, str | Promise] = {
    "cut_off": _("登记通电，供电企业未通"),
    "connected": _("登记未通电，供电企业已通"),
    "much": _("用电量明显高于全村"),
}
RELOCATION: dict[str, str | Promise] = {
    "not_in_ledger": _("登记为搬迁户，台账中没有"),
    "in_ledger": _("台账中有，未登记为搬迁户"),
}
SUBSIDIES: dict[str, str | Promise] = {
    "grassland": _("草原补奖面积"),
    "cultivated": _("耕地补贴面积"),
    "livestock": _("牲畜补贴数量"),
    "machine": _("大型农机具"),
}
CLAUSES: dict[str, str | Promise] = {
    "gross": _("年总收入"),
    "transfer": _("转移性收入"),
    "property": _("财产性收入"),
    "net": _("纯收入"),
    "per_capita": _("人均纯收入"),
}
PHONE: dict[str, str | Promise] = {"blank": _("为空"), "malformed": _("格式不正确"), "shared": _("多户共用")}
AMOUNTS: dict[str, str | Promise] = {
    "wage": _("工资性收入"),
    "dibao_amount": _("低保金"),
    "tekun_amount": _("特困供养金"),
    "pension_amount": _("养老保险金"),
    "family_planning": _("计划生育金"),
}
AREAS: dict[str, str | Promise] = {
    "irrigated": _("有效灌溉面积大于耕地面积"),
    "returned": _("退耕面积大于林地与牧草地面积之和"),
}
SIDE: dict[str, str | Promise] = {
    "money": _("有款项而无对应成员"),
    "member": _("有对应成员而无款项"),
}
VERDICTS: dict[str, str | Promise] = {name: field_label(GuaranteeStatus, name) for name in GUARANTEES}
ACCOUNT: dict[str, str | Promise] = {"blank": _("为空"), "shared": _("与其他户相同")}
PLACE: dict[str, str | Promise] = {
    "registered_division": _("本地为在册地"),
    "refused_division": _("本地为被拒绝的申请地"),
}
MATCH: dict[str, str | Promise] = {
    "not_found": _("公安户籍中查无此人"),
    "name_differs": _("公安户籍中的姓名与登记不同"),
}
SUPPORT: dict[str, str | Promise] = {
    "here": _("登记享受，民政无有效记录"),
    "there": _("民政有有效记录，登记不享受"),
}
ASSETS: dict[str, str | Promise] = {
    "sale": _("商品房网签"),
    "dwelling": _("住宅或商业用房"),
    "resettlement": _("安置住房"),
    "homesteads": _("多处宅基地"),
}

EIGHT_ONES: dict[str, str | Promise] = {
    "leader": _("包联领导"),
    "unit": _("包扶单位"),
    "first_secretary": _("第一书记"),
    "plan": _("村级规划"),
    "good_team": _("好班子"),
    "section_cadre": _("科级干部帮扶五户"),
}
CHIEF_POSTS: dict[str, str | Promise] = dict(ChiefPost.choices)
UNQUALIFIED: dict[str, str | Promise] = {
    "inexperienced": _("无农村牧区工作经验"),
    "unfit": _("考核认定不胜任"),
}
PROTECTIONS: dict[str, str | Promise] = {
    "insurance": _("人身意外保险"),
    "health_check": _("年度体检"),
    "training": _("年度培训"),
}
CONSOLIDATION: dict[str, str | Promise] = {
    "not_poor": _("安排到非贫困旗县"),
    "outside_plan": _("用于未入库项目"),
}
BEHIND: dict[str, str | Promise] = {
    "spending": _("资金支出滞后"),
    "report": _("未按月报送进度"),
}
BENEFIT_FAULTS: dict[str, str | Promise] = {
    "unregistered": _("不在册"),
    "double": _("同一年度同类项目重复受益"),
}
PAYEE_FAULTS: dict[str, str | Promise] = {
    "payee": _("收款人不是该户成员"),
    "account": _("收款账号不是该户登记的账号"),
}
ASSET_FAULTS: dict[str, str | Promise] = {
    "idle": _("闲置"),
    "unshared": _("当年未分配收益"),
}
LAPSES: dict[str, str | Promise] = {
    "collateral": _("有抵押"),
    "guarantee": _("有担保"),
    "unsubsidised": _("未贴息"),
    "no_fund": _("旗县未设风险补偿金"),
}
