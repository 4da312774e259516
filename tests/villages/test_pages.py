"""Villages through pages and API: one declaration, computed figures, one year once, doors that stay shut."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.villages.models import Village, VillageYear
from apps.villages.services import ensure_villages
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def villages(db) -> dict[int, Village]:
    plant(*VILLAGES)
    with scopes.acting(system_account()):
        ensure_villages()
        Village.objects.filter(division_id=OWN).update(attributes=["01", "07"], village_status="10", leader="包音")
        Village.objects.filter(division_id=SIBLING).update(
            attributes=["01"], village_status="40", exit_year=2017, leader="王福"
        )
        return {village.division_id: village for village in Village.objects.all()}


@pytest.fixture
def county(villages) -> Client:
    return sign_in(Client(), make_user("county", "county_officer", 150422000000))


def fill(village: Village, year: int, **facts: object) -> VillageYear:
    with scopes.acting(system_account()):
        return VillageYear.objects.create(village=village, year=year, **facts)


def names(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["division"] for row in response.json()["results"]]


def test_the_api_gives_the_profile_with_what_the_register_counts(county, villages):
    make_person(make_household(OWN))
    fill(villages[OWN], 2018, population=40, per_capita_net="8123.50")
    row = county.get(f"/api/v1/villages/{villages[OWN].pk}/").json()
    assert {name: row[name] for name in ("division", "township", "attributes", "village_status", "exit_year")} == {
        "division": str(OWN),
        "township": "150422100000",
        "attributes": ["01", "07"],
        "village_status": "10",
        "exit_year": None,
    }
    assert (row["poor_households"], row["poor_persons"], row["population"], row["incidence"]) == (1, 1, 40, "2.50")
    assert (row["facts_year"], row["per_capita_net"], row["leader_phone"]) == (2018, "8123.50", None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [OWN, SIBLING, NEIGHBOUR]),
        ("listed=true", [OWN, SIBLING]),
        ("listed=false", [NEIGHBOUR]),
        ("village_status=10&village_status=30", [OWN]),
        ("attributes=07&attributes=08", [OWN]),
        ("exit_year=2017", [SIBLING]),
        ("division=150422101000", [NEIGHBOUR]),
        ("name=%E7%B4%A2", [OWN]),
    ],
)
def test_filters_narrow_the_visible_villages(county, query, expected):
    assert names(county.get(f"/api/v1/villages/?{query}")) == [str(code) for code in expected]


def test_the_list_costs_the_same_for_one_village_and_for_three(villages, django_assert_max_num_queries):
    client = sign_in(Client(), make_user("county", "county_officer", 150422000000))
    client.get("/villages/")
    with django_assert_max_num_queries(30) as few:
        client.get(f"/villages/?division={OWN}")
    with django_assert_max_num_queries(30) as many:
        client.get("/villages/?division=150422000000")
    assert len(few) == len(many)


def test_a_foreign_village_is_not_there(county, villages):
    for path in ("/villages/{}/", "/villages/{}/edit/", "/villages/{}/history/", "/api/v1/villages/{}/"):
        assert county.get(path.format(villages[OWN].pk)).status_code == 200
        assert county.get(path.format(villages[OTHER_LEAGUE].pk)).status_code == 404
    assert county.get(f"/api/v1/villages/?division={OTHER_LEAGUE}").status_code == 404


def test_who_only_reads_may_not_write(villages):
    client = sign_in(Client(), make_user("inspector", "inspector", 150422000000))
    own = villages[OWN]
    assert client.get(f"/villages/{own.pk}/").status_code == 200
    assert client.get(f"/villages/{own.pk}/edit/").status_code == 403
    body = {"leader": "x", "version": own.version}
    assert client.patch(f"/api/v1/villages/{own.pk}/", body, "application/json").status_code == 403
    body = {"division": str(OWN), "year": 2018}
    assert client.post("/api/v1/village-years/", body, "application/json").status_code == 403


def test_the_profile_is_changed_with_its_version_and_its_rules(county, villages):
    address, version = f"/api/v1/villages/{villages[OWN].pk}/", villages[OWN].version
    wrong = county.patch(address, {"exit_year": 2018, "version": version}, "application/json")
    assert wrong.status_code == 422
    assert [error["field"] for error in wrong.json()["errors"]] == ["exit_year"]
    body = {"village_status": "40", "exit_year": 2018, "leader_phone": "13900001234", "version": version}
    right = county.patch(address, body, "application/json")
    assert right.status_code == 200, right.content
    assert (right.json()["village_status"], right.json()["leader_phone"]) == ("40", "139****1234")
    assert county.patch(address, body, "application/json").status_code == 409


def test_a_year_is_added_once_by_the_villages_division(county, villages):
    body = {"division": str(OWN), "year": 2018, "households": 120, "dangerous_households": 3, "bus": True}
    added = county.post("/api/v1/village-years/", body, "application/json")
    assert added.status_code == 201, added.content
    assert (added.json()["division"], added.json()["households"], added.json()["bus"]) == (str(OWN), 120, True)
    again = county.post("/api/v1/village-years/", body, "application/json")
    assert again.status_code == 422
    assert "已经登记" in again.content.decode()
    too_many = {**body, "year": 2017, "dangerous_households": 121}
    refused = county.post("/api/v1/village-years/", too_many, "application/json")
    assert [error["field"] for error in refused.json()["errors"]] == ["dangerous_households"]
    with scopes.acting(system_account()):
        assert VillageYear.objects.get().village_id == villages[OWN].pk


@pytest.mark.parametrize(("place", "status"), [(OTHER_LEAGUE, 404), (150422100000, 422)])
def test_a_year_of_a_foreign_place_or_of_no_village_is_refused(county, place, status):
    response = county.post("/api/v1/village-years/", {"division": str(place), "year": 2018}, "application/json")
    assert response.status_code == status
    with scopes.acting(system_account()):
        assert not VillageYear.objects.exists()


def test_the_page_shows_the_latest_year_and_any_other_that_there_is(county, villages):
    head = make_person(make_household(OWN), name="赵铁柱")
    make_person(make_household(SIBLING), name="外村人")
    fill(villages[OWN], 2017, helping_unit="旧单位")
    fill(villages[OWN], 2018, helping_unit="新单位")
    address = f"/villages/{villages[OWN].pk}/"
    page = county.get(address)
    assert (page.context["years"], page.context["facts"]["year"]) == ([2018, 2017], 2018)
    text = page.content.decode()
    assert "新单位" in text
    assert "旧单位" not in text
    assert head.name in text
    assert "外村人" not in text
    assert "旧单位" in county.get(f"{address}?year=2017").content.decode()
    for wrong in ("2016", "x", "20180"):
        assert county.get(f"{address}?year={wrong}").status_code == 404


def test_a_village_without_any_year_says_so(county, villages):
    page = county.get(f"/villages/{villages[OWN].pk}/")
    assert page.context["facts"] is None
    assert "还没有年度情况" in page.content.decode()


def test_a_new_year_begins_with_the_facts_of_the_last(county, villages):
    fill(villages[OWN], 2018, households=120, helping_unit="旗水务局")
    form = county.get(f"/village-years/new/?division={OWN}").context["form"]
    assert (form["year"].value(), form["households"].value(), form["helping_unit"].value()) == (2019, 120, "旗水务局")
    assert str(form["division"].value()) == str(OWN)
    foreign = county.get(f"/village-years/new/?division={OTHER_LEAGUE}")
    assert foreign.status_code in (200, 404)
    if foreign.status_code == 200:
        assert foreign.context["form"]["households"].value() is None


def test_a_years_page_and_form_keep_village_and_year(county, villages):
    facts = fill(villages[OWN], 2018, households=120)
    page = county.get(f"/village-years/{facts.pk}/")
    assert "2018 年度情况" in page.content.decode()
    form = county.get(f"/village-years/{facts.pk}/edit/").context["form"]
    assert {"division", "year", "village"}.isdisjoint(form.fields)
    saved = county.post(f"/village-years/{facts.pk}/edit/", {"version": facts.version, "households": 121})
    assert saved.status_code == 302
    with scopes.acting(system_account()):
        assert (VillageYear.objects.get().households, VillageYear.objects.get().year) == (121, 2018)
