"""CV-05 to CV-11, CV-15 to CV-17: who answers for a place, asked four ways (tests.crosschecks.engines)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.evidence import sentence
from apps.crosschecks.rules import RULES
from apps.crosschecks.rules.parameters import Settings
from apps.divisions.models import Division
from tests.crosschecks.families import LINES, REFERENCE, SIBLING, VILLAGE, family
from tests.crosschecks.field_work import COUNTY, chief, day, duty, helper, pair, sheet, team, village
from tests.crosschecks.supplied import found
from tests.crosschecks.test_records import write
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import make_cadre, make_unit
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
IN_FORCE = [
    ({"from_on": REFERENCE}, True),
    ({"from_on": REFERENCE + DAY}, False),
    ({"until_on": REFERENCE}, True),
    ({"until_on": REFERENCE - DAY}, False),
]


@pytest.mark.parametrize(("term", "in_force"), IN_FORCE)
def test_cv_05_a_first_secretary_in_office(term, in_force):
    poor = village()
    village(SIBLING, listed=False)
    duty("first_secretary", **term)
    assert set(found("CV-05")) == (set() if in_force else {("village", poor.pk)})


def test_cv_06_a_task_force_that_serves():
    poor = village()
    assert found("CV-06") == {("village", poor.pk): {"village": Division.objects.get(pk=VILLAGE).short_name}}
    team(withdrawn_on=REFERENCE - DAY, reason="任务完成")
    assert set(found("CV-06")) == {("village", poor.pk)}
    team()
    assert not found("CV-06")
    assert set(found("CV-06", day(1, 1) - DAY)) == {("village", poor.pk)}


# --- CV-07 ---


@pytest.mark.parametrize(
    ("present", "leave", "hit"), [(20, 0, False), (19, 0, True), (19, 1, False), (0, 20, False), (0, 19, True)]
)
def test_cv_07_twenty_days_or_approved_leave(present, leave, hit):
    village()
    held = duty("first_secretary")
    sheet(held, present, leave)
    sheet(held, 1, month=11)
    wanted = {"cadre": "白音", "month": "2018-12", "days_present": present, "leave_days": leave}
    assert found("CV-07") == ({("duty", held.pk): wanted} if hit else {})
    assert set(found("CV-07", day(12, 30))) == {("duty", held.pk)}
    ten = Settings.of([*LINES, ("attendance_days", COUNTY, Decimal(10))])
    assert bool(found("CV-07", settings=ten)) == (present + leave < 10)


@pytest.mark.parametrize(
    ("term", "asked"),
    [
        ({"from_on": day(12, 1)}, True),
        ({"from_on": day(12, 2)}, False),
        ({"until_on": REFERENCE}, True),
        ({"until_on": REFERENCE - DAY}, False),
    ],
)
def test_cv_07_asks_who_was_there_all_month(term, asked):
    village()
    held = duty("team_leader", team=team(), **term)
    sheet(held, 3)
    assert set(found("CV-07")) == ({("duty", held.pk)} if asked else set())


def test_cv_07_no_sheet_is_no_hit_and_no_sheet_anywhere_is_not_run():
    village()
    held = duty("first_secretary")
    assert not found("CV-07") and "考勤" in RULES["CV-07"].waits_for()
    sheet(held, 3, month=11)
    assert not found("CV-07")
    with scopes.acting(system_account()):
        assert not RULES["CV-07"].waits_for()
    sheet(held, 3)
    (finding,) = write("CV-07")
    assert (finding.division_id, finding.acting_level, finding.household_id) == (VILLAGE, 4, None)
    township = make_user("township", "township_officer", VILLAGE - VILLAGE % 1000)
    page = sign_in(Client(), township).get(f"/findings/{finding.pk}/")
    assert f"/duties/{held.pk}/" in page.content.decode()


@pytest.mark.parametrize(("number", "hit"), [(10, False), (9, True), (0, True)])
def test_cv_08_ten_supervisors(number, hit):
    poor = village()
    for _one in range(number):
        duty("supervisor")
    duty("supervisor", until_on=REFERENCE - DAY)
    got = found("CV-08")
    assert {key: one["supervisors"] for key, one in got.items()} == ({("village", poor.pk): number} if hit else {})
    nine = Settings.of([*LINES, ("supervisors_min", COUNTY, Decimal(9))])
    assert bool(found("CV-08", settings=nine)) == (number < 9)


# --- CV-09 ---


def eight_ones(value: int = 1) -> dict[tuple[str, int], Any]:
    """What is missing where the scheme is switched on."""
    return found("CV-09", settings=Settings.of([*LINES, ("eight_ones", COUNTY, Decimal(value))]))


def test_cv_09_is_asked_where_a_league_or_county_wants_it():
    village(plan=False)
    assert not found("CV-09") and not eight_ones(0)
    assert set(eight_ones()) == {("division", place) for place in (COUNTY, VILLAGE - VILLAGE % 1000, VILLAGE)}


def test_cv_09_names_what_each_level_lacks():
    village(plan=False, good_team=None)
    village(SIBLING, listed=False)
    wanted = {COUNTY: "leader,", VILLAGE - VILLAGE % 1000: "unit,", VILLAGE: "leader,unit,first_secretary,plan,"}
    assert {place: one["missing_ones"] for (_kind, place), one in eight_ones().items()} == wanted
    words = sentence("CV-09", eight_ones()[("division", VILLAGE)])
    assert all(word in words for word in ("包联领导", "包扶单位", "第一书记", "村级规划")) and "好班子" not in words
    unit = make_unit(COUNTY)
    for place in (VILLAGE - VILLAGE % 1000, VILLAGE):
        duty("unit", place=place, unit=unit, unit_name=unit.name)
    for place in (COUNTY, VILLAGE):
        duty("leader", place=place)
    duty("first_secretary", until_on=REFERENCE - DAY)
    assert {key: one["missing_ones"] for key, one in eight_ones().items()} == {
        ("division", VILLAGE): "first_secretary,plan,"
    }
    assert not any(place == VILLAGE for _kind, place in eight_ones() if _kind != "division")


@pytest.mark.parametrize(
    ("rank", "fields", "households", "hit"),
    [
        ("4", {}, 4, True),
        ("4", {}, 5, False),
        ("4", {}, 0, True),
        ("5", {}, 0, False),
        ("3", {}, 0, False),
        ("4", {"left_on": REFERENCE}, 4, False),
        ("4", {"left_on": REFERENCE + DAY}, 4, True),
    ],
)
def test_cv_09_a_section_level_cadre_takes_five_households(rank, fields, households, hit):
    village()
    duty("leader", place=COUNTY)
    who = helper(rank=rank, **fields)
    for _number in range(households):
        pair(family({}).household, who)
    pair(family({}).household, who, until_on=REFERENCE - DAY)
    got = eight_ones().get(("division", COUNTY))
    assert (got and (got["missing_ones"], got["section_cadres"])) == (("section_cadre,", 1) if hit else None)
    assert not found("CV-09")


def test_cv_09_who_lives_in_a_village_is_not_asked_for_five_households():
    village()
    duty("leader", place=COUNTY)
    duty("first_secretary", helper(rank="4"))
    duty("supervisor", helper(rank="4"))
    make_cadre(VILLAGE, rank="4")
    got = eight_ones()[("division", COUNTY)]
    assert (got["missing_ones"], got["section_cadres"]) == ("section_cadre,", 2)
    assert "科级干部帮扶五户" in sentence("CV-09", got)


# --- CV-10 ---


@pytest.mark.parametrize(
    ("mongol", "population", "bilingual", "hit"),
    [
        (50, 100, False, True),
        (49, 100, False, False),
        (50, 100, True, False),
        (50, 100, None, True),
        (None, 100, False, False),
        (50, None, False, False),
        (0, 0, False, False),
    ],
)
def test_cv_10_half_the_village_and_nobody_speaks_both(mongol, population, bilingual, hit):
    poor = village(mongol=mongol, population=population)
    duty("first_secretary", make_cadre(COUNTY, bilingual=False))
    duty("team_member", make_cadre(COUNTY, bilingual=bilingual), team=team())
    duty("supervisor", make_cadre(COUNTY, bilingual=True))
    assert set(found("CV-10")) == ({("village", poor.pk)} if hit else set())


def test_cv_10_the_share_is_the_league_s():
    village(mongol=40, population=100)
    assert not found("CV-10")
    assert found("CV-10", settings=Settings.of([*LINES, ("mongol_share", COUNTY, Decimal("0.4"))]))


# --- CV-11 ---


@pytest.mark.parametrize(
    ("experience", "unfit", "why"),
    [(True, False, None), (None, False, None), (False, False, "inexperienced"), (True, True, "unfit")],
)
def test_cv_11_experience_and_fitness(experience, unfit, why):
    poor = village(listed=False)
    who = make_cadre(COUNTY, rural_experience=experience)
    duty("first_secretary", who, unfit=unfit)
    duty("leader", make_cadre(COUNTY, rural_experience=False))
    got = found("CV-11").get(("village", poor.pk))
    assert (got and (got["cadre"], got["unqualified"])) == (("白音", why) if why else None)
    if why:
        assert sentence("CV-11", got).endswith("无农村牧区工作经验" if why == "inexperienced" else "考核认定不胜任")


# --- CV-15 ---

PROTECTED = {"accident_insured": True, "health_checked_on": day(1, 1), "trained_on": day(12, 31)}


@pytest.mark.parametrize(
    ("fields", "lacking"),
    [
        ({}, None),
        ({"accident_insured": None}, None),
        ({"accident_insured": False}, "insurance,"),
        ({"health_checked_on": None}, "health_check,"),
        ({"health_checked_on": datetime.date(2017, 12, 31)}, "health_check,"),
        ({"trained_on": datetime.date(2017, 12, 31)}, "training,"),
        ({"trained_on": datetime.date(2019, 1, 1)}, None),
        ({"trained_on": None, "accident_insured": False}, "insurance,training,"),
    ],
)
def test_cv_15_insurance_health_check_and_training(fields, lacking):
    village()
    who = make_cadre(COUNTY, **PROTECTED | fields)
    duty("team_leader", who, team=team())
    got = found("CV-15").get(("cadre", who.pk))
    assert (got and got["unprotected"]) == lacking


def test_cv_15_asks_those_who_live_in_a_village():
    plant(*VILLAGES)
    bare = {"accident_insured": False}
    duty("supervisor", make_cadre(COUNTY, **bare))
    duty("team_leader", make_cadre(COUNTY, **bare), place=COUNTY, team=team(COUNTY, "corps"))
    duty("first_secretary", make_cadre(COUNTY, **bare), until_on=REFERENCE - DAY)
    assert not found("CV-15")
    duty("first_secretary", who := make_cadre(COUNTY, **bare))
    assert set(found("CV-15")) == {("cadre", who.pk)}


# --- CV-16 ---

LEFT = day(6, 15)


def poor_county(announced_on: datetime.date | None = None, tier: str = "national") -> None:
    plant(*VILLAGES)
    Division.objects.exclude(pk=COUNTY).update(poverty_tier="", exit_year=None, announced_on=None)
    Division.objects.filter(pk=COUNTY).update(poverty_tier=tier, announced_on=announced_on)


@pytest.mark.parametrize(
    ("until_on", "approved_on", "hit"),
    [
        (None, None, False),
        (LEFT, None, True),
        (LEFT, LEFT, False),
        (LEFT, LEFT - DAY, False),
        (LEFT, LEFT + DAY, True),
        (REFERENCE, None, True),
        (REFERENCE + DAY, None, False),
    ],
)
def test_cv_16_a_chief_goes_with_a_paper(until_on, approved_on, hit):
    poor_county()
    chief(until_on=until_on, approved_on=approved_on)
    chief("secretary")
    name = Division.objects.get(pk=COUNTY).short_name
    wanted = {"place_name": name, "chief_posts": "head,", "chief_until_on": until_on and until_on.isoformat()}
    assert found("CV-16") == ({("division", COUNTY): wanted} if hit else {})


@pytest.mark.parametrize(
    ("announced_on", "tier", "hit"),
    [
        (LEFT, "national", False),
        (LEFT + DAY, "national", True),
        (LEFT - DAY, "regional", False),
        (None, "regional", True),
        (None, "", False),
    ],
)
def test_cv_16_as_long_as_the_county_is_poor(announced_on, tier, hit):
    poor_county(announced_on, tier)
    chief(until_on=LEFT)
    assert set(found("CV-16")) == ({("division", COUNTY)} if hit else set())


def test_cv_16_is_not_run_without_chiefs_and_acts_at_the_region():
    poor_county()
    assert not found("CV-16") and "党政正职" in RULES["CV-16"].waits_for()
    chief(until_on=LEFT)
    chief("secretary", until_on=LEFT - DAY)
    (finding,) = write("CV-16")
    assert (finding.object_id, finding.division_id, finding.acting_level) == (COUNTY, COUNTY, 1)
    assert finding.evidence["chief_until_on"] == LEFT.isoformat()
    assert sentence("CV-16", finding.evidence).endswith("党委书记、政府正职调整无批准或备案")


# --- CV-17 ---


@pytest.mark.parametrize(
    ("tier", "rank", "term", "hit"),
    [
        ("national", "2", {}, False),
        ("regional", "1", {}, False),
        ("national", "3", {}, True),
        ("national", "", {}, True),
        ("national", "2", {"until_on": REFERENCE - DAY}, True),
        ("", "3", {}, False),
    ],
)
def test_cv_17_a_corps_led_by_the_rank_of_a_department(tier, rank, term, hit):
    plant(*VILLAGES)
    Division.objects.exclude(pk=COUNTY).update(poverty_tier="")
    Division.objects.filter(pk=COUNTY).update(poverty_tier=tier)
    duty("team_leader", make_cadre(COUNTY, rank=rank), place=COUNTY, team=team(COUNTY, "corps"), **term)
    assert set(found("CV-17")) == ({("division", COUNTY)} if hit else set())


def test_cv_17_a_withdrawn_corps_is_none_and_its_finding_lies_at_the_county():
    plant(*VILLAGES)
    Division.objects.exclude(pk=COUNTY).update(poverty_tier="")
    Division.objects.filter(pk=COUNTY).update(poverty_tier="national")
    gone = team(COUNTY, "corps", withdrawn_on=REFERENCE - DAY)
    duty("team_leader", make_cadre(COUNTY, rank="2"), place=COUNTY, team=gone)
    (finding,) = write("CV-17")
    assert (finding.object_kind, finding.object_id, finding.division_id) == ("division", COUNTY, COUNTY)
    assert finding.acting_level == 1
    page = sign_in(Client(), make_user("county", "county_officer", COUNTY)).get(f"/findings/{finding.pk}/")
    assert page.status_code == 200 and "未派驻工作总队" in page.content.decode()
    assert f'href="/divisions/{COUNTY}/"' in page.content.decode()
