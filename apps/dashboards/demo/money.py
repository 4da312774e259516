"""Money of the years 2016 to 2019 (made up): budgets in the published shares, passed down, put into projects and paid.

Shares are those of analytics.md and seeds 002 to 004: 2016 has 2.02 billion central, 3.84 regional and 1.89 league and
county money; the first 7.005 billion of 2019 are issued in advance; of Beijing's money of 2018 97.4 % is paid. At 1 in
`scale` every amount is divided by the scale.
"""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import BigIntegerField, Count, F, Sum, Value
from django.db.models.functions import Mod

from apps.accounts.models import User
from apps.common.money import CENT
from apps.dashboards.demo.planting import money as planting
from apps.dashboards.demo.planting.booking import entry, write
from apps.dashboards.demo.records import Truth
from apps.divisions import codes
from apps.funds.choices import Act, FundKind, Origin, ProjectKind, ProjectState
from apps.funds.models import Allocation, ApprovalBand, Entry, Payment, Project, Quota
from apps.funds.services import steps
from apps.funds.services.closing import close_year
from apps.funds.services.ledger import book
from apps.funds.services.lines import Line
from apps.households.models import Household

MILLION = 1_000_000
BUDGETS: dict[int, tuple[tuple[str, str, int], ...]] = {
    2016: ((FundKind.SPECIAL, Origin.CENTRAL, 2020), (FundKind.SPECIAL, Origin.REGION, 3840)),
    2017: (
        (FundKind.SPECIAL, Origin.CENTRAL, 2210),
        (FundKind.SPECIAL, Origin.REGION, 3100),
        (FundKind.INDUSTRY, Origin.REGION, 2000),
    ),
    2018: (
        (FundKind.SPECIAL, Origin.CENTRAL, 2430),
        (FundKind.SPECIAL, Origin.REGION, 3560),
        (FundKind.BEIJING, Origin.SOCIAL, 914),
    ),
    2019: ((FundKind.SPECIAL, Origin.CENTRAL, 3105), (FundKind.SPECIAL, Origin.REGION, 3900)),
}
"""Million yuan by year, of the region; 2019 is issued in advance at the end of 2018."""
OWN = {2016: 1890, 2017: 1950, 2018: 2050}
"""Million yuan that leagues and counties add, half and half."""
PAID = {
    2016: (Decimal("0.995"), Decimal("1.000")),
    2017: (Decimal("0.95"), Decimal("1.00")),
    2018: (Decimal("0.93"), Decimal("0.97")),
}
"""From which to which share the projects of a county have been paid at the end of the year; the rest follows in the
next February, and in spring all of it is claimed and settled."""
BEIJING_PAID = Decimal("0.974")
ROUNDS = ((6, 20), (8, 20), (10, 20), (12, 20))
"""Days of payment. What is settled in its own year is paid in the first two of them."""


@dataclass
class Spent:
    """What was written: rows by table, and what was planted."""

    rows: dict[str, int]
    truths: list[Truth]


def spend(scale: int, seed: int | str, spoilt: Sequence[Project]) -> Spent:
    """Write quotas, allocations, entries and payments, and plant what is wrong with money, not in spoilt projects."""
    chance = random.Random(f"{seed}:money")  # noqa: S311 - made-up data, nothing secret
    slow = planting.choose(_projects(max(PAID)), spoilt)
    for year in BUDGETS:
        _year(year, scale, slow, chance)
    ApprovalBand.objects.bulk_create(
        ApprovalBand(division_id=codes.WHOLE_REGION, act=act, above=above, signatures=signatures, days=days)
        for act in (Act.PASS, Act.ALLOCATE, Act.PAY)
        for above, signatures, days in ((0, 1, 5), (50_000_000, 2, 10))
    )
    truths = [*slow.truths, *planting.plant(slow)]
    finance = User.objects.get(username="finance-region")
    for year in (2016, 2017):
        close_year(codes.WHOLE_REGION, year, by=finance)
    _orders_under_way()
    tables = (Quota, Allocation, Entry, Payment)
    return Spent({f"funds_{model._meta.model_name}": model._default_manager.count() for model in tables}, truths)


def _projects(year: int) -> dict[int, list[Project]]:
    """The projects of a year that have begun, by county: only these get money."""
    found: dict[int, list[Project]] = defaultdict(list)
    begun = Project.objects.filter(year=year, started_on__isnull=False).exclude(state="stopped")
    for project in begun.exclude(kind=ProjectKind.DWELLING).order_by("pk"):
        found[codes.at(project.division_id, codes.COUNTY)].append(project)
    return found


