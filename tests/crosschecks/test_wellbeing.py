"""DC-07, DC-15 to DC-18, TG-10 and ST-02: hit, miss, null and boundary (rule-semantics.md c), and sets not in force."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.models import RunUnit
from apps.crosschecks.rules.parameters import Settings
from apps.crosschecks.services import runs
from apps.divisions import codes
from apps.households.models import GUARANTEES, GuaranteeStatus, HouseholdIncome
from tests.crosschecks.families import LINES, VILLAGE
from tests.crosschecks.supplied import COUNTY, assert_supplied, found, known, of_nobody, supply
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

FIRST, SECOND, NONE = {0}, {1}, set()
NEXT_TOWNSHIP, UNCOVERED = VILLAGES[2], VILLAGES[3]
# A number that is none: nobody can be looked for by it.
NO_KEY: dict[str, Any] = {"id_no": "15990019620315"}


def worker(months: Any = None, region: str | None = None, *rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """A member with months and region of work, and rows of the employment module of the year unless told otherwise."""
    sent = [{"year": 2018, "months": "6", **row} for row in rows]
    return [{"year": {"work_months": months, "work_region": region}, "rows": {"HR-EM": sent}, **more}]


def at(place: int | str) -> dict[str, Any]:
    return {"work_place": str(place)}


def pupil(
    stage: str | None, *rows: dict[str, Any], born: str | None = "2008-05-01", **more: Any
) -> list[dict[str, Any]]:
    """An adult, and a child at a stage with rows of the school roll."""
    year = {"education": None, "school_stage": stage, **more.pop("year", {})}
    sent = [{"school_year": 2018, "stage": "03", "school": "第一小学", "state": "enrolled", **row} for row in rows]
    return [{}, {"relation": "03", **({"born": born} if born else {}), "year": year, "rows": {"ED-XJ": sent}, **more}]


def ill(health: list[str], *rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"year": {"health": health}, "rows": {"HS-CH": [{"ended_on": None, **row} for row in rows]}, **more}]


def certified(kind_and_grade: str | None, *rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """A member with the certificate that its number, a type and a grade make, and rows of the disabled persons'
    federation."""
    number = citizen_number(datetime.date(1962, 3, 15))
    sent = [{"type": "4", "grade": "2", "state": "valid", **row} for row in rows]
    own = {"disability_no": number + kind_and_grade} if kind_and_grade else {}
    return [{"id_no": number, **own, "rows": {"DF-CE": sent}, **more}]


def insured(resident: bool | None, *rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """A member with or without residents' insurance (None: no facts of the year), and rows of the insurer."""
    sent = [{"year": 2018, "scheme": "resident", "out_of_pocket": "0", **row} for row in rows]
    year = None if resident is None else {"medical_resident": resident}
    return [{"year": year, "rows": {"HS-MI": sent}, **more}]


CHRONIC, SERIOUS = {"kind": "02"}, {"kind": "03"}

