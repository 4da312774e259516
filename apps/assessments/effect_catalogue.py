"""The indicators of a place's year, and what is taken off (workflows.md §14, analytics.md §5 to §8).

Weights of the heads are 30, 25, 25 and 20. A value is always 0 to 100 and more is better: of what should be there the
share that is; of what should not be there (`limit`) nothing up to that share of the whole, and 100 where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.assessments.choices import Source
from apps.assessments.effect_choices import Head
from apps.assessments.indicators import Entry


@dataclass(frozen=True)
class EffectEntry(Entry):
    """An indicator of a place. `limit`: of what should not be there, the share of the whole at which nothing is left of
    the value (None: of what should be there)."""

    head: Head = Head.REDUCTION
    limit: Decimal | None = None


@dataclass(frozen=True)
class Deduction:
    """What takes points off: `each` for a case, or of the share of all (`by_share`), and never more than `most`.
    `entered`: by people, with the evidence; the others are counted."""

    code: str
    label: Any
    words: Any
    each: Decimal
    most: int
    entered: bool = False
    by_share: bool = False
    opens: Any = ""


EXITS, VILLAGES_LEFT, COUNTIES, GROWTH = "exits", "villages_left", "counties_removed", "income_growth"
MISSED, WRONG_LISTING, WRONG_EXIT = "missed", "wrong_listing", "wrong_exit"
DOUBTS, CRITICAL, CAMPAIGN = "doubts", "critical", "campaign"
HELPERS, TEAMS, MATCHING, VISITS, SATISFACTION = "helpers", "teams", "matching", "visits", "satisfaction"
SPEND, RETAINED, IDLE, CARRY = "spend", "retained", "idle", "carry"
NOTICED, LIBRARY, REGISTERED = "noticed", "library", "registered"
FALSE_EXIT, FRAUD, OVERDUE, ZERO = "false_exit", "fraud", "overdue", "zero_sign_in"

MOST_DEDUCTED = 15
"""All deductions together take off no more than this (workflows.md §14)."""
TWO_PERCENT, TENTH, FIFTH = Decimal("0.02"), Decimal("0.1"), Decimal("0.2")


def _entry(code: str, label: Any, words: Any, weight: int, head: Head, opens: Any = "", **more: Any) -> EffectEntry:
    return EffectEntry(code, label, words, more.pop("source", Source.COMPUTED), weight, opens, head, **more)


_ALL = (
    _entry(
        EXITS,
        _("减贫人口"),
        _("当年脱贫的户中在册人口占年度减贫计划人数的比例，超额完成按100计。"),
        12,
        Head.REDUCTION,
        _("当年脱贫的户"),
    ),
    _entry(
        VILLAGES_LEFT,
        _("贫困村退出"),
        _("当年退出的贫困村占计划退出村数的比例，超额完成按100计。"),
        6,
        Head.REDUCTION,
        _("当年退出的贫困村"),
    ),
    _entry(
        COUNTIES,
        _("贫困旗县摘帽"),
        _("当年摘帽的贫困旗县占计划摘帽旗县数的比例。"),
        4,
        Head.REDUCTION,
        _("当年摘帽的旗县"),
    ),
    _entry(
        GROWTH,
        _("收入增长"),
        _("所帮扶户人均纯收入比上年增长的百分比，占计划增长百分比的比例；只计两年都有收入记录的户。"),
        8,
        Head.REDUCTION,
        _("纯收入下降的户"),
    ),
    _entry(
        MISSED,
        _("漏评率"),
        _("实地考核中漏评的户占抽查户的比例：没有得100，达到2%得0。"),
        5,
        Head.IDENTIFICATION,
        source=Source.SITE,
        limit=TWO_PERCENT,
    ),
    _entry(
        WRONG_LISTING,
        _("错评率"),
        _("实地考核中错评的户占抽查户的比例：没有得100，达到2%得0。"),
        5,
        Head.IDENTIFICATION,
        source=Source.SITE,
        limit=TWO_PERCENT,
    ),
    _entry(
        WRONG_EXIT,
        _("错退率"),
        _("实地考核中错退的户占抽查户的比例：没有得100，达到2%得0。"),
        5,
        Head.IDENTIFICATION,
        source=Source.SITE,
        limit=TWO_PERCENT,
    ),
    _entry(
        DOUBTS,
        _("识别退出疑点"),
        _("漏评、错评、错退的未办结疑点与在册户数之比：没有得100，每千户100条得0。"),
        4,
        Head.IDENTIFICATION,
        _("未办结的识别退出疑点"),
        limit=TENTH,
    ),
    _entry(
        CRITICAL,
        _("严重疑点"),
        _("未办结的严重疑点与在册户数之比：没有得100，每千户100条得0。"),
        3,
        Head.IDENTIFICATION,
        _("未办结的严重疑点"),
        limit=TENTH,
    ),
    _entry(
        CAMPAIGN,
        _("动态调整按期完成"),
        _("实地考核中动态调整未按期完成的苏木乡镇占抽查苏木乡镇的比例：没有得100，全部未完成得0。"),
        3,
        Head.IDENTIFICATION,
        source=Source.SITE,
        limit=Decimal(1),
    ),
    _entry(
        HELPERS,
        _("结对帮扶"),
        _("应帮扶的户中，截止日有帮扶责任人的户所占比例。"),
        5,
        Head.HELP,
        _("没有帮扶责任人的户"),
    ),
    _entry(
        TEAMS,
        _("驻村力量"),
        _("贫困村（含已退出的）中，截止日有在驻的工作队和在任的第一书记的村所占比例。"),
        5,
        Head.HELP,
        _("缺工作队或第一书记的贫困村"),
    ),
    _entry(
        MATCHING,
        _("措施对应致贫原因"),
        _("缺土地、缺水、缺技术、缺劳力、缺资金和交通落后的户中，有对应项目或贷款的户所占比例；其他原因不计。"),
        5,
        Head.HELP,
        _("没有对应措施的户"),
    ),
    _entry(
        VISITS,
        _("入户走访"),
        _("有帮扶责任人的户，每户每季度至少走访一次：应走访的户次中已走访的户次。整季结对的才计。"),
        5,
        Head.HELP,
        _("有一季度以上没有走访的户"),
    ),
    _entry(
        SATISFACTION,
        _("群众满意度"),
        _("当年入户核查中（每户以最近一次为准）表示满意或基本满意的户所占比例。"),
        5,
        Head.HELP,
        _("表示不满意的入户核查"),
    ),
    _entry(
        SPEND,
        _("资金支出率"),
        _("当年资金中截止日已拨付的比例。"),
        5,
        Head.FUNDS,
        _("尚有资金未拨付的当年指标"),
    ),
    _entry(
        RETAINED,
        _("资金滞留"),
        _("到位资金中截止日尚未落实到项目的比例：没有得100，达到20%得0。"),
        2,
        Head.FUNDS,
        _("尚有资金未落实的指标"),
        limit=FIFTH,
    ),
    _entry(
        IDLE,
        _("资金闲置"),
        _("已落实到项目的以往年度资金中，截止日尚未拨付的比例：没有得100，达到20%得0。"),
        2,
        Head.FUNDS,
        _("落实后未拨付完的以往年度指标"),
        limit=FIFTH,
    ),
    _entry(
        CARRY,
        _("结转结余"),
        _("以往年度资金中，截止日尚未拨付的比例：没有得100，达到8%得0。"),
        3,
        Head.FUNDS,
        _("未拨付完的以往年度指标"),
        limit=Decimal("0.08"),
    ),
    _entry(
        NOTICED,
        _("项目公示"),
        _("当年立项的项目中，已作建设前公示的比例。"),
        3,
        Head.FUNDS,
        _("没有公示的项目"),
    ),
    _entry(
        LIBRARY,
        _("项目出自项目库"),
        _("当年立项的项目中，出自项目库的比例。"),
        2,
        Head.FUNDS,
        _("不是出自项目库的项目"),
    ),
    _entry(
        REGISTERED,
        _("资产登记"),
        _("截止日前验收、应形成资产的项目中，资产已登记的比例。"),
        3,
        Head.FUNDS,
        _("资产没有登记的项目"),
    ),
)
OF_EFFECTS: Mapping[str, EffectEntry] = {entry.code: entry for entry in _ALL}
"""The indicators of leagues and counties, in their order."""

DEDUCTIONS: Mapping[str, Deduction] = {
    one.code: one
    for one in (
        Deduction(
            FALSE_EXIT, _("虚假脱贫"), _("每户扣2分，最多6分；由考核单位凭证据登记。"), Decimal(2), 6, entered=True
        ),
        Deduction(FRAUD, _("弄虚作假"), _("每起扣3分，最多9分；由考核单位凭证据登记。"), Decimal(3), 9, entered=True),
        Deduction(OVERDUE, _("整改超期"), _("截止日超期未销号的问题，每个扣0.5分，最多5分。"), Decimal("0.5"), 5),
        Deduction(
            ZERO,
            _("零签到"),
            _("整月结对而当月一次走访也没有的帮扶责任人，占有登录账户的帮扶责任人的比例乘以5分。"),
            Decimal(5),
            5,
            by_share=True,
            opens=_("有零签到月份的帮扶责任人"),
        ),
    )
}
"""What takes points off, in its order."""
