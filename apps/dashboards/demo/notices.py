"""Public notices of the demonstration, at all levels and on every stage of their way.

Lists of households that left poverty in 2018 are those of the register; quotas and projects are those of the ledger and
of the project library (`money_notices`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.common.codes import codelist
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo import money_notices
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.money_notices import TODAY, Draft, Stage
from apps.dashboards.demo.records import Truth
from apps.divisions import codes
from apps.divisions.models import Division
from apps.households.models import Household
from apps.notices.choices import ON_SHOW, RULES, Kind, State, Way
from apps.notices.models import NoticeLog, NoticeObjection, NoticePhoto, Publication, PublicNotice
from apps.notices.services import publishing, steps

VILLAGES = 300
"""Villages whose households that left poverty are listed, at most."""
SUBSIDY = 12
"""Townships that list what they paid for public jobs."""

STAGES: tuple[Stage, ...] = (
    (State.APPROVED, 0),
    (State.OBJECTION, 5),
    *((State.RUNNING, 4),) * 3,
    (State.PREPARED, 0),
    *((State.ENDED, 40),) * 4,
    (State.POSTED, 0),
    *((State.ARCHIVED, 60),) * 2,
    (State.WITHDRAWN, 20),
)
"""States with the days since posting that go round among the villages."""
OBJECTION = "名单中一户有商品房，请核实。"


LEFT = (
    "经村民代表会议民主评议、村“两委”和驻村工作队核实、拟退出贫困户认可，下列农牧户拟退出，现予公示。"
    "公示期内如有异议，请向嘎查村委会或苏木乡镇反映。"
)


OFFICES = ("", "自治区扶贫办", "盟市扶贫办", "旗县扶贫办", "苏木乡镇扶贫专干", "嘎查村信息员")
"""What who has no account of his own in the demonstration is called, by level."""


class Writers:
    """Who prepares and approves: the accounts of the demonstration where there are any, the platform's elsewhere."""

    @cached_property
    def accounts(self) -> dict[int, User]:
        found = User.objects.exclude(username__regex="^(helper|sysadmin|secadmin|auditor|client|system)")
        return {user.division_id: user for user in found.order_by("-pk")}

    @cached_property
    def system(self) -> User:
        return system_account()

    def of(self, place: int) -> tuple[User, User]:
        """Who prepares and who approves a notice of a place, never the same."""
        by = self.accounts.get(place, self.system)
        above = (self.accounts[step] for step in reversed(codes.ancestors(place)) if step in self.accounts)
        approver = next((user for user in above if codes.level(user.division_id) <= codes.COUNTY), self.system)
        return by, approver


def post_notices(bulk: Bulk) -> list[Truth]:
    """Write the notices with all that hangs off them, in sets, when there is money; what was planted."""
    of_money, truths = money_notices.drafts()
    drafts = [*_of_region(), *of_money, *_of_villages(), *_of_townships()]
    writers, now = Writers(), timezone.make_aware(datetime.datetime(figures.YEAR, 12, 31, 9))
    made = PublicNotice.objects.bulk_create(
        [_notice(draft, *writers.of(draft.place), now) for draft in drafts], batch_size=1000
    )
    shown = [one for one in made if one.state in ON_SHOW]
    Publication.objects.bulk_create([publishing.copy_of(one) for one in shown], batch_size=1000)
    NoticeLog.objects.bulk_create([line for one in made for line in _log(one)], batch_size=2000)
    NoticeObjection.objects.bulk_create([_objection(one) for one in made if one.state == State.OBJECTION])
    _photos([one for one in made if one.posted_on and Way.BOARD in one.ways])
    bulk.rows["notices_publicnotice"] = len(made)
    return truths