CASES = [
    ("DC-15", "no row", worker(6), {}, NONE),
    ("DC-15", "agrees", worker(6, "01", at(VILLAGE)), {}, NONE),
    ("DC-15", "one month more", worker(7, None, {}), {}, NONE),
    ("DC-15", "more than one month", worker(Decimal("7.1"), None, {}), {}, FIRST),
    ("DC-15", "less", worker(Decimal("4.9"), None, {}), {}, FIRST),
    ("DC-15", "nothing said is none", worker(None, None, {}), {}, FIRST),
    ("DC-15", "nothing said, one month", worker(None, None, {"months": "1"}), {}, NONE),
    ("DC-15", "no facts of the year", [{"year": None, "rows": {"HR-EM": [{"year": 2018, "months": "3"}]}}], {}, FIRST),
    ("DC-15", "another year", worker(1, None, {"year": 2017}), {}, NONE),
    ("DC-15", "another township", worker(6, "01", at(NEXT_TOWNSHIP)), {}, FIRST),
    ("DC-15", "the township itself", worker(6, "01", at(VILLAGE // 1000)), {}, NONE),
    ("DC-15", "the county", worker(6, "02", at(NEXT_TOWNSHIP)), {}, NONE),
    ("DC-15", "another county", worker(6, "02", at(UNCOVERED)), {}, FIRST),
    ("DC-15", "the region", worker(6, "03", at(VILLAGES[4])), {}, NONE),
    ("DC-15", "another province", worker(6, "03", at("110101")), {}, FIRST),
    ("DC-15", "away", worker(6, "04", at("110101")), {}, NONE),
    ("DC-15", "elsewhere is not compared", worker(6, "05", at("110101")), {}, NONE),
    ("DC-15", "region unknown", worker(6, None, at("110101")), {}, NONE),
    ("DC-15", "place unknown", worker(6, "04", {}), {}, NONE),
    ("DC-15", "not covered", worker(1, "01", at("110101")), {"village": UNCOVERED}, NONE),
    ("DC-16", "on the roll", pupil("03", {}), {}, NONE),
    ("DC-16", "not on the roll", pupil("03"), {}, SECOND),
    ("DC-16", "no facts of the year", [{}, {"relation": "03", "born": "2008-05-01", "year": None}], {}, SECOND),
    ("DC-16", "six on 31 August", pupil("03", born="2012-08-31"), {}, SECOND),
    ("DC-16", "six a day later", pupil("03", born="2012-09-01"), {}, NONE),
    ("DC-16", "still fifteen", pupil("03", born="2002-09-01"), {}, SECOND),
    ("DC-16", "sixteen on 31 August", pupil("03", born="2002-08-31"), {}, NONE),
    ("DC-16", "birth unknown", pupil("03", id_no=None, id_type="9", born=None), {}, NONE),
    ("DC-16", "suspended", pupil("03", {"state": "suspended"}), {}, NONE),
    ("DC-16", "left", pupil("03", {"state": "left"}), {}, SECOND),
    ("DC-16", "the year before", pupil("03", {"school_year": 2017}), {}, SECOND),
    ("DC-16", "ill", pupil(None, year={"dropout_reason": "01"}), {}, NONE),
    ("DC-16", "another reason", pupil(None, year={"dropout_reason": "03"}), {}, SECOND),
    ("DC-16", "no key", pupil("03", **NO_KEY, birth_date=datetime.date(2008, 5, 1)), {}, NONE),
    ("DC-16", "another stage", pupil("04", {}), {}, SECOND),
    ("DC-16", "stage blank", pupil(None, {}), {}, SECOND),
    ("DC-16", "another stage, suspended", pupil("04", {"state": "suspended"}), {}, NONE),
    ("DC-16", "another stage at eighteen", pupil("08", {"stage": "07"}, born="2000-05-01"), {}, SECOND),
    ("DC-16", "not covered", pupil("03"), {"village": UNCOVERED}, NONE),
    ("DC-07", "no certificate", certified(None), {}, NONE),
    ("DC-07", "in both", certified("42", {}), {}, NONE),
    ("DC-07", "only here", certified("42"), {}, FIRST),
    ("DC-07", "only there", certified(None, {}), {}, FIRST),
    ("DC-07", "expired there", certified("42", {"state": "expired"}), {}, FIRST),
    ("DC-07", "cancelled there, none here", certified(None, {"state": "cancelled"}), {}, NONE),
    ("DC-07", "another grade", certified("43", {}), {}, FIRST),
    ("DC-07", "another type is not compared", certified("62", {}), {}, NONE),
    ("DC-07", "reissued", certified("42B1", {}), {}, NONE),
    ("DC-07", "another grade in a malformed number", certified("43X", {}), {}, NONE),
    ("DC-07", "no key", certified("42", **NO_KEY), {}, NONE),
    ("DC-07", "not covered", certified("42"), {"village": UNCOVERED}, NONE),
    ("DC-17", "insured in both", insured(True, {}), {}, NONE),
    ("DC-17", "in neither", insured(False), {}, NONE),
    ("DC-17", "only here", insured(True), {}, FIRST),
    ("DC-17", "only there", insured(False, {}), {}, FIRST),
    ("DC-17", "as an employee there", insured(True, {"scheme": "employee"}), {}, FIRST),
    ("DC-17", "as an employee there, not here", insured(False, {"scheme": "employee"}), {}, NONE),
    ("DC-17", "last year", insured(True, {"year": 2017}), {}, FIRST),
    ("DC-17", "no facts of the year", insured(None, {}), {}, NONE),
    ("DC-17", "no key", insured(True, **NO_KEY), {}, NONE),
    ("DC-17", "not covered", insured(True), {"village": UNCOVERED}, NONE),
    ("DC-18", "healthy in both", ill(["01"]), {}, NONE),
    ("DC-18", "only here", ill(["02"]), {}, FIRST),
    ("DC-18", "only there", ill(["01"], CHRONIC), {}, FIRST),
    ("DC-18", "in both", ill(["02"], CHRONIC), {}, NONE),
    ("DC-18", "another illness", ill(["02"], SERIOUS), {}, FIRST),
    ("DC-18", "both illnesses", ill(["02", "03"], CHRONIC, SERIOUS), {}, NONE),
    ("DC-18", "one of two", ill(["02", "03"], CHRONIC), {}, FIRST),
    ("DC-18", "disability is not compared", ill(["04"]), {}, NONE),
    ("DC-18", "ended", ill(["01"], {**CHRONIC, "ended_on": "2018-12-31"}), {}, NONE),
    ("DC-18", "ends tomorrow", ill(["01"], {**CHRONIC, "ended_on": "2019-01-01"}), {}, FIRST),
    ("DC-18", "ended and said to be ill", ill(["02"], {**CHRONIC, "ended_on": "2018-12-31"}), {}, FIRST),
    ("DC-18", "health blank", ill([], CHRONIC), {}, NONE),
    ("DC-18", "no facts of the year", [{"year": None, "rows": {"HS-CH": [CHRONIC]}}], {}, NONE),
    ("DC-18", "no key", ill(["02"], **NO_KEY), {}, NONE),
    ("DC-18", "not covered", ill(["02"]), {"village": UNCOVERED}, NONE),
    ("TG-10", "no row", ill(["03"]), {}, FIRST),
    ("TG-10", "never treated", ill(["03"], SERIOUS), {}, FIRST),
    ("TG-10", "treated", ill(["03"], {**SERIOUS, "treated_on": "2018-06-01"}), {}, NONE),
    ("TG-10", "on 1 January", ill(["03"], {**SERIOUS, "treated_on": "2018-01-01"}), {}, NONE),
    ("TG-10", "the year before", ill(["03"], {**SERIOUS, "treated_on": "2017-12-31"}), {}, FIRST),
    ("TG-10", "today", ill(["03"], {**SERIOUS, "treated_on": "2018-12-31"}), {}, NONE),
    ("TG-10", "ahead", ill(["03"], {**SERIOUS, "treated_on": "2019-01-01"}), {}, FIRST),
    ("TG-10", "treated for another", ill(["03"], {**CHRONIC, "treated_on": "2018-06-01"}), {}, FIRST),
    ("TG-10", "chronic", ill(["02"]), {}, NONE),
    ("TG-10", "health blank", ill([]), {}, NONE),
    ("TG-10", "no key", ill(["03"], **NO_KEY), {}, NONE),
    ("TG-10", "not covered", ill(["03"]), {"village": UNCOVERED}, NONE),
]  # fmt: skip


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}))
def test_families(rule):
    assert_supplied(rule, CASES)


