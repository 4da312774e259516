"""Complaints of the demonstration: those of a quarter as seed 003 counts them (R-193): 113 received, 46 of them about
identification and exit, 20 closed. Their totals are the region's, whatever the scale.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from django.db import connection, transaction
from django.utils import timezone

from apps.access import scope as scopes
from apps.common import workdays
from apps.complaints.choices import (
    ACCEPT_DAYS,
    ANSWER_DAYS,
    DUE,
    OPEN,
    REGISTER_DAYS,
    Body,
    Channel,
    Kind,
    Result,
    Satisfaction,
    State,
)
from apps.complaints.models import Complainant, Complaint, ComplaintLog, Statement
from apps.complaints.models.confidential import hidden
from apps.complaints.services.entering import HANDLES
from apps.complaints.services.receipts import DIGITS
from apps.complaints.services.steps import WAY
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.bulk import Bulk
from apps.divisions import codes
from apps.divisions.models import Division

TODAY = datetime.date(figures.YEAR, 12, 31)
FIRST = datetime.date(figures.YEAR, 10, 1)
SHOWN = (150422000000, 150400000000)
"""The county and the league whose desks the demonstration shows."""

KINDS = {Kind.IDENTIFICATION: 46, Kind.FUNDS: 21, Kind.POLICY: 16, Kind.PROJECTS: 14, Kind.MISUSE: 9, Kind.OTHER: 7}
STATES = {
    State.CLOSED: 20,
    State.RECEIVED: 6,
    State.REGISTERED: 9,
    State.NOT_ACCEPTED: 12,
    State.ACCEPTED: 14,
    State.ASSIGNED: 10,
    State.INVESTIGATING: 24,
    State.TRANSFERRED: 6,
    State.RETURNED: 2,
    State.ANSWERED: 8,
    State.FEEDBACK: 2,
}
BEGUN = ("register", "accept")
PATHS: dict[State, tuple[str, ...]] = {
    State.RECEIVED: (),
    State.REGISTERED: ("register",),
    State.NOT_ACCEPTED: ("register", "decline"),
    State.ACCEPTED: BEGUN,
    State.ASSIGNED: (*BEGUN, "assign"),
    State.INVESTIGATING: (*BEGUN, "assign", "investigate"),
    State.TRANSFERRED: (*BEGUN, "transfer"),
    State.RETURNED: (*BEGUN, "transfer", "return_result"),
    State.ANSWERED: (*BEGUN, "investigate", "answer"),
    State.FEEDBACK: (*BEGUN, "investigate", "answer", "feedback"),
    State.CLOSED: (*BEGUN, "investigate", "answer", "feedback", "close"),
}
DAYS = {
    "register": 1, "accept": 2, "decline": 2, "assign": 1, "investigate": 2, "transfer": 3, "return_result": 6,
    "answer": 8, "feedback": 3, "close": 2,
}  # fmt: skip
"""Days that each step takes after the one before."""
CHANNELS = (*(Channel.PHONE,) * 5, Channel.SITE, Channel.SITE, Channel.LETTER, Channel.VISIT, Channel.TRANSFER)
TEXTS: dict[str, tuple[str, ...]] = {
    Kind.IDENTIFICATION: ("本村有人家里有楼房仍是贫困户，真正困难的没有评上。", "退出时没有入户核算收入，也没有签字。"),
    Kind.FUNDS: ("产业补贴少发了，账目没有公开。", "光伏收益分配方案没有开会讨论。"),
    Kind.POLICY: ("住院没有享受先诊疗后付费。", "危房改造补助标准与公示不一致。"),
    Kind.PROJECTS: ("机井打完一直没有通电。", "村里的路修了半年就坏了。"),
    Kind.MISUSE: ("有人冒用他人名义领取补贴。",),
    Kind.OTHER: ("帮扶干部很久没有来过。",),
}
SURNAMES, GIVEN = "王李张刘陈白包何金吴", ("建国", "秀兰", "桂英", "海龙", "玉梅", "志强")
LEADERS = (("王志远", "盟市委书记"), ("李国栋", "旗县委书记"), ("包永胜", "旗县长"), ("陈学军", "旗县纪委书记"))
LED_EVERY = 6
"""Every so many of the open ones is a leader's case."""


@dataclass(frozen=True)
class Draft:
    """One complaint: what it is about, where it lies, how far it is, and the day of each of its steps."""

    number: int
    kind: str
    state: State
    place: int
    concerned: int
    received_on: datetime.date
    days: dict[str, datetime.date]


def take_complaints(bulk: Bulk, seed: int | str) -> None:
    """Write the complaints of the quarter with all that hangs off them, in sets, as their desks would have."""
    drafts = list(_drafts(random.Random(f"complaints-{seed}")))  # noqa: S311  # no secret
    own = scopes.current() or scopes.Scope(user_id=None)
    desks = {HANDLES: (codes.subtree(codes.WHOLE_REGION),)}
    with scopes.activate(replace(own, capabilities={**own.capabilities, **desks})), transaction.atomic():
        # The demonstration checks at once (`Bulk`); the lines that say what brought a complaint where it is come last.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS complaint_logged, complaint_logged_new DEFERRED")
        made = Complaint.objects.bulk_create([_complaint(draft) for draft in drafts])
        pairs = list(zip(drafts, made, strict=True))
        Statement.objects.bulk_create([_statement(draft, one) for draft, one in pairs])
        Complainant.objects.bulk_create([_complainant(draft, one) for draft, one in pairs if one.named])
        ComplaintLog.objects.bulk_create([line for draft, one in pairs for line in _log(draft, one)])
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS complaint_logged, complaint_logged_new IMMEDIATE")
    bulk.rows["complaints_complaint"] = len(made)