def _of_region() -> Iterator[Draft]:
    """Announcements and counties that left the list."""
    region = codes.WHOLE_REGION
    yield Draft(
        region, Kind.ANNOUNCEMENT, "关于公布扶贫监督举报电话的公告",
        "为畅通群众监督渠道，现将全区扶贫监督举报电话公告如下：12317。受理扶贫资金使用、项目实施、贫困识别和退出、干部作风等"
        "方面的举报，查实一起，处理一起。",
        [], (State.RUNNING, 200),
    )  # fmt: skip
    counties = Division.objects.current().poverty_counties().filter(exit_year=figures.YEAR)
    removed = [
        {"county": name, "incidence": "低于3%", "conditions": "县级申请、市级初审、自治区核查均已通过"}
        for name in counties.values_list("short_name", flat=True)
    ]
    if removed:
        yield Draft(
            region, Kind.COUNTY_REMOVAL, f"{figures.YEAR}年度拟退出贫困旗县公示",
            "按照贫困退出机制，经旗县申请、盟市初审、自治区核查和第三方评估，下列旗县达到退出标准，现予公示。",
            removed, (State.RUNNING, 6),
        )  # fmt: skip


def _of_villages() -> Iterator[Draft]:
    """Households that left poverty in the year, village by village; those of the demonstration's villages first."""
    left = Household.objects.filter(exit_year=figures.YEAR, status__in=("30", "40"))
    known = User.objects.filter(username__startswith="village-").values_list("division_id", flat=True)
    places = [
        *sorted(known),
        *left.exclude(division__in=known)
        .order_by("division_id")
        .values_list("division_id", flat=True)
        .distinct()[:VILLAGES],
    ]
    names = dict(Division.objects.filter(pk__in=places).values_list("code", "short_name"))
    causes = codelist("poverty_cause").labels
    rows: QuerySet[Any] = left.filter(division__in=places).with_head().with_member_count().order_by("division_id", "pk")
    by_place = {
        place: list(found)
        for place, found in groupby(
            rows.values_list("division_id", "head_name", "member_count", "cause_main"), lambda row: row[0]
        )
    }
    for number, place in enumerate(place for place in places if place in by_place):
        lines = [
            {"head": head, "members": members, "village": names[place], "cause": str(causes.get(cause, ""))}
            for _place, head, members, cause in by_place[place]
            if head
        ]
        text = LEFT
        title = f"{names[place]}{figures.YEAR}年度拟退出贫困户公示"
        yield Draft(place, Kind.EXIT, title, text, lines, STAGES[number % len(STAGES)])


def _of_townships() -> Iterator[Draft]:
    """What townships paid for public jobs, village by village."""
    known = list(User.objects.filter(username__startswith="township-").values_list("division_id", flat=True))
    others = Division.objects.pickable().within(150422000000).at_level(codes.TOWNSHIP).exclude(pk__in=known)
    for number, place in enumerate([*known, *others.values_list("code", flat=True)[:SUBSIDY]]):
        villages = Division.objects.pickable().children_of(place).values_list("short_name", flat=True)[:8]
        lines = [
            {"project": f"{name}保洁公益岗位", "fund": "公益岗位补贴", "amount": f"{6000 + 600 * (number % 3)}.00"}
            for name in villages
        ]
        if lines:
            title = f"{figures.YEAR}年第四季度公益岗位补贴使用情况公示"
            yield Draft(
                place, Kind.FUND_USE, title, "现将本季度公益岗位补贴发放情况公示如下。", lines, (State.RUNNING, 6)
            )