def test_dc_15_names_both_sides():
    rows: dict[str, Any] = {}
    known(*worker(2, "01", {"months": "6.5", **at("110101")}), rows=rows)
    supply(rows)
    (evidence,) = found("DC-15").values()
    assert evidence == {
        "name": "王建国", "work_months": 2.0, "work_region": "01", "module_months": 6.5, "module_region": "04",
    }  # fmt: skip


def test_dc_15_a_county_sets_its_own_tolerance():
    rows: dict[str, Any] = {}
    known(*worker(4, None, {}), rows=rows)
    supply(rows)
    assert found("DC-15")
    assert not found("DC-15", settings=Settings.of([("work_months_diff", COUNTY, Decimal(2))]))


# --- DC-16: the school year of the county ---


def test_dc_16_before_december_the_stage_is_that_of_another_year():
    """In October 2018 the register year is 2017 and the roll that of 2018: only who is missing is said."""
    rows: dict[str, Any] = {}
    made = known(*pupil("04", {}), {"relation": "03", "born": "2009-05-01"}, rows=rows)
    supply(rows, period="2018-09")
    hits = found("DC-16", datetime.date(2018, 10, 15))
    assert made.names(set(hits)) == {2}
    (evidence,) = hits.values()
    assert (evidence["school_year"], evidence["school_roll"]) == (2018, "absent")


