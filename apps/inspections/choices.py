"""The fixed lists of inspections: kinds and states (workflows.md §10)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InspectionKind(TextChoices):
    """By whom and how one inspects: the office's own four kinds (R-184), and those that come from outside."""

    JOINT = "joint", _("联合督查")
    SPECIAL = "special", _("专项督查")
    RANDOM = "random", _("随机抽查")
    UNANNOUNCED = "unannounced", _("暗访")
    CENTRAL = "central", _("中央巡视和国家考核")
    AUDIT = "audit", _("审计")
    THIRD_PARTY = "third_party", _("第三方评估")
    DISCIPLINE = "discipline", _("纪检监察")


class InspectionState(TextChoices):
    """How far an inspection has come."""

    PLANNED = "planned", _("已拟定")
    APPROVED = "approved", _("已批准")
    TEAM_SET = "team_set", _("已组队")
    RUNNING = "running", _("督查中")
    REPORT = "report", _("已报告")
    FED_BACK = "fed_back", _("已反馈")
    NOTIFIED = "notified", _("已通报")
    CLOSED = "closed", _("已办结")
    CANCELLED = "cancelled", _("已取消")


UNDER_WAY = (InspectionState.RUNNING,)
BEFORE = (InspectionState.PLANNED, InspectionState.APPROVED, InspectionState.TEAM_SET)
"""States in which nothing has begun on site."""
DONE = (InspectionState.CLOSED, InspectionState.CANCELLED)
"""States that an inspection does not leave."""


class SampleUnit(TextChoices):
    """What is drawn."""

    VILLAGE = "village", _("嘎查村")
    HOUSEHOLD = "household", _("户")


class SampleMethod(TextChoices):
    """How large a sample is: so many, or as many as a confidence level and a margin take."""

    SIZE = "size", _("按数量")
    CONFIDENCE = "confidence", _("按置信水平和误差")


class Strata(TextChoices):
    """By what a population is divided before it is drawn from; each part gives its share."""

    NONE = "none", _("不分层")
    COUNTY = "county", _("按旗县分层")
    TOWNSHIP = "township", _("按苏木乡镇分层")
    STATUS = "status", _("按脱贫属性分层")


CONFIDENCES = ((90, "90%"), (95, "95%"), (99, "99%"))


class QuestionKind(TextChoices):
    """What an answer of an on-site form is."""

    YES_NO = "yes_no", _("是或否")
    NUMBER = "number", _("数字")
    CHOICE = "choice", _("选项")
    TEXT = "text", _("文字")


class LateVerdict(TextChoices):
    """What becomes of the problem of a form that came after its inspection."""

    ADOPT = "adopt", _("列为问题")
    DISMISS = "dismiss", _("不列为问题")


class ProblemLevel(TextChoices):
    """How serious a problem found on site is."""

    GENERAL = "general", _("一般")
    SERIOUS = "serious", _("较重")
    GRAVE = "grave", _("严重")
