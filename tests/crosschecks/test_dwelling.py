"""DC-19 … DC-22: hit, miss, null and boundary (rule-semantics.md c)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.crosschecks.rules.parameters import Settings
from apps.divisions import codes
from tests.crosschecks.families import VILLAGE
from tests.crosschecks.supplied import COUNTY, assert_supplied, found, known, of_nobody, supply
from tests.factories.divisions import VILLAGES

pytestmark = pytest.mark.django_db

H, NONE = {"h"}, set()
SIBLING, UNCOVERED = VILLAGES[1], VILLAGES[3]
NO_KEY = {"id_no": "15990019620315"}
DONE = {"repair_state": "finished", "repaired_on": "2018-10-01"}


def lives(grade: str | None, **more: Any) -> dict[str, Any]:
    return {"facts": {"dwelling_grade": grade}, **more}


def appraised(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """A head with appraisals."""
    whole = [{"appraised_on": "2018-03-01", "repair_state": "none", "repaired_on": None, **row} for row in rows]
    return [{"rows": {"HC-WF": whole}}]


def water(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """A member with results of its own household."""
    whole = [{"scope": "household", "village": str(VILLAGE), "checked_on": "2018-05-01", **row} for row in rows]
    return [{"rows": {"WR-DW": whole}}]


def drinks(safe: bool | None, village: int = VILLAGE) -> dict[str, Any]:
    return {"facts": {"water_safe": safe}, "village": village}


def account(number: int, *, connected: bool = True, kwh: int = 600, village: int = VILLAGE) -> dict[str, Any]:
    return {
        "account_no": f"A{number:06d}",
        "village": str(village),
        "connected": "是" if connected else "否",
        "kwh_year": kwh,
    }


def lit(power: bool | None, **more: Any) -> dict[str, Any]:
    return {"facts": {"has_domestic_power": power}, **more}


def meters(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """A head with accounts."""
    return [{"rows": {"EP-PW": list(rows)}}]


LEDGER = {"rows": {"DR-RL": [{"site": "新村"}]}}


def moved(relocated: bool | None, **more: Any) -> dict[str, Any]:
    return {"household": {"is_relocated": relocated}, **more}


CASES = [
    ("DC-19", "no row", [{}], lives("D"), NONE),
    ("DC-19", "the same", appraised({"grade": "C"}), lives("C"), NONE),
    ("DC-19", "another", appraised({"grade": "C"}), lives("D"), H),
    ("DC-19", "A against B", appraised({"grade": "B"}), lives("A"), H),
    ("DC-19", "grade unknown", appraised({"grade": "C"}), lives(None), NONE),
    ("DC-19", "no facts of the year", appraised({"grade": "C"}), {"facts": None}, NONE),
    ("DC-19", "repaired", appraised({"grade": "D", **DONE}), lives("B"), NONE),
    ("DC-19", "repaired and unsafe", appraised({"grade": "D", **DONE}), lives("D"), H),
    ("DC-19", "repaired and no dwelling", appraised({"grade": "D", **DONE}), lives("N"), H),
    ("DC-19", "repaired, grade unknown", appraised({"grade": "D", **DONE}), lives(None), NONE),
    ("DC-19", "repaired today", appraised({"grade": "D", **DONE, "repaired_on": "2018-12-31"}), lives("D"), H),
    ("DC-19", "to be repaired tomorrow", appraised({"grade": "D", **DONE, "repaired_on": "2019-01-01"}), lives("D"),
     NONE),
    ("DC-19", "finished without a day", appraised({"grade": "D", **DONE, "repaired_on": None}), lives("D"), NONE),
    ("DC-19", "still worked on", appraised({"grade": "D", "repair_state": "working"}), lives("A"), H),
    ("DC-19", "the last one counts", appraised({"grade": "D"}, {"grade": "B", "appraised_on": "2018-06-01"}),
     lives("B"), NONE),
    ("DC-19", "another member's", [{}, {"relation": "02", "sex": "2", **appraised({"grade": "D"})[0]}], lives("A"), H),
    ("DC-19", "not covered", appraised({"grade": "D"}), lives("A", village=UNCOVERED), NONE),
    ("DC-20", "own result", water({"safe": "否"}), drinks(True), H),
    ("DC-20", "own result agrees", water({"safe": "是"}), drinks(True), NONE),
    ("DC-20", "own goes before the village's", water({"safe": "否"}), drinks(False), NONE),
    ("DC-20", "the last one counts", water({"safe": "是"}), drinks(False), H),
    ("DC-20", "unknown", water({"safe": "否"}), drinks(None), NONE),
    ("DC-20", "the village's", [{}], drinks(False), H),
    ("DC-20", "the village's agrees", [{}], drinks(True), NONE),
    ("DC-20", "no result for the village", [{}], drinks(False, SIBLING), NONE),
    ("DC-20", "not covered", water({"safe": "否"}), drinks(True, UNCOVERED), NONE),
    ("DC-21", "no account", [{}], lit(False), NONE),
    ("DC-21", "connected", meters(account(1)), lit(True), NONE),
    ("DC-21", "said to be cut off", meters(account(2)), lit(False), H),
    ("DC-21", "not connected", meters(account(3, connected=False)), lit(True), H),
    ("DC-21", "cut off in both", meters(account(4, connected=False, kwh=0)), lit(False), NONE),
    ("DC-21", "one of two connected", meters(account(5), account(6, connected=False)), lit(True), NONE),
    ("DC-21", "unknown", meters(account(7)), lit(None), NONE),
    ("DC-21", "no facts of the year", meters(account(8)), {"facts": None}, NONE),
    ("DC-21", "three times the median", meters(account(9, kwh=1800)), lit(True), NONE),
    ("DC-21", "more than that", meters(account(10, kwh=1801)), lit(True), H),
    ("DC-21", "more, power unknown", meters(account(11, kwh=1801)), lit(None), H),
    ("DC-21", "the largest counts", meters(account(12), account(13, kwh=5000)), lit(True), H),
    ("DC-21", "too few accounts", meters(account(14, kwh=9000, village=SIBLING)), lit(True, village=SIBLING), NONE),
    ("DC-21", "not covered", meters(account(15)), lit(False, village=UNCOVERED), NONE),
    ("DC-22", "in both", [LEDGER], moved(True), NONE),
    ("DC-22", "in neither", [{}], moved(False), NONE),
    ("DC-22", "not in the ledger", [{}], moved(True), H),
    ("DC-22", "only in the ledger", [LEDGER], moved(False), H),
    ("DC-22", "unknown", [LEDGER], moved(None), NONE),
    ("DC-22", "by another member", [{}, {"relation": "02", "sex": "2", **LEDGER}], moved(True), NONE),
    ("DC-22", "a member who left", [{}, {"relation": "02", "sex": "2", "is_active": False, **LEDGER}], moved(True), H),
    ("DC-22", "nobody to look for", [NO_KEY], moved(True), NONE),
    ("DC-22", "one of two to look for", [{"id_no": "15990019620316"}, {"relation": "02", "sex": "2"}], moved(True), H),
    ("DC-22", "not covered", [{}], moved(True, village=UNCOVERED), NONE),
]  # fmt: skip

OF_VILLAGE = {"id_no": None, "name": None, "scope": "village"}
MORE: dict[str, Any] = {
    "WR-DW": [
        {**OF_VILLAGE, "village": str(VILLAGE), "safe": "是", "checked_on": "2018-06-01"},
        {**OF_VILLAGE, "village": str(UNCOVERED), "safe": "否", "checked_on": "2018-06-01"},
    ],
    # Of the village's connected accounts these are the most: the median is 600.
    "EP-PW": [
        *({"id_no": None, "name": None, **account(100 + number)} for number in range(20)),
        *({"id_no": None, "name": None, **account(200 + number, connected=False, kwh=0)} for number in range(60)),
        *({"id_no": None, "name": None, **account(300 + number, village=SIBLING, kwh=10)} for number in range(3)),
    ],
}


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}))
def test_families(rule):
    assert_supplied(rule, CASES, {name: rows for name, rows in MORE.items() if any(c[0] == rule for c in OF[name])})


OF = {
    "WR-DW": [case for case in CASES if case[0] == "DC-20"],
    "EP-PW": [case for case in CASES if case[0] == "DC-21"],
}


def test_dc_19_names_what_was_appraised():
    rows: dict[str, Any] = {}
    known(*appraised({"grade": "D", **DONE}), rows=rows, **lives("C"))
    supply(rows)
    (evidence,) = found("DC-19").values()
    assert {name: evidence[name] for name in ("dwelling_grade", "appraised_grade", "appraised_on", "repair_state")} == {
        "dwelling_grade": "C", "appraised_grade": "D", "appraised_on": "2018-03-01", "repair_state": "finished",
    }  # fmt: skip


def test_dc_20_the_last_result_of_several_suppliers_counts():
    rows: dict[str, Any] = {}
    known(*water({"safe": "否", "checked_on": "2018-02-01"}), rows=rows, **drinks(False))
    supply(
        {"WR-DW": [{**row, "safe": "是", "checked_on": "2018-08-01"} for row in rows["WR-DW"]]}, codes.parent(COUNTY)
    )
    supply(rows)
    (evidence,) = found("DC-20").values()
    assert (evidence["water_safe"], evidence["checked_safe"], evidence["checked_scope"]) == (False, True, "household")


def use(*kwh: int, own: int) -> dict[tuple[str, int], dict[str, Any]]:
    """Findings of a household that uses so much in a village whose other connected accounts use these."""
    rows: dict[str, Any] = {}
    known(*meters(account(1, kwh=own)), rows=rows, **lit(True))
    rows["EP-PW"] += [{"id_no": None, "name": None, **account(2 + number, kwh=one)} for number, one in enumerate(kwh)]
    supply(rows)
    return found("DC-21")


def test_dc_21_of_an_even_number_the_median_lies_between_the_middle_two():
    (evidence,) = use(10, 20, 31, 40, 50, own=107).values()
    assert (evidence["power"], evidence["kwh_year"], evidence["kwh_most"]) == ("much,", 107, 106.5)


def test_dc_21_five_accounts_are_enough():
    assert use(100, 100, 100, 100, own=301)


def test_dc_21_four_are_not():
    assert not use(100, 100, 100, own=301)


def test_dc_21_a_median_of_nothing_says_nothing():
    assert not use(0, 0, 0, 0, own=301)


def test_dc_21_a_county_sets_its_own_factor():
    assert use(100, 100, 100, 100, own=301)
    assert not found("DC-21", settings=Settings.of([("kwh_factor", COUNTY, Decimal(4))]))
    assert not found("DC-21", settings=Settings.of([("kwh_min_accounts", COUNTY, Decimal(6))]))


def test_dc_22_whoever_sends_the_ledger():
    """A household is found in its county's name only where the ledger covers that county; rows of any county count."""
    rows: dict[str, Any] = {}
    made = known(LEDGER, rows=rows, **moved(True))
    supply(of_nobody("DR-RL", [{"site": "新村"}]))
    assert made.names(set(found("DC-22"))) == H
    supply(rows, UNCOVERED - UNCOVERED % 10**6)
    assert not found("DC-22")