def test_dc_16_each_county_is_asked_for_its_latest_year():
    """The league's roll is of 2018, one county's own of 2017: the latest year that covers it counts there, too."""
    rows: dict[str, Any] = {}
    here = known(*pupil("03", {}), rows=rows)
    there = known(*pupil("03", {}), rows=rows, village=UNCOVERED)
    absent = known(*pupil("03"), rows=rows, village=UNCOVERED)
    supply(of_nobody("ED-XJ", [{"school_year": 2017, "stage": "03", "school": "二小", "state": "enrolled"}]))
    assert not found("DC-16").keys() & {("person", one.pk) for one in there.persons}
    supply(rows, division=codes.parent(COUNTY))
    hits = set(found("DC-16"))
    assert (here.names(hits) & {0, 1}, there.names(hits) & {0, 1}, absent.names(hits)) == (NONE, NONE, SECOND)


def test_dc_16_a_county_with_the_roll_of_the_year_before_is_asked_for_that():
    """A child that was on the roll of that year is on it; the stage of another year is not compared."""
    rows: dict[str, Any] = {}
    made = known(*pupil("04", {"school_year": 2017}), rows=rows)
    supply(rows)
    assert made.names(set(found("DC-16"))) == NONE


# --- ST-02: the facts of the year of identification ---


def patient(
    *paid: Any, amount: int = 3146, rows: dict[str, Any], verdicts: dict[str, str] | None = None,
    of: int = 2016, **household: Any,
) -> Any:  # fmt: skip
    """A household identified in accounting year 2016 because of a patient, who paid these amounts himself."""
    schemes = ("resident", "employee")
    sent = [{"year": of, "scheme": scheme, "out_of_pocket": one} for scheme, one in zip(schemes, paid, strict=False)]
    fields = {"cause_main": "01", "identified_on": datetime.date(2017, 6, 1), **household}
    made = known({"rows": {"HS-MI": sent}}, rows=rows, household=fields)
    with scopes.acting(system_account()):
        here = {"household": made.household, "division_id": made.household.division_id, "year": 2016}
        HouseholdIncome.objects.create(**here, other_transfer=amount, transfer=amount)
        GuaranteeStatus.objects.create(**here, **(dict.fromkeys(GUARANTEES, "met") | (verdicts or {})))
    return made


