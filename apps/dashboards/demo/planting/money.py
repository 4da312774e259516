"""Contradicting money on purpose: small lots beside the county's own, each of which exactly one rule speaks of.

They are so small that the spending of their county stays on time. Two counties spend too slowly as a whole, and two
carried over too much of the year before.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from apps.common.money import CENT
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.planting.booking import entry, lot, put, write
from apps.dashboards.demo.planting.projects import truth
from apps.dashboards.demo.records import Truth
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.choices import Act, FundKind, ProjectKind, ProjectState
from apps.funds.models import Beneficiary, Project, Quota
from apps.households.models import Household, Person
from apps.households.models.household import HELPED
from apps.villages.models import Village

YEAR = figures.YEAR
SLOW, LATE = Decimal("0.70"), Decimal("0.85")
"""What the slow counties have paid at the end of the year, and the late ones at the end of the year before."""
PART = 200
"""A planted lot is a two-hundredth of what its county has."""
UNDER_WAY = (ProjectState.STARTED, ProjectState.FINISHED, ProjectState.ACCEPTED, ProjectState.NOTICED_AFTER)
WHY = {
    "FP-01": "指标收到超过三十天没有下达",
    "FP-02": "落实到项目的资金长期没有拨付，或是以前年度的",
    "FP-03": "全年支出进度不足九成",
    "FP-04": "上年结转超过百分之八",
    "FP-07": "项目没有入库已经拨款",
    "FP-11": "危土房补助超过两万元",
    "FP-12": "引导资金不足五十万元",
    "FP-14": "受益户不在册，或一年两次同类项目",
    "FP-17": "京蒙协作资金拨付不足九成",
    "FP-19": "收款人不是该户成员，或不是该户账号",
    "FP-20": "整合资金安排到非贫困旗县，或未入库项目",
}
FULL, SHORT = Decimal(500_000), (Decimal(420_000), Decimal(450_000))
CAP, ABOVE, BELOW = Decimal(20_000), Decimal(25_000), Decimal(18_000)


@dataclass
class Slow:
    """Which counties pay how much of which year, by (county, year); what that contradicts; the projects under way."""

    shares: dict[tuple[int, int], Decimal] = field(default_factory=dict)
    truths: list[Truth] = field(default_factory=list)
    projects: dict[int, list[Project]] = field(default_factory=dict)


def choose(projects: dict[int, list[Project]], spoilt: Sequence[Project]) -> Slow:
    """Two slow and two late counties among those whose projects are no matter of Beijing and not settled yet; spoilt
    projects are left in peace."""
    found = {
        county: under_way
        for county, rows in projects.items()
        if (under_way := [one for one in rows if one.state in UNDER_WAY and one not in spoilt])
    }
    plain = [
        county
        for county, rows in projects.items()
        if county in found and not any(one.kind == ProjectKind.BEIJING or one not in found[county] for one in rows)
    ]
    slow = Slow(projects=found)
    for rule, year, share, counties in (
        ("FP-03", YEAR, SLOW, plain[:2]),
        ("FP-04", YEAR - 1, LATE, plain[2:4]),
    ):
        slow.shares |= {(county, year): share for county in counties}
        slow.truths += [truth(rule, "division", county, WHY[rule]) for county in counties]
    for county, _year in slow.shares:
        slow.projects.pop(county, None)
    return slow


class Field:
    """Where money is planted: counties with projects under way, each used once."""

    def __init__(self, projects: dict[int, list[Project]]) -> None:
        self.projects = dict(projects)
        self.numbers = iter(range(901, 1000))
        rows = Quota.objects.filter(division_id__in=projects, year=YEAR).values_list("division_id")
        self.had = dict(rows.annotate(whole=Sum("amount")).order_by())

    def takes(self, fits: Callable[[int, Project], bool] = lambda county, project: True) -> Project:
        """A project under way of a county that was not used yet; LookupError when there is none."""
        fitting = ((county, one) for county, rows in self.projects.items() for one in rows if fits(county, one))
        county, project = next(fitting, (0, None))
        if project is None:
            raise LookupError("no county is left to plant in")
        del self.projects[county]
        return project

    def small(self, project: Project) -> Decimal:
        """An amount that is small for the county of a project."""
        return max(Decimal(1), (self.had[county_of(project)] / PART).quantize(CENT))

    def lot(self, project: Project, kind: FundKind, on: datetime.date, amount: Decimal | None = None) -> Quota:
        """Money of the project's county."""
        return lot(county_of(project), kind, amount or self.small(project), on, next(self.numbers))


