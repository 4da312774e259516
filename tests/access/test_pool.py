"""Fifty clients of all levels over four connections: what one leaves in a connection, the next must not see.

A minute of the same over the demonstration register is `./dev bench pool`.
"""

from __future__ import annotations

import time

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.access import session
from apps.accounts.services import system_account
from bench import pool
from tests.access.test_walls import REACH
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person


def account(name: str, role: str, division: int, households: dict[int, str]) -> pool.Account:
    client = sign_in(Client(), make_user(name, role, division))
    session = client.session
    session.update({"began": int(time.time()), "last_seen": int(time.time())})
    session.save()
    return pool.Account(name, {key: morsel.value for key, morsel in client.cookies.items()}, households)


@pytest.fixture
def accounts(committed_db: object) -> list[pool.Account]:
    plant(*VILLAGES)
    with scopes.acting(system_account()):
        made = [make_household(village) for village in VILLAGES for _ in range(3)]
        for household in made:
            make_person(household)
    return [
        account(f"user-{number}", role, place, {one.pk: one.code for one in made if one.division_id in sees})
        for number, ((role, place), sees) in enumerate(REACH.items())
    ]


def test_connections_that_go_from_hand_to_hand_carry_no_scope_along(accounts):
    with pool.pooled(4):
        tally = pool.storm(accounts, rounds=1)
    assert tally.faults == []
    assert tally.answers == dict.fromkeys(pool.QUESTIONS, pool.CLIENTS)


def test_a_scope_that_outlives_its_transaction_would_be_seen(accounts, monkeypatch):
    """The same with settings that stay in the session: the storm must find it."""
    monkeypatch.setattr(session, "_STATEMENT", session._STATEMENT.replace(", true)", ", false)"))
    with pool.pooled(4):
        tally = pool.storm(accounts, clients=12, rounds=1)
    assert any("without a scope" in fault for fault in tally.faults)
