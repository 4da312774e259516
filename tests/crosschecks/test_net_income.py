"""IN-02, IN-03, IN-12, IN-16: net income a head against the line and the year before (rule-semantics.md c)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.models.parameter import settings_rows
from apps.crosschecks.rules import RULES, Context
from apps.crosschecks.rules.parameters import Settings
from apps.divisions.models import Division
from apps.households.models import HouseholdYear, PovertyLine
from tests.crosschecks.families import LINE, REFERENCE, REGION, VILLAGE, assert_cases, family, hits

pytestmark = pytest.mark.django_db

COUNTY, LEAGUE = 150422000000, 150400000000
FEN = Decimal("0.01")
HIT, MISS = {"h"}, set()


def net(amount: Decimal | int) -> dict[str, Decimal | int]:
    """An income that comes to this net."""
    return {"other_transfer": amount, "transfer": amount}


EXITED = {"household": {"status": "40", "exit_year": 2017}}
CASES = [
    ("IN-02", "below", [{}], {**EXITED, "income": net(LINE - FEN)}, HIT),
    ("IN-02", "at the line", [{}], {**EXITED, "income": net(LINE)}, MISS),
    ("IN-02", "policy ended", [{}], {"household": {"status": "41", "exit_year": 2017}, "income": net(1000)}, HIT),
    ("IN-02", "still poor", [{}], {"income": net(1000)}, MISS),
    ("IN-02", "by heads, not rounded", [{}, {}, {}], {**EXITED, "income": net(LINE * 3 - FEN)}, HIT),
    ("IN-02", "by the heads of 30 September", [{}, {}], {**EXITED, "facts": {"members": 1}, "income": net(LINE)}, MISS),
    ("IN-02", "nobody to divide by", [{}], {**EXITED, "facts": {"members": 0}, "income": net(1)}, MISS),
    ("IN-02", "net null", [{}], {**EXITED, "income": {}}, MISS),
    ("IN-02", "stated where nothing is recorded", [{}], {**EXITED, "income": {"net_stated": 1000}}, HIT),
    ("IN-02", "negative", [{}], {**EXITED, "income": {"operating": 1, "operating_cost": 900}}, HIT),
    ("IN-02", "no row", [{}], {**EXITED, "income": None}, MISS),
    ("IN-03", "at the factor", [{}], {"income": net(LINE * 3 / 2)}, HIT),
    ("IN-03", "a fen below", [{}], {"income": net(LINE * 3 / 2 - FEN)}, MISS),
    ("IN-03", "returned", [{}], {"household": {"status": "50", "return_cause": "01"}, "income": net(9000)}, HIT),
    ("IN-03", "planned exit", [{}], {"household": {"status": "30"}, "income": net(9000)}, MISS),
    ("IN-03", "one unknown", [{}], {"income": net(9000), "guarantees": {"water_ok": "unknown"}}, MISS),
    ("IN-03", "income is not among them", [{}], {"income": net(9000), "guarantees": {"income_ok": "not_met"}}, HIT),
    ("IN-03", "no guarantees", [{}], {"income": net(9000), "guarantees": None}, MISS),
    ("IN-12", "much more", [{}], {"income": net(3001 + FEN), "last": net(2000)}, HIT),
    ("IN-12", "a thousand and no more", [{}], {"income": net(2000), "last": net(1000)}, MISS),
    ("IN-12", "half and no more", [{}], {"income": net(6000), "last": net(4000)}, MISS),
    ("IN-12", "half and a fen", [{}], {"income": net(6000 + FEN), "last": net(4000)}, HIT),
    ("IN-12", "much less", [{}], {"income": net(1900), "last": net(4000)}, HIT),
    ("IN-12", "from nothing", [{}], {"income": net(1001), "last": net(0)}, HIT),
    ("IN-12", "from a loss", [{}], {"income": net(900), "last": {"operating": 0, "operating_cost": 200}}, HIT),
    ("IN-12", "no year before", [{}], {"income": net(9000)}, MISS),
    ("IN-12", "net null", [{}], {"income": {}, "last": net(9000)}, MISS),
    ("IN-16", "no row", [{}], {"income": None}, HIT),
    ("IN-16", "nothing in it", [{}], {"income": {}}, HIT),
    ("IN-16", "collected", [{}], {"income": net(1)}, MISS),
    ("IN-16", "last year's only", [{}], {"income": None, "last": net(1)}, HIT),
    ("IN-16", "nobody to divide by", [{}], {"facts": {"members": 0}}, HIT),
    ("IN-16", "identified on the last day", [{}], {"income": None, "household":
     {"identified_on": datetime.date(2018, 11, 30)}}, HIT),
    ("IN-16", "identified after", [{}], {"income": None, "household":
     {"identified_on": datetime.date(2018, 12, 1)}}, MISS),
    ("IN-16", "identified at a day unknown", [{}], {"income": None, "household": {"identified_on": None}}, HIT),
    ("IN-16", "policy ended", [{}], {"income": None, "household": {"status": "41"}}, MISS),
]  # fmt: skip


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}))
def test_families(rule):
    assert_cases(rule, CASES)


def test_the_heads_of_each_year_divide_its_own_income():
    """2017 with two heads, 2018 with one: 4,000 a head in both years."""
    made = family({}, income=net(4000), last=net(8000), facts={"members": 1})
    with scopes.acting(system_account()):
        HouseholdYear.objects.create(household=made.household, division_id=VILLAGE, year=2017, members=2)
    assert hits("IN-12") == set()


def test_income_is_not_due_before_the_first_of_december():
    made = family({}, income=None)
    assert made.names(hits("IN-16", datetime.date(2018, 11, 30), year=2018)) == set()
    assert made.names(hits("IN-16", datetime.date(2018, 12, 1))) == {"h"}


LINES = [
    # Set for (year, division), asked: the line that holds in the village for 2018.
    ([(2018, REGION, 3535)], 3535),
    ([(2018, REGION, 3535), (2018, LEAGUE, 3600), (2018, COUNTY, 3700)], 3700),
    ([(2018, REGION, 3535), (2017, COUNTY, 9999)], 3535),
    ([(2017, REGION, 3335), (2016, COUNTY, 9999)], 3335),
    ([(2019, REGION, 3747)], None),
    ([], None),
]


@pytest.mark.parametrize(("lines", "expected"), LINES)
def test_the_line_is_the_nearest_of_the_year_else_of_the_latest_earlier_one(lines, expected):
    made = family({}, household={"status": "40", "exit_year": 2017}, income=net(1))
    with scopes.acting(system_account()):
        PovertyLine.objects.all().delete()
        for year, division, amount in lines:
            PovertyLine.objects.create(year=year, division=Division(code=division), amount=amount)
        context = Context.at(REFERENCE, settings=Settings.of(settings_rows()))
        rows = list(RULES["IN-02"].hits(context)[0])
    assert [row[7]["line"] for row in rows] == ([expected] if expected else [])
    assert [row[2] for row in rows] == ([made.household.pk] if expected else [])


def test_without_any_line_the_rule_does_not_run():
    family({})
    with scopes.acting(system_account()):
        assert RULES["IN-02"].waits_for() == ""
        PovertyLine.objects.all().delete()
        assert RULES["IN-02"].waits_for()


def test_a_nearer_division_counts_far_above_by_its_own_factor():
    made = family({}, income=net(LINE * 2 - 1))
    settings = Settings.of([("line_2018", REGION, LINE), ("far_above_factor", VILLAGE, Decimal(2))])
    assert hits("IN-03", settings=settings) == set()
    assert made.names(hits("IN-03")) == {"h"}
