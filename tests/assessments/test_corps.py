"""The year of a county corps: opened by the region, counted from what the county did, assessed by league and region."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.assessments.models import CadreAssessment, Score
from apps.assessments.services import sets
from apps.cadres.models import TaskForce
from apps.common.errors import ServiceError
from apps.villages.models import Village
from apps.villages.services import ensure_villages
from tests.access.world import EVERYTHING
from tests.assessments.conftest import COUNTY, LEAGUE, NEIGHBOUR, OTHER_COUNTY, OWN, SIBLING, noon
from tests.assessments.test_computing import find, post, sheet
from tests.assessments.test_steps import SAID, forbidden
from tests.factories.accounts import make_user, sign_in
from tests.factories.assessments import make_set, open_year, take
from tests.factories.cadres import make_cadre
from tests.factories.households import make_household
from tests.factories.visits import make_visit

pytestmark = pytest.mark.django_db

REGION = 150000000000
SINCE = datetime.date(2017, 1, 1)


@pytest.fixture
def region(county):
    return make_user("region", "region_officer", REGION)


@pytest.fixture
def leader(county):
    """The corps of the county, led by somebody with an account."""
    user = make_user("corps", "helper", COUNTY)
    with scopes.activate(EVERYTHING):
        corps = TaskForce.objects.create(division_id=COUNTY, kind="corps", name="工作总队", set_on=SINCE)
    post("team_leader", make_cadre(COUNTY, name="总队长", account=user), SINCE, place=COUNTY, team=corps)
    return user


def opened(region: Any) -> CadreAssessment:
    make_set(REGION, region, "corps")
    open_year(REGION, region, "corps")
    with scopes.activate(EVERYTHING):
        return CadreAssessment.objects.get(kind="corps")


def scores(found: CadreAssessment) -> dict[str, tuple[Any, ...]]:
    with scopes.activate(EVERYTHING):
        return {
            one.code: (one.numerator, one.denominator, one.counted) for one in Score.objects.filter(assessment=found)
        }


def households(shown: str) -> set[int]:
    """The keys of the households that a page leads to."""
    return {int(key) for key in re.findall(r'href="/households/([0-9]+)/"', shown)}


def test_a_corps_is_assessed_by_what_its_county_did(county, region, leader):
    helper = county.make_helper("包音", OWN, SIBLING)
    outside = county.make_helper("白音", OTHER_COUNTY)
    outside.visit(5, problem="外旗县的问题", problem_solved=False)
    alone = make_household(NEIGHBOUR)  # nobody helps it
    make_household(NEIGHBOUR, status="10")
    for month in (1, 4, 7, 10):
        helper.visit(month, household=0)
    helper.visit(4, 20, household=0, problem="住房漏水", problem_solved=True)
    unsolved = helper.visit(11, household=1, problem="道路不通", problem_solved=False)
    make_visit(helper.households[1], county.township, now=noon(2, 3))  # by whomever
    doubt = find(helper.households[0])
    with scopes.acting(system_account()):
        ensure_villages()
    with scopes.activate(EVERYTHING):
        Village.objects.filter(division_id__in=(OWN, SIBLING, OTHER_COUNTY)).update(attributes=["01"])
        bare = Village.objects.get(division_id=SIBLING).pk
        team = TaskForce.objects.create(division_id=OWN, kind="village", name="驻村一队", set_on=SINCE)
    secretary = post("first_secretary", make_cadre(COUNTY, name="驻村书记"), SINCE)
    member = post("team_leader", make_cadre(COUNTY, name="队长"), SINCE, team=team)
    short = sheet(secretary, 3, 10)
    sheet(member, 3, 25)
    found = opened(region)
    assert (found.division_id, found.name, found.account_id, found.zero_months) == (
        COUNTY, "工作总队", leader.pk, None,
    )  # fmt: skip
    assert scores(found) == {
        "visits": (6, 8, [helper.households[1].pk]),
        "days": (30, 40, [short]),
        "problems": (1, 2, [unsolved]),
        "quality": (1, 2, [doubt.pk]),
        "teams": (1, 2, [bare]),
        "helpers": (2, 3, [alone.pk]),
        "measures": (None, None, []),
        "satisfaction": (None, None, []),
    }


def test_a_county_in_which_nothing_was_done_says_so(county, region, leader):
    found = opened(region)
    with scopes.activate(EVERYTHING):
        missing = dict(Score.objects.filter(assessment=found).values_list("code", "missing"))
    assert missing == {
        "visits": "nothing_due", "days": "not_resident", "problems": "no_problem", "quality": "no_household",
        "teams": "no_village", "helpers": "no_household", "measures": "not_entered", "satisfaction": "not_entered",
    }  # fmt: skip


def test_league_and_region_assess_it_and_the_county_does_not(county, region, leader):
    helper = county.make_helper("包音", OWN)
    helper.visit(2)
    found = take(opened(region), "report", leader, text="全年督导")
    for who in (county.officer, county.head, county.township):
        forbidden(found, "opinion", who, **SAID["opinion"])
    found = take(found, "opinion", county.league, **SAID["opinion"])
    found = take(found, "score", county.league, **SAID["score"])
    forbidden(found, "grade", county.officer)
    forbidden(found, "grade", make_user("league-2", "league_officer", LEAGUE))
    found = take(found, "grade", region)
    # visits 1 of 4 at 20, measures 90 at 15, satisfaction 90 at 15, quality all of 5, helpers all of 10
    assert (found.total, found.weight_counted, found.grade) == (Decimal("72.31"), 65, "basic")
    found = take(found, "appeal", leader, text="异议")
    forbidden(found, "decide", region, note="维持")
    second = make_user("region-2", "region_officer", REGION)
    assert take(found, "decide", second, note="维持").state == "final"


def test_indicators_of_a_corps_are_set_by_the_region(county, region):
    for who, place, kind, weights, code in (
        (county.league, LEAGUE, "corps", None, "level"),
        (county.officer, COUNTY, "helper", {"teams": 100}, "unknown"),
    ):
        with pytest.raises(ServiceError) as told:
            make_set(place, who, kind, weights)
        assert told.value.code == code
    assert sum(sets.usual_weights("corps").values()) == sum(sets.usual_weights().values()) == 100
    client = sign_in(Client(), region)
    shown = client.get("/indicator-sets/new/?kind=corps&year=2018").content.decode()
    assert 'name="weight_teams" value="10"' in shown and "全旗县有帮扶责任人的户" in shown
    shown = client.get("/indicator-sets/new/?year=2018").content.decode()
    assert 'name="weight_teams" value="0"' in shown and "仅用于旗县工作总队" in shown
    found = make_set(REGION, region, "corps")
    detail = client.get(f"/indicator-sets/{found.pk}/").content.decode()
    assert "全旗县有帮扶责任人的户" in detail and "驻村力量" in detail
    edit = client.get(f"/indicator-sets/{make_set(REGION, region).pk}/edit/").content.decode()
    assert "weight_visits" in edit and "weight_teams" not in edit


def test_what_a_corps_lacks_opens_and_is_listed_up_to_a_limit(county, region, leader, monkeypatch):
    helper = county.make_helper("包音", OWN, OWN, OWN)
    found = opened(region)
    with scopes.activate(EVERYTHING):
        key = Score.objects.get(assessment=found, code="visits").pk
    client = sign_in(Client(), region)
    shown = client.get(f"/assessments/scores/{key}/").content.decode()
    assert households(shown) == {one.pk for one in helper.households} and "另有" not in shown
    monkeypatch.setattr("apps.assessments.counted_pages.LISTED", 2)
    shown = client.get(f"/assessments/scores/{key}/").content.decode()
    assert len(households(shown)) == 2 and "另有 1 条，未逐一列出" in shown
    sheet = client.get(f"/assessments/{found.pk}/sheet/").content.decode()
    assert "旗县工作总队考核表" in sheet
