"""The words of assessment: who is assessed, the states on the way, the grades (workflows.md §13)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.divisions import codes


class Kind(TextChoices):
    """Whose year is assessed."""

    HELPER = "helper", _("帮扶责任人")
    FIRST_SECRETARY = "first_secretary", _("第一书记")
    TEAM = "team", _("驻村工作队")
    CORPS = "corps", _("旗县工作总队")
    LEAGUE = "league", _("盟市")
    COUNTY = "county", _("旗县")


EFFECTS = (Kind.LEAGUE, Kind.COUNTY)
"""Whose year is a place's own (成效考核, workflows.md §14): these go a longer way, and have a model of their own."""
OF_CADRES = tuple((kind.value, kind.label) for kind in Kind if kind not in EFFECTS)
"""Whose year is that of a helper, secretary, team or corps (workflows.md §13), as choices of a field."""
LOWEST = {Kind.CORPS: codes.REGION, Kind.LEAGUE: codes.REGION, Kind.COUNTY: codes.REGION}
"""The lowest level that sets the indicators of a kind and opens its year (R-078: corps are assessed by the region, and
leagues and counties are); of all others it is the county."""


def lowest(kind: str) -> int:
    """The lowest level that sets the indicators of a kind and opens its year."""
    return LOWEST.get(Kind(kind), codes.COUNTY)


class State(TextChoices):
    """States of an assessment: each says what it waits for."""

    SELF_REPORT = "self_report", _("待自评")
    OPINION = "village_opinion", _("待民意测评")
    TOWNSHIP = "township_score", _("待评分")
    COUNTY = "county_score", _("待评定")
    GRADED = "graded", _("已评定")
    APPEAL = "appeal", _("申诉中")
    FINAL = "final", _("结果确定")


RESULT_KNOWN = (State.GRADED, State.APPEAL, State.FINAL)
"""From here on the assessed person reads the scores that others entered."""


class Grade(TextChoices):
    """Grades, the best first."""

    EXCELLENT = "excellent", _("优秀")
    GOOD = "good", _("良好")
    BASIC = "basic", _("基本合格")
    POOR = "poor", _("较差")


class RoundState(TextChoices):
    """How far the opening of a year is."""

    RUNNING = "running", _("办理中")
    DONE = "done", _("已完成")


class Source(TextChoices):
    """Where the value of an indicator comes from."""

    COMPUTED = "computed", _("系统计算")
    OPINION = "village_opinion", _("民意测评")
    TOWNSHIP = "township", _("人工填报")
    SITE = "site_check", _("实地考核")


class Missing(TextChoices):
    """Why an indicator has no value; its weight is then left out and the total counted over the others."""

    NO_ACCOUNT = "no_account", _("没有登录账户，平台没有其走访记录")
    NOTHING_DUE = "nothing_due", _("没有整期在任的户，无应走访户次")
    NO_PROBLEM = "no_problem", _("走访中没有反映问题")
    NO_HOUSEHOLD = "no_household", _("截止日没有所帮扶的户")
    NO_VILLAGE = "no_village", _("没有贫困村")
    NOT_RESIDENT = "not_resident", _("没有驻村职责，无应驻村天数")
    NO_SHEET = "no_sheet", _("整月在任的月份没有登记驻村考勤")
    NOT_ENTERED = "not_entered", _("尚未填报")
    NO_DATA = "no_data", _("没有数据")


class Light(TextChoices):
    """红黄绿: overdue, due soon, in time."""

    RED = "red", _("超期")
    YELLOW = "yellow", _("临近到期")
    GREEN = "green", _("期限内")
