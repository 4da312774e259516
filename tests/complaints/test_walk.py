"""Random walks of random people by service, page, API and SQL: a complaint is moved along its way by its desk alone,
each step by a line in the name of whoever took it, and every other attempt leaves it as it was."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.complaints.choices import State
from apps.complaints.models import Complaint, ComplaintLog
from apps.complaints.services import steps
from apps.complaints.services.steps import WAY
from tests.access.world import EVERYTHING
from tests.complaints.conftest import OWN
from tests.complaints.test_steps import ALLOWED
from tests.factories.accounts import make_user, sign_in
from tests.factories.complaints import ANSWERED, COUNTY, LEAGUE, REGION, TOWNSHIP, complain

ACTIONS = 40
SAID: dict[str, dict[str, Any]] = {
    "transfer": {"sent_to": "petition"},
    "lead": {"leader": "王书记", "leader_post": "旗委书记"},
    "answer": {**ANSWERED, "confirmed": True},
    "feedback": {"satisfaction": "satisfied"},
}
DESKS = {REGION: "region", LEAGUE: "league", COUNTY: "county", TOWNSHIP: "township"}


def checked() -> None:
    """Have what the database checks at the end of a transaction checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def said(step: str, chance: random.Random) -> dict[str, Any]:
    """What is said with a step; where it may go to another unit, now and then to one, the accused among them."""
    words = {"note": chance.choice(("说明", "说明", "")), **SAID.get(step, {})}
    if step in steps.MOVES and chance.random() < 0.7:
        words["to"] = chance.choice((*DESKS, OWN))
    return words


def by_sql(found: Complaint, by: User, chance: random.Random) -> None:
    """Past the services: a state, a place, with a line that pretends a step or without, or another's name in it."""
    changes = {"state": chance.choice(State.values)}
    if chance.random() < 0.3:
        changes |= {"division_id": chance.choice(tuple(DESKS)), "reopened": False}
    names = ", ".join(f"{name} = %s" for name in changes)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE complaints_complaint SET {names} WHERE id = %s", [*changes.values(), found.pk])
        if chance.random() < 0.6:
            cursor.execute(
                "INSERT INTO complaints_complaintlog (complaint_id, division_id, round, at, by_id, by_name, step,"
                " apart, from_state, to_state, note) VALUES (%s, %s, 0, now(), %s, 'x', %s, false, %s, %s, '')",
                [
                    *(found.pk, changes.get("division_id", found.division_id), chance.choice((by.pk, None))),
                    *(chance.choice(list(WAY.steps)), found.state, chance.choice((changes["state"], "closed"))),
                ],
            )
    checked()


def by_client(found: Complaint, by: User, step: str, words: dict[str, Any], *, api: bool) -> None:
    sent = {"step": step, "version": found.version, **words}
    client, address = sign_in(Client(), by), f"/complaints/{found.pk}/"
    if api:
        sent["to"] = str(sent["to"]) if "to" in sent else None
        answer = client.post(
            f"/api/v1{address}step/", {k: v for k, v in sent.items() if v is not None}, content_type="application/json"
        )
    else:
        answer = client.post(address, sent)
    assert answer.status_code in (200, 302, 403, 404, 409, 422), answer.status_code


def now_of(found: Complaint) -> tuple[Complaint, list[ComplaintLog]]:
    with scopes.acting(EVERYTHING):
        lines = list(ComplaintLog.objects.filter(complaint=found).order_by("pk"))
        return Complaint.objects.get(pk=found.pk), lines


@pytest.mark.parametrize("seed", range(2))
def test_nothing_leaves_the_way(desks: SimpleNamespace, seed: int) -> None:
    chance, moved = random.Random(seed), 0
    people = [desks.region, desks.league, desks.county, desks.second, desks.township, desks.village, desks.inspector]
    people += [make_user("neighbour", "county_officer", 150423000000)]
    found, lines = now_of(complain(desks.county, COUNTY, OWN))
    for _number in range(ACTIONS):
        desk = getattr(desks, DESKS[found.division_id])
        by = desk if chance.random() < 0.5 else chance.choice(people)
        fitting = [step.name for step in WAY.steps.values() if found.state in step.from_states]
        step = chance.choice(fitting if fitting and chance.random() < 0.8 else list(WAY.steps))
        words, way = said(step, chance), chance.random()
        try:
            with scopes.acting(by), transaction.atomic():
                if way < 0.2:
                    by_sql(found, by, chance)
                elif way < 0.4:
                    by_client(found, by, step, words, api=way < 0.3)
                else:
                    steps.take(found, step, by=by, said=steps.Said(**words))
                checked()
        except (ServiceError, PermissionDenied, DatabaseError, Complaint.DoesNotExist):
            pass
        before, known = found, len(lines)
        found, lines = now_of(found)
        assert found.state == before.state or (before.state, found.state) in ALLOWED
        if (found.state, found.division_id, found.version) != (before.state, before.division_id, before.version):
            # Of the desk that had it, by one line that says where it is; never at a place that it is about.
            assert scopes.of(by).allows("handle_complaints", before.division_id), (by, before.division_id)
            assert OWN != found.division_id in DESKS
            moved += 1
        new = lines[known:]
        assert len(new) <= 1 and all(line.by_id == by.pk for line in new) and lines[-1].to_state == found.state
        assert found.state == before.state or new
    assert moved > 4


REFUSED = {
    "UPDATE complaints_complaint SET state = 'registered' WHERE id = {id}": "nothing in the log",
    "UPDATE complaints_complaint SET state = 'closed', closed_on = now() WHERE id = {id}": "does not go from",
    "UPDATE complaints_complaint SET concerned_id = division_id WHERE id = {id}": "handled above",
    "DELETE FROM complaints_complaint WHERE id = {id}": "permission denied",
    "DELETE FROM complaints_complaintlog WHERE complaint_id = {id}": "permission denied",
    "UPDATE complaints_complaintlog SET note = 'x' WHERE complaint_id = {id}": "permission denied",
    "UPDATE complaints_statement SET text = 'x' WHERE complaint_id = {id}": "permission denied",
    "UPDATE complaints_complainant SET name = NULL WHERE complaint_id = {id}": "permission denied",
    "UPDATE complaints_complainant SET division_id = 150400000000 WHERE complaint_id = {id}": "permission denied",
    "INSERT INTO complaints_complaintlog (complaint_id, division_id, round, at, by_name, step, apart, from_state,"
    " to_state, note) VALUES ({id}, 150422000000, 0, now(), 'x', 'lead', false, '', 'received', '')": "in the name of",
    "INSERT INTO complaints_complaintlog (complaint_id, division_id, round, at, by_id, by_name, step, apart, to_state,"
    " from_state, note) VALUES ({id}, 150422000000, 0, now(), {by}, 'x', 'close', false, 'closed', '', '')": "received",
}
"""What the handling unit itself tries past the services, and what the database says to it."""


def test_the_database_refuses_its_own_desk_what_is_no_step(desks: SimpleNamespace, found: Complaint) -> None:
    for statement, why in REFUSED.items():
        with scopes.acting(desks.county), pytest.raises(DatabaseError, match=why), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement.format(id=found.pk, by=desks.county.pk))
            checked()
    with scopes.acting(desks.county), pytest.raises(DatabaseError, match="begins as received"), transaction.atomic():
        found.pk, found.number, found.state = None, "XF000000000001", State.ACCEPTED
        found.save(force_insert=True)
