"""Desks: figures that agree with their lists at every level, sums that add up, doors that stay shut."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.models import Finding
from apps.dashboards.figures import FIGURES
from apps.divisions import codes
from apps.households.models import Household
from apps.villages.models import Village, VillageYear
from apps.villages.services import ensure_villages
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.held import held

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
TODAY = datetime.date(2018, 12, 31)
DESKS = {
    "region_officer": 150000000000,
    "league_officer": 150400000000,
    "county_officer": 150422000000,
    "township_officer": 150422100000,
    "village_officer": OWN,
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_end_of_2018(settings):
    settings.REFERENCE_DATE = TODAY


def make_finding(household: Household, *, due: datetime.date, level: int = 5, **fields: object) -> Finding:
    with scopes.acting(system_account()):
        return Finding.objects.create(
            rule="HH-02",
            object_kind="household",
            object_id=household.pk,
            household=household,
            division_id=household.division_id,
            evidence={"code": household.code, "heads": 2},
            severity="high",
            acting_level=level,
            found_on=TODAY,
            due_on=due,
            state_since=timezone.now(),
            **fields,
        )


@pytest.fixture(scope="module")
def register(django_db_setup, django_db_blocker):
    """Households of every kind in five villages, findings in three of them, a population in two."""
    with held(django_db_blocker), override_settings(REFERENCE_DATE=TODAY):
        plant(*VILLAGES)
        with scopes.acting(system_account()):
            ensure_villages()
        made = {}
        for village in VILLAGES:
            for status, year in (("20", None), ("50", None), ("40", 2018), ("41", 2017)):
                household = make_household(village, status=status, exit_year=year, plan_exit_year=2018)
                make_person(household)
                if village == OTHER_LEAGUE:
                    make_person(household, relation="02", sex="2")
                made.setdefault(village, []).append(household)
        make_household(OWN, status="10")
        make_person(make_household(OWN, status="60"))
        make_person(made[OWN][0], relation="99", is_active=False)
        make_finding(made[OWN][0], due=datetime.date(2018, 12, 30))
        make_finding(made[OWN][1], due=datetime.date(2019, 1, 4))
        make_finding(made[SIBLING][0], due=datetime.date(2018, 12, 1), level=4)
        make_finding(made[OTHER_LEAGUE][0], due=datetime.date(2019, 3, 1), level=3)
        make_finding(made[OTHER_LEAGUE][1], due=datetime.date(2018, 1, 1), state="closed")
        with scopes.acting(system_account()):
            for village, population in ((OWN, 100), (OTHER_LEAGUE, 1000)):
                VillageYear.objects.create(
                    village=Village.objects.get(division_id=village), year=2018, population=population
                )
            Village.objects.filter(division_id=OWN).update(attributes=["01"], village_status="10")
            Village.objects.filter(division_id=SIBLING).update(attributes=["01"], village_status="40", exit_year=2018)
        yield made


def signed_in(role: str, division: int, name: str = "someone") -> Client:
    return sign_in(Client(), make_user(name, role, division))


def figures(response) -> dict[str, object]:
    return {shown.figure.code: shown.value for shown in response.context["figures"]}


def written(value: object) -> object:
    """A figure as the API gives it."""
    return str(value) if isinstance(value, Decimal) else value


def listed(client: Client, address: str) -> int:
    """How many rows the list of this address holds, by its API."""
    response = client.get(f"/api/v1{address}{'&' if '?' in address else '?'}count=1")
    assert response.status_code == 200, response.content
    return response.json()["count"]


def test_a_region_counts_what_is_there_and_what_was_a_year_ago(register):
    client = signed_in("region_officer", 150000000000)
    response = client.get("/")
    # Two poor households in each village, with two members in the last and one elsewhere.
    assert figures(response) == {
        "poor_persons": 12,
        "poor_households": 10,
        "incidence": Decimal("0.55"),  # (2 + 4) of 1,100: the three villages without a population are left out
        "exited_households": 5,
        "open_findings": 4,
        "overdue_findings": 2,
    }
    before = {shown.figure.code: shown.before for shown in response.context["figures"]}
    assert before == {
        "poor_persons": 18,  # those that left in 2018 were still poor
        "poor_households": 15,
        "incidence": Decimal("0.82"),
        "exited_households": 5,
        "open_findings": None,
        "overdue_findings": None,
    }
    notes = {shown.figure.code: shown.note for shown in response.context["figures"]}
    assert notes["exited_households"] == "计划 20"
    assert notes["incidence"] == "总人口 1,100"


@pytest.mark.parametrize(("role", "division"), DESKS.items())
def test_every_figure_of_every_level_is_the_length_of_its_list(register, role, division):
    client = signed_in(role, division)
    shown = [one for one in client.get("/").context["figures"] if one.figure.code != "incidence"]
    assert len(shown) == 5
    assert {one.figure.code: one.value for one in shown} == {one.figure.code: listed(client, one.url) for one in shown}
    for one in shown:
        assert client.get(one.url).status_code == 200


@pytest.mark.parametrize(("role", "division"), list(DESKS.items())[:4])
def test_units_add_up_to_the_place_and_agree_with_their_own_lists_and_desks(register, role, division):
    client = signed_in(role, division)
    body = client.get("/api/v1/indicators/").json()
    counts = [code for code in FIGURES if code != "incidence"]
    for code in counts:
        rows = [row for row in body["results"] if row["code"] == code]
        assert sum(row["value"] for row in rows) == body["total"][code]
        for row in rows:
            assert row["value"] == listed(client, row["list"])
    desk = figures(client.get("/"))
    assert {code: body["total"][code] for code in desk if code != "incidence"} == {
        code: value for code, value in desk.items() if code != "incidence"
    }
    assert body["total"]["incidence"] == written(desk["incidence"])
    for row in body["results"]:
        below = figures(client.get(f"/?division={row['division']}"))
        if row["code"] in below:
            assert row["value"] == written(below[row["code"]])


def test_the_page_the_ranking_and_the_api_say_the_same(register):
    client = signed_in("league_officer", 150400000000)
    response = client.get("/?figure=open_findings")
    api = client.get("/api/v1/indicators/?code=open_findings&count=1").json()
    assert [(unit.text_code, unit.shown.value) for unit in response.context["units"]] == [
        ("150422000000", 3),
        ("150423000000", 0),
    ]
    assert [(row["division"], row["value"]) for row in api["results"]] == [("150422000000", 3), ("150423000000", 0)]
    assert (api["count"], api["count_exact"], api["next"], api["previous"]) == (2, True, None, None)
    assert api["results"][0]["list"] == "/findings/?state=open&division=150422000000"


@pytest.mark.parametrize(("role", "division"), DESKS.items())
def test_a_place_that_is_not_ones_own_is_not_found(register, role, division):
    client = signed_in(role, division)
    foreign = [150000000000, 150500000000, 150423000000, 150422101000, SIBLING, OTHER_LEAGUE]
    low, high = codes.subtree(division)
    for place in foreign:
        expected = 200 if low <= place <= high else 404
        assert client.get(f"/?division={place}").status_code == expected
        assert client.get(f"/api/v1/indicators/?division={place}").status_code == expected
    for wrong in ("150499000000", "1504", "x", ""):
        assert client.get(f"/?division={wrong}").status_code == 404


def test_a_stranger_is_sent_to_sign_in(register):
    assert Client().get("/").status_code == 302
    assert Client().get("/api/v1/indicators/").status_code in (401, 403)


def test_wrong_parameters_are_named(register):
    client = signed_in("county_officer", 150422000000)
    for query, field in (("code=nothing", "code"), ("rank=1", "rank"), ("count=2", "count")):
        response = client.get(f"/api/v1/indicators/?{query}")
        assert response.status_code == 400
        assert [error["field"] for error in response.json()["errors"]] == [field]
    assert client.get("/?figure=nothing").status_code == 404


def test_to_do_is_what_the_level_acts_on_by_due_date_with_its_light(register):
    client = signed_in("village_officer", OWN)
    todo = client.get("/").context["todo"]
    assert [(item["light"], item["when"]) for item in todo["items"]] == [
        ("red", "已超期 1 天"),
        ("yellow", "还有 4 天"),
    ]
    assert [(light["light"], light["count"]) for light in todo["lights"]] == [("red", 1), ("yellow", 1), ("green", 0)]
    for light in todo["lights"]:
        assert light["count"] == listed(client, light["url"])
    township = signed_in("township_officer", 150422100000, "other").get("/").context["todo"]
    assert [item["light"] for item in township["items"]] == ["red"]


def test_the_level_above_hears_of_verdicts_to_review_and_of_what_is_long_overdue(register):
    with scopes.acting(system_account()):
        for household, more in (
            (register[OWN][2], {"state": "no_fault", "review_needed": True}),
            (register[OWN][3], {"state": "corrected", "review_needed": False}),
        ):
            make_finding(household, due=datetime.date(2019, 2, 1), **more)
    make_finding(register[SIBLING][1], due=datetime.date(2018, 12, 25))  # six days
    make_finding(register[SIBLING][2], due=datetime.date(2018, 12, 26))  # five: not yet
    client = signed_in("township_officer", 150422100000)
    lines = client.get("/").context["todo"]["lines"]
    assert [(line["label"], line["count"]) for line in lines] == [("下级结论待复核", 1), ("下级超期五天以上", 1)]
    for line in lines:
        assert line["count"] == listed(client, line["url"])
    county = signed_in("county_officer", 150422000000, "county")
    (line,) = county.get("/").context["todo"]["lines"]
    assert (line["label"], line["count"]) == ("下级超期五天以上", 1), "the township's own"
    assert line["count"] == listed(county, line["url"])


def test_a_helper_sees_the_paired_households_and_no_others(register):
    helper = make_user("helper", "helper", OWN)
    far, near, ended = register[OTHER_LEAGUE][0], register[OWN][3], register[SIBLING][0]
    for household, until in ((far, None), (near, None), (ended, datetime.date(2018, 1, 1))):
        pair(household, helper, from_on=datetime.date(2017, 1, 1), until_on=until)
    scopes.forget(helper)
    client = sign_in(Client(), helper)
    response = client.get("/")
    assert [household["pk"] for household in response.context["households"]] == [far.pk, near.pk]
    assert figures(response) == {
        "registered_households": 2,
        "poor_households": 1,
        "poor_persons": 2,
        "open_findings": 1,
    }
    for shown in response.context["figures"]:
        assert shown.value == listed(client, shown.url)
    page = response.content.decode()
    assert str(far.phone) in page
    assert far.phone.clear() not in page
    county = client.get("/?division=150522000000")
    assert [household["pk"] for household in county.context["households"]] == [far.pk]
    assert client.get("/?division=150423000000").status_code == 404
    assert client.get("/?division=150422101000").status_code == 404


def test_an_account_without_the_register_gets_no_figures(register):
    for role in ("system_administrator", "security_administrator", "audit_administrator"):
        response = signed_in(role, 150000000000, role).get("/")
        assert response.status_code == 200
        assert "figures" not in response.context


def test_somebody_with_two_places_compares_them(register):
    user = make_user("two", "county_officer", 150423000000)
    from apps.accounts.services import SET_UP, appoint

    with scopes.activate(SET_UP):
        appoint(user, role="village_officer", division=OTHER_LEAGUE, by=None)
    client = sign_in(Client(), user)
    response = client.get("/")
    assert [(unit.text_code, unit.shown.value) for unit in response.context["units"]] == [
        (str(OTHER_LEAGUE), 4),
        ("150423000000", 2),
    ]
    assert figures(response)["poor_persons"] == 6
    for shown in response.context["figures"]:
        if shown.figure.code != "incidence":
            assert shown.value == listed(client, shown.url)


def test_queries_do_not_grow_with_the_units_below(register, django_assert_num_queries):
    from django.db import connection

    def queries(role: str, division: int, name: str = "") -> int:
        client = signed_in(role, division, name or role)
        client.get("/")
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert client.get("/").status_code == 200
        return len(counted)

    county = queries("county_officer", 150422000000)
    before = queries("township_officer", 150422100000)
    plant(*(150422100202 + number for number in range(6)))
    with scopes.acting(system_account()):
        ensure_villages()
    for number in range(6):
        make_person(make_household(150422100202 + number))
    assert queries("county_officer", 150422000000, "second") == county
    with CaptureQueriesContext(connection) as counted:
        client = sign_in(Client(), make_user("again", "township_officer", 150422100000))
    client.get("/")
    with CaptureQueriesContext(connection) as counted:
        client.get("/")
    assert len(counted) == before


def test_units_that_ended_are_shown_as_long_as_they_count_something(register):
    from apps.divisions.models import Division

    with scopes.acting(system_account()):
        Division.objects.filter(code__in=(SIBLING, 150422101000)).update(ended_on=TODAY)
        Household.objects.filter(division_id=NEIGHBOUR).update(division_id=OWN)
        VillageYear.objects.filter(division_id=NEIGHBOUR).delete()
    client = signed_in("county_officer", 150422000000)
    response = client.get("/")
    assert [unit.code for unit in response.context["units"]] == [150422100000]
    township = client.get("/?division=150422100000")
    assert {unit.code for unit in township.context["units"]} == {OWN, SIBLING}


def test_the_map_is_that_of_the_place_and_says_when_it_is_no_real_border(register):
    client = signed_in("region_officer", 150000000000)
    maps = {
        place: client.get(f"/?division={place}").context["map"]
        for place in (150000000000, 150400000000, 150422000000, 150422100000)
    }
    assert [one["file"] for one in maps.values()] == [
        "maps/region.json",
        "maps/league-1504.json",
        "maps/county-150422.json",
        "maps/county-150422.json",
    ]
    assert [bool(one["note"]) for one in maps.values()] == [False, False, True, True]
    assert maps[150422100000]["only"] == "150422100000"
    assert "示意范围" in client.get("/?division=150422000000").content.decode()
    assert "map" not in client.get(f"/?division={OWN}").context


def test_happenings_are_counted_as_their_list_counts(register):
    from apps.households.models import StatusEvent

    with scopes.acting(system_account()):
        for household in (register[OWN][2], register[SIBLING][2]):
            StatusEvent.objects.create(
                household=household, division_id=household.division_id, kind="exited", status="40", on=TODAY
            )
        StatusEvent.objects.create(
            household=register[OWN][3], division_id=OWN, kind="exited", status="40", on=datetime.date(2017, 12, 1)
        )
    client = signed_in("county_officer", 150422000000)
    (event,) = client.get("/").context["happenings"]
    assert (event["on"], event["kind"], event["text"]) == (TODAY, "脱贫", "2 户")
    assert listed(client, event["url"]) == 2
    village = signed_in("village_officer", OWN, "village")
    (event,) = village.get("/").context["happenings"]
    assert (event["text"], event["url"]) == ("王建国", f"/households/{register[OWN][2].pk}/")
