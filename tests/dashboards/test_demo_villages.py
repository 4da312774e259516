"""Villages of the demonstration register."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.dashboards.demo import places
from apps.dashboards.demo.villages import LISTED, fill_villages, left_in_order, listed_status, populations
from apps.divisions import codes, reference
from apps.divisions.models import Division
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


def village_at(code: int) -> Village:
    return Village.objects.get(division_id=code)


def test_a_league_has_its_people_exactly_and_no_tiny_village():
    made = populations({150422100200: 45, 150422100201: 1, 150422101200: 1, 150522100200: 2}, "1")
    assert made[150422100200] + made[150422100201] + made[150422101200] == 843  # 47 times 17.93
    assert made[150422100201] == made[150422101200] == 120
    assert made[150522100200] == 36


@pytest.mark.django_db
def test_villages_and_their_year_are_made_whole_and_once():
    plant(*VILLAGES)
    for _number in range(3):
        make_person(make_household(VILLAGES[0], lon=Decimal("119.5"), lat=Decimal("44.1")))
    assert fill_villages(100, 1) == 5
    with scopes.acting(system_account()):
        rows = list(VillageYear.objects.order_by("division_id").values_list("division_id", "year", "population"))
        assert [(place, year) for place, year, _people in rows] == [(village, 2018) for village in VILLAGES]
        # 17.93 people live where one is registered, and three are.
        assert rows[0][2] == 54
        assert [people for _place, _year, people in rows[1:]] == [None] * 4
        for year in VillageYear.objects.all():
            year.full_clean()
        for village in Village.objects.all():
            village.full_clean()
            assert village.leader_phone.clear().startswith("160")
            assert Village.objects.get(leader_phone_index=village.leader_phone) == village
        # The village lies where its households do; the others around the seat of their township.
        assert (village_at(VILLAGES[0]).lon, village_at(VILLAGES[0]).lat) == (Decimal("119.5"), Decimal("44.1"))
        for code in VILLAGES[1:]:
            township = Division.objects.get(code=codes.parent(code))
            assert abs(village_at(code).lon - township.lon) <= Decimal("0.14001")
            assert abs(village_at(code).lat - township.lat) <= Decimal("0.10001")
        before = list(Village.objects.order_by("pk").values_list("leader", "attributes", "village_status", "lon"))
    assert fill_villages(100, 1) == 0
    with scopes.acting(system_account()):
        assert (
            list(Village.objects.order_by("pk").values_list("leader", "attributes", "village_status", "lon")) == before
        )
        assert VillageYear.objects.with_poverty().get(division_id=VILLAGES[0]).incidence > Decimal("0.04")


def test_no_village_left_this_year_with_three_per_cent_poor():
    kinds = {1: ("40", 2018), 2: ("40", 2018), 3: ("40", 2017), 4: ("10", None), 5: ("40", 2018)}
    poor, people = {1: 3, 2: 3, 3: 50, 4: 50}, {1: 100, 2: 101, 3: 100, 4: 100}
    assert left_in_order(kinds, poor, people) == {**kinds, 1: ("40", 2017)}
