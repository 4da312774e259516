"""Cadres through pages and API: both directions, many at once, the card on the wall, who may and who may not."""

from __future__ import annotations

import datetime
import json

import pytest
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.services import system_account
from apps.cadres.models import Cadre, Card, Duty
from apps.history.models import AccessLog
from apps.villages.services import ensure_villages
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import make_cadre, make_unit, pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
COUNTY = 150422000000
API = "/api/v1"

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db) -> Client:
    plant(*VILLAGES)
    return sign_in(Client(), make_user("county", "county_officer", COUNTY))


@pytest.fixture
def village(county) -> Client:
    return sign_in(Client(), make_user("village", "village_officer", OWN))


def send(client: Client, address: str, body: dict, method: str = "post"):
    return getattr(client, method)(f"{API}/{address}", json.dumps(body), content_type="application/json")


def test_a_cadre_is_entered_given_a_duty_and_an_account_through_the_api(county):
    make_user("helper", "helper", OWN)
    unit = send(county, "units/", {"division": str(COUNTY), "name": "旗农牧局", "level": "3", "kind": "office"})
    assert unit.status_code == 201, unit.content
    body = {"division": str(COUNTY), "name": "包 音", "unit": unit.json()["id"], "phone": "13800000001"}
    made = send(county, "cadres/", body)
    assert made.status_code == 201, made.content
    cadre = made.json()
    assert (cadre["name"], cadre["unit"], cadre["phone"], cadre["paired"]) == ("包音", "旗农牧局", "138****0001", 0)
    linked = send(county, f"cadres/{cadre['id']}/", {"account": "helper", "version": cadre["version"]}, "patch")
    assert linked.status_code == 200, linked.content
    duty = {"kind": "first_secretary", "division": str(OWN), "cadre": cadre["code"], "from_on": "2018-03-01"}
    first = send(county, "duties/", duty)
    assert first.status_code == 201, first.content
    assert (first.json()["name"], first.json()["unit_name"]) == ("包音", "旗农牧局")
    again = send(county, "duties/", duty)
    assert again.status_code == 422, again.content
    ended = send(
        county,
        f"duties/{first.json()['id']}/",
        {"until_on": "2018-12-01", "reason": "期满", "version": first.json()["version"]},
        "patch",
    )
    assert (ended.status_code, ended.json().get("until_on")) == (200, "2018-12-01"), ended.content
    shown = send(county, f"cadres/{cadre['id']}/reveal/", {"fields": ["phone"], "reason": "联系入户"})
    assert shown.json() == {"phone": "13800000001"}


def test_household_and_helper_find_each_other_in_two_clicks(county, village):
    household = make_household(OWN)
    make_person(household, name="王建国")
    cadre = make_cadre(COUNTY, name="色音", unit=make_unit(COUNTY), phone="13700000002")
    pairing = pair(household, cadre)
    page = village.get(f"/households/{household.pk}/").content.decode()
    assert all(text in page for text in ("色音", "旗农牧局", "137****0002")), (
        "whoever sees the household knows its helper"
    )
    assert f"/cadres/{cadre.pk}/" not in page and village.get(f"/cadres/{cadre.pk}/").status_code == 404
    page = county.get(f"/households/{household.pk}/").content.decode()
    assert f"/cadres/{cadre.pk}/" in page
    page = county.get(f"/cadres/{cadre.pk}/").content.decode()
    assert f"/households/{household.pk}/" in page and "王建国" in page and "没有登录账户" in page
    row = village.get(f"{API}/pairings/{pairing.pk}/").json()
    assert (row["household"], row["head"], row["cadre"]) == (household.code, "王建国", None)
    found = county.get(f"{API}/cadres/?households=usual").json()["results"]
    assert [one["paired"] for one in found] == [1]
    assert county.get(f"{API}/households/?has_helper=true").json()["results"][0]["code"] == household.code


def test_a_helper_sees_his_own_file_and_pairings_and_changes_nothing(county):
    helper = make_user("helper", "helper", OWN)
    mine = pair(make_household(OTHER_LEAGUE), helper)
    pair(make_household(OWN), make_cadre(COUNTY))
    client = sign_in(Client(), helper)
    assert [one["id"] for one in client.get(f"{API}/pairings/").json()["results"]] == [mine.pk]
    assert [one["code"] for one in client.get(f"{API}/cadres/").json()["results"]] == [mine.cadre.code]
    assert client.post("/pairings/hand-over/", {"row": mine.pk}).status_code == 403
    assert send(client, f"cadres/{mine.cadre_id}/", {"name": "王强", "version": 1}, "patch").status_code == 403


