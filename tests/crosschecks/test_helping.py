"""CV-01, CV-02, CV-14, CV-18 and ST-09: households and helpers, asked four ways (tests.crosschecks.engines)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.services import system_account
from apps.crosschecks.models import Finding
from apps.crosschecks.rules import RULES
from apps.crosschecks.rules.parameters import Settings
from tests.crosschecks.families import LINES, REFERENCE, family, hits
from tests.crosschecks.field_work import COUNTY, check, day, helper, pair
from tests.crosschecks.supplied import found
from tests.crosschecks.test_records import write
from tests.factories.accounts import make_user, sign_in

pytestmark = pytest.mark.django_db

STATUS = {"20": {}, "30": {}, "50": {}, "40": {"exit_year": 2017}, "41": {"exit_year": 2016}, "60": {}}
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(("rule", "statuses"), [("CV-01", {"20", "30", "50"}), ("ST-09", {"40"})])
def test_of_each_status_the_rule_that_names_it(rule, statuses):
    made = {status: family({}, household={"status": status, **more}) for status, more in STATUS.items()}
    assert hits(rule) == {("household", made[status].household.pk) for status in statuses}


@pytest.mark.parametrize(
    ("from_on", "until_on", "hit"),
    [
        (REFERENCE, None, False),
        (REFERENCE + DAY, None, True),
        (day(1, 1), REFERENCE, False),
        (day(1, 1), REFERENCE - DAY, True),
    ],
)
def test_cv_01_a_pairing_counts_from_its_first_to_its_last_day(from_on, until_on, hit):
    made = family({"name": "王建国"})
    pair(made.household, helper(), from_on, until_on=until_on)
    evidence = found("CV-01").get(("household", made.household.pk))
    assert evidence == ({"code": made.household.code, "head": "王建国"} if hit else None)


def test_cv_01_is_cleared_by_a_pairing():
    made = family({})
    assert [one.household_id for one in write("CV-01")] == [made.household.pk]
    pair(made.household, helper())
    assert [one.state for one in write("CV-01")] == ["cleared_by_data"]


def test_cv_02_six_households_are_too_many_and_five_are_not():
    one, other = helper(), helper(name="青格勒")
    for number in range(6):
        made = family({})
        pair(made.household, one)
        if number:
            pair(made.household, other, until_on=None if number < 5 else REFERENCE)
    assert {key: evidence["pairs"] for key, evidence in found("CV-02").items()} == {("cadre", one.pk): 6}
    six = Settings.of([*LINES, ("helper_households_max", COUNTY, Decimal(6))])
    assert not found("CV-02", settings=six)
    four = Settings.of([*LINES, ("helper_households_max", COUNTY, Decimal(4))])
    assert set(found("CV-02", settings=four)) == {("cadre", one.pk), ("cadre", other.pk)}
    assert not found("CV-02", REFERENCE - 365 * DAY)


# --- CV-14 ---


@pytest.mark.parametrize(
    ("heard", "hit"),
    [
        ([(day(6, 1), False)], True),
        ([(day(6, 1), True)], False),
        ([(day(6, 1), False), (day(9, 1), True)], False),
        ([(day(6, 1), True), (day(9, 1), False)], True),
        ([(REFERENCE, False)], True),
        ([(day(6, 1), True), (REFERENCE + DAY, False)], False),
        ([(day(6, 1), False), (REFERENCE + DAY, True)], True),
        ([(day(1, 1), False)], True),
        ([(day(1, 1) - DAY, False)], False),
    ],
)
def test_cv_14_the_latest_check_of_the_year_before(heard, hit):
    made = family({"name": "王建国"})
    pair(made.household, helper(), day(1, 1) - 400 * DAY)
    for on, knows in heard:
        check(made.household, on, knows)
    got = found("CV-14")
    unknown = max((on for on, knows in heard if not knows and on <= REFERENCE), default=None)
    wanted = {"code": made.household.code, "head": "王建国", "checked_on": unknown and unknown.isoformat()}
    assert got == ({("household", made.household.pk): wanted} if hit else {})


@pytest.mark.parametrize(
    ("from_on", "until_on", "hit"),
    [
        (day(6, 1), None, True),
        (day(6, 2), None, False),
        (day(1, 1), REFERENCE, True),
        (day(1, 1), REFERENCE - DAY, False),
    ],
)
def test_cv_14_a_helper_who_was_there_at_the_check_and_is_still(from_on, until_on, hit):
    made, other = family({}), family({})
    pair(made.household, helper(), from_on, until_on=until_on)
    pair(other.household, helper())
    for one, knows in ((made, False), (other, True)):
        check(one.household, day(6, 1), knows)
    assert set(found("CV-14")) == ({("household", made.household.pk)} if hit else set())


def test_cv_14_asks_whom_policy_helps():
    made = {status: family({}, household={"status": status, **more}) for status, more in STATUS.items()}
    for one in made.values():
        pair(one.household, helper())
        check(one.household, day(6, 1), False)
    assert hits("CV-14") == {("household", made[status].household.pk) for status in ("20", "30", "40", "50")}


def test_cv_14_is_not_run_without_checks_and_cleared_by_the_next():
    made = family({})
    pair(made.household, helper())
    assert not found("CV-14") and "入户核查" in RULES["CV-14"].waits_for()
    check(made.household, day(6, 1), False)
    (finding,) = write("CV-14")
    assert (finding.household_id, finding.acting_level) == (made.household.pk, 4)
    check(made.household, day(6, 2), True)
    assert [one.state for one in write("CV-14")] == ["cleared_by_data"]


@pytest.mark.parametrize(
    ("left_on", "until_on", "hit"),
    [
        (REFERENCE - DAY, None, True),
        (REFERENCE, None, False),
        (None, None, False),
        (REFERENCE - DAY, REFERENCE - DAY, False),
    ],
)
def test_cv_18_gone_and_still_paired(left_on, until_on, hit):
    gone = helper(left_on=left_on)
    pair(family({}).household, gone, until_on=until_on)
    assert set(found("CV-18")) == ({("cadre", gone.pk)} if hit else set())


def test_cv_18_counts_the_households_and_its_page_leads_to_the_cadre():
    gone = helper(left_on=day(11, 30))
    for _number in range(2):
        pair(family({}).household, gone)
    (finding,) = write("CV-18")
    assert finding.evidence == {"cadre": "白音", "helping_unit": None, "left_on": "2018-11-30", "pairs": 2}
    assert (finding.household_id, finding.division_id, finding.acting_level) == (None, COUNTY, 3)
    page = sign_in(Client(), make_user("county", "county_officer", COUNTY)).get(f"/findings/{finding.pk}/")
    assert f"/cadres/{gone.pk}/" in page.content.decode()
    with scopes.acting(system_account()):
        Pairing.objects.update(until_on=day(12, 1))
    write("CV-18")
    with scopes.acting(system_account()):
        assert Finding.objects.get(rule="CV-18").state == "cleared_by_data"
