"""The ledger conserves: at every step, at every level, on every past day, at once and after a kill."""

from __future__ import annotations

import datetime
import random
import threading
from collections import defaultdict
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import InterfaceError, OperationalError

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.funds.models import Allocation, ClosedYear, Entry, FundOrder, Project, Quota
from apps.funds.services import steps
from apps.funds.services.balances import Balance, balance, by_unit
from apps.funds.services.closing import close_year
from apps.funds.services.ledger import book
from apps.funds.services.lines import Line
from apps.funds.services.verifying import verify
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, LEAGUE, REGION, TOWNSHIP, Office, book_one, make_project

ZERO = Decimal(0)
PLACES = {REGION: (LEAGUE, 150500000000), LEAGUE: (COUNTY, 150423000000), 150500000000: (150522000000,)}
COUNTIES = {COUNTY: VILLAGES[:3], 150423000000: VILLAGES[3:4], 150522000000: VILLAGES[4:]}


class Paper:
    """The same ledger kept by hand: lots with what is in them. It decides by itself what must be refused."""

    def __init__(self) -> None:
        self.left: dict[int, Decimal] = {}
        self.place: dict[int, int] = {}
        self.parent: dict[int, int | None] = {}
        self.projects: dict[tuple[int, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        self.moves: list[tuple[str, int, int | None, Decimal]] = []

    def balance_of(self, low: int, high: int) -> tuple[Decimal, Decimal, Decimal]:
        """What a range has to spend, has put into projects, has paid."""
        total = allocated = paid = ZERO
        for act, place, giver, amount in self.moves:
            if not low <= place <= high:
                continue
            inside = giver is not None and low <= giver <= high
            total += amount if act == "budget" or (act == "pass" and not inside) else ZERO
            total -= amount if act == "recover" and not inside else ZERO
            allocated += {"allocate": amount, "return": -amount}.get(act, ZERO)
            paid += amount if act == "pay" else ZERO
        return total, allocated, paid


class Machine:
    """Random operations on the real ledger and on paper."""

    def __init__(self, seed: int) -> None:
        self.random, self.paper = random.Random(seed), Paper()
        self.day = datetime.date(2017, 1, 2)
        self.quotas: dict[int, list[Quota]] = defaultdict(list)
        self.allocations: list[Allocation] = []
        self.projects: dict[int, list[Project]] = defaultdict(list)
        self.days: dict[datetime.date, Paper] = {}
        self.refused = 0

    def amount(self, near: Decimal) -> Decimal:
        """Mostly what is there, often the very rest, sometimes a cent too much."""
        chosen = self.random.random()
        if near == 0 or chosen < 0.15:
            return near + Decimal("0.01")
        if chosen < 0.3:
            return near
        return max(Decimal("0.01"), (near * Decimal(self.random.randint(1, 90)) / 100).quantize(Decimal("0.01")))

    def new_quota(self, place: int, parent: Quota | None = None) -> Quota:
        quota = Quota.objects.create(
            division_id=place,
            parent=parent,
            from_division_id=parent.division_id if parent else None,
            kind="special",
            origin=parent.origin if parent else "central",
            year=2017,
            document_no="1",
            issued_on=self.day,
            received_on=self.day,
        )
        self.paper.left[quota.pk], self.paper.place[quota.pk] = ZERO, place
        self.paper.parent[quota.pk] = parent.pk if parent else None
        return quota

    def attempt(self, act: str, quota: Quota, amount: Decimal, covered: bool, **fields: Any) -> Entry | None:
        """Book, and hold what came of it against what must come of it."""
        place = fields.get("division_id", quota.division_id)
        try:
            entry = book(
                [Entry(act=act, quota=quota, amount=amount, **{"division_id": place, **fields})], by=None, on=self.day
            )[0]
        except ServiceError:
            assert not covered, (act, amount)
            self.refused += 1
            return None
        assert covered, (act, amount)
        giver = quota.from_division_id if act in ("pass", "recover") else None
        self.paper.moves.append((act, place, giver, amount))
        return entry

    def step(self) -> None:
        if self.random.random() < 0.02:
            self.days[self.day] = deepcopy(self.paper)
            self.day += datetime.timedelta(days=self.random.randint(1, 20))
        choice = self.random.choices(
            (self.budget, self.pass_on, self.allocate, self.pay, self.give_back, self.recover, self.reverse),
            (2, 6, 6, 8, 1, 1, 1),
        )[0]
        choice()

    def budget(self) -> None:
        place = self.random.choice([REGION, REGION, LEAGUE, COUNTY])
        quota, amount = self.new_quota(place), Decimal(self.random.randint(1, 10**9)) / 100
        self.attempt("budget", quota, amount, True)
        self.paper.left[quota.pk] += amount
        self.quotas[place].append(quota)

    def some(self, places: Any) -> Quota | None:
        known = [quota for place in places for quota in self.quotas[place]]
        return self.random.choice(known) if known else None

    def pass_on(self) -> None:
        parent = self.some(PLACES)
        if parent is None:
            return
        amount = self.amount(self.paper.left[parent.pk])
        place = self.random.choice(PLACES[parent.division_id])
        with transaction.atomic():
            child = self.new_quota(place, parent)
            done = self.attempt("pass", child, amount, amount <= self.paper.left[parent.pk])
            if not done:
                transaction.set_rollback(True)
        if done:
            self.paper.left[parent.pk] -= amount
            self.paper.left[child.pk] += amount
            self.quotas[place].append(child)

    def allocate(self) -> None:
        quota = self.some(COUNTIES)
        if quota is None:
            return
        amount, county = self.amount(self.paper.left[quota.pk]), quota.division_id
        if len(self.projects[county]) < 5:
            self.projects[county].append(make_project(self.random.choice(COUNTIES[county])))
        project = self.random.choice(self.projects[county])
        allocation, made = Allocation.objects.get_or_create(
            quota=quota, project=project, defaults={"division_id": project.division_id}
        )
        covered = amount <= self.paper.left[quota.pk]
        if self.of_project("allocate", allocation, amount, covered):
            self.paper.left[quota.pk] -= amount
            self.paper.projects[quota.pk, project.pk][0] += amount
        if made:
            self.allocations.append(allocation)

    def of_project(self, act: str, allocation: Allocation, amount: Decimal, covered: bool) -> Entry | None:
        return self.attempt(
            act, allocation.quota, amount, covered, allocation=allocation, project_id=allocation.project_id,
            division_id=allocation.division_id,
        )  # fmt: skip

    def pay(self) -> None:
        if self.allocations:
            allocation = self.random.choice(self.allocations)
            held = self.paper.projects[allocation.quota_id, allocation.project_id]
            amount = self.amount(held[0] - held[1])
            if self.of_project("pay", allocation, amount, amount <= held[0] - held[1]):
                held[1] += amount

    def give_back(self) -> None:
        if self.allocations:
            allocation = self.random.choice(self.allocations)
            held = self.paper.projects[allocation.quota_id, allocation.project_id]
            amount = self.amount(held[0] - held[1])
            if self.of_project("return", allocation, amount, amount <= held[0] - held[1]):
                held[0] -= amount
                self.paper.left[allocation.quota_id] += amount

    def recover(self) -> None:
        quota = self.some([*PLACES, *COUNTIES])
        if quota is None:
            return
        left, above = self.paper.left[quota.pk], self.paper.parent[quota.pk]
        amount = self.amount(left)
        if self.attempt("recover", quota, amount, amount <= left):
            self.paper.left[quota.pk] -= amount
            if above:
                self.paper.left[above] += amount

    def reverse(self) -> None:
        entry = Entry.objects.filter(act="pay", reverses=None, reversed_by=None).order_by("?").first()
        if entry and self.attempt(
            "pay", entry.quota, -entry.amount, True, reverses=entry, project_id=entry.project_id,
            allocation_id=entry.allocation_id, division_id=entry.division_id,
        ):  # fmt: skip
            self.paper.projects[entry.quota_id, entry.project_id or 0][1] -= entry.amount


def spent(found: Balance) -> tuple[Decimal, Decimal, Decimal]:
    return found.total, found.allocated, found.paid


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_random_operations_conserve_at_every_step_level_and_past_day(seed: int) -> None:
    plant(*VILLAGES)
    machine = Machine(seed)
    with scopes.acting(planter()):
        for number in range(1200):
            machine.step()
            if number % 20 == 0:
                assert verify().whole
        machine.days[machine.day] = machine.paper
        assert verify().whole
        assert machine.refused > 30
        assert len(machine.days) > 5
        for quota in Quota.objects.with_left():
            assert quota.left == machine.paper.left[quota.pk]
        for day, paper in machine.days.items():
            for place, (low, high) in {
                code: codes.subtree(code) for code in (REGION, LEAGUE, COUNTY, TOWNSHIP)
            }.items():
                found = balance(planter(), place, day)
                assert spent(found) == paper.balance_of(low, high)
                assert min(found.retained, found.idle, found.left) >= 0 or place == TOWNSHIP
            for unit, found in by_unit(planter(), REGION, day).items():
                low, high = codes.subtree(unit) if unit != REGION else (REGION, REGION)
                assert spent(found) == paper.balance_of(low, high)


# --- what nobody can do -----------------------------------------------------------------------------------------------


@pytest.fixture
def money(db: None) -> Quota:
    plant(*VILLAGES)
    return Office.at(COUNTY).budget(1000)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE funds_quota SET amount = amount + 1",
        "UPDATE funds_quota SET paid = 0, allocated = 5",
        "UPDATE funds_quota SET kind = 'pv'",
        "DELETE FROM funds_quota",
        "UPDATE funds_entry SET amount = 1",
        "DELETE FROM funds_entry",
        "UPDATE funds_payment SET amount = 1",
        "DELETE FROM funds_orderlog",
        "DELETE FROM funds_closedyear",
        "DROP TRIGGER entry_books ON funds_entry",
        "ALTER TABLE funds_entry DISABLE TRIGGER entry_books",
        "SET session_replication_role = replica",
    ],
)
def test_the_ledger_is_not_written_past_its_trigger(money: Quota, statement: str) -> None:
    with scopes.acting(planter()), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_entry_is_reversed_once_and_whole(money: Quota) -> None:
    project = make_project()
    with scopes.acting(planter()):
        allocation = Allocation.objects.create(quota=money, project=project, division_id=project.division_id)
    of = {"allocation": allocation, "project": project, "division_id": project.division_id}
    entry = book_one("allocate", money, 10, **of)
    for amount, code in (("-9.99", "entry_reverses_one"), ("-10", None), ("-10", "funds_entry_reverses_id_key")):
        if code is None:
            book_one("allocate", money, amount, reverses=entry, **of)
            continue
        with pytest.raises(ServiceError) as refused:
            book_one("allocate", money, amount, reverses=entry, **of)
        assert refused.value.code == code
    with scopes.acting(planter()):
        assert verify().whole
    book_one("allocate", money, 5, **of)
    less = Entry(act="allocate", quota=money, amount=Decimal(-1), **of)
    # Less by an entry that reverses nothing: no mistake that a user could make, so it has no words either.
    with scopes.acting(planter()), pytest.raises(IntegrityError, match="entry_positive_or_reversing"):
        book([less], by=None)


