"""What villages lack of the eight ones: counts by unit, and the lists that they open."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.cadres.models import Duty, TaskForce
from apps.villages.models import LISTED, Village, VillageYear
from apps.villages.services import ensure_villages
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import make_cadre, make_unit
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

OWN, SIBLING, *_REST, OTHER_LEAGUE = VILLAGES
COUNTY, TOWNSHIP = 150422000000, OWN // 1000 * 1000
DAY = {"from_on": datetime.date(2018, 1, 1)}


@pytest.fixture
def county(db) -> Client:
    plant(*VILLAGES)
    with scopes.acting(system_account()):
        ensure_villages()
        Village.objects.update(attributes=[LISTED], village_status="10")
    cadre, unit = make_cadre(COUNTY, name="色音"), make_unit(COUNTY)
    with scopes.acting(system_account()):
        here = {"division_id": OWN}
        TaskForce.objects.create(**here, kind="village", name="驻村队", set_on=DAY["from_on"])
        Duty.objects.create(**here, **DAY, kind="first_secretary", cadre=cadre, name="色音")
        Duty.objects.create(**here, **DAY, kind="unit", unit=unit, unit_name="旗农牧局")
        Duty.objects.create(division_id=TOWNSHIP, **DAY, kind="unit", unit=unit, unit_name="市水利局")
    for number in range(10):
        supervisor = make_cadre(COUNTY, name=f"监督{number}")
        with scopes.acting(system_account()):
            Duty.objects.create(**here, **DAY, kind="supervisor", cadre=supervisor, name=supervisor.name)
    return sign_in(Client(), make_user("county", "county_officer", COUNTY))


def villages(client: Client, query: str) -> set[str]:
    answer = client.get(f"/api/v1/villages/?{query}")
    assert answer.status_code == 200, answer.content
    return {row["division"] for row in answer.json()["results"]}


def test_villages_are_listed_by_what_they_lack(county):
    everywhere = villages(county, "")
    own = str(OWN)
    for what in ("team", "first_secretary", "unit", "supervisor"):
        assert villages(county, f"lacks={what}") == everywhere - {own}
    assert villages(county, "lacks=leader") == everywhere
    assert villages(county, "lacks=leader&lacks=team") == everywhere
    assert county.get("/api/v1/villages/?lacks=road").status_code == 400
    row = next(one for one in county.get("/api/v1/villages/").json()["results"] if one["division"] == own)
    told = [row[name] for name in ("team_name", "first_secretary", "helping_unit", "leader_name", "supervisors")]
    assert told == ["驻村队", "色音", "旗农牧局", None, 10]


def test_what_ended_is_lacking_again(county):
    with scopes.acting(system_account()):
        Duty.objects.filter(kind="first_secretary").update(until_on=datetime.date(2018, 3, 1))
        TaskForce.objects.update(withdrawn_on=datetime.date(2018, 3, 1), reason="x")
    assert str(OWN) in villages(county, "lacks=first_secretary") & villages(county, "lacks=team")


def test_plan_and_good_team_are_what_the_latest_year_says(county):
    with scopes.acting(system_account()):
        own, sibling = (Village.objects.get(division_id=place) for place in (OWN, SIBLING))
        VillageYear.objects.create(village=own, division_id=OWN, year=2017, plan=False, good_team=False)
        VillageYear.objects.create(village=own, division_id=OWN, year=2018, plan=True, good_team=False)
        VillageYear.objects.create(village=sibling, division_id=SIBLING, year=2018, plan=False)
    assert villages(county, "lacks=plan") == {str(SIBLING)}
    assert villages(county, "lacks=good_team") == {str(OWN)}
    found = [cell["count"] for cell in county.get("/coverage/").context["total"]]
    assert found[-2:] == [1, 1]


def test_the_page_counts_what_its_lists_hold(county):
    page = county.get("/coverage/")
    row = next(one for one in page.context["rows"] if f"division={TOWNSHIP}" in one["url"])
    assert row["own"] == "市水利局"
    for cell in (*row["cells"], *page.context["total"]):
        assert county.get(cell["url"]).context["count"] == (cell["count"], True), cell
    below = county.get(f"/coverage/?division={TOWNSHIP}")
    assert [cell["count"] for cell in below.context["total"]] == [cell["count"] for cell in row["cells"]]
    assert county.get("/coverage/?listed=false").status_code == 200
    assert county.get(f"/coverage/?division={OTHER_LEAGUE}").status_code == 404