def _drafts(chance: random.Random) -> Iterator[Draft]:
    """The quarter's complaints: kinds and states in the seed's numbers, independent of each other."""
    kinds = [kind.value for kind, count in KINDS.items() for _one in range(count)]
    states = [state for state, count in STATES.items() for _one in range(count)]
    chance.shuffle(kinds)
    places = _places()
    for number, (kind, state) in enumerate(zip(kinds, states, strict=True)):
        place, concerned = places[number % len(places)]
        path = PATHS[state]
        spans = list(accumulate(DAYS[step] for step in path))
        last = TODAY - datetime.timedelta(days=spans[-1] if spans else 0)
        # What is still open came lately; what was ended came any time before.
        first = max(FIRST, last - datetime.timedelta(days=20)) if state in OPEN else FIRST
        came = first + datetime.timedelta(days=chance.randrange((last - first).days + 1))
        days = {step: came + datetime.timedelta(days=span) for step, span in zip(path, spans, strict=True)}
        yield Draft(number, kind, state, place, concerned, came, days)


def _places() -> list[tuple[int, int]]:
    """Units that handle, with a place below each: counties (a village of each), leagues and the region; every third is
    one of those that the demonstration shows."""
    current = Division.objects.pickable()
    counties = list(current.at_level(codes.COUNTY).order_by("code").values_list("code", flat=True))
    villages: dict[int, int] = {}
    for code in current.at_level(codes.VILLAGE).order_by("code").values_list("code", flat=True):
        villages.setdefault(codes.at(code, codes.COUNTY), code)
    usual = [(place, villages[place]) for place in counties if place in villages]
    usual += [(codes.at(place, codes.LEAGUE), place) for place in counties[::4]]
    usual += [(codes.WHOLE_REGION, codes.at(place, codes.LEAGUE)) for place in counties[::20]]
    county, league = SHOWN
    shown = [(county, villages.get(county, county + 100200)), (league, county)]
    known = set(counties)
    found = []
    for number, pair in enumerate(usual):
        found.append(pair)
        if number % 3 == 0 and county in known:
            found.append(shown[number // 3 % 2])
    return found


def _complaint(draft: Draft) -> Complaint:
    days, number = draft.days, draft.number
    channel = CHANNELS[number % len(CHANNELS)]
    answered, accepted = days.get("answer"), days.get("accept")
    led = draft.state in DUE and number % LED_EVERY == 0
    leader, post = LEADERS[number % len(LEADERS)] if led else ("", "")
    return Complaint(
        division_id=draft.place,
        number=f"XF{10 ** (DIGITS - 1) + number * 7919:0{DIGITS}d}",
        kind=draft.kind,
        channel=channel,
        sender=(Body.PETITION if number % 2 else Body.DISCIPLINE) if channel == Channel.TRANSFER else "",
        concerned_id=draft.concerned,
        named=number % 5 < 3,
        state=draft.state,
        state_since=_at(max(days.values(), default=draft.received_on)),
        due_on=_due(draft) if draft.state in DUE else None,
        received_on=draft.received_on,
        registered_on=days.get("register"),
        accepted_on=accepted,
        answered_on=answered,
        closed_on=days.get("close"),
        result=list(Result)[number % len(Result)] if answered else "",
        confirmed=_confirmed(number) if answered else None,
        satisfaction=_satisfaction(number) if "feedback" in days else "",
        sent_to=Body.DISCIPLINE if "transfer" in days else "",
        sent_on=days.get("transfer"),
        document_no=f"〔{figures.YEAR}〕{number}号" if "transfer" in days else "",
        returned_on=days.get("return_result"),
        reported_on=days.get("feedback") if channel == Channel.TRANSFER else None,
        leader=leader,
        leader_post=post,
        dispatched_on=TODAY.replace(day=10) if led and number % (2 * LED_EVERY) == 0 else None,
    )


def _confirmed(number: int) -> bool:
    """Every third is true; a false charge never is."""
    return number % 3 == 0 and list(Result)[number % len(Result)] != Result.FALSE_CHARGE


def _satisfaction(number: int) -> str:
    """As seed 003 says of visits received: seven of ten are satisfied (R-196)."""
    return Satisfaction.SATISFIED if number % 10 < 7 else Satisfaction.UNSATISFIED


def _due(draft: Draft) -> datetime.date:
    if accepted := draft.days.get("accept"):
        return accepted + datetime.timedelta(days=ANSWER_DAYS)
    return workdays.after(draft.received_on, ACCEPT_DAYS if draft.days else REGISTER_DAYS)


def _statement(draft: Draft, found: Complaint) -> Statement:
    words = TEXTS[draft.kind]
    return Statement(
        complaint=found,
        division_id=draft.place,
        text=words[draft.number % len(words)],
        findings="已入户走访、查阅账目并询问当事人。" if found.answered_on else "",
        answer="您反映的问题已调查核实，处理结果如上。" if found.answered_on else "",
    )


def _complainant(draft: Draft, found: Complaint) -> Complainant:
    number = draft.number
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]
    contact = hidden(f"1599{number:07d}")
    return Complainant(complaint=found, division_id=draft.place, name=hidden(name), contact=contact)


def _log(draft: Draft, found: Complaint) -> Iterator[ComplaintLog]:
    """The steps that led to where it is, as its desk took them."""
    shared = {"complaint": found, "division_id": draft.place, "round": 0, "by_name": "信访举报受理岗"}
    yield ComplaintLog(**shared, at=_at(draft.received_on), step="receive", to_state=State.RECEIVED)
    state: str = State.RECEIVED
    for step, day in draft.days.items():
        after = WAY.steps[step].to_state or state
        yield ComplaintLog(**shared, at=_at(day), step=step, from_state=state, to_state=after, note="")
        state = after


def _at(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(10)))