def _weights() -> dict[int, int]:
    """Registered households of each county."""
    county = F("division_id") - Mod(F("division_id"), Value(codes.SPAN[codes.COUNTY]), output_field=BigIntegerField())
    rows = (
        Household.objects.annotate(county=county).values_list("county").annotate(number=Count("pk")).order_by("county")
    )
    return dict(rows)


def _shares(amount: Decimal, weights: dict[int, int]) -> dict[int, Decimal]:
    """An amount in proportion to weights, to the cent; the last one takes what rounding leaves."""
    whole, left, found = sum(weights.values()), amount, {}
    for key, weight in weights.items():
        found[key] = (amount * weight / whole).quantize(CENT)
        left -= found[key]
    found[next(reversed(found))] += left
    return {key: part for key, part in found.items() if part > 0}


def _year(year: int, scale: int, slow: planting.Slow, chance: random.Random) -> None:
    ahead = year == max(BUDGETS)
    day = datetime.date(year - 1, 12, 10) if ahead else datetime.date(year, 1, 15)
    projects, weights = _projects(year), _weights()
    if not ahead:
        weights = {county: weight for county, weight in weights.items() if county in projects}
    wanted = [
        (codes.WHOLE_REGION, kind, origin, Decimal(million * MILLION) / scale)
        for kind, origin, million in BUDGETS[year]
    ]
    half = Decimal(OWN.get(year, 0) * MILLION) / scale / 2
    if half:
        leagues = _by_league(weights)
        wanted += [(place, FundKind.SPECIAL, Origin.LEAGUE, part) for place, part in _shares(half, leagues).items()]
        wanted += [(place, FundKind.SPECIAL, Origin.COUNTY, part) for place, part in _shares(half, weights).items()]
    own = _budgets(year, day, wanted)
    into: list[Lot] = []
    for lots, those in (
        ([one for one in own if one[0].kind != FundKind.BEIJING], weights),
        ([one for one in own if one[0].kind == FundKind.BEIJING], _with_beijing(weights, projects)),
    ):
        below = _pass_on(lots, codes.REGION, _by_league(those), day + datetime.timedelta(days=5), received=not ahead)
        if not ahead:
            at_league = [*below, *(one for one in lots if codes.level(one[0].division_id) == codes.LEAGUE)]
            into += _pass_on(at_league, codes.LEAGUE, those, datetime.date(year, 3, 5), received=True)
            into += [one for one in lots if codes.level(one[0].division_id) == codes.COUNTY]
    _into_projects(year, into, projects, slow, chance)


