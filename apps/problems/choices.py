"""Fixed lists of the problem ledger: where problems come from, what they are about, their states and lights."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """Where a problem comes from (workflows.md §10, §11, §12, §15)."""

    INSPECTION = "inspection", _("督查巡查")
    COMPLAINT = "complaint", _("信访举报")
    FINDING = "finding", _("数据比对")
    VISIT = "visit", _("入户走访")
    OTHER = "other", _("其他")


class Area(models.TextChoices):
    """What a problem is about (seeds 003, 004)."""

    DUTY = "duty", _("责任落实")
    IDENTIFICATION = "identification", _("识别和退出")
    HELP = "help", _("帮扶措施")
    EDUCATION = "education", _("义务教育")
    HEALTH = "health", _("基本医疗")
    DWELLING = "dwelling", _("住房安全")
    WATER = "water", _("饮水安全")
    FUNDS = "funds", _("资金使用")
    PROJECTS = "projects", _("项目管理")
    DATA = "data", _("数据质量")
    STYLE = "style", _("干部作风")
    OTHER = "other", _("其他")


class Gravity(models.TextChoices):
    """How grave a problem is; a grave one is verified on site."""

    GENERAL = "general", _("一般")
    SERIOUS = "serious", _("较重")
    GRAVE = "grave", _("严重")


class Kind(models.TextChoices):
    """The three layers of putting right (seed 003)."""

    AT_ONCE = "at_once", _("立行立改")
    ALIKE = "alike", _("举一反三")
    RULES = "rules", _("建章立制")


class State(models.TextChoices):
    """States of a problem (workflows.md §10)."""

    RAISED = "raised", _("发现问题")
    LISTED = "listed", _("问题清单")
    ASSIGNED = "assigned", _("责任清单")
    PLANNED = "planned", _("措施清单")
    IN_PROGRESS = "in_progress", _("整改中")
    URGED = "urged", _("督办")
    SUBMITTED = "submitted", _("申请销号")
    VERIFIED = "verified", _("复核通过")
    CLOSED = "closed", _("销号")
    REWORKED = "reworked", _("返工补课")
    LONG_TERM = "long_term", _("持续整改")


OPEN = tuple(state for state in State if state != State.CLOSED)
AT_WORK = (State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.URGED, State.REWORKED)
"""States in which the responsible unit has to be done by the due date."""
REPORTING = (State.IN_PROGRESS, State.URGED, State.REWORKED)
"""States in which the responsible unit reports every month."""

MOVES: tuple[tuple[State, State], ...] = (
    (State.RAISED, State.LISTED),
    (State.LISTED, State.ASSIGNED),
    (State.ASSIGNED, State.PLANNED),
    (State.PLANNED, State.IN_PROGRESS),
    (State.PLANNED, State.ASSIGNED),
    *((state, State.URGED) for state in AT_WORK if state != State.URGED),
    (State.URGED, State.PLANNED),
    *((state, State.SUBMITTED) for state in (*REPORTING, State.LONG_TERM)),
    (State.SUBMITTED, State.VERIFIED),
    (State.SUBMITTED, State.REWORKED),
    (State.VERIFIED, State.REWORKED),
    (State.VERIFIED, State.CLOSED),
    *((state, State.LONG_TERM) for state in (*REPORTING, State.VERIFIED)),
)
"""From which state to which a problem may go at all; the database holds the same list."""


class ReportKind(models.TextChoices):
    """How often it is reported: every month while it is put right, every half-year in the long term (seed 003)."""

    MONTHLY = "monthly", _("月报")
    HALF_YEARLY = "half_yearly", _("半年报")


class Owed(models.TextChoices):
    """Who owes the report of this month: the reader's own office, or one that it watches over."""

    MINE = "mine", _("本单位")
    BELOW = "below", _("下级")


class PhotoOf(models.TextChoices):
    """What a photo shows."""

    FACT = "fact", _("问题现场")
    RESULT = "result", _("整改结果")
    SITE = "site", _("现场复核")


class FileOf(models.TextChoices):
    """What a file proves: the same three as photos."""

    FACT = "fact", _("问题证据")
    RESULT = "result", _("整改佐证")
    SITE = "site", _("复核材料")


class Rung(models.TextChoices):
    """The ladder of what happens to who is late (seed 003: 督办函、约谈、通报批评)."""

    REMINDER = "reminder", _("提醒")
    LETTER = "letter", _("督办函")
    INTERVIEW = "interview", _("约谈")
    CRITICISM = "criticism", _("通报批评")


USUAL_LADDER: dict[str, int] = {Rung.REMINDER: 0, Rung.LETTER: 5, Rung.INTERVIEW: 15, Rung.CRITICISM: 30}
"""Days after the due date by which each rung is reached, where no division has set others (workflows.md §10)."""


class Light(models.TextChoices):
    """红黄绿: overdue, due soon, in time."""

    RED = "red", _("超期")
    YELLOW = "yellow", _("临近到期")
    GREEN = "green", _("期限内")
