"""HH-01 … HH-17: hit, miss, null and boundary of each reading (rule-semantics.md c)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.rules import RULES, Context
from apps.crosschecks.rules.parameters import Settings
from apps.households.models import Person
from tests.crosschecks.families import REFERENCE, VILLAGE, assert_cases, family, hits
from tests.factories.divisions import VILLAGES

pytestmark = pytest.mark.django_db

HEAD: dict[str, Any] = {"sex": "1", "born": "1970-06-15"}


def spouse(**fields: Any) -> dict[str, Any]:
    return {"relation": "02", "sex": "2", **fields}


def kin(relation: str, born: str | None) -> list[dict[str, Any]]:
    member: dict[str, Any] = {"relation": relation}
    if born:
        member["born"] = born
    else:
        member |= {"id_no": None, "id_type": "9", "birth_date": None}
    return [HEAD, member]


def stage(number: str, born: str) -> list[dict[str, Any]]:
    return [HEAD, {"born": born, "year": {"school_stage": number, "education": None, "labour": "05"}}]


def year(born: str = "1970-06-15", **fields: Any) -> list[dict[str, Any]]:
    return [{"born": born, "year": fields}]


H, FIRST, SECOND, NONE = {"h"}, {0}, {1}, set()

# rule, what, members, further arguments of `family`, expected
CASES: list[tuple[str, str, list[dict[str, Any]], dict[str, Any], set[Any]]] = [
    ("HH-01", "one head", [HEAD], {}, NONE),
    ("HH-01", "no head", [{"relation": "21"}], {}, H),
    ("HH-01", "relation null", [{"relation": None}], {}, H),
    ("HH-01", "empty household", [], {}, NONE),
    ("HH-02", "one head", [HEAD, spouse()], {}, NONE),
    ("HH-02", "two heads", [HEAD, {"relation": "01"}], {}, H),
    ("HH-02", "three heads", [HEAD, {"relation": "01"}, {"relation": "01"}], {}, H),
    ("HH-03", "one spouse", [HEAD, spouse()], {}, NONE),
    ("HH-03", "two spouses", [HEAD, spouse(), spouse()], {}, H),
    ("HH-03", "two spouses, no head", [spouse(), spouse()], {}, H),
    ("HH-04", "different", [HEAD, spouse()], {}, NONE),
    ("HH-04", "same", [HEAD, spouse(sex="1")], {}, H),
    ("HH-04", "sex unknown", [{**HEAD, "sex": "0"}, spouse(sex="0")], {}, NONE),
    ("HH-04", "sex null", [{**HEAD, "sex": None}, spouse(sex=None)], {}, NONE),
    ("HH-04", "head undefined", [HEAD, {"relation": "01", "sex": "1"}, spouse(sex="1")], {}, NONE),
    ("HH-04", "one of two spouses", [HEAD, spouse(), spouse(sex="1")], {}, H),
    ("HH-05", "equal", [HEAD, spouse()], {"household": {"member_count_stated": 2}}, NONE),
    ("HH-05", "differs", [HEAD, spouse()], {"household": {"member_count_stated": 3}}, H),
    ("HH-05", "zero stated", [HEAD], {"household": {"member_count_stated": 0}}, H),
    ("HH-05", "not stated", [HEAD], {}, NONE),
    ("HH-05", "empty household", [], {"household": {"member_count_stated": 2}}, NONE),
    ("HH-06", "empty", [], {}, H),
    ("HH-06", "empty, not yet identified", [], {"household": {"status": "10"}}, H),
    ("HH-06", "empty, removed", [], {"household": {"status": "60"}}, NONE),
    ("HH-06", "closed", [], {"household": {"status": "70"}}, NONE),
    ("HH-06", "peopled", [HEAD], {}, NONE),
    # Head born 15 June 1970. A parent is 15 years older, to the day.
    ("HH-07", "parent, 15 years to the day", kin("11", "1955-06-15"), {}, NONE),
    ("HH-07", "parent, a day short", kin("11", "1955-06-16"), {}, SECOND),
    ("HH-07", "mother of the husband, younger than the head", kin("16", "1980-01-01"), {}, SECOND),
    ("HH-07", "child, 15 years to the day", kin("03", "1985-06-15"), {}, NONE),
    ("HH-07", "child, a day short", kin("04", "1985-06-14"), {}, SECOND),
    ("HH-07", "child older than the head", kin("03", "1960-01-01"), {}, SECOND),
    ("HH-07", "grandchild, 30 years to the day", kin("07", "2000-06-15"), {}, NONE),
    ("HH-07", "grandchild, a day short", kin("10", "2000-06-14"), {}, SECOND),
    ("HH-07", "grandparents are not tested", kin("17", "1990-01-01"), {}, NONE),
    ("HH-07", "siblings are not tested", kin("21", "1930-01-01"), {}, NONE),
    ("HH-07", "birth unknown", kin("03", None), {}, NONE),
    ("HH-07", "head undefined", [HEAD, {**HEAD, "relation": "01"}, {"relation": "03", "born": "1971-01-01"}], {}, NONE),
    ("HH-07", "no head", [{"relation": "21"}, {"relation": "03", "born": "1969-01-01"}], {}, NONE),
    ("HH-07", "29 February falls back", [{"born": "1972-02-29"}, {"relation": "11", "born": "1957-02-28"}], {}, NONE),
    ("HH-07", "a day short of it", [{"born": "1972-02-29"}, {"relation": "11", "born": "1957-03-01"}], {}, SECOND),
    ("HH-08", "15 at year's end, with an adult", [{"born": "2003-01-01"}, {"born": "2000-12-31"}], {}, H),
    ("HH-08", "16 at year's end", [{"born": "2002-12-31"}, {"born": "1980-01-01"}], {}, NONE),
    ("HH-08", "the other is 17", [{"born": "2003-01-01"}, {"born": "2001-01-01"}], {}, NONE),
    ("HH-08", "alone", [{"born": "2003-01-01"}], {}, NONE),
    ("HH-08", "two young heads", [{"born": "2003-01-01"}, {"born": "2003-01-01", "relation": "01"}, {}], {}, NONE),
    ("HH-09", "education", year(education="02", school_stage=None), {}, NONE),
    ("HH-09", "pupil", year(education=None, school_stage="03"), {}, NONE),
    ("HH-09", "both", year(education="02", school_stage="03"), {}, FIRST),
    ("HH-09", "neither", year(education=None, school_stage=None), {}, FIRST),
    ("HH-09", "below school age counts as filled", year(education="01", school_stage="01"), {}, FIRST),
    ("HH-09", "no year", [{"year": None}], {}, NONE),
    ("HH-10", "primary at 6", stage("03", "2012-12-31"), {}, NONE),
    ("HH-10", "primary at 5", stage("03", "2013-01-01"), {}, SECOND),
    ("HH-10", "primary at 14", stage("03", "2004-01-01"), {}, NONE),
    ("HH-10", "primary at 15", stage("03", "2003-12-31"), {}, SECOND),
    ("HH-10", "seventh year at 11", stage("04", "2007-12-31"), {}, NONE),
    ("HH-10", "seventh year at 10", stage("04", "2008-01-01"), {}, SECOND),
    ("HH-10", "ninth year at 18", stage("06", "2000-01-01"), {}, NONE),
    ("HH-10", "ninth year at 19", stage("06", "1999-12-31"), {}, SECOND),
    ("HH-10", "senior at 14", stage("07", "2004-12-31"), {}, NONE),
    ("HH-10", "senior at 13", stage("07", "2005-01-01"), {}, SECOND),
    ("HH-10", "vocational at 22", stage("12", "1996-01-01"), {}, NONE),
    ("HH-10", "vocational at 23", stage("12", "1995-12-31"), {}, SECOND),
    ("HH-10", "college at 16", stage("13", "2002-12-31"), {}, NONE),
    ("HH-10", "college at 15", stage("25", "2003-01-01"), {}, SECOND),
    ("HH-10", "college at 60", stage("20", "1958-01-01"), {}, NONE),
    ("HH-10", "not yet at school", stage("01", "1990-01-01"), {}, NONE),
    ("HH-10", "kindergarten", stage("02", "1990-01-01"), {}, NONE),
    ("HH-11", "16, no labour", year("2002-12-31", labour="05"), {}, FIRST),
    ("HH-11", "15, no labour", year("2003-01-01", labour="05"), {}, NONE),
    ("HH-11", "59, weak labour", year("1959-01-01", labour="03"), {}, FIRST),
    ("HH-11", "60, weak labour", year("1958-12-31", labour="03"), {}, NONE),
    ("HH-11", "ordinary labour", year(labour="01"), {}, NONE),
    ("HH-11", "labour null", year(labour=None), {}, NONE),
    ("HH-11", "ill", year(labour="04", health=["02"]), {}, NONE),
    ("HH-11", "health not stated", year(labour="04", health=[]), {}, NONE),
    ("HH-11", "at school", year("2001-01-01", labour="05", school_stage="08"), {}, NONE),
    ("HH-12", "15, labourer", year("2003-01-01", labour="01"), {}, FIRST),
    ("HH-12", "16, labourer", year("2002-12-31", labour="02"), {}, NONE),
    ("HH-12", "15, half a month of work", year("2003-01-01", labour="05", work_months=Decimal("0.5")), {}, FIRST),
    ("HH-12", "15, no work", year("2003-01-01", labour="05", work_months=0), {}, NONE),
    ("HH-12", "pupil, three months", year("2001-01-01", school_stage="08", work_months=3), {}, NONE),
    ("HH-12", "pupil, above three", year("2001-01-01", school_stage="08", work_months=Decimal("3.1")), {}, FIRST),
    ("HH-12", "student, twelve", year("1998-01-01", school_stage="13", work_months=12), {}, NONE),
    ("HH-12", "months null", year("2001-01-01", school_stage="08"), {}, NONE),
    ("HH-13", "both", year(work_region="02", work_months=6), {}, NONE),
    ("HH-13", "neither", year(), {}, NONE),
    ("HH-13", "place only", year(work_region="02"), {}, FIRST),
    ("HH-13", "place, zero months", year(work_region="02", work_months=0), {}, FIRST),
    ("HH-13", "months only", year(work_months=6), {}, FIRST),
    ("HH-13", "zero months, no place", year(work_months=0), {}, NONE),
    ("HH-14", "twelve", year(work_months=12), {}, NONE),
    ("HH-14", "above twelve", year(work_months=Decimal("12.1")), {}, FIRST),
    ("HH-14", "negative", year(work_months=-1), {}, FIRST),
    ("HH-14", "null", year(), {}, NONE),
    ("HH-15", "mobile", [HEAD], {"household": {"phone": "13812345678"}}, NONE),
    ("HH-15", "landline", [HEAD], {"household": {"phone": "0471-6912345"}}, NONE),
    ("HH-15", "blank", [HEAD], {"household": {"phone": None}}, H),
    ("HH-15", "ten digits", [HEAD], {"household": {"phone": "1381234567"}}, H),
    ("HH-16", "its own", [HEAD], {}, NONE),
    ("HH-16", "blank", [HEAD], {"household": {"bank_account": None}}, H),
    ("HH-17", "both", year(medical_resident=True, medical_employee=True), {}, FIRST),
    ("HH-17", "resident", year(medical_resident=True, medical_employee=False), {}, NONE),
    ("HH-17", "null", year(medical_resident=True, medical_employee=None), {}, NONE),
    ("HH-17", "neither", year(medical_resident=None, medical_employee=None), {}, NONE),
]  # fmt: skip


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}))
def test_families(rule):
    assert_cases(rule, CASES)


def test_inactive_members_do_not_count():
    made = family(HEAD, {"relation": "01"}, household={"member_count_stated": 1})
    assert made.names(hits("HH-02")) == {"h"}
    with scopes.acting(system_account()):
        Person.objects.filter(pk=made.persons[1].pk).update(is_active=False)
    assert hits("HH-02") == set()
    assert hits("HH-05") == set()


@pytest.mark.parametrize(("sharing", "hit"), [(5, False), (6, True)])
def test_hh_15_six_households_with_one_phone_hit_and_five_pass(sharing, hit):
    """Counted over the region's live households, those not yet identified included, those removed not."""
    phone = "13900000000"
    made = [
        family({}, household={"phone": phone, "status": "10" if number == 1 else "20"}, village=VILLAGES[number % 5])
        for number in range(sharing)
    ]
    family({}, household={"phone": phone, "status": "60"})
    tested = {("household", one.household.pk) for number, one in enumerate(made) if number != 1}
    assert hits("HH-15") == (tested if hit else set())


