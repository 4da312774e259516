"""Money of the years 2016 to 2019 (made up): budgets in the published shares, passed down, put into projects and paid.

Shares are those of analytics.md and seeds 002 to 004: 2016 has 2.02 billion central, 3.84 regional and 1.89 league and
county money; the first 7.005 billion of 2019 are issued in advance; of Beijing's money of 2018 97.4 % is paid. At 1 in
`scale` every amount is divided by the scale.
"""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Count, F, Value
from django.db.models.functions import Mod

from apps.accounts.models import User
from apps.common.money import CENT
from apps.divisions import codes
from apps.funds.choices import Act, FundKind, Origin
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
    2018: (Decimal("0.80"), Decimal("0.97")),
}
"""From which to which share the projects of a county have been paid."""
BEIJING_PAID = Decimal("0.974")
ROUNDS = ((6, 20), (8, 20), (10, 20), (12, 20))
"""Days of payment."""


def spend(scale: int, seed: int | str) -> dict[str, int]:
    """Write quotas, allocations, entries and payments; how many rows of each table there are."""
    chance = random.Random(f"{seed}:money")  # noqa: S311 - made-up data, nothing secret
    weights = _weights()
    for year in BUDGETS:
        _year(year, scale, weights, chance)
    ApprovalBand.objects.bulk_create(
        ApprovalBand(division_id=codes.WHOLE_REGION, act=act, above=above, signatures=signatures, days=days)
        for act in (Act.PASS, Act.ALLOCATE, Act.PAY)
        for above, signatures, days in ((0, 1, 5), (50_000_000, 2, 10))
    )
    finance = User.objects.get(username="finance-region")
    for year in (2016, 2017):
        close_year(codes.WHOLE_REGION, year, by=finance)
    _orders_under_way()
    return {
        f"funds_{model._meta.model_name}": model._default_manager.count()
        for model in (Quota, Allocation, Entry, Payment)
    }


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


def _year(year: int, scale: int, weights: dict[int, int], chance: random.Random) -> None:
    ahead = year == max(BUDGETS)
    day = datetime.date(year - 1, 12, 10) if ahead else datetime.date(year, 1, 15)
    leagues: dict[int, int] = defaultdict(int)
    for county, number in weights.items():
        leagues[county // 10**8 * 10**8] += number
    wanted = [
        (codes.WHOLE_REGION, kind, origin, Decimal(million * MILLION) / scale)
        for kind, origin, million in BUDGETS[year]
    ]
    half = Decimal(OWN.get(year, 0) * MILLION) / scale / 2
    if half:
        wanted += [(place, FundKind.SPECIAL, Origin.LEAGUE, part) for place, part in _shares(half, leagues).items()]
        wanted += [(place, FundKind.SPECIAL, Origin.COUNTY, part) for place, part in _shares(half, weights).items()]
    own = _budgets(year, day, wanted)
    below = _pass_on(own, codes.REGION, leagues, day + datetime.timedelta(days=5), received=not ahead)
    if ahead:
        return
    at_league = [*below, *(one for one in own if codes.level(one[0].division_id) == codes.LEAGUE)]
    at_county = _pass_on(at_league, codes.LEAGUE, weights, datetime.date(year, 3, 5), received=True)
    at_county += [one for one in own if codes.level(one[0].division_id) == codes.COUNTY]
    _into_projects(year, at_county, chance)


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


def _into_projects(year: int, lots: list[Lot], chance: random.Random) -> None:
    """Put the lots of counties into their projects of the year and pay most of it, in four rounds."""
    projects: dict[int, list[Project]] = defaultdict(list)
    for project in Project.objects.filter(year=year).exclude(state="stopped").order_by("pk"):
        projects[project.division_id // 10**6 * 10**6].append(project)
    rows: list[tuple[Allocation, Decimal, Decimal]] = []
    for quota, amount in lots:
        found = projects.get(quota.division_id, [])
        beijing = [one for one in found if one.kind == "beijing"]
        chosen = (beijing or found) if quota.kind == FundKind.BEIJING else [one for one in found if one not in beijing]
        if not chosen:
            continue
        low, high = PAID[year]
        share = BEIJING_PAID if quota.kind == FundKind.BEIJING else low + (high - low) * chance.randint(0, 100) / 100
        whole = amount if quota.kind == FundKind.BEIJING else (amount * chance.randint(96, 100) / 100).quantize(CENT)
        by_key = {one.pk: one for one in chosen}
        for key, part in _shares(whole, {one.pk: max(1, int(one.budget)) for one in chosen}).items():
            allocation = Allocation(division_id=by_key[key].division_id, quota=quota, project=by_key[key])
            rows.append((allocation, part, (part * share).quantize(CENT)))
    Allocation.objects.bulk_create([row[0] for row in rows], batch_size=1000)
    book((_entry(Act.ALLOCATE, one, amount) for one, amount, _paid in rows), by=None, on=datetime.date(year, 4, 20))
    for number, (month, day) in enumerate(ROUNDS, 1):
        _pay(rows, number, datetime.date(year, month, day))


def _entry(act: Act, allocation: Allocation, amount: Decimal, **more: Any) -> Entry:
    return Entry(
        act=act, quota=allocation.quota, project_id=allocation.project_id, allocation=allocation,
        division_id=allocation.division_id, amount=amount, **more,
    )  # fmt: skip


def _pay(rows: list[tuple[Allocation, Decimal, Decimal]], number: int, day: datetime.date) -> None:
    """One round of payments: a quarter of what is paid in all, the last one the rest."""
    entries = []
    for allocation, _amount, paid in rows:
        part = (paid / len(ROUNDS)).quantize(CENT)
        part = paid - part * (len(ROUNDS) - 1) if number == len(ROUNDS) else part
        if part > 0:
            entries.append(_entry(Act.PAY, allocation, part, document_no=f"付{day:%Y%m}-{allocation.pk}"))
    Payment.objects.bulk_create((_payment(entry) for entry in book(entries, by=None, on=day)), batch_size=1000)


def _payment(entry: Entry) -> Payment:
    allocation: Any = entry.allocation
    return Payment(
        division_id=entry.division_id, project=allocation.project, allocation=allocation, entry=entry,
        amount=entry.amount, paid_on=entry.booked_on, payee_name=allocation.project.unit, voucher_no=entry.document_no,
    )  # fmt: skip


def _orders_under_way() -> None:
    """Orders of one county on every stage of their way, taken by those whose steps they are."""
    county = 150422000000
    people = {name: User.objects.get(username=f"{name}-150422") for name in ("county", "finance", "head", "payer")}
    lot = Quota.objects.usable().filter(division_id=county, year=2018).with_left().order_by("-pk").first()
    project = Project.objects.within(county).filter(year=2018).first()
    if lot is None or project is None:
        return
    amount = (lot.left / 5).quantize(CENT)  # type: ignore[attr-defined]
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
