"""The words of cross-checking: groups, severities, levels, object kinds, states and verdicts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    """Groups of the rule catalogue, in the order of the rules page."""

    IDENTITY = "identity", _("身份信息")
    HOUSEHOLD = "household", _("户内逻辑")
    INCOME = "income", _("收入逻辑")
    GUARANTEE = "guarantee", _("三保障和饮水安全")
    COVERAGE = "coverage", _("政策覆盖")
    STATUS = "status", _("识别退出")
    COMPARISON = "comparison", _("部门比对")
    CADRE = "cadre", _("干部帮扶")
    FUNDS = "funds", _("资金项目")
    VILLAGE = "village", _("嘎查村")


class Severity(models.TextChoices):
    """How grave a finding is; critical ones are all reviewed by the level above."""

    CRITICAL = "critical", _("严重")
    HIGH = "high", _("较重")
    MEDIUM = "medium", _("一般")
    LOW = "low", _("提示")


class Level(models.IntegerChoices):
    """The level that works a finding off."""

    REGION = 1, _("自治区")
    LEAGUE = 2, _("盟市")
    COUNTY = 3, _("旗县")
    TOWNSHIP = 4, _("苏木乡镇")
    VILLAGE = 5, _("嘎查村")


class ObjectKind(models.TextChoices):
    """What a finding is about (rule-semantics.md a.14)."""

    HOUSEHOLD = "household", _("户")
    PERSON = "person", _("人")
    CONFLICT = "conflict", _("重复登记")
    CHANGE = "change", _("自然变更")
    VILLAGE = "village", _("嘎查村")
    DATASET = "dataset", _("部门数据")
    CADRE = "cadre", _("干部")
    PAIRING = "pairing", _("帮扶结对")
    VISIT = "visit", _("民情日记")
    DUTY = "duty", _("帮扶职责")
    DIVISION = "division", _("地区")
    QUOTA = "quota", _("资金指标")
    PROJECT = "project", _("扶贫项目")
    BENEFIT = "benefit", _("受益户")
    PAYMENT = "payment", _("资金拨付")
    NOTICE = "notice", _("公告公示")
    ASSET = "asset", _("扶贫资产")


# Objects that hang off a household, and those that no household has.
OF_HOUSEHOLD = (ObjectKind.CHANGE, ObjectKind.PAIRING, ObjectKind.VISIT, ObjectKind.BENEFIT)
OF_PLACE = (
    *(ObjectKind.VILLAGE, ObjectKind.DATASET, ObjectKind.CADRE, ObjectKind.DUTY, ObjectKind.DIVISION),
    *(ObjectKind.QUOTA, ObjectKind.PROJECT, ObjectKind.PAYMENT, ObjectKind.NOTICE, ObjectKind.ASSET),
)


class State(models.TextChoices):
    """States of a finding (workflows.md §15)."""

    NEW = "new", _("新发现")
    ASSIGNED = "assigned", _("已交办")
    CHECKING = "checking", _("核查中")
    CORRECTED = "corrected", _("已更正")
    NO_FAULT = "no_fault", _("核实无误")
    TO_WORKFLOW = "to_workflow", _("转业务办理")
    EXTERNAL_ERROR = "external_error", _("退回数据来源")
    REVIEWED = "reviewed", _("已复核")
    CLOSED = "closed", _("已办结")
    REOPENED = "reopened", _("重新打开")
    CLEARED = "cleared_by_data", _("数据已消除")


# What filters and counts call open (decisions.md 22).
ENDED = (State.CLOSED, State.CLEARED)
OPEN = tuple(state for state in State if state not in ENDED)
VERDICTS = (State.CORRECTED, State.NO_FAULT, State.TO_WORKFLOW, State.EXTERNAL_ERROR)


class Verdict(models.TextChoices):
    """What a check on the spot came to."""

    CORRECTED = "corrected", _("已更正")
    NO_FAULT = "no_fault", _("核实无误")
    TO_WORKFLOW = "to_workflow", _("转业务办理")
    EXTERNAL_ERROR = "external_error", _("退回数据来源")


class Workflow(models.TextChoices):
    """Business that a finding may be handed over to (workflows.md §2-§4)."""

    NATURAL_CHANGE = "natural_change", _("自然变更")
    REMOVAL = "removal", _("清退")
    EXIT_REVOKED = "exit_revoked", _("撤销脱贫认定")
    RETURN = "return", _("返贫认定")


class RunKind(models.TextChoices):
    """Who asked for a run."""

    NIGHTLY = "nightly", _("每夜")
    MANUAL = "manual", _("手动")
    COMMAND = "command", _("命令行")


class RunState(models.TextChoices):
    """States of a run."""

    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("运行中")
    DONE = "done", _("已完成")
    PARTIAL = "partial", _("部分完成")


class UnitState(models.TextChoices):
    """States of one unit of a run: one rule over the run's division."""

    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("运行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("已搁置")
    NOT_RUN = "not_run", _("未运行")


class Light(models.TextChoices):
    """红黄绿: overdue, due soon, in time."""

    RED = "red", _("超期")
    YELLOW = "yellow", _("临近到期")
    GREEN = "green", _("期限内")
