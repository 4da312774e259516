"""The words of public notices: kinds with their days and columns, states, ways of posting (workflows.md §18)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What is made public."""

    DISTRIBUTION = "distribution", _("资金分配结果")
    PROJECT = "project", _("项目安排和完成")
    FUND_USE = "fund_use", _("资金使用")
    IDENTIFICATION = "identification", _("贫困户识别")
    EXIT = "exit", _("贫困户退出")
    REMOVAL = "removal", _("贫困户清退")
    RETURN = "return", _("返贫")
    VILLAGE_EXIT = "village_exit", _("贫困村退出")
    COUNTY_REMOVAL = "county_removal", _("贫困旗县退出")
    LOANS = "loans", _("小额信贷")
    ASSETS = "assets", _("资产和收益分配")
    RECTIFICATION = "rectification", _("问题整改情况")
    ANNOUNCEMENT = "announcement", _("公告")


class State(TextChoices):
    """States of a notice. Posted on its first day, running from the next; the days end by the clock."""

    PREPARED = "prepared", _("待审核")
    APPROVED = "approved", _("待张贴")
    POSTED = "posted", _("已张贴")
    RUNNING = "running", _("公示中")
    OBJECTION = "objection", _("有异议待答复")
    ENDED = "ended", _("公示期满")
    ARCHIVED = "archived", _("已归档")
    WITHDRAWN = "withdrawn", _("已撤回")


ON_SHOW = (State.POSTED, State.RUNNING, State.OBJECTION, State.ENDED)
"""In these the web copy stands."""

UP = (State.POSTED, State.RUNNING, State.OBJECTION)
"""In these the days are not over."""


class Way(TextChoices):
    """How a notice is posted (R-110)."""

    BOARD = "board", _("现场公示栏")
    WEB = "web", _("网站")
    NEWSPAPER = "newspaper", _("报纸")
    STELE = "stele", _("碑牌")


ON_SITE = (Way.BOARD, Way.STELE)
"""What hangs or stands somewhere is proved by a photo."""


class Light(TextChoices):
    """红黄绿 of an objection: overdue, due soon, in time."""

    RED = "red", _("超期")
    YELLOW = "yellow", _("临近到期")
    GREEN = "green", _("期限内")


class Cell(TextChoices):
    """What stands in a column of the list. A `NAME` is a person's and made short in public."""

    TEXT = "text"
    NAME = "name"
    COUNT = "count"
    MONEY = "money"


@dataclass(frozen=True)
class Column:
    """A column that a list may have."""

    name: str
    label: str | Promise
    cell: Cell = Cell.TEXT

    @property
    def number(self) -> bool:
        return self.cell in (Cell.COUNT, Cell.MONEY)


COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        Column("head", _("户主"), Cell.NAME),
        Column("members", _("人数"), Cell.COUNT),
        Column("village", _("嘎查村")),
        Column("cause", _("主要致贫原因")),
        Column("unit", _("单位")),
        Column("fund", _("资金类别")),
        Column("project", _("项目名称")),
        Column("place", _("实施地点")),
        Column("asset", _("资产名称")),
        Column("county", _("旗县")),
        Column("incidence", _("贫困发生率")),
        Column("conditions", _("达标情况")),
        Column("households", _("受益户数"), Cell.COUNT),
        Column("months", _("期限（月）"), Cell.COUNT),
        Column("problems", _("问题数"), Cell.COUNT),
        Column("closed", _("已销号"), Cell.COUNT),
        Column("long_term", _("持续整改"), Cell.COUNT),
        Column("amount", _("金额（元）"), Cell.MONEY),
    )
}
"""Everything that a list can say; no column holds a number of a person (registry.md §1)."""


@dataclass(frozen=True)
class Rule:
    """How long a kind of notice hangs at least, and what its list holds. `days` None: for good (公告).

    `working`: days that are neither Saturday nor Sunday nor holiday.
    """

    days: int | None
    columns: tuple[str, ...]
    working: bool = False


PEOPLE = ("head", "members", "village", "cause")
RULES: dict[str, Rule] = {
    Kind.DISTRIBUTION: Rule(10, ("unit", "project", "fund", "amount")),
    Kind.PROJECT: Rule(10, ("project", "place", "amount", "households", "head", "village")),
    Kind.FUND_USE: Rule(10, ("project", "fund", "amount")),
    Kind.IDENTIFICATION: Rule(7, PEOPLE),
    Kind.EXIT: Rule(7, PEOPLE),
    Kind.REMOVAL: Rule(7, PEOPLE),
    Kind.RETURN: Rule(7, PEOPLE),
    Kind.VILLAGE_EXIT: Rule(7, ("village", "incidence", "conditions")),
    Kind.COUNTY_REMOVAL: Rule(7, ("county", "incidence", "conditions"), working=True),
    Kind.LOANS: Rule(10, ("head", "village", "amount", "months")),
    Kind.ASSETS: Rule(10, ("asset", "village", "head", "amount")),
    Kind.RECTIFICATION: Rule(None, ("unit", "problems", "closed", "long_term")),
    Kind.ANNOUNCEMENT: Rule(None, ()),
}
"""workflows.md §18: identification, exit, removal 7; county removal 7 without holidays (N7); money 10 (N6).
Announcements and reports of rectification (seed 003 is one) stand for good."""


def columns_of(kind: str) -> tuple[Column, ...]:
    """The columns of a kind's list, in their order."""
    return tuple(COLUMNS[name] for name in RULES[kind].columns)