def test_st_02():
    plant(*VILLAGES)
    rows: dict[str, Any] = of_nobody("HS-MI", [{"year": 2016, "scheme": "resident", "out_of_pocket": "0"}])
    lines = [*LINES, ("line_2016", codes.WHOLE_REGION, Decimal(3146))]
    cases = {
        "a little": (patient("100", rows=rows), True),
        "nothing": (patient("0", rows=rows), True),
        "a tenth": (patient("314.60", rows=rows), True),
        "a fen more": (patient("314.61", rows=rows), False),
        "two schemes together": (patient("200", "114.61", rows=rows), False),
        "no row": (patient(rows=rows), False),
        "of another year": (patient("100", of=2017, rows=rows), False),
        "below the line": (patient("100", amount=3145, rows=rows), False),
        "a guarantee wanting": (patient("100", verdicts={"water_ok": "unknown"}, rows=rows), False),
        "another cause besides": (patient("100", cause_other=["09"], rows=rows), False),
        "another cause": (patient("100", cause_main="03", rows=rows), False),
        "removed": (patient("100", status="60", rows=rows), False),
        "exited": (patient("100", status="40", exit_year=2017, rows=rows), True),
    }
    assert not found("ST-02", settings=Settings.of(lines))
    supply(rows)
    hits = set(found("ST-02", settings=Settings.of(lines)))
    assert {what: bool(made.names(hits) & {"h"}) for what, (made, _hit) in cases.items()} == {
        what: hit for what, (_made, hit) in cases.items()
    }


# --- DC-07 and DC-17 ---


def test_dc_07_names_both_grades():
    rows: dict[str, Any] = {}
    known(*certified("43", {}), rows=rows)
    supply(rows)
    (evidence,) = found("DC-07").values()
    assert evidence == {
        "name": "王建国", "disability": "grade,", "certificate_grade": "3", "federation_grade": "2",
    }  # fmt: skip


def test_dc_17_is_asked_only_where_the_data_have_rows_of_the_year():
    """A list of 2017 is fresh in December 2018 and says nothing of 2018: not run, rather than nobody insured."""
    rows: dict[str, Any] = {}
    made = known(*insured(True, {"year": 2017}), rows=rows)
    supply(rows)
    assert not found("DC-17")
    with scopes.acting(system_account()):
        started = runs.start_run(codes.WHOLE_REGION, kind="command", rules=["DC-17"], date=datetime.date(2018, 12, 31))
        unit = RunUnit.objects.get(run=started)
    assert (unit.state, unit.reason) == ("not_run", "需要部门数据（未报送、已过期或没有当年记录）：医保：参保、报销")
    supply(of_nobody("HS-MI", [{"year": 2018, "scheme": "resident", "out_of_pocket": "0"}]))
    assert made.names(set(found("DC-17"))) == FIRST


# --- Not run ---

ALL = [
    "TG-10", "ST-02", "DC-07", "DC-15", "DC-16", "DC-17", "DC-18", "DC-19", "DC-20", "DC-21", "DC-22",
    "DC-24", "DC-25", "DC-28", "DC-29",
]  # fmt: skip
LIMIT = {"HS-CH": 120, "ED-XJ": 240}


@pytest.mark.parametrize(("rule", "dataset"), [("DC-18", "HS-CH"), ("TG-10", "HS-CH"), ("DC-16", "ED-XJ")])
def test_a_stale_set_is_no_set(rule, dataset):
    rows: dict[str, Any] = {}
    for members in (ill(["02", "03"], CHRONIC), pupil("04", {})):
        known(*members, rows=rows)
    supply(rows)
    limit = datetime.date(2018, 12, 31) + datetime.timedelta(days=LIMIT[dataset])
    assert found(rule, limit, year=2018)
    assert not found(rule, limit + datetime.timedelta(days=1), year=2018)


def test_rules_without_their_sets_are_not_run_and_say_what_they_want():
    plant(*VILLAGES)
    with scopes.acting(system_account()):
        started = runs.start_run(codes.WHOLE_REGION, kind="command", rules=ALL, date=datetime.date(2018, 12, 31))
        assert started.state == "done"
        units = RunUnit.objects.filter(run=started)
        assert {unit.state for unit in units} == {"not_run"} and len(units) == len(ALL)
        assert all(unit.reason for unit in units)
