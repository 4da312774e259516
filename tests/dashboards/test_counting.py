"""Stored counts: equal to the register whatever is written, by whom and how; counted anew only where it was."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.db import connection, connections, transaction

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.dashboards import counting
from apps.dashboards.counting import refresh, tallies, total
from apps.dashboards.extent import ELSEWHERE, Extent
from apps.dashboards.models import Mark, Tally
from apps.divisions import codes
from apps.divisions.services import recode
from apps.households.models import Household, Person, StatusEvent
from apps.villages.models import Village, VillageYear
from apps.villages.services import ensure_villages
from tests.factories.accounts import make_user
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
REGION = Extent(150000000000, (codes.subtree(150000000000),), True)
ON = datetime.date(2018, 12, 31)


@pytest.fixture
def system(db):
    plant(*VILLAGES)
    user = system_account()
    with scopes.acting(user):
        ensure_villages()
        yield user


def counted(user, extent: Extent = REGION, on: datetime.date = ON) -> dict[str, int]:
    return total(tallies(user, extent, on))


@pytest.mark.django_db
def test_every_kind_of_write_is_seen_at_the_next_question(system):
    assert counted(system)["poor_households"] == 0
    household = make_household(OWN)
    head = make_person(household)
    assert [counted(system)[name] for name in ("poor_households", "poor_persons")] == [1, 1]
    Household.objects.filter(pk=household.pk).update(status="40", exit_year=2018)
    after = counted(system)
    assert [after[name] for name in ("poor_households", "poor_households_before", "exited_households")] == [0, 1, 1]
    Household.objects.filter(pk=household.pk).update(status="50", exit_year=None)
    Person.objects.filter(pk=head.pk).update(is_active=False)
    assert [counted(system)[name] for name in ("poor_households", "poor_persons")] == [1, 0]
    VillageYear.objects.create(village=Village.objects.get(division_id=OWN), year=2018, population=70)
    Village.objects.filter(division_id=OWN).update(attributes=["01"], village_status="30")
    assert [counted(system)[name] for name in ("population", "poor_villages")] == [70, 1]
    VillageYear.objects.all().delete()
    Person.objects.all().delete()
    Household.objects.all().delete()
    assert not any(
        value for name, value in counted(system).items() if name != "poor_villages" and "villages" not in name
    )


@pytest.mark.django_db
def test_a_household_struck_off_this_year_was_poor_before(system):
    for year, expected in ((2017, 0), (2018, 1)):
        household = make_household(OWN, status="60")
        StatusEvent.objects.create(
            household=household, division_id=OWN, kind="removed", status="60", on=datetime.date(year, 5, 1)
        )
        assert counted(system)["poor_households_before"] == expected
    make_household(SIBLING, identified_on=datetime.date(2018, 2, 1))
    make_household(SIBLING, status="50", returned_on=datetime.date(2018, 2, 1), exit_year=None)
    assert [counted(system)[name] for name in ("poor_households", "poor_households_before")] == [2, 1]


@pytest.mark.django_db
def test_only_the_villages_that_were_written_are_counted_anew(system):
    make_household(OWN)
    make_household(OTHER_LEAGUE)
    refresh(system, REGION, ON)
    assert refresh(system, REGION, ON) == 0
    make_household(OWN)
    assert set(Mark.objects.values_list("division_id", flat=True)) == {OWN}
    other_county = Extent(150423000000, (codes.subtree(150423000000),), True)
    assert refresh(system, other_county, ON) == 0, "a mark elsewhere is none of its business"
    assert refresh(system, REGION, ON) == 1
    assert not Mark.objects.exists()


@pytest.mark.django_db
def test_a_new_year_is_counted_from_the_register(system):
    make_household(OWN, status="40", exit_year=2018)
    assert [counted(system)[name] for name in ("exited_households", "exited_households_before")] == [1, 0]
    later = counted(system, on=datetime.date(2019, 1, 1))
    assert [later[name] for name in ("exited_households", "exited_households_before")] == [0, 1]
    assert set(Tally.objects.values_list("year", flat=True)) == {2019}


@pytest.mark.django_db
def test_many_villages_are_read_as_one_range(system, monkeypatch):
    monkeypatch.setattr(counting, "MANY", 1)
    for village in VILLAGES:
        make_household(village)
    refresh(system, Extent(150422000000, (codes.subtree(150422000000),), True), ON)
    assert dict(Tally.objects.values_list("division_id", "poor_households")) == dict.fromkeys(VILLAGES[:3], 1)


@pytest.mark.django_db
def test_counts_and_marks_are_behind_row_level_security(system):
    for village in (OWN, OTHER_LEAGUE):
        make_household(village)
    refresh(system, REGION, ON)
    make_household(OWN)
    make_household(OTHER_LEAGUE)
    county = make_user("county", "county_officer", 150422000000)
    with scopes.acting(county):
        assert set(Tally.objects.values_list("division_id", flat=True)) == set(VILLAGES[:3])
        assert set(Mark.objects.values_list("division_id", flat=True)) == {OWN}
        extent = Extent(150422000000, (codes.subtree(150422000000),), True)
        assert counted(county, extent)["poor_households"] == 2
    assert set(Mark.objects.values_list("division_id", flat=True)) == {OTHER_LEAGUE}
    assert counted(system)["poor_households"] == 4


@pytest.mark.django_db
def test_single_households_beyond_the_own_places_have_a_line_of_their_own(system):
    from apps.accounts.services import SET_UP, appoint

    user = make_user("two", "village_officer", OWN)
    with scopes.activate(SET_UP):
        appoint(user, role="village_officer", division=SIBLING, by=None)
    own, far = make_household(OWN), make_household(OTHER_LEAGUE)
    make_household(OTHER_LEAGUE)
    for household in (own, far):
        pair(household, user)
    scopes.forget(user)
    with scopes.acting(user):
        found = tallies(user, Extent(None, ((OWN, OWN), (SIBLING, SIBLING)), True), ON)
    assert {unit: counts.get("poor_households", 0) for unit, counts in found.items()} == {
        OWN: 1,
        SIBLING: 0,
        ELSEWHERE: 1,
    }


def test_recoding_moves_the_figures_with_the_rows(committed_db):
    plant(*VILLAGES)
    user = system_account()
    with scopes.acting(user):
        ensure_villages()
    make_person(make_household(OWN))
    with scopes.acting(user):
        assert counted(user)["poor_households"] == 1
    recode(OWN, OTHER_COUNTY, ON, "test")
    with scopes.acting(user):
        found = tallies(user, Extent(150400000000, (codes.subtree(150400000000),), True), ON)
        assert {unit: counts["poor_households"] for unit, counts in found.items()} == {150422000000: 0, 150423000000: 1}
        assert sum(counts["poor_persons"] for counts in found.values()) == 1


def test_what_others_commit_while_one_counts_is_counted_next(committed_db, monkeypatch):
    """Another session writes after the marks were taken and before the counting ends: its mark must survive."""
    plant(*VILLAGES)
    user = system_account()
    make_household(OWN)
    store = counting._store

    def interrupted(villages, on):
        def write():
            make_household(OWN)
            connections.close_all()

        other = threading.Thread(target=write)
        other.start()
        other.join(30)
        store(villages, on)

    monkeypatch.setattr(counting, "_store", interrupted)
    with scopes.acting(user):
        assert counted(user)["poor_households"] in (1, 2)
    monkeypatch.setattr(counting, "_store", store)
    with scopes.acting(user):
        assert Mark.objects.exists()
        assert counted(user)["poor_households"] == 2
        assert not Mark.objects.exists()


def test_a_write_that_is_undone_leaves_no_mark(committed_db):
    plant(*VILLAGES)
    user = system_account()
    with pytest.raises(RuntimeError), scopes.acting(user), transaction.atomic():
        make_household(OWN)
        raise RuntimeError
    with scopes.acting(user):
        assert not Mark.objects.exists()
    assert connection.vendor == "postgresql"
