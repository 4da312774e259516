"""入户核查: who enters what a household says of its helper, and who does not read it."""

from __future__ import annotations

import datetime
import json

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.cadres.models import HomeCheck
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household

OWN, _SIBLING, NEIGHBOUR, *_REST = VILLAGES
TOWNSHIP, COUNTY = OWN - OWN % 1000, OWN - OWN % 10**6

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(settings):
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    plant(*VILLAGES)


@pytest.fixture
def township() -> Client:
    return sign_in(Client(), make_user("township", "township_officer", TOWNSHIP))


def send(client: Client, household, **fields):
    body = {"household": household.pk, "checked_on": "2018-12-01", "knows_helper": False, **fields}
    return client.post("/api/v1/home-checks/", json.dumps(body), "application/json")


def stored() -> list[tuple]:
    with scopes.acting(system_account()):
        wanted = ("division_id", "checker", "checked_on", "knows_helper", "satisfaction")
        return list(HomeCheck.objects.order_by("pk").values_list(*wanted))


def test_a_township_enters_what_it_heard_and_corrects_it(township):
    household = make_household(OWN)
    answer = send(township, household, satisfaction="fairly")
    assert answer.status_code == 201, answer.content
    day = datetime.date(2018, 12, 1)
    assert stored() == [(OWN, "township", day, False, "fairly")]
    body = answer.json()
    assert (body["household"], body["knows_helper"], body["division"]) == (household.code, False, str(OWN))
    change = {"version": body["version"], "knows_helper": True, "checker": "村监委"}
    url = f"/api/v1/home-checks/{body['id']}/"
    assert township.patch(url, json.dumps(change), "application/json").status_code == 200
    assert stored() == [(OWN, "村监委", day, True, "fairly")]
    assert township.patch(url, json.dumps(change), "application/json").status_code == 409


@pytest.mark.parametrize("fields", [{"knows_helper": None}, {"knows_helper": ""}, {"checked_on": "2019-01-01"}])
def test_an_answer_is_given_and_the_day_has_come(township, fields):
    answer = send(township, make_household(OWN), **fields)
    assert answer.status_code == 422 and stored() == []
    assert {one["field"] for one in answer.json()["errors"]} == set(fields)


def test_one_check_a_day(township):
    household = make_household(OWN)
    assert send(township, household).status_code == 201
    assert send(township, household, knows_helper=True).status_code == 422
    assert send(township, household, checked_on="2018-12-02").status_code == 201


def test_nobody_enters_it_where_he_may_not_or_of_himself(township):
    household = make_household(OWN)
    assert send(township, make_household(NEIGHBOUR)).status_code == 422
    looks = sign_in(Client(), make_user("looks", "inspector", COUNTY))
    assert send(looks, household).status_code == 403
    himself = make_user("himself", "township_officer", TOWNSHIP)
    pair(household, himself)
    assert send(sign_in(Client(), himself), household).status_code == 403
    assert stored() == []


def test_the_household_s_page_shows_checks_and_leads_to_the_form_in_one_click(township):
    household = make_household(OWN)
    assert send(township, household, satisfaction="satisfied").status_code == 201
    page = township.get(f"/households/{household.pk}/").content.decode()
    way = f"/home-checks/new/?household={household.pk}"
    assert 'id="home-checks"' in page and way in page and "满意" in page
    form = township.get(way).content.decode()
    assert household.code in form and 'name="knows_helper"' in form
    sent = {"household": household.pk, "checked_on": "2018-12-05", "knows_helper": "False", "satisfaction": ""}
    assert township.post(way, sent).status_code == 302
    assert township.post(way, {**sent, "checked_on": "2018-12-06", "knows_helper": ""}).status_code == 422
    assert len(stored()) == 2


def test_a_helper_does_not_read_what_his_household_said(township):
    household = make_household(OWN)
    assert send(township, household, satisfaction="dissatisfied").status_code == 201
    helper = make_user("helper", "helper", OWN)
    pair(household, helper)
    client = sign_in(Client(), helper)
    page = client.get(f"/households/{household.pk}/")
    assert page.status_code == 200 and 'id="home-checks"' not in page.content.decode()
    assert client.get("/api/v1/home-checks/").status_code == 403
    with scopes.acting(helper):
        assert not HomeCheck.objects.exists(), "the database keeps it from him as well"


def test_checks_are_listed_by_answer(township):
    known, unknown = make_household(OWN), make_household(OWN)
    send(township, known, knows_helper=True)
    send(township, unknown)
    rows = township.get("/api/v1/home-checks/?knows_helper=false").json()["results"]
    assert [row["household"] for row in rows] == [unknown.code]
    assert len(township.get(f"/api/v1/home-checks/?household={known.pk}").json()["results"]) == 1
