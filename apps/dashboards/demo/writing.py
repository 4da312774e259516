"""From plan to database in one transaction: accounts, register, helpers, villages, department data, loans, duties,
visits, projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from django.contrib.auth.models import Group
from django.db import connection, models

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.accounts.services import SET_UP, system_account
from apps.cadres.models import Cadre
from apps.common.errors import ServiceError
from apps.dashboards.demo import records, tables
from apps.dashboards.demo.accounts import create_accounts
from apps.dashboards.demo.assessments import assess_corps, assess_helpers
from apps.dashboards.demo.assets import register_assets
from apps.dashboards.demo.bulk import Bulk, Stopwatch
from apps.dashboards.demo.clients import create_clients
from apps.dashboards.demo.complaints import take_complaints
from apps.dashboards.demo.counties import enter_chiefs, settle_section_cadres
from apps.dashboards.demo.departments import deliver_departments
from apps.dashboards.demo.diaries import write_diaries
from apps.dashboards.demo.effects import assess_places
from apps.dashboards.demo.families import Batch, families
from apps.dashboards.demo.finance import report_payments
from apps.dashboards.demo.helpers import Dealt, Pairer
from apps.dashboards.demo.inspections import inspect_everywhere
from apps.dashboards.demo.loans import lend_everywhere
from apps.dashboards.demo.money import spend
from apps.dashboards.demo.notices import post_notices
from apps.dashboards.demo.officials import appoint_officials
from apps.dashboards.demo.plan import Plan, make_plan
from apps.dashboards.demo.problems import keep_ledger
from apps.dashboards.demo.projects import match_budgets, plan_projects
from apps.dashboards.demo.tables import WRITTEN_AT, Known, Table
from apps.dashboards.demo.villages import fill_villages
from apps.divisions.models import Division
from apps.households import models as register
from apps.households.models import Household, Person
from apps.households.services.numbers import division_known

# Households brought in together: enough for a statement to be worth it, few enough to stay small.
BLOCK = 4_000
# Nobody signs in with this; it is no hash of anything.
_NO_PASSWORD = "!" + "-" * 40

HELPER = Table(
    User,
    records.Helper,
    constants={
        "password": _NO_PASSWORD,
        "is_active": True,
        "must_change_password": True,
        "closed_because": "",
        "language": "",
        "created_at": WRITTEN_AT,
    },
)

_Item = TypeVar("_Item")


@dataclass(slots=True)
class Seeded:
    """What was made: rows by table, planted contradictions, seconds by phase, departments' clients with secrets."""

    plan: Plan
    truths: list[records.Truth]
    rows: dict[str, int]
    seconds: dict[str, float]
    clients: list[dict[str, Any]]


@dataclass(slots=True)
class Block:
    """Lines ready for COPY, by table, parents first."""

    households: int = 0
    lines: list[tuple[Table, str]] = field(default_factory=list)
    truths: list[records.Truth] = field(default_factory=list)


def seed(scale: int, seed: int | str, password: str, *, show: Callable[[int, int], None] | None = None) -> Seeded:
    """Make the demonstration at 1 in `scale`; `show` is told of households done and to be done.

    ServiceError when the register is not empty or the divisions are not loaded; ValueError for an impossible scale.
    """
    watch = Stopwatch()
    if not Division.objects.exists():
        raise ServiceError("there are no divisions; run load_divisions first")
    with scopes.acting(system_account()) as system:
        if Household.objects.exists():
            raise ServiceError("the register is not empty; ./dev run --fresh starts anew")
        with watch.phase("plan"):
            plan = make_plan(Division.objects.current(), scale, seed)
        with watch.phase("accounts"):
            create_accounts(password)
            clients = create_clients()
        # Helpers are accounts, pairings belong to the register: one scope for both.
        both = replace(system, capabilities={**system.capabilities, **SET_UP.capabilities})
        with scopes.activate(both):
            bulk = Bulk(watch)
            truths = _register(plan, bulk, show)
            with watch.phase("villages"), bulk.without_history():
                bulk.rows["villages_villageyear"] = fill_villages(scale, seed)
            with watch.phase("departments"):
                truths += deliver_departments(bulk, system_account(), scale)
            with watch.phase("loans"):
                truths += lend_everywhere(bulk, scale)
            with watch.phase("officials"):
                truths += appoint_officials(bulk, seed)
            with watch.phase("visits"):
                truths += write_diaries(bulk, scale, seed)
            with watch.phase("officials"):
                truths += [*enter_chiefs(bulk, seed), *settle_section_cadres(bulk, truths)]
            with watch.phase("assessments"):
                bulk.rows["assessments_cadreassessment"] = assess_helpers() + assess_corps()
            # Money goes into projects, so they come first.
            with watch.phase("projects"):
                spoilt = plan_projects(bulk, seed)
                truths += spoilt.truths
            with watch.phase("money"):
                spent = spend(scale, seed, spoilt.taken)
                bulk.rows.update(spent.rows)
                truths += spent.truths
                match_budgets(bulk)
            with watch.phase("departments"):
                report_payments(bulk, system_account())
            with watch.phase("assets"):
                truths += register_assets(bulk)
            with watch.phase("notices"):
                truths += post_notices(bulk)
            with watch.phase("inspections"):
                inspect_everywhere(bulk, seed)
            with watch.phase("problems"):
                keep_ledger(bulk, seed)
            with watch.phase("complaints"):
                take_complaints(bulk, seed)
            # Places are assessed by all that the others left.
            with watch.phase("effects"):
                bulk.rows.update(assess_places(seed))
    return Seeded(plan, truths, dict(bulk.rows), dict(watch.seconds), clients)