def test_ticked_households_go_to_a_helper_by_preview_and_confirmation(county):
    cadre, today = make_cadre(COUNTY), timezone.localdate().isoformat()
    good, struck = make_household(OWN), make_household(OWN, status="60")
    rows = [good.pk, struck.pk]
    assert "/households/pair/" in county.get("/households/").content.decode()
    asked = county.post("/households/pair/", {"row": rows})
    assert asked.status_code == 200 and asked.context["number"] == 2
    given = {"rows": asked.context["seen"], "cadre": cadre.code, "on": today}
    wrong = county.post("/households/pair/", {**given, "cadre": "G1504220000000", "stage": "try"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["cadre"])
    tried = county.post("/households/pair/", {**given, "stage": "try"})
    assert (tried.context["outcome"].done, tried.context["outcome"].refused_count) == ([good.pk], 1)
    with scopes.activate(EVERYTHING):
        assert not Pairing.objects.exists()
    taken = county.post("/households/pair/", {**given, "stage": "take", "token": tried.context["token"]}, follow=True)
    assert (taken.context["done"], taken.context["refused"]) == (1, 1)
    assert taken.context["done_url"] == f"/pairings/?cadre={cadre.pk}&running=true"
    # A second click is shown what came of the first.
    again = county.post("/households/pair/", {**given, "stage": "take", "token": tried.context["token"]}, follow=True)
    assert (again.context["done"], again.context["refused"]) == (1, 1)
    with scopes.activate(EVERYTHING):
        pairing = Pairing.objects.get()
    # The same by a program, and back again.
    other = make_cadre(COUNTY, name="王强")
    body = {"cadre": other.pk, "pairings": [pairing.pk], "on": today, "reason": "轮换"}
    assert send(county, "pairings/hand-over/", {**body, "dry_run": True}).json()["done"] == [pairing.pk]
    over = send(county, "pairings/hand-over/", body).json()
    assert (over["done"], over["refused"], over["in_force"], over["too_many"]) == ([pairing.pk], [], 1, False)
    refused = send(county, "pairings/many/", {"cadre": other.pk, "households": rows, "from_on": today}).json()
    assert [one["code"] for one in refused["refused"]] == ["paired", "status"]
    last = county.get(f"{API}/pairings/?running=true&cadre={other.pk}").json()["results"]
    told = send(county, f"pairings/{last[0]['id']}/", {"until_on": today, "reason": "x", "version": 1}, "patch")
    assert (told.status_code, told.json()["errors"][0]["code"]) == (422, "last"), told.content


def test_the_card_tells_nothing_without_sign_in_and_the_old_one_leads_nowhere(county, village):
    household = make_household(OWN)
    make_person(household, name="王建国")
    pair(household, make_cadre(COUNTY, name="色音", phone="13700000003"))
    address = f"/households/{household.pk}/card/"
    assert "13700000003" not in village.get(address).content.decode()
    assert village.post(address).status_code == 302
    page = village.get(address).content.decode()
    assert all(text in page for text in ("王建国", "色音", "13700000003", "<svg"))
    with scopes.activate(EVERYTHING):
        token = Card.objects.get().token
        entry = AccessLog.objects.get(action="reveal")
    assert (entry.username, entry.fields) == ("village", ["phone"])
    assert token not in page, "the picture alone holds it"
    assert household.code not in token and len(token) > 20
    assert "sign-in" in Client().get(f"/c/{token}/")["Location"]
    assert village.get(f"/c/{token}/")["Location"] == f"/households/{household.pk}/"
    other = sign_in(Client(), make_user("sibling", "village_officer", SIBLING))
    assert other.get(f"/c/{token}/").status_code == 404
    village.post(address, {"renew": "1"})
    assert village.get(f"/c/{token}/").status_code == 404


def test_a_village_names_who_is_answerable_for_it(county, village):
    with scopes.acting(system_account()):
        ensure_villages()
        cadre = Cadre.objects.get(pk=make_cadre(COUNTY, name="色音").pk)
        Duty.objects.create(division_id=OWN, kind="doctor", cadre=cadre, name="色音", from_on=datetime.date(2018, 1, 1))
    key = village.get(f"{API}/villages/").json()["results"][0]["id"]
    page = village.get(f"/villages/{key}/").content.decode()
    assert "色音" in page and "签约医生" in page