def test_hh_15_wrong_numbers_are_reported_but_not_counted_as_shared():
    for _number in range(7):
        family({}, household={"phone": "12345"})
    with scopes.acting(system_account()):
        rows = list(RULES["HH-15"].hits(Context.at(REFERENCE))[0])
    assert [(row[7]["phone"], row[7]["sharing"]) for row in rows] == [("malformed", 0)] * 7


def test_hh_15_the_limit_is_the_nearest_divisions():
    made = [family({}, household={"phone": "13900000000"}, village=village) for village in VILLAGES[:3]]
    found = hits("HH-15", settings=Settings.of([("phone_share_max", VILLAGE, Decimal(2))]))
    assert found == {("household", made[0].household.pk)}


def test_hh_16_two_households_with_one_account_both_hit():
    first = family({}, household={"bank_account": "6217 0000 1111 2222"})
    second = family({}, household={"bank_account": "6217-0000-1111-2222"}, village=VILLAGES[4])
    family({}, household={"bank_account": "6217000011112222", "status": "60"})
    expected = {("household", first.household.pk), ("household", second.household.pk)}
    assert hits("HH-16") == expected


def test_hh_16_an_account_of_a_removed_household_is_free():
    family({}, household={"bank_account": "6217000011112222"})
    family({}, household={"bank_account": "6217000011112222", "status": "70"})
    assert hits("HH-16") == set()


def test_an_ordinary_family_offends_no_rule():
    family(
        HEAD,
        spouse(name="包·其其格", born="1972-02-29"),
        {"relation": "03", "born": "2005-01-01", "name": "巴特尔",
         "year": {"education": None, "school_stage": "05", "labour": "05", "political": None}},
        household={"member_count_stated": 3},
        income={"operating": 8000, "operating_cost": 2000, "wage": 0, "gross_stated": 8000, "net_stated": 6000,
                "per_capita_net_stated": 2000},
    )  # fmt: skip
    # Nobody helps it, and nobody leads the poor county that it lives in.
    assert {rule for rule in RULES if hits(rule)} == {"CV-01", "CV-17"}
