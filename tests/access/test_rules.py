"""The rules of cross-checking at a place that is not one's own: the place is not there, whatever is counted at it."""

from __future__ import annotations

import pytest

from tests.access.world import COUNTY, OTHER_LEAGUE, OWN

pytestmark = pytest.mark.usefixtures("undone")


@pytest.mark.parametrize("wall", ["both", "application"], indirect=True)
@pytest.mark.parametrize(
    "address",
    ["/rules/", "/rules/HH-15/", "/api/v1/rules/", "/api/v1/rules/HH-15/"],
)
def test_rules_are_not_shown_at_a_foreign_place(world, wall, address):
    client = world.accounts["county"].client()
    for place, status in ((OTHER_LEAGUE, 404), (COUNTY, 200), (OWN, 200)):
        assert client.get(f"{address}?division={place}").status_code == status


def test_a_threshold_of_a_foreign_place_is_not_there_rather_than_not_allowed(world):
    client = world.accounts["county"].client()
    answer = client.post(f"/rules/HH-15/threshold/?division={OTHER_LEAGUE}", {})
    assert answer.status_code == 404
