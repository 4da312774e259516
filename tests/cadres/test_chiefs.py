"""旗县党政正职: entered above the county, read by it; a paper is whole or none."""

from __future__ import annotations

import datetime
import json

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.cadres.models import CountyChief
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant

LEAGUE, COUNTY, OTHER_LEAGUE = 150400000000, 150422000000, 150522000000
PAPER = {"approval_no": "内组字〔2018〕1号", "approved_on": "2018-06-01", "approved_by": "自治区党委组织部"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(settings):
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    plant(*VILLAGES)


@pytest.fixture
def league() -> Client:
    return sign_in(Client(), make_user("league", "organisation_officer", LEAGUE))


def send(client: Client, **fields):
    body = {"division": str(COUNTY), "post": "head", "name": "白音", "from_on": "2016-03-01", **fields}
    return client.post("/api/v1/chiefs/", json.dumps(body), "application/json")


def test_a_league_enters_a_chief_ends_the_term_and_adds_the_paper(league):
    answer = send(league)
    assert answer.status_code == 201, answer.content
    url, version = f"/api/v1/chiefs/{answer.json()['id']}/", answer.json()["version"]
    assert send(league, name="乌云").status_code == 422, "one in office"
    ended = league.patch(url, json.dumps({"until_on": "2018-06-15", "version": version}), "application/json")
    assert ended.status_code == 200, ended.content
    assert send(league, name="乌云", from_on="2018-06-16").status_code == 201
    paper = league.patch(url, json.dumps({**PAPER, "version": ended.json()["version"]}), "application/json")
    assert paper.status_code == 200, paper.content
    assert paper.json()["approved_on"] == "2018-06-01"
    rows = league.get("/api/v1/chiefs/?serving=true").json()["results"]
    assert [row["name"] for row in rows] == ["乌云"]
    assert len(league.get("/api/v1/chiefs/?approved=false").json()["results"]) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"approval_no": "1号"},
        {"approved_on": "2018-06-01"},
        {**PAPER, "approved_by": ""},
        {**PAPER, "approved_on": "2019-01-01"},
        {"until_on": "2016-02-28"},
        {"division": str(VILLAGES[0])},
        {"name": "x"},
        {"post": "deputy"},
    ],
)
def test_what_makes_no_sense_is_refused(league, fields):
    assert send(league, **fields).status_code == 422
    assert send(league, division=str(OTHER_LEAGUE)).status_code == 404
    with scopes.acting(system_account()):
        assert not CountyChief.objects.exists()


@pytest.mark.parametrize("role", ["region_officer", "organisation_officer"])
def test_the_region_enters_too(role):
    region = sign_in(Client(), make_user("region", role, 150000000000))
    assert send(region).status_code == 201


def test_a_county_reads_and_does_not_write(league):
    made = send(league).json()
    county = sign_in(Client(), make_user("county", "county_officer", COUNTY))
    assert send(county, post="secretary").status_code == 403
    url = f"/api/v1/chiefs/{made['id']}/"
    assert county.get(url).json()["name"] == "白音"
    change = json.dumps({"name": "乌云", "version": made["version"]})
    assert county.patch(url, change, "application/json").status_code == 403
    page = county.get(f"/chiefs/{made['id']}/").content.decode()
    assert "白音" in page and "/edit/" not in page
    other = sign_in(Client(), make_user("other", "county_officer", OTHER_LEAGUE))
    assert other.get(url).status_code == 404
    of_county = county.get(f"/divisions/{COUNTY}/").content.decode()
    assert 'id="chiefs"' in of_county and "/chiefs/new/" not in of_county
    assert f"/chiefs/new/?division={COUNTY}" in league.get(f"/divisions/{COUNTY}/").content.decode()
