"""CV-03, CV-04, CV-12 and CV-13: what diaries say and do not say, asked four ways (tests.crosschecks.engines)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.test import Client

from apps.crosschecks.rules import Context
from apps.crosschecks.rules.parameters import Settings
from tests.crosschecks.families import LINES, REFERENCE, VILLAGE, family
from tests.crosschecks.field_work import COUNTY, day, helper, pair, visit
from tests.crosschecks.supplied import found
from tests.crosschecks.test_records import write
from tests.factories.accounts import make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("date", "first"),
    [(day(12, 31), day(12, 1)), (day(12, 30), day(11, 1)), (day(12, 1), day(11, 1)), (day(2, 28), day(2, 1))],
)
def test_the_month_is_the_last_whole_one(date, first):
    begin, end = Context.at(date).month
    assert begin == first
    assert (end + datetime.timedelta(days=1)).day == 1 and (end.year, end.month) == (begin.year, begin.month)


# --- CV-03 ---


@pytest.mark.parametrize(
    ("visits", "hit"),
    [
        ([], True),
        ([day(12, 1)], False),
        ([day(12, 31)], False),
        ([day(11, 30)], True),
        ([datetime.date(2019, 1, 1)], True),
    ],
)
def test_cv_03_a_month_without_a_visit(visits, hit):
    made, who = family({}), helper()
    pair(made.household, who)
    for on in visits:
        visit(made.household, who, on)
    wanted = {"cadre": "白音", "helping_unit": None, "month": "2018-12", "has_account": True}
    assert found("CV-03").get(("cadre", who.pk)) == (wanted if hit else None)


@pytest.mark.parametrize(
    ("pairing", "status", "cadre", "hit"),
    [
        ({}, {"status": "40", "exit_year": 2018}, {}, True),
        ({}, {"status": "41", "exit_year": 2016}, {}, False),
        ({"from_on": day(12, 1)}, {}, {}, True),
        ({"from_on": day(12, 2)}, {}, {}, False),
        ({"until_on": REFERENCE}, {}, {}, True),
        ({"until_on": day(12, 30)}, {}, {}, False),
        ({}, {}, {"left_on": REFERENCE}, False),
        ({}, {}, {"left_on": datetime.date(2019, 1, 1)}, True),
        ({}, {}, {"account": False}, True),
    ],
)
def test_cv_03_asks_who_helped_all_month(pairing, status, cadre, hit):
    made, who = family({}, household=status), helper(**cadre)
    pair(made.household, who, **pairing)
    assert set(found("CV-03")) == ({("cadre", who.pk)} if hit else set())


def test_cv_03_a_visit_to_another_household_is_a_sign_in_and_somebody_else_s_is_none():
    one, other = family({}), family({})
    who, lazy = helper(), helper()
    pair(one.household, who)
    pair(one.household, lazy)
    visit(other.household, who, day(12, 5), marks=("far",))
    assert set(found("CV-03")) == {("cadre", lazy.pk)}


# --- CV-04 ---


@pytest.mark.parametrize(
    ("visits", "from_on", "since"),
    [
        ([day(12, 1)], day(1, 1), None),
        ([day(11, 30)], day(1, 1), "2018-11-30"),
        ([], day(12, 1), "2018-12-01"),
        ([], day(12, 2), None),
        ([datetime.date(2019, 1, 2)], day(1, 1), "2018-01-01"),
    ],
)
def test_cv_04_no_visit_in_the_month(visits, from_on, since):
    made, who = family({"name": "王建国"}), helper()
    paired = pair(made.household, who, from_on)
    for on in visits:
        visit(made.household, who, on)
    wanted = {"cadre": "白音", "head": "王建国", "since": since, "month": "2018-12"}
    assert found("CV-04").get(("pairing", paired.pk)) == (wanted if since else None)


@pytest.mark.parametrize(("days", "hit"), [(45, False), (46, True)])
def test_cv_04_or_too_many_days_ago(days, hit):
    date = day(12, 30)
    made, who = family({}), helper()
    paired = pair(made.household, who)
    visit(made.household, who, date - datetime.timedelta(days=days))
    if days < 46:
        assert date - datetime.timedelta(days=days) >= day(11, 1)
    assert set(found("CV-04", date)) == ({("pairing", paired.pk)} if hit else set())
    patient = Settings.of([*LINES, ("visit_days", COUNTY, Decimal(60))])
    assert not found("CV-04", date, settings=patient)


def test_cv_04_each_helper_of_a_household_visits_himself_and_who_has_left_is_not_asked():
    made, stable = family({}), family({}, household={"status": "41", "exit_year": 2016})
    one, other = helper(), helper(account=False)
    pair(made.household, one)
    late = pair(made.household, other)
    pair(stable.household, one)
    visit(made.household, one, day(12, 9))
    assert set(found("CV-04")) == {("pairing", late.pk)}


def test_cv_04_hangs_off_the_household_and_acts_at_the_township():
    made, who = family({}), helper()
    pair(made.household, who)
    (finding,) = write("CV-04")
    assert (finding.household_id, finding.person_id, finding.acting_level) == (made.household.pk, None, 4)
    visit(made.household, who, day(12, 9))
    assert [one.state for one in write("CV-04")] == ["cleared_by_data"]


# --- CV-12 ---


@pytest.mark.parametrize(
    ("marks", "hit"),
    [
        ((), False),
        (("late", "clock", "unpaired", "photo_time"), False),
        (("far",), True),
        (("travel", "copied"), True),
        (("photo_repeated",), True),
    ],
)
def test_cv_12_what_somebody_should_look_at(marks, hit):
    made, who = family({"name": "王建国"}), helper()
    marked = visit(made.household, who, day(12, 9), marks=marks)
    wanted = {"cadre": "白音", "head": "王建国", "visited_on": "2018-12-09", "marks": sorted(marks)}
    assert found("CV-12").get(("visit", marked.pk)) == (wanted if hit else None)


def test_cv_12_names_the_marks_and_its_page_leads_to_the_diary():
    made, who = family({}), helper()
    marked = visit(made.household, who, day(12, 9), marks=("far", "late"))
    visit(made.household, who, datetime.date(2019, 1, 2), marks=("far",))
    (finding,) = write("CV-12")
    assert (finding.household_id, finding.division_id) == (made.household.pk, VILLAGE)
    page = sign_in(Client(), make_user("county", "county_officer", COUNTY)).get(f"/findings/{finding.pk}/")
    assert f"/visits/{marked.pk}/" in page.content.decode()
    assert "定位离户较远" in page.content.decode() and "48小时" not in page.content.decode()


# --- CV-13 ---


@pytest.mark.parametrize(
    ("solved", "hit"),
    [
        ([None, None, None], True),
        ([False, None, False], True),
        ([None, None], False),
        ([True, None, None], False),
        ([None, None, True], False),
        ([True, None, None, False], True),
        ([None, True, None, None], False),
    ],
)
def test_cv_13_three_visits_and_nothing_solved(solved, hit):
    made, who = family({"name": "王建国"}), helper()
    paired = pair(made.household, who)
    for month, one in enumerate(solved, start=9):
        visit(made.household, who, day(month, 7), one)
    third = f"2018-{9 + len(solved) - 3:02d}-07"
    wanted = {"cadre": "白音", "head": "王建国", "since": third}
    assert found("CV-13").get(("pairing", paired.pk)) == (wanted if hit else None)


def test_cv_13_of_two_on_one_day_the_later_one_counts_as_later():
    made, who = family({}), helper()
    pair(made.household, who)
    for solved in (True, None, None, None):
        visit(made.household, who, day(12, 7), solved)
    assert len(found("CV-13")) == 1