def county_of(project: Project) -> int:
    """The county in which a project is built."""
    return codes.at(project.division_id, codes.COUNTY)


def day(month: int, number: int, year: int = YEAR) -> datetime.date:
    """A day of this year unless told."""
    return datetime.date(year, month, number)


def plant(slow: Slow) -> list[Truth]:
    """Plant everything that lots of their own contradict."""
    ground = Field(slow.projects)
    return [one for act in (_dwellings, _seed, _beijing, _twice, _consolidated, _retained, _idle, _outside)
            for one in act(ground)]  # fmt: skip


def _paid(quota: Quota, project: Project, amount: Decimal, *parts: tuple[Decimal, datetime.date]) -> None:
    """Money put into a project in the end of June and paid in parts."""
    allocation = put(quota, project, amount, day(6, 25))
    for part, on in parts:
        write([entry(Act.PAY, allocation, part)], on)


def _retained(ground: Field) -> Iterator[Truth]:
    """A league and a county that have handed nothing on."""
    project = ground.takes()
    ground.lot(project, FundKind.DESIGNATED, day(11, 20))
    yield truth("FP-01", "quota", county_of(project), WHY["FP-01"])
    project = ground.takes()
    league = codes.at(project.division_id, codes.LEAGUE)
    lot(league, FundKind.AWARD, ground.small(project), day(10, 15), next(ground.numbers))
    yield truth("FP-01", "quota", league, WHY["FP-01"])


def _idle(ground: Field) -> Iterator[Truth]:
    """Money that lies in a project since May, and money of the year before, half of which was paid."""
    project = ground.takes()
    quota = ground.lot(project, FundKind.ENTERPRISE, day(5, 2))
    put(quota, project, ground.small(project), day(5, 10))
    yield truth("FP-02", "project", project.division_id, WHY["FP-02"])
    project = ground.takes()
    quota = ground.lot(project, FundKind.ENTERPRISE, day(5, 2, YEAR - 1))
    allocation = put(quota, project, ground.small(project), day(11, 5))
    write([entry(Act.PAY, allocation, (ground.small(project) / 2).quantize(CENT))], day(12, 5))
    yield truth("FP-02", "project", project.division_id, WHY["FP-02"])


def _begun(project: Project) -> bool:
    """Whether it is under way and none of Beijing's, which report every month."""
    return project.state == ProjectState.STARTED and project.kind != ProjectKind.BEIJING


def _another(project: Project, name: str) -> Project:
    """A project like another one, but from no item of the library."""
    made = Project.objects.get(pk=project.pk)
    made.pk, made.item, made.name = None, None, name
    made._state.adding = True
    made.code = f"{project.code[:11]}W{project.pk:07d}"[:20]
    made.save()
    return made


def _outside(ground: Field) -> Iterator[Truth]:
    """Projects that were paid and never stood in the library."""
    for name in ("村内便道项目", "村部院墙项目"):
        project = ground.takes(lambda county, one: _begun(one))
        quota, amount = ground.lot(project, FundKind.DESIGNATED, day(5, 2)), ground.small(project)
        made = _another(project, name)
        _paid(quota, made, amount, (amount, day(7, 20)))
        yield truth("FP-07", "project", made.division_id, WHY["FP-07"])


def _consolidated(ground: Field) -> Iterator[Truth]:
    """Consolidated money of a county that never was poor; and of a poor one, for what is not in the library."""
    poor = set(Division.objects.poverty_counties().values_list("code", flat=True))
    project = ground.takes(lambda county, one: county not in poor)
    quota, amount = ground.lot(project, FundKind.CONSOLIDATED, day(5, 2)), ground.small(project)
    _paid(quota, project, amount, (amount, day(7, 20)))
    yield truth("FP-20", "division", county_of(project), WHY["FP-20"])
    project = ground.takes(lambda county, one: county in poor and _begun(one))
    quota, amount = ground.lot(project, FundKind.CONSOLIDATED, day(12, 5)), ground.small(project)
    put(quota, _another(project, "乡村旅游接待点项目"), amount, day(12, 10))
    yield truth("FP-20", "division", county_of(project), WHY["FP-20"])


