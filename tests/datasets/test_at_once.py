"""Deliveries in real transactions: two who begin at once, a worker that was killed, two workers on one file."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.datasets.services import intake
from tests.factories.accounts import make_user
from tests.factories.divisions import plant

COUNTY = 150422000000


@pytest.fixture
def officers(committed_db: object) -> list[Any]:
    plant(150422100200)
    return [make_user(name, "county_officer", COUNTY) for name in ("one", "two")]


def test_two_who_begin_at_once_get_one_delivery(officers: list[Any]) -> None:
    gate, outcomes = threading.Barrier(2), []

    def begin(user: Any) -> None:
        try:
            gate.wait()
            with scopes.acting(user):
                intake.open_delivery("CA-DB", COUNTY, "2018-12", by=user, source="api")
            outcomes.append("begun")
        except ServiceError as error:
            outcomes.append(str(error.status))
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=(user,)) for user in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["409", "begun"]
