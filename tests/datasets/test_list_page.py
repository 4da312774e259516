"""The pages of data sets: how each stands here, what it consists of, who supplied it; for whom they are."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from apps.accounts.services import system_account
from tests.factories.accounts import make_user, sign_in
from tests.factories.datasets import deliver
from tests.factories.divisions import plant
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

REGION, LEAGUE, COUNTY, SIBLING = 150000000000, 150400000000, 150422000000, 150423000000
ALLOWANCE = {"name": "甲乙", "from_on": "2018-01-01"}


@pytest.fixture(autouse=True)
def units(settings):
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    plant(150422100200, 150423100200)


def sent(dataset: str, division: int, period: str = "2018-12") -> None:
    row = {"id_no": citizen_number(), **ALLOWANCE}
    assert deliver(dataset, division, [row], by=system_account(), period=period).state == "accepted"


def page(role: str, division: int, address: str) -> str:
    answer = sign_in(Client(), make_user(f"{role}{division}", role, division)).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def standing(role: str, division: int, dataset: str, query: str = "") -> str:
    """The state that the list shows for a data set; empty where the set is not in it."""
    context = sign_in(Client(), make_user(f"{role}{division}", role, division)).get(f"/datasets/{query}").context
    shown = [one for sets in context["departments"].values() for one in sets]
    return next((one.state for one in shown if one.code == dataset), "")


@pytest.mark.parametrize(
    ("division", "period", "state"),
    [
        (COUNTY, "2018-12", "fresh"),
        (LEAGUE, "2018-12", "fresh"),
        (COUNTY, "2018-09", "stale"),
        (SIBLING, "2018-12", "missing"),
    ],
)
def test_a_county_sees_how_a_set_stands_for_itself(division, period, state):
    sent("CA-DB", division, period)
    assert standing("county_officer", COUNTY, "CA-DB") == state


def test_a_league_with_one_of_two_counties_is_partly_covered():
    sent("CA-DB", COUNTY)
    assert standing("league_officer", LEAGUE, "CA-DB") == "partly"
    assert "1 / 2" in page("region_officer", REGION, "/datasets/?state=partly")


def test_the_list_is_narrowed_by_state_and_says_so_when_nothing_is_left():
    sent("CA-DB", COUNTY)
    assert standing("county_officer", COUNTY, "CA-DB", "?state=fresh") == "fresh"
    assert standing("county_officer", SIBLING, "CA-DB", "?state=fresh") == ""
    assert "没有符合条件的数据集" in page("village_officer", 150423100200, "/datasets/?state=fresh")


def test_an_unknown_state_and_an_unknown_set_are_refused():
    client = sign_in(Client(), make_user("county", "county_officer", COUNTY))
    assert client.get("/datasets/?state=fine").status_code == 400
    assert client.get("/datasets/XX-YY/").status_code == 404


def test_a_set_names_its_columns_and_its_suppliers_here_and_no_others():
    sent("CA-DB", COUNTY)
    sent("CA-DB", SIBLING)
    text = page("county_officer", COUNTY, "/datasets/CA-DB/")
    assert "月补助水平（元）" in text and "amount" in text
    assert "巴林左旗" in text and "巴林右旗" not in text


def test_who_may_not_load_is_not_offered_to():
    assert "/deliveries/new/" in page("county_officer", COUNTY, "/datasets/")
    assert "/deliveries/new/" not in page("village_officer", 150422100200, "/datasets/")
