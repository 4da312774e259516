"""FP-02, FP-07 to FP-10, FP-13, FP-17, FP-18: projects, asked four ways (tests.crosschecks.engines)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.crosschecks.evidence import sentence
from apps.crosschecks.rules.parameters import Settings
from tests.crosschecks.families import LINES, REFERENCE, VILLAGE
from tests.crosschecks.field_work import COUNTY, day
from tests.crosschecks.money import TOWNSHIP, answer, forbid, project, put, quota, report
from tests.crosschecks.supplied import found
from tests.crosschecks.test_records import write
from tests.factories.accounts import make_user, sign_in

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
LAST_YEAR = datetime.date(2017, 6, 1)


def asked(rule: str, made: dict[str, Any], date: datetime.date = REFERENCE, **context: Any) -> set[str]:
    """Which of some projects a rule finds, by what they are called here; nothing else may be found."""
    names = {("project", one.pk): name for name, one in made.items()}
    return {names[key] for key in found(rule, date, **context)}


def test_fp_02_money_that_nothing_moves():
    edge = REFERENCE - 180 * DAY
    cases: dict[str, tuple[int, datetime.date, list[tuple[int, datetime.date]]]] = {
        "idle": (2018, edge - DAY, []),
        "just not": (2018, edge, []),
        "paid": (2018, edge - DAY, [(20, day(12, 20))]),
        "all paid": (2018, edge - DAY, [(100, edge - DAY)]),
        "last year": (2017, LAST_YEAR, [(99, day(12, 20))]),
        "last year, paid": (2017, LAST_YEAR, [(100, day(12, 20))]),
    }
    made = {name: project() for name in cases}
    for name, (year, on, paid) in cases.items():
        put(quota(100, received_on=LAST_YEAR, year=year), made[name], 100, *paid, on=on)
    assert asked("FP-02", made) == {"idle", "last year"}
    # A day later all that is left is of an earlier year.
    assert asked("FP-02", made, REFERENCE + DAY) == {"idle", "last year", "just not", "paid"}
    strict = Settings.of([*LINES, ("idle_days", COUNTY, Decimal(5))])
    assert asked("FP-02", made, settings=strict) == {"idle", "last year", "just not", "paid"}
    usual = Settings.of([*LINES, ("idle_days", COUNTY + 10**6, Decimal(5))])
    assert asked("FP-02", made, settings=usual) == {"idle", "last year"}
    got = found("FP-02")["project", made["idle"].pk]
    assert (got["idle"], got["since"], got["fund_year"]) == (100, (edge - DAY).isoformat(), 2018)
    assert sentence("FP-02", got).endswith(f"资金100.00元自{edge - DAY}起闲置")


def test_fp_07_spent_before_it_was_in_the_library():
    made = {"outside": project(item=False), "unpaid": project(item=False), "inside": project()}
    for name, paid in (("outside", "0.01"), ("inside", 100), ("unpaid", 0)):
        put(quota(100), made[name], 100, *([(paid, day(12, 21))] if paid else []))
    assert asked("FP-07", made) == {"outside"}
    assert found("FP-07")["project", made["outside"].pk]["paid"] == 0.01


def test_fp_08_no_target_and_fp_09_another_level():
    made = {
        "bare": project(target=""),
        "target": project(target="增收"),
        "stopped": project(target="", state="stopped", approved_level=2),
        "league": project(approved_level=2),
        "township": project(approved_level=4),
        "unknown": project(approved_level=None),
    }
    assert asked("FP-08", made) == {"bare"}
    assert asked("FP-09", made) == {"league", "township"}
    assert sentence("FP-09", found("FP-09")["project", made["league"].pk]).endswith("由盟市审批")


def test_fp_10_words_that_nobody_has_answered():
    listed = forbid("办公楼、 景观", name="楼堂馆所")
    forbid("养殖", COUNTY + 10**6)
    forbid("肉牛", is_active=False)
    forbid("")
    forbid("100%", TOWNSHIP, name="全额")
    made = {
        "named": project(name="村口景观"),
        "in the target": project(target="建办公楼"),
        "apart": project(name="办公", scale="楼"),
        "answered": project(site="景观大道"),
        "answered before": project(site="景观大道", content_version=2),
        "stopped": project(name="办公楼", state="stopped"),
        "both": project(name="景观", scale="补助100%"),
        "county": project(COUNTY, scale="补助100%"),
    }
    answer(made["answered"], listed)
    answer(made["answered before"], listed)
    assert asked("FP-10", made) == {"named", "in the target", "answered before", "both"}
    assert sentence("FP-10", found("FP-10")["project", made["both"].pk]).endswith("“楼堂馆所、全额”")


def test_fp_10_without_a_list_nothing_is_forbidden():
    assert not asked("FP-10", {"any": project(name="办公楼")})


def test_fp_13_late_to_begin_and_late_to_end():
    start, end = REFERENCE - 30 * DAY, datetime.date(2019, 6, 30)
    made = {
        "begins today": project(plan_start=start, plan_end=end),
        "late": project(plan_start=start - DAY, plan_end=end, state="noticed_before"),
        "started": project(plan_start=start - DAY, plan_end=REFERENCE, state="started"),
        "unfinished": project(plan_start=start - DAY, plan_end=REFERENCE - DAY, state="started"),
        "finished": project(plan_start=start - DAY, plan_end=REFERENCE - DAY, state="finished"),
        "stopped": project(plan_start=start - DAY, plan_end=REFERENCE - DAY, state="stopped"),
    }
    assert asked("FP-13", made) == {"late", "unfinished"}
    strict = Settings.of([*LINES, ("late_start_days", COUNTY, Decimal(29))])
    assert asked("FP-13", made, settings=strict) == {"late", "unfinished", "begins today"}
    assert sentence("FP-13", found("FP-13")["project", made["late"].pk]).endswith("现事前已公示")


def test_fp_17_beijing_money_by_the_end_of_september():
    lot = quota(1000, received_on=day(1, 15), kind="beijing", origin="social")
    other = quota(1000, received_on=day(1, 15))
    made = {name: project(state="closed") for name in ("behind", "just enough", "other money", "last cent")}
    put(lot, made["behind"], 100, ("89.99", day(9, 1)), on=day(3, 1))
    put(lot, made["just enough"], 100, (90, day(9, 2)), on=day(9, 2))
    put(lot, made["last cent"], "33.33", ("29.99", day(9, 3)), on=day(9, 3))
    put(other, made["other money"], 100, on=day(9, 3))
    assert asked("FP-17", made, day(9, 29)) == set()
    assert asked("FP-17", made, day(9, 30)) == {"behind", "last cent"}
    less = Settings.of([*LINES, ("beijing_paid_share", COUNTY, Decimal("0.89"))])
    assert asked("FP-17", made, settings=less) == set()


def test_fp_17_reports_by_the_twenty_fifth():
    beijing = {"kind": "beijing", "approved_on": day(3, 1)}
    made = {
        "silent": project(**beijing, state="started"),
        "reported": project(**beijing, state="started"),
        "until november": project(**beijing, state="approved"),
        "finished": project(**beijing, state="finished"),
        "industry": project(state="started"),
    }
    for name, months in (("reported", (11, 12)), ("until november", (11,))):
        for month in months:
            report(made[name], month)
    assert asked("FP-17", made, day(12, 25)) == {"silent"}
    assert asked("FP-17", made, day(12, 26)) == {"silent", "until november"}
    assert sentence("FP-17", found("FP-17")["project", made["silent"].pk]).endswith("未按月报送进度")


def test_fp_18_nobody_signed():
    done = {"state": "finished", "finished_on": day(11, 1)}
    signed = {"accepted_on": day(12, 1), "accepted_township": "王", "accepted_department": "李"}
    made = {
        "unsigned": project(**done),
        "blank report": project(**done),
        "report": project(**done),
        "accepted": project(**{**done, "state": "accepted"}, **signed, accepted_supervisor="赵"),
        "township": project(TOWNSHIP, **done),
        "under way": project(state="started"),
        "stopped": project(**{**done, "state": "stopped"}),
    }
    report(made["blank report"], 10, supervisor="")
    report(made["report"], 10)
    report(made["report"], 11, supervisor="")
    assert asked("FP-18", made) == {"unsigned", "blank report"}


def test_a_finding_about_a_project_lies_where_it_is_built_and_leads_there():
    made = project(target="")
    (finding,) = write("FP-08")
    assert (finding.object_kind, finding.object_id, finding.division_id) == ("project", made.pk, VILLAGE)
    assert (finding.household_id, finding.acting_level) == (None, 3)
    county = sign_in(Client(), make_user("county", "county_officer", COUNTY))
    page = county.get(f"/findings/{finding.pk}/")
    assert f'href="/projects/{made.pk}/"' in page.content.decode()
    # Findings belong to the register: who sees money alone sees none, and who sees another place neither.
    for name, role, place in (("finance", "finance_user", COUNTY), ("other", "county_officer", COUNTY + 10**6)):
        assert sign_in(Client(), make_user(name, role, place)).get(f"/findings/{finding.pk}/").status_code == 404