def _beijing(ground: Field) -> Iterator[Truth]:
    """Money of Beijing's in a project that has no other, four fifths of which are paid."""
    with_beijing = set(
        Quota.objects.filter(kind=FundKind.BEIJING, allocations__project__kind=ProjectKind.BEIJING, year=YEAR)
        .values_list("division_id", flat=True)
        .distinct()
    )
    project = ground.takes(lambda county, one: one.kind != "beijing" and county in with_beijing)
    quota, amount = ground.lot(project, FundKind.BEIJING, day(5, 2)), ground.small(project)
    half, rest = (amount / 2).quantize(CENT), (amount * Decimal("0.3")).quantize(CENT)
    _paid(quota, project, amount, (half, day(7, 20)), (rest, day(11, 20)))
    yield truth("FP-17", "project", project.division_id, WHY["FP-17"])


def _seed(ground: Field) -> Iterator[Truth]:
    """Four listed villages of the scheme; two of them get less than they should."""
    listed = set(Village.objects.listed().values_list("division_id", flat=True))
    for amount in (FULL, *SHORT, FULL):
        project = ground.takes(lambda county, one: one.division_id in listed and one.kind != "beijing")
        quota = ground.lot(project, FundKind.SEED, day(5, 2), amount)
        _paid(quota, project, amount, (amount / 2, day(7, 10)), (amount / 2, day(9, 10)))
        if amount < FULL:
            yield truth("FP-12", "village", project.division_id, WHY["FP-12"])


def _twice(ground: Field) -> Iterator[Truth]:
    """A household that is not entitled to help, and one that two projects of a kind help in a year."""
    others = Household.objects.exclude(status__in=HELPED).order_by("pk")
    places = {codes.at(place, codes.COUNTY) for place in others.values_list("division_id", flat=True)}
    project = ground.takes(lambda county, one: county in places)
    household: Any = others.within(county_of(project)).with_head()[0]
    _help(project, household, household.head_name)
    yield truth("FP-14", "benefit", household.division_id, WHY["FP-14"], household.code)
    project = ground.takes(lambda county, one: _begun(one))
    other = _another(project, f"{project.name}（二期）")
    helped = Beneficiary.objects.filter(project=project).select_related("household").order_by("pk")[0]
    _help(other, helped.household, helped.head)
    for _project in (project, other):
        yield truth("FP-14", "benefit", helped.division_id, WHY["FP-14"], helped.household_code)


def _help(project: Project, household: Household, head: str | None) -> None:
    Beneficiary.objects.create(
        household=household, household_code=household.code, head=head or "", division_id=household.division_id,
        item=project.item, project=project, kind=project.kind, year=project.year,
    )  # fmt: skip


def _dwellings(ground: Field) -> Iterator[Truth]:
    """One project that is paid to the households themselves: one gets too much, one's money goes to a stranger and
    another one's to somebody else's account."""
    project = Project.objects.get(kind=ProjectKind.DWELLING, year=YEAR)
    rows = Beneficiary.objects.filter(project=project, household__bank_account__isnull=False).exclude(head="")
    homes = [one.household for one in rows.select_related("household").order_by("pk")]
    amounts = [CAP] * 3 + [ABOVE, BELOW, BELOW]
    quota = ground.lot(project, FundKind.SPECIAL, day(5, 2), sum(amounts, Decimal(0)))
    allocation = put(quota, project, sum(amounts, Decimal(0)), day(6, 25))
    for number, (home, amount) in enumerate(zip(homes, amounts, strict=False)):
        member = Person.objects.filter(household=home, is_active=True).order_by("pk")[0].name
        account = home.bank_account
        if number == 4:
            member = "赵不识"
        if number == 5:
            account = next(one.bank_account for one in homes if one.bank_account != account)
        paid = entry(Act.PAY, allocation, amount, document_no=f"危改付{number + 1}")
        write([paid], day(7, 2) + datetime.timedelta(days=number), household=home, payee_name=member,
              payee_account=account)  # fmt: skip
        if amount > CAP:
            yield truth("FP-11", "household", home.division_id, WHY["FP-11"], home.code)
        if number >= 4:
            yield truth("FP-19", "payment", project.division_id, WHY["FP-19"])
