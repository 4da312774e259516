"""Random walks of random people by service and by SQL: nothing but the steps of the way is ever made, each by whose it
is, and no place learns of an unannounced inspection before it begins."""

from __future__ import annotations

import importlib
import random

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.inspections.choices import InspectionState
from apps.inspections.models import Inspection, InspectionLog, InspectionTarget
from apps.inspections.services import steps
from apps.inspections.services.steps import WAY, Said
from apps.inspections.services.teams import Line
from tests.factories.accounts import make_user, planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.inspections import COUNTY, Bureau

pytestmark = pytest.mark.django_db
ACTIONS = 40
APPROVALS = ("approve", "notify", "cancel")
MOVES = {(before, step.to_state) for step in WAY.steps.values() for before in step.from_states}
STARTED = [one for one in InspectionState.values if one not in ("planned", "approved", "team_set", "cancelled")]
WORDS = Said(note="说明", text="内容", notice_no="1号", teams=[Line(1, "督查员", leader=True)])


@pytest.fixture
def bureau() -> Bureau:
    plant(*VILLAGES)
    return Bureau.at()


def checked() -> None:
    """Have what the database checks at the end of a transaction checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def logged(found: Inspection, by: int | None, step: str, state: str, *, apart: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inspections_inspectionlog (inspection_id, division_id, round, at, by_id, by_name, step, apart,"
            " from_state, to_state, note) VALUES (%s, %s, %s, now(), %s, 'x', %s, %s, %s, %s, '')",
            [found.pk, found.division_id, found.round, by, step, apart, found.state, state],
        )


def by_sql(found: Inspection, by: User, chance: random.Random) -> None:
    """A state written past the services, with a line in the log that pretends a step or without; or a place told."""
    state = chance.choice(InspectionState.values)
    with connection.cursor() as cursor:
        if chance.random() < 0.3:
            cursor.execute(
                "UPDATE inspections_inspectiontarget SET opened_on = now(), division_id = place_id"
                " WHERE inspection_id = %s",
                [found.pk],
            )
        else:
            cursor.execute("UPDATE inspections_inspection SET state = %s WHERE id = %s", [state, found.pk])
            if chance.random() < 0.6:
                step = WAY.steps[chance.choice(list(WAY.steps))]
                name = chance.choice((by.pk, by.pk, None))
                logged(found, name, step.name, state, apart=chance.random() < 0.5)
    checked()


@pytest.mark.parametrize("seed", range(2))
def test_nothing_leaves_the_way(bureau: Bureau, seed: int) -> None:
    chance = random.Random(seed)
    county = make_user("county", "county_head", COUNTY)
    people = [bureau.planner, bureau.planner, bureau.second, bureau.head, bureau.head, bureau.member, county]
    found = bureau.plan("unannounced")
    lines: list[InspectionLog] = []
    for _number in range(ACTIONS):
        by = chance.choice(people)
        with scopes.acting(planter()):
            row = Inspection.objects.get(pk=found.pk)
            known = InspectionLog.objects.filter(inspection=found).count()
        fitting = [step.name for step in WAY.steps.values() if row.state in step.from_states and step.name != "cancel"]
        step = chance.choice(fitting) if fitting and chance.random() < 0.8 else chance.choice(list(WAY.steps))
        try:
            with scopes.acting(by), transaction.atomic():
                if chance.random() < 0.3:
                    by_sql(row, by, chance)
                else:
                    steps.take(Inspection.objects.get(pk=found.pk), step, by=by, said=WORDS)
                    checked()
        except (ServiceError, PermissionDenied, DatabaseError, Inspection.DoesNotExist):
            pass
        with scopes.acting(planter()):
            now = Inspection.objects.get(pk=found.pk)
            lines = list(InspectionLog.objects.filter(inspection=found).order_by("pk"))
            told = InspectionTarget.objects.filter(inspection=found, opened_on__isnull=False).exists()
        assert now.state == row.state or (row.state, now.state) in MOVES
        assert now.state == row.state or len(lines) == known + 1
        assert lines[-1].to_state == now.state
        assert told == (now.state in STARTED)
    heads, office = {bureau.head.pk}, {bureau.planner.pk, bureau.second.pk}
    for line in lines:
        assert line.by_id in (heads if line.step in APPROVALS else office)
    assert len(lines) > 3


@pytest.mark.parametrize(
    ("state", "to", "step", "who"),
    [
        ("planned", "running", "start", "planner"),
        ("planned", "approved", "approve", "planner"),  # who planned it
        ("planned", "approved", "approve", "second"),  # without the right
        ("planned", "approved", "set_team", "head"),
        ("report", "notified", "notify", "head"),
        ("running", "approved", "approve", "head"),
        ("running", "running", "close", "head"),
    ],
)
def test_sql_is_held_to_the_way(bureau: Bureau, state: str, to: str, step: str, who: str) -> None:
    made = {"planned": 0, "running": 3, "report": 4}[state]
    found, by = bureau.take(bureau.plan(), *("approve", "set_team", "start", "report")[:made]), getattr(bureau, who)
    with scopes.acting(by), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE inspections_inspection SET state = %s WHERE id = %s", [to, found.pk])
        logged(found, by.pk, step, to, apart=step in ("approve", "notify"))
        checked()


def test_what_was_approved_stays(bureau: Bureau) -> None:
    found = bureau.take(bureau.plan(), "approve")
    changes = (
        "kind = 'unannounced'",
        "title = 'x'",
        "until_on = until_on + 9",
        "drafted_by_id = NULL",
        "state = 'closed'",
    )
    for change in changes:
        refused = pytest.raises(DatabaseError)
        with scopes.acting(bureau.planner), refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE inspections_inspection SET {change} WHERE id = %s", [found.pk])
    with scopes.acting(bureau.planner), connection.cursor() as cursor:
        cursor.execute("UPDATE inspections_inspection SET version = version + 1 WHERE id = %s", [found.pk])
        assert cursor.rowcount == 1


def test_the_database_knows_the_same_way() -> None:
    migration = importlib.import_module("apps.inspections.migrations.0009_way_guard")
    every = {**WAY.steps, "plan": WAY.elsewhere["plan"]}
    assert set(migration.MOVES) == {f"{before}>{after}" for before, after in MOVES if before != after}
    assert set(migration.LEADS) == {f"{name}>{step.to_state}" for name, step in every.items()}
    assert set(migration.APART) == {name for name, step in every.items() if step.apart}
    assert set(migration.STAYS) == set(WAY.elsewhere) - {"plan"}
