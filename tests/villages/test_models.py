"""Villages and their years: what the database refuses, what the models say, what the register counts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.villages import national
from apps.villages.models import GROUPS, Village, VillageYear
from apps.villages.services import ensure_villages
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db

OWN, SIBLING = VILLAGES[:2]


@pytest.fixture
def system(db):
    plant(*VILLAGES)
    with scopes.acting(system_account()) as scope:
        ensure_villages()
        yield scope


def village(code: int = OWN) -> Village:
    return Village.objects.get(division_id=code)


def refused(constraint: str):
    return pytest.raises(IntegrityError, match=constraint)


def test_every_village_of_the_scope_gets_one_profile_and_a_second_run_makes_none():
    plant(*VILLAGES)
    county = make_user("county", "county_officer", 150422000000)
    with scopes.acting(county):
        assert ensure_villages() == 3
        assert ensure_villages() == 0
        assert set(Village.objects.values_list("division_id", flat=True)) == set(VILLAGES[:3])
    with scopes.acting(system_account()):
        assert ensure_villages() == 2
        assert Village.objects.count() == 5


def test_without_a_scope_no_profile_is_made(db):
    plant(*VILLAGES)
    assert ensure_villages() == 0


def test_virtual_villages_hold_nobody_and_get_no_profile(db):
    plant(150102400498, *VILLAGES[:1])
    with scopes.acting(system_account()):
        assert ensure_villages() == 1
        assert village().division_id == OWN


def test_profiles_made_in_bulk_have_their_history(system):
    first = village()
    assert [event.pgh_label for event in first.events.all()] == ["insert"]
    first.leader = "包音"
    first.save()
    assert [event.pgh_label for event in first.events.order_by("pgh_id")] == ["insert", "update"]


def test_a_profile_stands_at_level_five(system):
    with refused("village_is_level_five"), transaction.atomic():
        Village.objects.create(division_id=150422100000)
    with pytest.raises(ValidationError) as error:
        Village(division_id=150422100000).full_clean()
    assert error.value.error_dict["division"][0].code == "level"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"attributes": ["01", "02"]}, "village_poor_or_not"),
        ({"attributes": ["77"]}, "village_attributes_code"),
        ({"village_status": "10"}, "village_status_of_poor_village"),
        ({"attributes": ["01"], "village_status": "40"}, "village_exit_year_when_exited"),
        ({"attributes": ["01"], "village_status": "10", "exit_year": 2018}, "village_exit_year_when_exited"),
        ({"exit_year": 2018}, "village_exit_year_when_exited"),
        ({"lon": 72}, "village_lon"),
    ],
    ids=str,
)
def test_the_database_refuses_contradictions_of_a_profile(system, values, constraint):
    with refused(constraint), transaction.atomic():
        Village.objects.filter(division_id=OWN).update(**values)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"attributes": ["01", "02"]}, "attributes"),
        ({"attributes": ["03"]}, "attributes"),
        ({"attributes": ["01", "01"]}, "attributes"),
        ({"attributes": ["02"], "village_status": "10"}, "village_status"),
        ({"attributes": ["01"], "village_status": "40"}, "exit_year"),
    ],
    ids=str,
)
def test_a_form_hears_of_contradictions_in_words(system, values, field):
    profile = village()
    for name, value in values.items():
        setattr(profile, name, value)
    with pytest.raises(ValidationError) as error:
        profile.clean()
    assert set(error.value.error_dict) == {field}


def test_a_poor_village_that_has_left_is_whole(system):
    profile = village()
    profile.attributes, profile.village_status, profile.exit_year = ["01", "03"], "40", 2018
    profile.full_clean()
    profile.save()
    assert profile.is_listed
    assert Village.objects.listed().get() == profile
    assert not Village.objects.still_poor().exists()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"households": 10, "dangerous_households": 11}, "village_year_dangerous_households_max"),
        ({"households": 10, "unsafe_water_households": 11}, "village_year_unsafe_water_households_max"),
        ({"natural_villages": 2, "unpaved_natural_villages": 3}, "village_year_unpaved_natural_villages_max"),
        ({"population": 10, "women": 11}, "village_year_women_max"),
        ({"cultivated": 5, "irrigated": Decimal("5.01")}, "village_year_irrigated_max"),
        ({"cultivated": -1}, "village_year_cultivated_min"),
        ({"households": -1}, "households"),
        ({"stars": 6}, "village_year_stars"),
        ({"year": 2012}, "village_year_range"),
    ],
    ids=str,
)
def test_the_database_refuses_impossible_years(system, values, constraint):
    with refused(constraint), transaction.atomic():
        VillageYear.objects.create(village=village(), **{"year": 2018, **values})


def test_parts_may_equal_their_whole_and_may_be_unknown(system):
    year = VillageYear(village=village(), year=2018, households=10, dangerous_households=10, population=30, women=None)
    year.division_id = OWN
    year.full_clean()
    year.save()
    year.households = None
    year.full_clean()
    assert year.division_id == OWN


def test_a_form_hears_which_part_exceeds_which_whole(system):
    year = VillageYear(village=village(), year=2018, households=10, dangerous_households=11, population=5, women=6)
    with pytest.raises(ValidationError) as error:
        year.clean()
    assert {name: errors[0].messages for name, errors in error.value.error_dict.items()} == {
        "dangerous_households": ["危房户数不能大于总户数。"],
        "women": ["妇女人口不能大于总人口。"],
    }


def test_a_year_stands_where_its_village_does_and_moves_with_it(system):
    VillageYear.objects.create(village=village(), year=2018)
    with pytest.raises(IntegrityError), transaction.atomic():
        VillageYear.objects.update(division_id=SIBLING)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Village.objects.filter(division_id=SIBLING).delete()
    Village.objects.filter(division_id=OWN).update(division_id=SIBLING)
    assert VillageYear.objects.get().division_id == SIBLING


def test_villages_are_behind_both_walls(system):
    VillageYear.objects.create(village=village(), year=2018)
    VillageYear.objects.create(village=village(SIBLING), year=2018)
    someone = make_user("village", "village_officer", OWN)
    for model in (Village, VillageYear):
        assert set(model.objects.visible_to(someone).values_list("division_id", flat=True)) == {OWN}
        with scopes.acting(someone):
            assert set(model.objects.values_list("division_id", flat=True)) == {OWN}
            assert set(model._meta.get_field("events").related_model.objects.values_list("division_id", flat=True)) == {
                OWN
            }


def test_poverty_of_a_village_is_counted_in_the_register(system):
    poor, exited = make_household(OWN), make_household(OWN, status="40", exit_year=2017)
    make_household(OWN, status="50")
    make_household(SIBLING, status="60")
    make_person(poor)
    make_person(poor, relation="02", sex="2")
    make_person(poor, relation="03", is_active=False)
    make_person(exited)
    VillageYear.objects.create(village=village(), year=2017, population=999, per_capita_net=5000)
    VillageYear.objects.create(village=village(), year=2018, population=400, per_capita_net=6000)
    rows = Village.objects.with_poverty().with_latest("year", "per_capita_net").order_by("division_id")
    fields = ("division_id", "poor_households", "poor_persons", "population", "incidence", "year", "per_capita_net")
    assert list(rows.filter(division_id__in=(OWN, SIBLING)).values_list(*fields)) == [
        (OWN, 2, 2, 400, Decimal("0.005"), 2018, Decimal(6000)),
        (SIBLING, 0, 0, None, None, None, None),
    ]
    years = VillageYear.objects.with_poverty().order_by("year").values_list("year", "poor_persons", "incidence")
    assert [(year, persons, round(share, 5)) for year, persons, share in years] == [
        (2017, 2, Decimal("0.00200")),
        (2018, 2, Decimal("0.00500")),
    ]


def test_incidence_without_people_is_unknown(system):
    VillageYear.objects.create(village=village(), year=2018, population=0)
    assert Village.objects.with_poverty().get(division_id=OWN).incidence is None


def test_every_field_of_the_national_form_exists_and_stands_in_one_group():
    names = {field.name for field in VillageYear._meta.fields}
    assert set(national.VILLAGE.values()) <= {field.name for field in Village._meta.fields}
    assert set(national.VILLAGE_YEAR.values()) <= names
    grouped = [name for _title, fields in GROUPS for name in fields]
    assert len(grouped) == len(set(grouped))
    assert names - set(grouped) == {"id", "division", "version", "created_at", "updated_at", "village", "year"}


def test_the_command_makes_the_profiles_of_the_whole_list(capsys):
    plant(*VILLAGES)
    for made in (5, 0):
        call_command("ensure_villages")
        assert capsys.readouterr().out == f"villages: added {made}\n"