def test_days_of_a_quota_do_not_go_back(money: Quota) -> None:
    day = datetime.date(2030, 1, 1)
    book_one("recover", money, 1, on=day)
    with pytest.raises(ServiceError) as refused:
        book_one("recover", money, 1, on=day - datetime.timedelta(days=1))
    assert refused.value.code == "entry_days_in_order"


# --- closing a year ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_closed_year_takes_no_entry_and_carries_what_was_left(settings: Any) -> None:
    plant(*VILLAGES)
    settings.REFERENCE_DATE = datetime.date(2018, 12, 30)
    region, county = Office.at(REGION), Office.at(COUNTY)
    central = region.budget(1000)
    quota = county.receive(region.pass_on(central, COUNTY, 600))
    county.pay(county.allocate(quota, make_project(), 500), 450)
    with scopes.acting(region.payer), pytest.raises(ServiceError, match="还没有结束"):
        close_year(REGION, 2018, by=region.payer)
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    order = county.take(
        county.draft("budget", Line(Decimal(1), kind="special", origin="county")), "propose", "review", "approve"
    )
    with scopes.acting(county.payer):
        own = close_year(COUNTY, 2018, by=county.payer)
    assert (own.carried, own.quotas) == (Decimal(150), 1)
    with pytest.raises(ServiceError, match="关账") as refused:
        county.take(order, "execute")
    assert refused.value.status == 409
    with scopes.acting(region.payer):
        whole = close_year(REGION, 2018, by=region.payer)
        assert (whole.carried, whole.quotas) == (Decimal(400), 1)
        assert balance(region.payer, REGION).carried == Decimal(550)
        with pytest.raises(ServiceError, match="已经关账"):
            close_year(REGION, 2018, by=region.payer)
        assert verify().whole
    settings.REFERENCE_DATE = datetime.date(2019, 1, 2)
    assert county.take(order, "execute").state == "done"


