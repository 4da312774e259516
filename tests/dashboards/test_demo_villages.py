"""Villages of the demonstration register."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.dashboards.demo import places
from apps.dashboards.demo.villages import LISTED, fill_villages, listed_status
from apps.divisions import reference
from apps.villages.models import Village, VillageYear
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person


@pytest.fixture(scope="module")
def rural():
    return places.rural_villages(reference.units())


def test_every_league_has_its_number_of_listed_villages_and_676_were_still_poor(rural):
    status = listed_status(rural, {}, "1")
    assert Counter(code // 10**8 for code in status) == LISTED
    assert sum(LISTED.values()) == 2834
    left = [year for state, year in status.values() if state == "40"]
    assert abs(len(status) - len(left) - 676) <= len(LISTED)
    assert set(left) == {2016, 2017, 2018}


def test_the_same_seed_lists_the_same_villages(rural):
    assert listed_status(rural, {}, "1") == listed_status(rural, {}, "1")
    assert listed_status(rural, {}, "1") != listed_status(rural, {}, "2")


@pytest.mark.django_db
def test_villages_and_their_year_are_made_whole_and_once():
    plant(*VILLAGES)
    for _number in range(3):
        make_person(make_household(VILLAGES[0]))
    assert fill_villages(100, 1) == 5
    with scopes.acting(system_account()):
        rows = list(VillageYear.objects.order_by("division_id").values_list("division_id", "year", "population"))
        assert [(place, year) for place, year, _people in rows] == [(village, 2018) for village in VILLAGES]
        # 17.9 people live where one is registered, a third more or less; nobody is registered elsewhere.
        assert 37 <= rows[0][2] <= 70
        assert [people for _place, _year, people in rows[1:]] == [None] * 4
        for year in VillageYear.objects.all():
            year.full_clean()
        for village in Village.objects.all():
            village.full_clean()
            assert village.leader_phone.clear().startswith("160")
            assert Village.objects.get(leader_phone_index=village.leader_phone) == village
            assert abs(village.lon - village.division.lon) < 1 if village.division.lon else True
        before = list(Village.objects.order_by("pk").values_list("leader", "attributes", "village_status", "lon"))
    assert fill_villages(100, 1) == 0
    with scopes.acting(system_account()):
        assert list(Village.objects.order_by("pk").values_list("leader", "attributes", "village_status", "lon")) == before
        assert VillageYear.objects.with_poverty().get(division_id=VILLAGES[0]).incidence > Decimal("0.04")
