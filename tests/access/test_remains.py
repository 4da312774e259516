"""A dump of the database holds no number in the clear, neither in the register nor in what happened to it."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from devtools import postgres, remains
from tests.factories.accounts import PASSWORD, make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number, make_household, make_person

OWN = VILLAGES[0]


def dump(database: str) -> bytes:
    """The whole database as its superuser sees it."""
    command = [str(postgres.binaries() / "pg_dump"), "--inserts", "--dbname"]
    address = os.environ["TEST_ADMIN_URL"].rpartition("/")[0]
    return subprocess.run([*command, f"{address}/{database}"], capture_output=True, check=True).stdout


@pytest.fixture
def numbers(committed_db: object) -> list[str]:
    """Numbers of a household that was written, changed, shown in the clear, asked for and refused."""
    plant(*VILLAGES)
    household = make_household(OWN)
    person = make_person(household)
    client = sign_in(Client(), make_user("village", "village_officer", OWN))
    told = client.post(
        f"/api/v1/households/{household.pk}/reveal/",
        json.dumps({"fields": ["id_no", "phone", "bank_account"], "reason": "核对身份"}),
        "application/json",
    )
    assert told.status_code == 200
    found = [told.json()["phone"], told.json()["bank_account"], told.json()["persons"][0]["id_no"]]
    other = citizen_number(serial=7)
    with scopes.acting(system_account()):
        person.id_no, household.phone = other, "13900000017"
        person.save()
        household.save()
    for body in ({"q": found[2]}, {"q": other}):
        client.post("/search/", body)
    client.post("/api/v1/persons/", json.dumps({"id_no": other, "name": "重"}), "application/json")
    Client().post("/account/sign-in/", {"username": found[2], "password": PASSWORD})
    Client().post("/account/sign-in/", {"username": other[:17], "password": other})
    return [*found, other, "13900000017"]


def test_a_dump_holds_no_number_in_the_clear(numbers, worker_database):
    looking = remains.Looking(numbers)
    looking.sees_what_is_there()
    content = dump(worker_database.name)
    assert content.count(b"INSERT INTO public.households_person") >= 2, "the row and what became of it"
    looking.at("dump", content)
    assert looking.hits == set()