def _notice(draft: Draft, by: User, approver: User, now: datetime.datetime) -> PublicNotice:
    state, ago = draft.stage
    days = RULES[draft.kind].days
    approved = state != State.PREPARED
    posted_on = None if state in (State.PREPARED, State.APPROVED) else TODAY - datetime.timedelta(days=ago)
    ends_on = steps.last_day(draft.kind, posted_on, days) if posted_on else None
    closed = state in (State.ENDED, State.ARCHIVED) and ends_on is not None
    high = draft.place % 10**6 == 0
    return PublicNotice(
        division_id=draft.place,
        level=codes.level(draft.place),
        kind=draft.kind,
        title=draft.title,
        text=draft.text,
        lines=draft.lines,
        days=days,
        state=state,
        state_since=now,
        prepared_by=by,
        prepared_by_name=_called(by, codes.level(draft.place)),
        approved_by=approver if approved else None,
        approved_by_name=_called(approver, min(codes.level(draft.place), codes.COUNTY)) if approved else "",
        place=""
        if posted_on is None
        else "扶贫办网站"
        if high
        else "村委会公示栏"
        if draft.place % 1000
        else "政府公示栏",
        ways=[] if posted_on is None else [Way.WEB] if high else [Way.BOARD, Way.WEB],
        posted_on=posted_on,
        ends_on=ends_on,
        closed_on=ends_on + datetime.timedelta(days=1 - draft.early) if closed and ends_on else None,
        subject=draft.subject,
        postings=1 if posted_on else 0,
    )


def _called(user: User, level: int) -> str:
    """The name of an account; of the platform's own that of the office it stands for."""
    return OFFICES[level] if user.username == "system" else str(user)


WAY = ("prepare", "approve", "post", "begin")
REACHED: dict[State, tuple[str, ...]] = {
    State.PREPARED: WAY[:1],
    State.APPROVED: WAY[:2],
    State.POSTED: WAY[:3],
    State.RUNNING: WAY,
    State.OBJECTION: (*WAY, "object"),
    State.ENDED: (*WAY, "end"),
    State.ARCHIVED: (*WAY, "end", "archive"),
    State.WITHDRAWN: (*WAY, "withdraw"),
}
STATE_AFTER = {
    "prepare": State.PREPARED,
    "approve": State.APPROVED,
    "post": State.POSTED,
    "begin": State.RUNNING,
    "object": State.OBJECTION,
    "end": State.ENDED,
    "archive": State.ARCHIVED,
    "withdraw": State.WITHDRAWN,
}


def _log(found: PublicNotice) -> Iterator[NoticeLog]:
    """The steps that led to where a notice is."""
    before = ""
    first = found.posted_on or TODAY
    days = {"begin": 1, "object": 2, "end": 11, "archive": 15, "withdraw": 2}
    for name in REACHED[State(found.state)]:
        at = datetime.datetime.combine(first + datetime.timedelta(days=days.get(name, 0)), datetime.time(9))
        who = {"approve": (found.approved_by, found.approved_by_name), "begin": (None, ""), "end": (None, "")}
        by, by_name = who.get(name, (found.prepared_by, found.prepared_by_name))
        yield NoticeLog(
            notice=found,
            division_id=found.division_id,
            at=timezone.make_aware(at),
            by=by,
            by_name=by_name,
            step=name,
            from_state=before,
            to_state=STATE_AFTER[name],
            note="名单有误，核对后重新公示。" if name == "withdraw" else "",
        )
        before = STATE_AFTER[name]


def _objection(found: PublicNotice) -> NoticeObjection:
    """An objection that waits for its answer."""
    received_on = TODAY - datetime.timedelta(days=3)
    return NoticeObjection(
        notice=found,
        division_id=found.division_id,
        received_on=received_on,
        text=OBJECTION,
        received_by=found.prepared_by,
        received_by_name=found.prepared_by_name,
        due_on=steps.workdays.after(received_on, steps.ANSWER_WITHIN),
    )


def _photos(posted: list[PublicNotice]) -> None:
    """One drawn picture of a board stands for all photos."""
    from apps.dashboards.demo.photos import board, stored  # noqa: PLC0415  # heavy, and for this alone

    shown = stored("notices", board())
    NoticePhoto.objects.bulk_create(
        NoticePhoto(
            notice=one,
            division_id=one.division_id,
            posting=1,
            at=timezone.make_aware(datetime.datetime.combine(one.posted_on or TODAY, datetime.time(10))),
            by=one.prepared_by,
            by_name=one.prepared_by_name,
            **shown,
        )
        for one in posted
    )
