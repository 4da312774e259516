"""Attendance of resident cadres: who enters it, for whom and which month; pages, API and rights."""

from __future__ import annotations

import datetime
import json

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.cadres.models import Attendance, Duty, TaskForce
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import make_cadre
from tests.factories.divisions import VILLAGES, plant

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
TOWNSHIP, COUNTY = 150422100000, 150422000000
BEGUN = datetime.date(2018, 3, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(settings):
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    plant(*VILLAGES)


def duty(kind: str = "first_secretary", place: int = OWN, **fields) -> Duty:
    with scopes.acting(system_account()):
        return Duty.objects.create(
            division_id=place, kind=kind, cadre=make_cadre(COUNTY), name="白音", **{"from_on": BEGUN, **fields}
        )


@pytest.fixture
def township() -> Client:
    return sign_in(Client(), make_user("township", "township_officer", TOWNSHIP))


def send(client: Client, held: Duty, **fields):
    body = {"duty": held.pk, "month": "2018-12-01", "days_present": 22, "leave_days": 0, "note": "", **fields}
    return client.post("/api/v1/attendance/", json.dumps(body), "application/json")


def stored() -> list[tuple]:
    with scopes.acting(system_account()):
        wanted = ("division_id", "name", "month", "days_present", "leave_days")
        return list(Attendance.objects.order_by("pk").values_list(*wanted))


def test_a_township_enters_a_month_and_changes_it(township):
    held = duty()
    answer = send(township, held, month="2018-11-23", days_present=18, leave_days=4)
    assert answer.status_code == 201, answer.content
    november = datetime.date(2018, 11, 1)
    assert stored() == [(OWN, "白音", november, 18, 4)]
    again = send(township, held, month="2018-11-02")
    assert again.status_code == 422 and "已经登记" in again.content.decode()
    key, version = answer.json()["id"], answer.json()["version"]
    body = json.dumps({"days_present": 26, "version": version})
    changed = township.patch(f"/api/v1/attendance/{key}/", body, "application/json")
    assert changed.status_code == 200, changed.content
    assert stored() == [(OWN, "白音", november, 26, 4)]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"month": "2019-01-01"}, "未到的月份"),
        ({"month": "2018-02-28"}, "任期"),
        ({"month": "2018-11-01", "days_present": 31}, "超过当月天数"),
        ({"days_present": 28, "leave_days": 4}, "超过当月天数"),
        ({"days_present": 32}, "超过当月天数"),
        ({"days_present": -1}, "0"),
        ({"days_present": None}, ""),
        ({"month": "2018-13-01"}, ""),
    ],
)
def test_what_no_month_can_hold(township, fields, word):
    answer = send(township, duty(), **fields)
    assert answer.status_code == 422 and word in answer.content.decode(), answer.content
    assert stored() == []


def test_a_term_s_first_and_last_months_count(township):
    held = duty(until_on=datetime.date(2018, 10, 2))
    assert send(township, held, month="2018-03-01").status_code == 201
    assert send(township, held, month="2018-10-01").status_code == 201
    assert send(township, held, month="2018-11-01").status_code == 422


def test_only_resident_duties_of_villages_have_attendance(township):
    with scopes.acting(system_account()):
        corps = TaskForce.objects.create(division_id=COUNTY, kind="corps", name="工作总队", set_on=BEGUN)
    assert send(township, duty("supervisor")).status_code == 422
    county = sign_in(Client(), make_user("county", "county_officer", COUNTY))
    assert send(county, duty("team_leader", COUNTY, team=corps)).status_code == 422
    assert send(county, duty()).status_code == 201


def test_nobody_enters_it_where_he_may_not(township):
    elsewhere = duty(place=NEIGHBOUR)
    assert send(township, elsewhere).status_code == 422
    looks = sign_in(Client(), make_user("looks", "inspector", 150400000000))
    assert send(looks, duty()).status_code == 403
    assert stored() == []


def test_the_duty_s_page_shows_its_months_and_the_form_is_settled(township):
    held = duty()
    assert send(township, held).status_code == 201
    page = township.get(f"/duties/{held.pk}/").content.decode()
    assert "驻村考勤" in page and f"duty={held.pk}" in page
    with scopes.acting(system_account()):
        key = Attendance.objects.get().pk
    assert township.get(f"/attendance/{key}/").status_code == 200
    form = township.get(f"/attendance/{key}/edit/").content.decode()
    assert "days_present" in form and 'name="month"' not in form
