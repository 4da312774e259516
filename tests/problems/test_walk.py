"""Random walks of random people by page, by service and by SQL: nothing but the list of moves is ever made, and nobody
reviews his own unit or verifies what he handed in."""

from __future__ import annotations

import random

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.problems.choices import MOVES, State
from apps.problems.models import Problem, ProblemLog
from apps.problems.services import steps
from apps.problems.services.way import WAY
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.problems import COUNTY, VILLAGE, People, photo, words

pytestmark = pytest.mark.django_db
ACTIONS = 45
RECTIFY = ("plan", "report", "submit")
RECEIVED = ("raise", "receive", "escalate")


@pytest.fixture
def people() -> list[User]:
    plant(*VILLAGES)
    made = People.make()
    more = [make_user("village", "village_officer", VILLAGE), make_user("far", "county_officer", 150423000000)]
    return [made.league, made.second, made.county, made.region, made.inspector, *more]


def checked() -> None:
    """Have what the database checks at the end of a transaction checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def by_sql(problem: int, by: User, chance: random.Random) -> None:
    """A state written past the services, with a line in the log that pretends a step or without."""
    state = chance.choice(State.values)
    row = Problem.objects.get(pk=problem)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE problems_problem SET state = %s WHERE id = %s", [state, problem])
        if chance.random() < 0.6:
            step = chance.choice(list(WAY.steps))
            name = chance.choice((by.pk, by.pk, None))
            cursor.execute(
                "INSERT INTO problems_problemlog (problem_id, division_id, round, at, by_id, by_name, step, apart,"
                " from_state, to_state, note) VALUES (%s, %s, %s, now(), %s, 'x', %s, %s, %s, %s, '')",
                [problem, row.division_id, row.round, name, step, step in ("submit", "verify"), row.state, state],
            )
    checked()


def by_page(problem: int, by: User, step: str) -> None:
    version = Problem.objects.get(pk=problem).version if Problem.objects.filter(pk=problem).exists() else 1
    said = words(step)
    sent = {name: getattr(said, name) or "" for name in ("note", "kind", "leader", "department", "result", "opinion")}
    sent |= {"unit": said.unit or "", "due_on": said.due_on or "", "percent": said.percent or "", "text": said.text}
    for number, measure in enumerate(said.measures):
        sent |= {f"measures-{number}-{name}": getattr(measure, name) for name in ("text", "by_on", "checked_by")}
    sent |= {"measures-count": len(said.measures), "step": step, "version": version}
    answer = sign_in(Client(), by).post(f"/problems/{problem}/", sent)
    assert answer.status_code in (302, 403, 404, 409, 422)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_leaves_the_way(people: list[User], seed: int) -> None:
    chance = random.Random(seed)
    inspector = next(one for one in people if one.username == "inspects")
    made = People(inspector, *people[:4])
    problem = made.raised(level=chance.choice(("general", "grave"))).pk
    for _number in range(ACTIONS):
        by = chance.choice(people)
        with scopes.acting(planter()):
            row = Problem.objects.get(pk=problem)
            known = ProblemLog.objects.filter(problem=problem).count()
        if row.state == "submitted":
            photo(row)
        fitting = [step.name for step in WAY.steps.values() if row.state in step.from_states]
        step = chance.choice(fitting) if fitting and chance.random() < 0.8 else chance.choice(list(WAY.steps))
        way = chance.random()
        try:
            with scopes.acting(by), transaction.atomic():
                if way < 0.15:
                    by_sql(problem, by, chance)
                elif way < 0.25:
                    by_page(problem, by, step)
                else:
                    steps.take(row, step, by=by, said=words(step, site="现场"))
                    checked()
        except (ServiceError, PermissionDenied, DatabaseError, Problem.DoesNotExist):
            pass
        with scopes.acting(planter()):
            now = Problem.objects.get(pk=problem)
            lines = list(ProblemLog.objects.filter(problem=problem).order_by("pk"))
        assert now.state == row.state or (row.state, now.state) in {(str(a), str(b)) for a, b in MOVES}
        assert now.state == row.state or len(lines) == known + 1
        assert lines[-1].to_state == now.state
    own = next(one.pk for one in people if one.username == "county")
    handed: dict[int, int] = {}
    for line in lines:
        assert line.by_id is not None
        if line.step == "submit":
            handed[line.round] = line.by_id
        if line.step not in (*RECTIFY, *RECEIVED) and line.step not in ("list", "assign"):
            assert line.by_id != own
        if line.step in ("verify", "close"):
            assert line.by_id != handed[line.round]


@pytest.mark.parametrize(
    ("state", "to", "step", "who"),
    [
        ("submitted", "closed", "close", "league"),
        ("in_progress", "closed", "close", "league"),
        ("verified", "closed", "close", "county"),
        ("verified", "closed", "verify", "league"),
        ("submitted", "verified", "verify", "county"),
        ("closed", "reworked", "rework", "league"),
        ("raised", "closed", "close", "league"),
    ],
)
def test_sql_is_held_to_the_way(people: list[User], state: str, to: str, step: str, who: str) -> None:
    inspector = next(one for one in people if one.username == "inspects")
    found = People(inspector, *people[:4]).at(state)
    by = next(one for one in people if one.username == who)
    with scopes.acting(by), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE problems_problem SET state = %s WHERE id = %s", [to, found.pk])
        cursor.execute(
            "INSERT INTO problems_problemlog (problem_id, division_id, round, at, by_id, by_name, step, apart,"
            " from_state, to_state, note) VALUES (%s, %s, 1, now(), %s, 'x', %s, %s, %s, %s, '')",
            [found.pk, COUNTY, by.pk, step, step == "verify", state, to],
        )
        checked()


def test_a_state_without_a_line_is_refused_at_the_end_of_the_transaction(people: list[User]) -> None:
    inspector = next(one for one in people if one.username == "inspects")
    found = People(inspector, *people[:4]).at("verified")
    with scopes.acting(people[0]), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE problems_problem SET state = 'closed' WHERE id = %s", [found.pk])
        checked()
    with scopes.acting(people[0]), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM problems_problem WHERE id = %s", [found.pk])


def test_the_database_knows_the_same_moves() -> None:
    import importlib

    migration = importlib.import_module("apps.problems.migrations.0002_row_security")
    assert set(migration.MOVES) == {f"{before}>{after}" for before, after in MOVES}
