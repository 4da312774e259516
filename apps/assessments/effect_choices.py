"""The words of 成效考核, the assessment of leagues and counties (workflows.md §14)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EffectState(TextChoices):
    """What an assessment of a place has come to; the words say what it waits for."""

    SCHEME = "scheme", _("待冻结数据")
    FROZEN = "data_frozen", _("待计算指标")
    COMPUTED = "computed", _("待提交自评报告")
    SELF_REPORT = "self_report", _("待实地考核")
    SITE_CHECK = "site_check", _("待汇总")
    MERGED = "merged", _("待领导小组审定")
    DECISION = "group_decision", _("待公布结果")
    RESULT = "result", _("待反馈问题")
    FED_BACK = "fed_back", _("整改中")
    RECTIFIED = "rectified", _("整改完成")


BEFORE_MERGE = (EffectState.COMPUTED, EffectState.SELF_REPORT, EffectState.SITE_CHECK)
"""While nothing is summed up yet, cases for which points are taken off may be entered."""
NOT_MERGED = (EffectState.SCHEME, EffectState.FROZEN, *BEFORE_MERGE)
"""There is no total yet."""
PUBLISHED = (EffectState.RESULT, EffectState.FED_BACK, EffectState.RECTIFIED)
"""From here on those whom the scheme names read the result."""


class EffectGrade(TextChoices):
    """Grades of a place, the best first (workflows.md §14)."""

    EXCELLENT = "excellent", pgettext_lazy("成效考核等次", "优秀")
    GOOD = "good", pgettext_lazy("成效考核等次", "良好")
    FAIR = "fair", pgettext_lazy("成效考核等次", "较好")
    AVERAGE = "average", pgettext_lazy("成效考核等次", "一般")
    POOR = "poor", pgettext_lazy("成效考核等次", "较差")


class Readers(TextChoices):
    """Who reads the ranking, by the scheme of the year."""

    REGION = "region", _("仅自治区")
    OWN = "own", _("各地看本地")
    ALL = "all", _("同组互相可见")


class Group(TextChoices):
    """Who is compared with whom: counties only with those of their kind (analytics.md §6), leagues with one another."""

    LEAGUES = "leagues", _("盟市组")
    NATIONAL = "national", _("国家级贫困旗县组")
    REGIONAL = "regional", _("自治区级贫困旗县组")
    OTHER = "other", _("其他旗县组")


class Head(TextChoices):
    """The heads of the indicators, and what is taken off."""

    REDUCTION = "reduction", _("减贫成效")
    IDENTIFICATION = "identification", _("精准识别")
    HELP = "help", _("精准帮扶")
    FUNDS = "funds", _("资金使用和项目管理")
    DEDUCTION = "deduction", _("扣分事项")


class SiteSource(TextChoices):
    """Who saw it on the spot."""

    CROSS = "cross", _("交叉考核")
    THIRD_PARTY = "third_party", _("第三方评估")
    OFFICE = "office", _("上级核查")


class EffectMissing(TextChoices):
    """Why an indicator of a place has no value; its weight is then left out."""

    NO_TARGET = "no_target", _("没有下达年度计划")
    NO_INCOME = "no_income", _("没有连续两年的收入记录")
    NO_HOUSEHOLD = "no_household", _("没有在册的户")
    NO_VILLAGE = "no_village", _("没有贫困村")
    NO_CAUSE = "no_cause", _("没有平台能核对措施的致贫原因")
    NOTHING_DUE = "nothing_due", _("没有整季度结对的户，无应走访户次")
    NOT_ASKED = "not_asked", _("当年没有入户核查满意度")
    NO_MONEY = "no_money", _("没有这类资金")
    NO_PROJECT = "no_project", _("没有应计的项目")
    NO_HELPER = "no_helper", _("没有有登录账户且整月结对的帮扶责任人")
    NOT_CHECKED = "not_checked", _("没有实地考核结果")
