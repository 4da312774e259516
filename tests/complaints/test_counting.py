"""Complaints by kind and place: for each level its own units, small numbers never, and the list of one place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.complaints.services import counting
from tests.access.walls import standing
from tests.complaints.conftest import OWN
from tests.factories.accounts import sign_in
from tests.factories.complaints import COUNTY, LEAGUE, REGION, TOWNSHIP, complain
from tests.factories.divisions import VILLAGES

OTHER_COUNTY = 150423000000
API = "/api/v1/complaints/numbers/"


@pytest.fixture
def counted(desks: SimpleNamespace) -> SimpleNamespace:
    """Six about a village and five about its township with the county, one about the county with the league."""
    for kind, concerned, count in (("funds", OWN, 6), ("identification", TOWNSHIP, 5)):
        for _one in range(count):
            complain(desks.county, COUNTY, concerned, kind=kind)
    complain(desks.league, LEAGUE, COUNTY, kind="misuse")
    return desks


def told(by: Any, **asked: Any) -> tuple[int, Any]:
    answer = sign_in(Client(), by).get(API, asked)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("wall", ["both", "application", "database"])
def test_each_level_is_told_of_its_own_units_and_of_nothing_small(counted: SimpleNamespace, wall: str) -> None:
    with standing(wall):
        status, county = told(counted.county)
        assert status == 200 and county["division"] == str(COUNTY) and county["total"] == 11
        (unit,) = county["units"]
        assert (unit["division"], unit["total"]) == (str(TOWNSHIP), 11)
        assert {kind: count for kind, count in unit["kinds"].items() if count} == {"funds": 6, "identification": 5}
        assert [month["total"] for month in county["months"]] == [11]
        # One about the county itself: neither it nor what it would follow from is told, in rows, columns and sums.
        (unit,) = told(counted.league)[1]["units"]
        assert (unit["division"], unit["total"]) == (str(COUNTY), 12)
        hidden = {kind for kind, count in unit["kinds"].items() if count is None}
        assert hidden == {"misuse", "identification"}
        assert told(counted.region)[1]["units"][0]["division"] == str(LEAGUE)
        assert told(counted.village)[1]["units"] == told(counted.township)[1]["units"] == []
        assert told(counted.league, division=OTHER_COUNTY) == (200, {**EMPTY, "division": str(OTHER_COUNTY)})
        assert told(counted.county, division=OTHER_COUNTY)[0] == told(counted.county, division=REGION)[0] == 404
        assert told(counted.county, kind="funds")[0] == 400


EMPTY = {"division": "", "total": 0, "units": [], "months": []}


def test_the_list_of_one_place_is_behind_the_number_and_behind_both_walls(counted: SimpleNamespace) -> None:
    def listed(by: Any, **asked: Any) -> int:
        answer = sign_in(Client(), by).get("/api/v1/complaints/", {"count": 1, **asked})
        return answer.json().get("count", -answer.status_code)

    assert listed(counted.county, concerned=OWN) == 6 and listed(counted.county, concerned=TOWNSHIP) == 11
    assert listed(counted.league, concerned=COUNTY) == 12 and listed(counted.league, concerned=VILLAGES[1]) == 0
    assert listed(counted.village, concerned=OWN) == listed(counted.township, concerned=OWN) == 0
    assert listed(counted.county, concerned="x") == listed(counted.county, concerned=999999999999) == -400
    page = sign_in(Client(), counted.county).get("/complaints/numbers/").content.decode()
    assert f"/complaints/?division={COUNTY}&amp;concerned={TOWNSHIP}" in page
    assert sign_in(Client(), counted.county).get("/complaints/", {"concerned": OWN}).status_code == 200


def test_no_number_follows_from_the_others(counted: SimpleNamespace) -> None:
    with scopes.acting(counted.league):
        table = counting.by_unit(counting.seen_by(counted.league), LEAGUE)
    for _unit, kinds, total in table.rows:
        hidden = [kind for kind, count in kinds.items() if count is None]
        assert len(hidden) != 1 or total is None, "one left out would be the rest of the sum"
        assert all(count is None or count == 0 or count >= counting.FEWEST for count in kinds.values())
