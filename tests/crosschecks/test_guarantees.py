"""TG-01 … TG-12 and ST-01, ST-07, ST-12: hit, miss, null and boundary (rule-semantics.md c)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.households.models import GUARANTEES, GuaranteeStatus, HouseholdIncome
from tests.crosschecks.families import Family, assert_cases, family, hits
from tests.factories.households import make_person_year

pytestmark = pytest.mark.django_db

H, FIRST, SECOND, NONE = {"h"}, {0}, {1}, set()
ADULT: dict[str, Any] = {"born": "1970-01-01"}


def child(born: str = "2008-05-01", **year: Any) -> list[dict[str, Any]]:
    """An adult, and a child out of school unless told otherwise."""
    return [ADULT, {"relation": "03", "born": born, "year": {"education": None, **year}}]


def status(code: str, **more: Any) -> dict[str, Any]:
    return {"household": {"status": code, **more}}


CASES = [
    ("TG-01", "no stage", child(), {}, SECOND),
    ("TG-01", "not a pupil", child(school_stage="01"), {}, SECOND),
    ("TG-01", "nursery passes", child(school_stage="02"), {}, NONE),
    ("TG-01", "in school", child(school_stage="03"), {}, NONE),
    ("TG-01", "six on 31 August", child("2012-08-31"), {}, SECOND),
    ("TG-01", "six a day later", child("2012-09-01"), {}, NONE),
    ("TG-01", "still fifteen", child("2002-09-01"), {}, SECOND),
    ("TG-01", "sixteen on 31 August", child("2002-08-31"), {}, NONE),
    ("TG-01", "ill", child(dropout_reason="01"), {}, NONE),
    ("TG-01", "another reason", child(dropout_reason="03"), {}, SECOND),
    ("TG-01", "no facts of the year", [ADULT, {"relation": "03", "born": "2008-05-01", "year": None}], {}, NONE),
    ("TG-02", "ill without a paper", child(dropout_reason="01"), {}, SECOND),
    ("TG-02", "disabled without a paper", child(dropout_reason="02", school_stage="01"), {}, SECOND),
    ("TG-02", "with a paper", child(dropout_reason="01", dropout_evidence="dropout/a.pdf"), {}, NONE),
    ("TG-02", "with a certificate", [ADULT, {"relation": "03", "born": "2008-05-01",
     "disability_no": "15990020080501000X44", "year": {"education": None, "dropout_reason": "02"}}], {}, NONE),
    ("TG-02", "another reason", child(dropout_reason="03"), {}, NONE),
    ("TG-03", "grade C", [{}], {**status("40"), "facts": {"dwelling_grade": "C"}}, H),
    ("TG-03", "none at all", [{}], {**status("30"), "facts": {"dwelling_grade": "N"}}, H),
    ("TG-03", "policy ended", [{}], {**status("41"), "facts": {"dwelling_grade": "D"}}, H),
    ("TG-03", "grade B", [{}], {**status("40"), "facts": {"dwelling_grade": "B"}}, NONE),
    ("TG-03", "rented", [{}], {**status("40"),
     "facts": {"dwelling_grade": "D", "alternative_dwelling": "rented"}}, NONE),
    ("TG-03", "none elsewhere", [{}], {**status("40"),
     "facts": {"dwelling_grade": "D", "alternative_dwelling": "none"}}, H),
    ("TG-03", "repaired and not appraised again", [{}], {**status("40"),
     "facts": {"dwelling_grade": "D", "repair_done_on": datetime.date(2018, 9, 1)}}, H),
    ("TG-03", "still poor", [{}], {"facts": {"dwelling_grade": "D"}}, NONE),
    ("TG-04", "not planned", [{}], {"facts": {"dwelling_grade": "C"}}, H),
    ("TG-04", "planned", [{}], {"facts": {"dwelling_grade": "C", "repair_plan_year": 2019}}, NONE),
    ("TG-04", "policy ended", [{}], {**status("41"), "facts": {"dwelling_grade": "C"}}, NONE),
    ("TG-04", "no dwelling", [{}], {"facts": {"dwelling_grade": "N"}}, NONE),
    ("TG-04", "with kin", [{}], {"facts": {"dwelling_grade": "C", "alternative_dwelling": "kin"}}, NONE),
    ("TG-05", "not insured", [{"year": {"medical_resident": False}}], {}, FIRST),
    ("TG-05", "unknown", [{"year": {"medical_resident": None}}], {}, NONE),
    ("TG-05", "employee", [{"year": {"medical_resident": False, "medical_employee": True}}], {}, NONE),
    ("TG-05", "employee false", [{"year": {"medical_resident": False, "medical_employee": False}}], {}, FIRST),
    ("TG-06", "not insured", [{"year": {"serious_illness_insured": False}}], {}, FIRST),
    ("TG-06", "unknown", [{"year": {"serious_illness_insured": None}}], {}, NONE),
    ("TG-06", "employee", [{"year": {"serious_illness_insured": False, "medical_employee": True}}], {}, NONE),
    ("TG-07", "unsafe", [{}], {"facts": {"water_safe": False}}, H),
    ("TG-07", "unknown", [{}], {"facts": {"water_safe": None}}, NONE),
    ("TG-07", "policy ended", [{}], {**status("41"), "facts": {"water_safe": False}}, NONE),
    ("TG-08", "no power", [{}], {"facts": {"has_domestic_power": False}}, H),
    ("TG-08", "unknown", [{}], {"facts": {"has_domestic_power": None}}, NONE),
    ("TG-08", "policy ended", [{}], {**status("41"), "facts": {"has_domestic_power": False}}, H),
    ("TG-09", "no doctor", [{"year": {"health": ["02"]}}], {}, FIRST),
    ("TG-09", "among others", [{"year": {"health": ["02", "04"]}}], {}, FIRST),
    ("TG-09", "contract", [{"year": {"health": ["02"], "contract_doctor": "白医生"}}], {}, NONE),
    ("TG-09", "serious illness", [{"year": {"health": ["03"]}}], {}, NONE),
    ("TG-11", "one unknown", [{}], {"guarantees": {"food_ok": "unknown"}}, H),
    ("TG-11", "no row", [{}], {"guarantees": None}, H),
    ("TG-11", "one not met", [{}], {"guarantees": {"food_ok": "not_met"}}, NONE),
    ("TG-11", "income is not among them", [{}], {"guarantees": {"income_ok": "unknown"}}, NONE),
    ("TG-11", "policy ended", [{}], {**status("41"), "guarantees": None}, NONE),
    ("TG-12", "left this year", [{}], {**status("40", exit_year=2018), "guarantees": {"water_ok": "not_met"}}, H),
    ("TG-12", "left the year before", [{}], {**status("40", exit_year=2017),
     "guarantees": {"water_ok": "not_met"}}, NONE),
    ("TG-12", "unknown", [{}], {**status("40", exit_year=2018), "guarantees": {"water_ok": "unknown"}}, NONE),
    ("TG-12", "no row", [{}], {**status("40", exit_year=2018), "guarantees": None}, NONE),
    ("ST-07", "the same year", [{}], {**status("40", exit_year=2016, identified_on=datetime.date(2016, 3, 1))}, H),
    ("ST-07", "before", [{}], {**status("41", exit_year=2015, identified_on=datetime.date(2016, 3, 1))}, H),
    ("ST-07", "a year later", [{}], {**status("40", exit_year=2017, identified_on=datetime.date(2016, 12, 31))}, NONE),
    ("ST-07", "the first registration", [{}], {**status("40", exit_year=2014)}, NONE),
    ("ST-07", "before the first registration", [{}], {**status("40", exit_year=2013)}, H),
    ("ST-07", "day unknown", [{}], {**status("40", exit_year=2016, identified_on=None)}, NONE),
    ("ST-07", "returned", [{}], {**status("50", exit_year=2013, return_cause="01")}, NONE),
    ("ST-12", "no path", [{"year": {"five_path": None}}], {}, FIRST),
    ("ST-12", "no facts of the year", [{"year": None}], {}, NONE),
    ("ST-12", "left", [{"year": {"five_path": None}}], {**status("40", exit_year=2017)}, NONE),
]  # fmt: skip


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}))
def test_families(rule):
    assert_cases(rule, CASES)


# --- ST-01: the facts of the year of identification ---


def identified(
    on: str = "2017-06-01", year: int = 2016, amount: int = 3146, verdicts: dict[str, str] | None = None,
    student: dict[str, Any] | None = None, household: dict[str, Any] | None = None, heads: int = 1,
) -> Family:  # fmt: skip
    """A household identified on a day because of a student, with what is known of a year."""
    made = family(
        *({} for _member in range(heads)),
        household={"cause_main": "03", "identified_on": datetime.date.fromisoformat(on), **(household or {})},
    )
    make_person_year(made.persons[0], year=year, education=None, **{"school_stage": "17", **(student or {})})
    with scopes.acting(system_account()):
        here = {"household": made.household, "division_id": made.household.division_id, "year": year}
        HouseholdIncome.objects.create(**here, other_transfer=amount, transfer=amount)
        GuaranteeStatus.objects.create(**here, **(dict.fromkeys(GUARANTEES, "met") | (verdicts or {})))
    return made


ONLY = [
    ({}, True),
    ({"amount": 3145}, False),
    ({"heads": 2, "amount": 6291}, False),
    ({"heads": 2, "amount": 6292}, True),
    ({"verdicts": {"housing_ok": "unknown"}}, False),
    ({"student": {"school_stage": "12"}}, False),
    ({"student": {"school_stage": "13"}}, True),
    ({"student": {"school_stage": "25"}}, True),
    ({"student": {"health": ["04"]}}, False),
    ({"student": {"dibao": True}}, False),
    ({"student": {"tekun": True}}, False),
    ({"household": {"cause_other": ["09"]}}, False),
    ({"household": {"cause_main": "01"}}, False),
    ({"household": {"status": "40", "exit_year": 2017}}, True),
    ({"household": {"status": "60"}}, False),
    # From 1 October the accounting year is that of the date.
    ({"on": "2017-10-01"}, False),
    ({"on": "2017-10-01", "year": 2017, "amount": 3335}, True),
    ({"on": "2017-09-30", "year": 2017, "amount": 3335}, False),
    ({"on": "2015-01-01", "year": 2014, "amount": 2800}, True),
]


@pytest.mark.parametrize(("facts", "hit"), ONLY)
def test_st_01(facts, hit):
    made = identified(**facts)
    assert made.names(hits("ST-01")) == ({"h"} if hit else set())


def test_st_01_of_a_household_not_yet_identified_reads_the_year_of_the_run():
    made = family(
        {"year": {"education": None, "school_stage": "17"}},
        household={"cause_main": "03", "status": "10", "identified_on": None},
    )
    assert made.names(hits("ST-01", only=(made.household.pk,))) == {"h"}