# --- at once, and torn ------------------------------------------------------------------------------------------------


def run_at_once(*work: Any) -> list[Any]:
    """Run these in threads, each with its own connection; what they returned or raised."""
    outcomes: list[Any] = [None] * len(work)

    def run(number: int, doing: Any) -> None:
        try:
            outcomes[number] = doing()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_allocations_at_once_do_not_overspend_a_quota(committed_db: Any) -> None:
    plant(*VILLAGES)
    county = Office.at(COUNTY)
    quota = county.budget(1000)
    project = make_project()
    orders = [
        county.take(
            county.draft("allocate", Line(Decimal(300), quota=quota.pk, project=project.pk)),
            "propose",
            "review",
            "approve",
        )
        for _number in range(6)
    ]

    def execute(order: FundOrder) -> Any:
        return lambda: county.take(order, "execute")

    outcomes = run_at_once(*[execute(order) for order in [*orders, *orders]])
    done = [one for one in outcomes if isinstance(one, FundOrder)]
    assert len(done) == 3
    assert {one.code for one in outcomes if isinstance(one, ServiceError)} == {"quota_not_overspent", "state"}
    with scopes.acting(planter()):
        assert Quota.objects.get(pk=quota.pk).allocated == Decimal(900)
        assert Entry.objects.filter(act="allocate").count() == 3
        assert verify().whole


