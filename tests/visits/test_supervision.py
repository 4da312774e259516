"""Who was not visited and who visited nobody: lists of households, cadres and units by month, one statement each."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.cadres.models import Cadre
from apps.common.days import month_end
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import make_cadre, make_unit, pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.factories.visits import make_visit

pytestmark = pytest.mark.django_db

OWN, SIBLING = VILLAGES[0], VILLAGES[1]
COUNTY = 150422000000
API = "/api/v1"


def months() -> tuple[datetime.date, datetime.date]:
    """The first days of the running month and of the one before."""
    first = timezone.localdate().replace(day=1)
    return first, (first - datetime.timedelta(days=1)).replace(day=1)


def noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)


class Field:
    """A county with a unit, two helpers and a cadre without an account, each with a household."""

    def __init__(self) -> None:
        plant(*VILLAGES)
        self.this, self.before = months()
        self.client = sign_in(Client(), make_user("county", "county_officer", COUNTY))
        self.unit, self.idle = make_unit(COUNTY, "旗农牧局"), make_unit(COUNTY, "旗水务局")
        self.busy, self.lazy = make_user("busy", "helper", OWN), make_user("lazy", "helper", OWN)
        begun = {"from_on": datetime.date(2018, 1, 1)}
        self.households = [make_household(place) for place in (OWN, OWN, SIBLING)]
        for household in self.households:
            make_person(household)
        self.cadres = [
            make_cadre(COUNTY, name="色音", account=self.busy, unit=self.unit),
            make_cadre(COUNTY, name="王强", account=self.lazy, unit=self.unit),
            make_cadre(COUNTY, name="李娜", unit=self.idle),
        ]
        for household, cadre in zip(self.households, self.cadres, strict=True):
            pair(household, cadre, **begun)

    def visited(self, number: int, by: User, day: datetime.date) -> None:
        scopes.forget(by)
        make_visit(self.households[number], by, now=noon(day) + datetime.timedelta(hours=1), visited_at=noon(day))

    def keys(self, address: str) -> list[int]:
        answer = self.client.get(f"{API}/{address}")
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]


@pytest.fixture
def field(db) -> Field:
    return Field()


@pytest.mark.parametrize("running", [True, False], ids=["running month", "month before"])
def test_households_cadres_and_units_without_a_visit_in_a_month(field, running):
    month = field.this if running else field.before
    field.visited(0, field.busy, month)
    other = field.before if running else month_end(field.before) + datetime.timedelta(days=1)
    if other <= timezone.localdate():
        field.visited(1, field.lazy, other)
    wanted = f"{month:%Y-%m}"
    assert field.keys(f"households/?not_visited={wanted}") == [one.pk for one in field.households[1:]]
    assert field.keys(f"households/?not_visited={wanted}&division={SIBLING}") == [field.households[2].pk]
    assert set(field.keys(f"cadres/?zero_sign_in={wanted}")) == {one.pk for one in field.cadres[1:]}
    assert field.keys(f"units/?zero_sign_in={wanted}") == [field.idle.pk]


def test_only_pairings_in_force_in_that_month_count(field):
    assert field.keys("households/?not_visited=2017-12") == []
    assert field.keys("cadres/?zero_sign_in=2017-12") == []
    assert field.keys("units/?zero_sign_in=2017-12") == []
    with scopes.activate(EVERYTHING):
        cadre = Cadre.objects.get(pk=field.cadres[2].pk)
        cadre.pairings.update(until_on=datetime.date(2018, 3, 31))
    assert len(field.keys("cadres/?zero_sign_in=2018-03")) == 3
    assert field.cadres[2].pk not in field.keys("cadres/?zero_sign_in=2018-04")


def test_the_latest_visit_and_the_days_since_stand_in_the_lists(field):
    day = timezone.localdate() - datetime.timedelta(days=3)
    field.visited(0, field.busy, day)
    rows = {row["id"]: row for row in field.client.get(f"{API}/households/").json()["results"]}
    seen, unseen = rows[field.households[0].pk], rows[field.households[1].pk]
    assert (seen["last_visit_on"], seen["days_without_visit"], seen["helper_names"]) == (str(day), 3, "色音")
    assert (unseen["last_visit_on"], unseen["days_without_visit"]) == (None, None)
    assert field.households[0].pk not in field.keys("households/?days_without_visit=4")
    assert field.households[0].pk in field.keys("households/?days_without_visit=3")
    cadres = {row["id"]: row["last_visit_on"] for row in field.client.get(f"{API}/cadres/").json()["results"]}
    assert cadres == {field.cadres[0].pk: str(day), field.cadres[1].pk: None, field.cadres[2].pk: None}


def test_unvisited_households_are_narrowed_by_unit_cadre_and_place(field):
    month = f"{field.this:%Y-%m}"
    assert field.keys(f"households/?not_visited={month}&helper_unit=旗水务局") == [field.households[2].pk]
    assert field.keys(f"households/?not_visited={month}&helper_name=王") == [field.households[1].pk]
    page = field.client.get(f"/households/?not_visited={month}&helper_unit=旗水务局").content.decode()
    assert "当月未走访" in page and "旗水务局" in page
    assert field.client.get(f"{API}/households/?not_visited=2018-13").status_code == 400


def test_a_longer_list_asks_no_more_questions(field):
    address = f"/households/?not_visited={field.this:%Y-%m}&columns=code,last_visit_on,days_without_visit,helper_names"
    field.client.get(address)
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert field.client.get(address).status_code == 200
        counts.append(len(asked))
        for _one in range(3):
            pair(make_household(OWN), field.cadres[0], from_on=datetime.date(2018, 1, 1))
    assert counts[0] == counts[1]


def test_a_village_sees_its_own_only_and_a_helper_his(field):
    village = sign_in(Client(), make_user("village", "village_officer", SIBLING))
    month = f"{field.this:%Y-%m}"
    found = village.get(f"{API}/households/?not_visited={month}").json()["results"]
    assert [row["id"] for row in found] == [field.households[2].pk]
    assert village.get(f"{API}/households/?not_visited={month}&division={OWN}").status_code == 404
    helper = sign_in(Client(), field.lazy)
    mine = helper.get(f"{API}/households/?not_visited={month}").json()["results"]
    assert [row["id"] for row in mine] == [field.households[1].pk]
    assert [row["name"] for row in helper.get(f"{API}/cadres/?zero_sign_in={month}").json()["results"]] == ["王强"]
