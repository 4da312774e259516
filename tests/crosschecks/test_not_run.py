"""A rule on departments' data is asked where they are fresh, and says *not run* everywhere else: never clean."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.models import Finding, RuleState
from apps.crosschecks.services import figures, runs
from apps.datasets.models import Delivery
from apps.datasets.services import intake
from apps.divisions import codes
from apps.households.models import Person
from tests.factories.accounts import make_user
from tests.factories.datasets import deliver
from tests.factories.divisions import plant
from tests.factories.households import citizen_number, make_household, make_person, make_person_year

pytestmark = pytest.mark.django_db

ONE, OTHER = 150422000000, 150423000000
HERE, THERE = 150422100200, 150423100200
DAY = datetime.date(2018, 12, 31)


@pytest.fixture(autouse=True)
def _register(settings):
    """Somebody with the allowance in either county, whom no department's row knows."""
    settings.REFERENCE_DATE = DAY
    plant(HERE, THERE)
    for village in (HERE, THERE):
        person = make_person(make_household(village), id_no=citizen_number())
        make_person_year(person, dibao=True)


@pytest.fixture
def region():
    return make_user("region", "region_officer", codes.WHOLE_REGION)


def supply(place: int, by, *, period: str = "2018-12") -> Delivery:
    row = {"id_no": citizen_number(), "name": "甲乙", "from_on": "2018-01-01"}
    return deliver("CA-DB", place, [row], by=by, period=period)


def night(date: datetime.date = DAY, division: int = codes.WHOLE_REGION, rule: str = "DC-05"):
    with scopes.acting(system_account()):
        run = runs.start_run(division, kind="command", rules=[rule], date=date)
        for key in run.units.values_list("pk", flat=True):
            runs.execute(key)
        return run.units.get()


def hits(rule: str = "DC-05") -> dict[int, str]:
    with scopes.acting(system_account()):
        return dict(Finding.objects.filter(rule=rule).values_list("division_id", "state"))


def standing(place: int):
    with scopes.acting(system_account()):
        return figures.standings(Finding.objects.all(), place, DAY, "DC-05")[0]


def test_without_any_data_nothing_is_asked_and_the_reason_names_what_is_missing():
    assert (standing(HERE).state, "农村低保" in standing(HERE).reason) == ("not_run", True)
    unit = night()
    assert unit.state == "not_run" and "农村低保" in unit.reason
    assert hits() == {}
    assert (standing(HERE).state, standing(codes.WHOLE_REGION).state) == ("not_run", "not_run")


def test_a_county_without_data_reads_not_run_while_the_other_one_is_asked(region):
    supply(ONE, region)
    unit = night()
    assert (unit.state, unit.hits, "1 个旗县没有所需的部门数据" in unit.reason) == ("done", 1, True)
    assert hits() == {HERE: "new"}
    assert standing(HERE).state == "done" and standing(ONE).state == "done"
    assert standing(THERE).state == "not_run" and "农村低保" in standing(THERE).reason
    supply(OTHER, region)
    night()
    assert hits() == {HERE: "new", THERE: "new"}
    assert standing(THERE).state == "done"


def test_a_run_of_the_county_itself_says_so_of_the_county():
    unit = night(division=OTHER)
    assert unit.state == "not_run"
    assert standing(THERE).state == "not_run"


def test_findings_stay_as_they_are_where_the_data_have_gone(region):
    supply(ONE, region)
    second = supply(OTHER, region)
    night()
    assert hits() == {HERE: "new", THERE: "new"}
    with scopes.acting(region):
        intake.withdraw(second, by=region, reason="口径错误")
    with scopes.acting(system_account()):
        for village in (HERE, THERE):
            Finding.objects.get(division_id=village).household.persons.get().years.update(dibao=False)
    night()
    assert hits() == {HERE: "cleared_by_data", THERE: "new"}
    assert standing(THERE).state == "not_run"


def test_of_two_sets_the_one_that_is_left_does_not_clear_what_the_other_had_found(region):
    """DC-03 runs with either register; it says that nobody is dead only with both."""
    with scopes.acting(system_account()):
        number = Person.objects.get(division_id=HERE).id_no.clear()
    dead = {"id_no": number, "name": "甲乙", "died_on": "2018-05-01"}
    deaths = deliver("PS-DE", ONE, [dead], by=region)
    cremations = deliver(
        "CA-CR", ONE, [{"id_no": citizen_number(), "name": "甲", "cremated_on": "2018-05-01"}], by=region
    )
    assert cremations.state == "accepted"
    night(rule="DC-03")
    assert hits("DC-03") == {HERE: "new"}
    with scopes.acting(region):
        intake.withdraw(deaths, by=region, reason="口径错误")
    assert night(rule="DC-03").state == "done"
    assert hits("DC-03") == {HERE: "new"}
    deliver("PS-DE", ONE, [{**dead, "id_no": citizen_number()}], by=region)
    night(rule="DC-03")
    assert hits("DC-03") == {HERE: "cleared_by_data"}


@pytest.mark.parametrize(("days", "state"), [(60, "done"), (61, "not_run")])
def test_data_past_their_limit_are_no_data(region, days, state):
    supply(ONE, region)
    assert night(DAY + datetime.timedelta(days=days)).state == state


def test_a_township_s_own_data_do_not_stand_for_the_county(region):
    supply(150422100000, region)
    assert night().state == "not_run"
    with scopes.acting(system_account()):
        assert not RuleState.objects.filter(state="done").exists()


def test_trying_other_values_takes_the_data_of_the_whole_region(region):
    supply(codes.WHOLE_REGION, region)
    county = make_user("county", "county_officer", ONE)
    with scopes.acting(county), pytest.raises(PermissionDenied):
        figures.what_if("DC-05", ONE, {})
    with scopes.acting(region):
        assert figures.what_if("DC-05", codes.WHOLE_REGION, {}).units == {150400000000: 2}