def test_passing_on_and_taking_back_at_once_never_lock_each_other_out(committed_db: Any) -> None:
    plant(*VILLAGES)
    region, league, county = Office.at(REGION), Office.at(LEAGUE), Office.at(COUNTY)
    at_league = league.receive(region.pass_on(region.budget(10000), LEAGUE, 5000))
    at_county = county.receive(league.pass_on(at_league, COUNTY, 3000))

    def ready(office: Office, act: str, line: Line) -> Any:
        order = office.take(office.draft(act, line), "propose", "review", "approve")
        return lambda: office.take(order, "execute")

    work = [
        make()
        for _round in range(5)
        for make in (
            lambda: ready(league, "pass", Line(Decimal(50), quota=at_league.pk, target_division=COUNTY)),
            lambda: ready(league, "recover", Line(Decimal(50), quota=at_county.pk)),
            lambda: ready(region, "recover", Line(Decimal(50), quota=at_league.pk)),
        )
    ]
    outcomes = run_at_once(*work)
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    with scopes.acting(planter()):
        assert verify().whole
        left = {
            quota.division_id: quota.left
            for quota in Quota.objects.with_left().filter(pk__in=[at_league.pk, at_county.pk])
        }
    assert left == {LEAGUE: Decimal(1750), COUNTY: Decimal(2750)}


def test_an_order_that_is_killed_in_the_middle_leaves_nothing(committed_db: Any) -> None:
    plant(*VILLAGES)
    county = Office.at(COUNTY)
    quotas = [county.budget(100) for _number in range(5)]
    project = make_project()
    lines = [Line(Decimal(10), quota=quota.pk, project=project.pk) for quota in quotas]
    order = county.take(county.draft("allocate", *lines), "propose", "review", "approve")
    backend: list[int] = []

    def execute() -> Any:
        with scopes.acting(county.payer):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            return steps.take(FundOrder.objects.get(pk=order.pk), "execute", by=county.payer)

    outcome: list[Any] = []
    worker = threading.Thread(target=lambda: outcome.extend(run_at_once(execute)))
    with scopes.acting(planter()):
        # The last quota is held here: the order comes to a halt when four of its five lines are written.
        list(Quota.objects.select_for_update().filter(pk=quotas[-1].pk))
        worker.start()
        with connection.cursor() as cursor:
            waiting = False
            while not waiting:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = ANY (%s) AND NOT granted", [backend])
                waiting = bool(cursor.fetchone()[0])
            cursor.execute("SELECT pg_terminate_backend(%s)", backend)
        worker.join()
    assert isinstance(outcome[0], (OperationalError, InterfaceError))
    with scopes.acting(planter()):
        assert not Entry.objects.filter(order=order).exists()
        assert not Allocation.objects.exists()
        assert verify().whole
        assert FundOrder.objects.get(pk=order.pk).state == "approved"
    assert county.take(order, "execute").state == "done"


def test_a_year_is_not_closed_while_somebody_books_into_it(committed_db: Any, settings: Any) -> None:
    plant(*VILLAGES)
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    county = Office.at(COUNTY)
    quota = county.budget(100)
    order = county.take(county.draft("recover", Line(Decimal(40), quota=quota.pk)), "propose", "review", "approve")

    def close() -> Any:
        with scopes.acting(county.payer):
            return close_year(COUNTY, 2018, by=county.payer).carried

    carried, booked = run_at_once(close, lambda: county.take(order, "execute"))
    if isinstance(booked, ServiceError):
        assert (booked.code, carried) == ("entry_year_open", Decimal(100))
    else:
        assert carried == Decimal(60)
    with scopes.acting(planter()):
        assert ClosedYear.objects.count() == 1
        assert verify().whole
