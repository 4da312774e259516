"""IN-01, IN-04: hit, miss, null and boundary of each clause (rule-semantics.md c)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.rules import RULES, Context
from apps.crosschecks.rules.parameters import Settings
from apps.households.models import HouseholdIncome
from tests.crosschecks.families import REFERENCE, VILLAGE, family, hits

pytestmark = pytest.mark.django_db

CENT = Decimal("0.01")
TRANSFER = {"dibao_amount": 1000, "pension_amount": 1200}

# what, income, the clauses that hit
CASES = [
    ("nothing stated", {"wage": 1000}, ""),
    ("gross agrees", {"wage": 1000, "operating": 500, "gross_stated": 1500}, ""),
    ("gross one yuan off", {"wage": 1000, "gross_stated": 1001}, ""),
    ("gross a fen more", {"wage": 1000, "gross_stated": 1001 + CENT}, "gross,"),
    ("gross below", {"wage": 1000, "gross_stated": 999 - CENT}, "gross,"),
    ("gross of nothing recorded", {"gross_stated": 5000}, "gross,"),
    ("gross null", {"wage": 1000, "gross_stated": None}, ""),
    ("transfer agrees", {"transfer": 2200, **TRANSFER}, ""),
    ("transfer one yuan off", {"transfer": 2201, **TRANSFER}, ""),
    ("transfer a fen more", {"transfer": 2201 + CENT, **TRANSFER}, "transfer,"),
    ("transfer without parts", {"transfer": 2200}, ""),
    ("transfer with one part", {"transfer": 2200, "eco_amount": 0}, "transfer,"),
    ("property agrees", {"property": 300, "asset_dividend": 200, "other_property": 100}, ""),
    ("property, a part null", {"property": 300, "asset_dividend": 200}, "property,"),
    ("property without parts", {"property": 300}, ""),
    ("net agrees", {"operating": 3000, "operating_cost": 1000, "net_stated": 2000}, ""),
    ("net without cost", {"operating": 3000, "net_stated": 3000}, ""),
    ("net one yuan off", {"operating": 3000, "operating_cost": 1000, "net_stated": 1999}, ""),
    ("net a fen more", {"operating": 3000, "operating_cost": 1000, "net_stated": 1999 - CENT}, "net,"),
    ("negative net agrees", {"operating": 1000, "operating_cost": 4000, "net_stated": -3000}, ""),
    ("all four wrong", {"wage": 1, "transfer": 50, "eco_amount": 1, "property": 9, "other_property": 1,
                        "gross_stated": 1000, "net_stated": 900}, "gross,transfer,property,net,"),
]  # fmt: skip


def test_in_01():
    made = {what: family({}, income=income).household.pk for what, income, _clauses in CASES}
    assert clauses_by_household() == {made[what]: clauses for what, _income, clauses in CASES if clauses}


def clauses_by_household() -> dict[int, str]:
    with scopes.acting(system_account()):
        return {row[2]: row[7]["clauses"] for row in RULES["IN-01"].hits(Context.at(REFERENCE))[0]}


# members now, kept on the year row, stated per head of a net of 10,000, hit?
HEADS = [
    (3, None, "3333.33", False),
    (3, None, "3334.33", False),
    (3, None, "3334.34", True),
    (3, None, "3332.33", True),
    (3, 4, "2500.00", False),
    (3, 4, "3333.33", True),
    (3, 0, "9999.99", False),
    (0, None, "9999.99", False),
]


def test_in_01_a_head():
    """Divided by the members of 30 September; multiplied out, so that 3,333.33 of 10,000 by three is right."""
    expected = {}
    for members, kept, stated, hit in HEADS:
        made = family(
            *({} for _member in range(members)),
            household={"member_count_stated": 9},
            facts={"members": kept},
            income={"wage": 10000, "net_stated": 10000, "per_capita_net_stated": Decimal(stated)},
        )
        if hit:
            expected[made.household.pk] = "per_capita,"
    assert clauses_by_household() == expected


def test_in_01_the_tolerance_is_the_nearest_divisions():
    made = family({}, income={"wage": 1000, "gross_stated": 1005})
    assert made.names(hits("IN-01")) == {"h"}
    assert hits("IN-01", settings=Settings.of([("income_tolerance", VILLAGE, Decimal(5))])) == set()


OPERATING = [
    ({"operating": 100, "operating_cost": None}, True),
    ({"operating": 100, "operating_cost": 0}, True),
    ({"operating": 100, "operating_cost": CENT}, False),
    ({"operating": 0, "operating_cost": 0}, False),
    ({"operating": None, "operating_cost": None}, False),
    ({"operating": CENT, "operating_cost": None}, True),
]


def test_in_04():
    made = {family({}, income=income).household.pk: hit for income, hit in OPERATING}
    assert hits("IN-04") == {("household", key) for key, hit in made.items() if hit}


def test_only_the_registers_year_counts():
    made = family({}, income=None)
    with scopes.acting(system_account()):
        HouseholdIncome.objects.create(
            household=made.household, division_id=made.household.division_id, year=2017, operating=100, gross_stated=1
        )
    assert hits("IN-04") == set() == hits("IN-01")
    assert made.names(hits("IN-04", year=2017)) == {"h"}