def _by_league(weights: dict[int, int]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for county, number in weights.items():
        found[codes.at(county, codes.LEAGUE)] += number
    return found


def _with_beijing(weights: dict[int, int], projects: dict[int, list[Project]]) -> dict[int, int]:
    """Of some counties those that have a project of the Beijing cooperation; all where none has."""
    found = {
        county: weight
        for county, weight in weights.items()
        if any(one.kind == ProjectKind.BEIJING for one in projects.get(county, ()))
    }
    return found or weights


Lot = tuple[Quota, Decimal]


def _budgets(year: int, day: datetime.date, wanted: Iterable[tuple[int, str, str, Decimal]]) -> list[Lot]:
    rows = [
        (
            Quota(
                division_id=place, kind=kind, origin=origin, year=year, document_no=f"内财预〔{day.year}〕{number}号",
                issued_on=day, received_on=day,
            ),
            amount.quantize(CENT),
        )
        for number, (place, kind, origin, amount) in enumerate(wanted, 101)
    ]  # fmt: skip
    return _booked(Act.BUDGET, rows, day)


def _booked(act: Act, rows: list[Lot], day: datetime.date) -> list[Lot]:
    Quota.objects.bulk_create([quota for quota, _amount in rows], batch_size=1000)
    book(
        (Entry(act=act, quota=quota, division_id=quota.division_id, amount=amount) for quota, amount in rows),
        by=None,
        on=day,
    )
    return rows


def _pass_on(lots: list[Lot], level: int, weights: dict[int, int], day: datetime.date, *, received: bool) -> list[Lot]:
    """Pass the lots of a level down to the places below it, by weight."""
    rows = []
    for number, (parent, amount) in enumerate(lots, 201):
        if codes.level(parent.division_id) != level:
            continue
        below = {place: weight for place, weight in weights.items() if codes.contains(parent.division_id, place)}
        for place, part in _shares(amount, below).items():
            child = Quota(
                division_id=place, parent=parent, from_division_id=parent.division_id, kind=parent.kind,
                origin=parent.origin, year=parent.year, document_no=f"内财农〔{day.year}〕{number}号", issued_on=day,
                received_on=day + datetime.timedelta(days=3) if received else None,
            )  # fmt: skip
            rows.append((child, part))
    return _booked(Act.PASS, rows, day)


def _into_projects(
    year: int, lots: list[Lot], projects: dict[int, list[Project]], slow: planting.Slow, chance: random.Random
) -> None:
    """Put the lots of counties into their projects of the year, whole, and pay, claim and settle what is due.

    The entries are written day by day: those of one quota never go back.
    """
    rows: list[tuple[Allocation, Decimal, Decimal]] = []
    for quota, amount in lots:
        found = projects[quota.division_id]
        beijing = [one for one in found if one.kind == ProjectKind.BEIJING]
        others = [one for one in found if one not in beijing]
        is_beijing = quota.kind == FundKind.BEIJING
        chosen = (beijing or found) if is_beijing else (others or found)
        low, high = PAID[year]
        share = BEIJING_PAID if is_beijing else low + (high - low) * chance.randint(0, 100) / 100
        share = slow.shares.get((quota.division_id, year), share)
        by_key = {one.pk: one for one in chosen}
        for key, part in _shares(amount, {one.pk: max(1, int(one.budget)) for one in chosen}).items():
            allocation = Allocation(division_id=by_key[key].division_id, quota=quota, project=by_key[key])
            rows.append((allocation, part, (part * share).quantize(CENT)))
    Allocation.objects.bulk_create([row[0] for row in rows], batch_size=1000)
    days: dict[datetime.date, list[Entry]] = defaultdict(list)
    days[datetime.date(year, 4, 20)] = [entry(Act.ALLOCATE, one, amount) for one, amount, _paid in rows]
    for allocation, amount, paid in rows:
        for day, act, part in _course(year, amount, paid, closed=allocation.project.state == ProjectState.CLOSED):
            days[day].append(entry(act, allocation, part))
    for day, entries in sorted(days.items()):
        write(entries, day)


def _course(year: int, amount: Decimal, paid: Decimal, *, closed: bool) -> Iterable[tuple[datetime.date, Act, Decimal]]:
    """What becomes of the money in a project: four rounds of payments; of what is closed in its own year two."""
    ahead = closed and year == max(PAID)
    rounds = ROUNDS[:2] if ahead else ROUNDS
    whole = amount if ahead else paid
    part = (whole / len(rounds)).quantize(CENT)
    parts = [part] * (len(rounds) - 1)
    for (month, day), one in zip(rounds, [*parts, whole - sum(parts, Decimal(0))], strict=True):
        yield datetime.date(year, month, day), Act.PAY, one
    if not closed:
        return
    if ahead:
        ends = datetime.date(year, 9, 5), datetime.date(year, 9, 15)
    else:
        yield datetime.date(year + 1, 2, 20), Act.PAY, amount - paid
        ends = datetime.date(year + 1, 3, 5), datetime.date(year + 1, 3, 20)
    yield from zip(ends, (Act.CLAIM, Act.SETTLE), (amount, amount), strict=True)


def _orders_under_way() -> None:
    """Orders of one county on every stage of their way, taken by those whose steps they are."""
    county = 150422000000
    people = {name: User.objects.get(username=f"{name}-150422") for name in ("county", "finance", "head", "payer")}
    project = Project.objects.within(county).filter(year=2018, state=ProjectState.STARTED).first()
    had = Quota.objects.filter(division_id=county, year=2018).aggregate(whole=Sum("amount"))["whole"]
    if not had or project is None:
        return
    # An award of December, not yet put into projects: so little that the county's spending is on time all the same.
    award = (county, FundKind.AWARD, Origin.COUNTY, had / 100)
    ((lot, whole),) = _budgets(2018, datetime.date(2018, 12, 10), [award])
    amount = (whole / 5).quantize(CENT)
    ways = ((), ("propose",), ("propose", "review"), ("propose", "review", "approve"))
    who = {"propose": "county", "review": "finance", "approve": "head", "execute": "payer"}
    for number, way in enumerate(ways, 1):
        line = Line(amount=amount, quota=lot.pk, project=project.pk)
        said = steps.Draft(
            act=Act.ALLOCATE, title=f"{project.name}资金安排（第{number}批）", reason="按年度实施方案落实到项目",
            year=2018, document_no=f"敖扶发〔2018〕{number}号", lines=[line],
        )  # fmt: skip
        order = steps.draft(county, said, by=people["county"])
        for step in way:
            order = steps.take(order, step, by=people[who[step]])
