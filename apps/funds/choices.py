"""Fixed lists of money and projects: kinds of funds, acts upon them, states of quotas, orders and projects."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FundKind(models.TextChoices):
    """Kinds of money (workflows.md §7)."""

    SPECIAL = "special", _("财政专项扶贫资金")
    CONSOLIDATED = "consolidated", _("统筹整合涉农涉牧资金")
    SEED = "seed", _("三到村三到户引导资金")
    INDUSTRY = "industry", _("产业扶贫基金")
    AWARD = "award", _("减贫奖励资金")
    LOAN_INTEREST = "loan_interest", _("小额信贷贴息资金")
    LOAN_RISK = "loan_risk", _("小额信贷风险补偿金")
    BEIJING = "beijing", _("京蒙扶贫协作资金")
    DESIGNATED = "designated", _("定点帮扶资金")
    ENTERPRISE = "enterprise", _("企业帮扶资金")
    PV = "pv", _("光伏扶贫资金")
    LOTTERY = "lottery", _("彩票公益金")


class Origin(models.TextChoices):
    """Whose money it is: the four fiscal levels (seeds 002, 004), or nobody's budget."""

    CENTRAL = "central", _("中央")
    REGION = "region", _("自治区本级")
    LEAGUE = "league", _("盟市本级")
    COUNTY = "county", _("旗县本级")
    SOCIAL = "social", _("社会和协作")


class Act(models.TextChoices):
    """What may be done with money. Each is asked for by an order and booked as entries of the ledger.

    `carry` has no order: it is written when a year is closed. `reverse` is of orders alone.
    """

    BUDGET = "budget", _("预算安排")
    PASS = "pass", _("指标下达")
    ALLOCATE = "allocate", _("落实到项目")
    PAY = "pay", _("拨付")
    CLAIM = "claim", _("报账")
    SETTLE = "settle", _("结算")
    RETURN = "return", _("项目结余退回")
    RECOVER = "recover", _("收回指标")
    CARRY = "carry", _("年末结转")
    REVERSE = "reverse", _("冲销")


PROJECT_ACTS = (Act.ALLOCATE, Act.PAY, Act.CLAIM, Act.SETTLE, Act.RETURN)
"""Acts upon the money that a quota has put into a project."""
QUOTA_ACTS = (Act.BUDGET, Act.PASS, Act.RECOVER, Act.CARRY)
"""Acts upon a quota itself."""
ORDER_ACTS = [choice for choice in Act.choices if choice[0] != Act.CARRY]
"""What an order may ask for."""
ENTRY_ACTS = [choice for choice in Act.choices if choice[0] != Act.REVERSE]
"""What an entry may be: one that reverses another is of the same act as that."""


class QuotaState(models.TextChoices):
    """How far the money of a quota is (workflows.md §7). Derived from its sums, never set."""

    ISSUED = "issued", _("指标下达")
    RECEIVED = "received", _("收到指标")
    ALLOCATED = "allocated", _("落实到项目")
    PAID = "paid", _("已拨付")
    SETTLED = "settled", _("已报账")
    RECOVERED = "recovered", _("已收回")


class OrderState(models.TextChoices):
    """The way of an order: four different people propose, review, approve and carry it out."""

    DRAFT = "draft", _("拟稿")
    PROPOSED = "proposed", _("待审核")
    REVIEWED = "reviewed", _("待审批")
    APPROVED = "approved", _("待办理")
    RETURNED = "returned", _("已退回")
    DONE = "done", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_ORDERS = (OrderState.DRAFT, OrderState.PROPOSED, OrderState.REVIEWED, OrderState.APPROVED, OrderState.RETURNED)
WAITING_ORDERS = (OrderState.PROPOSED, OrderState.REVIEWED, OrderState.APPROVED)


class Light(models.TextChoices):
    """红黄绿: overdue, due soon, in time."""

    RED = "red", _("超期")
    YELLOW = "yellow", _("临近到期")
    GREEN = "green", _("期限内")


class ProjectKind(models.TextChoices):
    """Kinds of projects (workflows.md §8; seeds 001 to 004)."""

    INDUSTRY = "industry", _("产业发展")
    PV = "pv", _("光伏扶贫")
    ECOMMERCE = "ecommerce", _("电商扶贫")
    TOURISM = "tourism", _("旅游扶贫")
    RELOCATION = "relocation", _("易地扶贫搬迁")
    DWELLING = "dwelling", _("危土房改造")
    WATER = "water", _("饮水安全")
    POWER = "power", _("农网动力电")
    ROAD = "road", _("道路")
    CLINIC = "clinic", _("卫生院（室）")
    SCHOOL = "school", _("学校")
    CULTURE = "culture", _("文化活动室")
    TRAINING = "training", _("技能培训")
    PUBLIC_JOB = "public_job", _("公益性岗位")
    ASSET_INCOME = "asset_income", _("资产收益")
    COLLECTIVE = "collective", _("集体经济")
    BEIJING = "beijing", _("京蒙协作项目")


class SupportMode(models.TextChoices):
    """How money becomes help (R-118, R-119)."""

    DIRECT = "direct", _("项目实施")
    SELF_BUILT = "self_built", _("自建直补")
    BUILT_FIRST = "built_first", _("先建后补")
    AWARD = "award", _("以奖代补")
    WORK = "work", _("以工代赈")
    LEADING_FIRM = "leading_firm", _("龙头带动")
    MENU = "menu", _("菜单式扶贫")
    ASSET_INCOME = "asset_income", _("资产收益")


class ProjectState(models.TextChoices):
    """The way of a project once the county has approved it (workflows.md §8)."""

    APPROVED = "approved", _("已立项")
    NOTICED_BEFORE = "noticed_before", _("事前已公示")
    STARTED = "started", _("已开工")
    FINISHED = "finished", _("已完工")
    ACCEPTED = "accepted", _("已验收")
    NOTICED_AFTER = "noticed_after", _("事后已公示")
    SETTLED = "settled", _("已决算")
    EVALUATED = "evaluated", _("已绩效评价")
    CLOSED = "closed", _("已归档")
    STOPPED = "stopped", _("已终止")


class Matching(models.TextChoices):
    """What comparing the finance department's payments with the platform's says of a voucher."""

    AGREES = "agrees", _("一致")
    AMOUNT = "amount", _("金额不符")
    ACCOUNT = "account", _("账户不符")
    DAY = "day", _("日期不符")
    UNKNOWN_QUOTA = "unknown_quota", _("指标不明")
    ONLY_OURS = "only_ours", _("仅平台有")
    ONLY_THEIRS = "only_theirs", _("仅财政有")