def _register(plan: Plan, bulk: Bulk, show: Callable[[int, int], None] | None) -> list[records.Truth]:
    """Write the plan block by block; the next one is made while the database is busy with the last."""
    expressions = _expressions(
        bulk.reserve(Household, plan.households), bulk.reserve(Person, plan.persons), system_account().pk
    )
    truths: list[records.Truth] = []
    done = 0
    for block in _ahead(_blocks(plan, division_known() or _nothing_known)):
        for table, lines in block.lines:
            bulk.put(table, lines, expressions.get(table.model))
            if table is HELPER and lines:
                _appoint(bulk)
            bulk.empty(table)
        truths += block.truths
        done += block.households
        if show:
            show(done, plan.households)
    return truths


def _expressions(households: int, persons: int, system: int) -> dict[type[models.Model], dict[str, str]]:
    """What the database adds to the lines: keys from ordinals, the system account as the one who wrote."""
    household = {"household_id": f"household_id + {households}"}
    person = {"person_id": f"person_id + {persons}"}
    return {
        register.Household: {"id": f"id + {households}"},
        register.Person: {"id": f"id + {persons}"} | household,
        register.PersonYear: household | person,
        register.HouseholdYear: household,
        register.HouseholdIncome: household,
        register.GuaranteeStatus: household,
        register.StatusEvent: household | {"by_id": str(system)},
        register.NaturalChange: household
        | person
        | {
            "reported_by_id": str(system),
            "approved_by_id": f"CASE WHEN approved_on IS NOT NULL THEN {system} END",
        },
        Cadre: {
            "account_id": "(SELECT one.id FROM accounts_user AS one WHERE one.username = account)",
            "unit_id": "(SELECT one.id FROM cadres_helpingunit AS one"
            " WHERE one.division_id = demo_cadres_cadre.division_id AND one.name = unit)",
        },
        Pairing: household
        | {
            "helper_id": "(SELECT one.id FROM accounts_user AS one WHERE one.username = helper)",
            "cadre_id": "(SELECT one.id FROM cadres_cadre AS one JOIN accounts_user AS his ON his.id = one.account_id"
            " WHERE his.username = helper)",
        },
    }


def _appoint(bulk: Bulk) -> None:
    """Give the helpers of the block their post. A helper's role grants nothing by itself: pairings do."""
    with bulk.watch.phase("insert"), bulk.without_history(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_post"  # noqa: S608
            " (user_id, division_id, role_id, valid_from, reason, extent, apart, acting_for_name)"
            f" SELECT id, division_id, %s, %s, '', 'below', '', '' FROM {bulk.stage_of(HELPER)} JOIN accounts_user"
            " USING (username, division_id) ORDER BY id",
            [Group.objects.get(name="helper").pk, WRITTEN_AT],
        )
        bulk.rows["accounts_post"] += cursor.rowcount


def _nothing_known(_code: str) -> Any:
    """Without a history of division codes nothing is said about any number (decisions.md 23)."""


def _blocks(plan: Plan, known: Known) -> Iterator[Block]:
    """Families, rendered for COPY in blocks of whole villages."""
    pairer = Pairer(plan.seed)
    yield Block(lines=_ready(_of_helpers(pairer.begin()), known))
    waiting: list[Batch] = []
    room = BLOCK
    for batch in families(plan):
        waiting.append(batch)
        room -= len(batch.families)
        if room <= 0:
            yield _block(waiting, pairer, known)
            waiting, room = [], BLOCK
    if waiting:
        yield _block(waiting, pairer, known)


def _block(batches: list[Batch], pairer: Pairer, known: Known) -> Block:
    made = [family for batch in batches for family in batch.families]
    dealt = [pairer.pair(batch.families) for batch in batches]
    counters = [records.Counter(batch.village.code, len(batch.families)) for batch in batches]
    parts: list[tuple[Table, Iterable[Any]]] = [
        *_of_helpers(*dealt),
        (tables.COUNTER, counters + [one for each in dealt for one in each.counters]),
        (tables.HOUSEHOLD, [family.household for family in made]),
        *(
            (table, [row for family in made for row in getattr(family, name)])
            for table, name in (
                (tables.PERSON, "persons"),
                (tables.PERSON_YEAR, "person_years"),
                (tables.HOUSEHOLD_YEAR, "years"),
                (tables.INCOME, "incomes"),
                (tables.GUARANTEE, "guarantees"),
                (tables.STATUS_EVENT, "events"),
                (tables.NATURAL_CHANGE, "changes"),
                (tables.CONFLICT, "conflicts"),
            )
        ),
        (tables.PAIRING, [row for each in dealt for row in each.pairings]),
    ]
    return Block(len(made), _ready(parts, known), [truth for batch in batches for truth in batch.truths])


def _of_helpers(*dealt: Dealt) -> list[tuple[Table, Iterable[Any]]]:
    """Helpers with their units and files, in the order in which they need each other."""
    return [
        (tables.UNIT, [row for each in dealt for row in each.units]),
        (HELPER, [row for each in dealt for row in each.helpers]),
        (tables.CADRE, [row for each in dealt for row in each.cadres]),
    ]


def _ready(parts: Iterable[tuple[Table, Iterable[Any]]], known: Known) -> list[tuple[Table, str]]:
    return [(table, "".join(table.lines(rows, known))) for table, rows in parts]


def _ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """The items, each made in a second thread while the one before is being used."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
