"""What units, cadres and duties can be (glossary.md §2 and §3)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.divisions import codes


class UnitLevel(TextChoices):
    """隶属关系: whose unit it is; where it helps is its place."""

    CENTRAL = "0", _("中央单位")
    REGION = "1", _("自治区直属")
    LEAGUE = "2", _("盟市直属")
    COUNTY = "3", _("旗县直属")
    TOWNSHIP = "4", _("苏木乡镇")
    OTHER = "9", pgettext_lazy("隶属关系", "其他")


class UnitKind(TextChoices):
    """单位性质."""

    OFFICE = "office", _("党政机关")
    INSTITUTION = "institution", _("事业单位")
    STATE = "state", _("国有企业")
    PRIVATE = "private", _("民营企业")
    ARMY = "army", _("军队和武警")
    SCHOOL = "school", _("院校和科研单位")
    SOCIAL = "social", _("社会组织")
    OTHER = "other", pgettext_lazy("单位性质", "其他")


class Rank(TextChoices):
    """职级. The sections (`SECTION`) are those whom the eight ones give five households each."""

    PROVINCE = "1", _("省部级")
    DEPARTMENT = "2", _("厅局级")
    COUNTY = "3", _("县处级")
    SECTION = "4", _("乡科级")
    STAFF = "5", _("科员及以下")
    EXPERT = "6", _("专业技术人员")
    OTHER = "9", pgettext_lazy("职级", "其他")


class TeamKind(TextChoices):
    """A task force lives in a village, a corps leads a county."""

    VILLAGE = "village", _("驻村工作队")
    CORPS = "corps", _("旗县工作总队")


TEAM_LEVEL = {TeamKind.VILLAGE: codes.VILLAGE, TeamKind.CORPS: codes.COUNTY}


class DutyKind(TextChoices):
    """What somebody is answerable for at a place. Households have their helpers by pairing instead."""

    FIRST_SECRETARY = "first_secretary", _("第一书记")
    TEAM_LEADER = "team_leader", _("工作队队长")
    TEAM_MEMBER = "team_member", _("工作队队员")
    LEADER = "leader", _("包联领导")
    UNIT = "unit", _("包扶单位")
    ADVISER = "adviser", _("产业发展指导员")
    DOCTOR = "doctor", _("签约医生")
    SUPERVISOR = "supervisor", _("村级义务监督员")


class ChiefPost(TextChoices):
    """党政正职 of a county (R-060)."""

    SECRETARY = "secretary", _("党委书记")
    HEAD = "head", _("政府正职")


class Satisfaction(TextChoices):
    """满意度: what a household says of the help that it gets."""

    SATISFIED = "satisfied", _("满意")
    FAIRLY = "fairly", _("基本满意")
    DISSATISFIED = "dissatisfied", _("不满意")


IN_TEAM = (DutyKind.TEAM_LEADER, DutyKind.TEAM_MEMBER)
RESIDENT = (DutyKind.FIRST_SECRETARY, *IN_TEAM)
"""Who lives in the village, where the duty is one of a village."""

VILLAGE_ONLY = (codes.VILLAGE,)
DUTY_LEVELS: dict[str, tuple[int, ...]] = {
    DutyKind.FIRST_SECRETARY: VILLAGE_ONLY,
    DutyKind.TEAM_LEADER: (codes.COUNTY, codes.VILLAGE),
    DutyKind.TEAM_MEMBER: (codes.COUNTY, codes.VILLAGE),
    DutyKind.LEADER: (codes.COUNTY, codes.TOWNSHIP, codes.VILLAGE),
    DutyKind.UNIT: (codes.COUNTY, codes.TOWNSHIP, codes.VILLAGE),
    DutyKind.ADVISER: (codes.COUNTY, codes.TOWNSHIP, codes.VILLAGE),
    DutyKind.DOCTOR: (codes.TOWNSHIP, codes.VILLAGE),
    DutyKind.SUPERVISOR: VILLAGE_ONLY,
}
"""The levels at which each duty is held."""
