"""The register over the API, as officials' scripts and the contract use it."""

from __future__ import annotations

import datetime

import pytest
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.history.models import AccessLog
from apps.households.models import Household, Person, StatusEvent
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number, make_household, make_person

pytestmark = pytest.mark.django_db

OWN, SIBLING = VILLAGES[:2]


@pytest.fixture
def village(db: None) -> APIClient:
    plant(*VILLAGES)
    make_user("village", "village_officer", OWN)
    return signed_in("village")


def signed_in(username: str) -> APIClient:
    client = APIClient()
    answer = client.post("/api/v1/session/", {"username": username, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    return client


def test_signing_in_gives_a_session_and_its_token_and_a_wrong_password_does_not(village):
    client = APIClient()
    assert client.get("/api/v1/households/").status_code == 401
    refused = client.post("/api/v1/session/", {"username": "village", "password": "wrong"})
    assert (refused.status_code, refused["Content-Type"]) == (401, "application/problem+json")
    accepted = client.post("/api/v1/session/", {"username": "VILLAGE", "password": PASSWORD})
    assert accepted.status_code == 200
    assert accepted.json()["division"] == str(OWN)
    assert len(accepted.json()["csrf"]) == 64
    assert client.get("/api/v1/households/").json() == {"next": None, "previous": None, "results": []}
    assert client.delete("/api/v1/session/").status_code == 204
    assert client.get("/api/v1/households/").status_code == 401


def test_five_wrong_passwords_lock_the_account_for_the_right_one_too(village):
    client = APIClient()
    answers = [
        client.post("/api/v1/session/", {"username": "village", "password": "wrong"}).status_code for _ in range(5)
    ]
    assert answers[:4] == [401] * 4
    assert client.post("/api/v1/session/", {"username": "village", "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("value", [5, 20180601, 1.5])
def test_a_number_where_a_date_belongs_is_refused(village, value):
    answer = village.post("/api/v1/natural-changes/", {"happened_on": value}, format="json")
    assert answer.status_code == 422
    assert {"field": "happened_on", "code": "invalid"}.items() <= answer.json()["errors"][0].items()


def test_a_list_holds_own_rows_with_masked_numbers(village):
    own, _foreign = make_household(OWN, phone="13800001111"), make_household(SIBLING)
    make_person(own, name="包·其木格", sex="2")
    body = village.get("/api/v1/households/?count=1").json()
    assert (body["count"], body["count_exact"]) == (1, True)
    row = body["results"][0]
    assert {name: row[name] for name in ("id", "code", "division", "head", "member_count", "phone", "status")} == {
        "id": own.pk,
        "code": own.code,
        "division": str(OWN),
        "head": "包·其木格",
        "member_count": 1,
        "phone": "138****1111",
        "status": "20",
    }


def test_what_is_not_ones_own_is_not_there(village):
    foreign = make_household(SIBLING)
    assert village.get(f"/api/v1/households/{foreign.pk}/").status_code == 404
    assert village.patch(f"/api/v1/households/{foreign.pk}/", {"version": 1, "address": "x"}).status_code == 404
    assert village.get(f"/api/v1/households/?division={SIBLING}").status_code == 404
    reveal = {"fields": ["phone"], "reason": "核实"}
    assert village.post(f"/api/v1/households/{foreign.pk}/reveal/", reveal).status_code == 404


NEW = {
    "division": str(OWN),
    "household_type": "01",
    "identification_standard": "1",
    "cause_main": "01",
    "phone": "13800002222",
    "bank_account": "6217000012345678",
}


def test_a_new_household_gets_a_code_and_a_first_event(village):
    answer = village.post("/api/v1/households/", NEW)
    assert answer.status_code == 201, answer.content.decode()
    row = answer.json()
    assert row["code"].startswith(str(OWN)) and len(row["code"]) == 17
    assert (row["status"], row["version"]) == ("10", 1)
    with scopes.acting(system_account()):
        household = Household.objects.get(pk=row["id"])
        assert household.phone.clear() == "13800002222" and household.phone_ok
        assert list(StatusEvent.objects.filter(household=household).values_list("kind", "status")) == [
            ("proposed", "10")
        ]


def test_a_household_cannot_be_entered_elsewhere_nor_with_contradicting_causes(village):
    assert village.post("/api/v1/households/", {**NEW, "division": str(SIBLING)}).status_code == 404
    refused = village.post("/api/v1/households/", {**NEW, "cause_other": ["01"]})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["cause_other"]


def test_a_stale_version_is_answered_with_the_current_row(village):
    household = make_household(OWN)
    url = f"/api/v1/households/{household.pk}/"
    changed = village.patch(url, {"version": 1, "address": "东街1号"})
    assert (changed.status_code, changed.json().get("version")) == (200, 2), changed.content.decode()
    stale = village.patch(url, {"version": 1, "address": "西街2号"})
    assert stale.status_code == 409
    assert (stale.json()["current"]["address"], stale.json()["current"]["version"]) == ("东街1号", 2)


def person(household: Household, **fields: object) -> dict[str, object]:
    return {
        "household": household.pk,
        "name": "斯琴",
        "sex": "2",
        "id_type": "1",
        "id_no": citizen_number(datetime.date(1980, 5, 1), "2"),
        "relation": "01",
        "ethnicity": "02",
        **fields,
    }


def test_a_person_gets_code_birth_date_and_facts_from_the_number(village):
    household = make_household(OWN)
    answer = village.post("/api/v1/persons/", person(household))
    assert answer.status_code == 201, answer.content.decode()
    row = answer.json()
    assert (row["birth_date"], len(row["code"]), row["id_no"][4:14]) == ("1980-05-01", 20, "*" * 10)
    with scopes.acting(system_account()):
        saved = Person.objects.get(pk=row["id"])
        assert (saved.id_length, saved.id_check_ok, saved.id_sex, saved.id_birth_ok) == (18, True, "2", True)


def test_a_number_active_elsewhere_is_refused_without_saying_where(village):
    elsewhere = make_person(make_household(VILLAGES[4]))
    answer = village.post("/api/v1/persons/", person(make_household(OWN), id_no=elsewhere.id_no.clear()))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["id_no"]
    assert str(VILLAGES[4])[:6] not in answer.content.decode()


def test_revealing_needs_right_and_reason_and_is_written_down(village):
    household = make_household(OWN, phone="13800003333")
    member = make_person(household)
    url = f"/api/v1/households/{household.pk}/reveal/"
    assert village.post(url, {"fields": ["phone"], "reason": " "}).status_code in (400, 422)
    assert village.post(url, {"fields": ["password"], "reason": "核实"}).status_code == 422
    answer = village.post(url, {"fields": ["phone", "id_no"], "reason": "入户核实"})
    assert answer.json() == {
        "phone": "13800003333",
        "persons": [{"person": member.pk, "id_no": member.id_no.clear()}],
    }
    auditor = make_user("auditor", "audit_administrator", 150000000000)
    with scopes.acting(auditor):
        log = AccessLog.objects.visible_to(auditor).filter(action="reveal")
        assert list(log.values_list("username", "object_kind", "fields", "reason").order_by("id")) == [
            ("village", "households.household", ["phone"], "入户核实"),
            ("village", "households.person", ["id_no"], "入户核实"),
        ]
    make_user("inspector", "inspector", 150422000000)
    assert signed_in("inspector").post(url, {"fields": ["phone"], "reason": "核实"}).status_code == 403


def test_unknown_parameters_are_refused(village):
    answer = village.get("/api/v1/households/?colour=red&status=99")
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"colour", "status"}
