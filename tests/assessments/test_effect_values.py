"""Every value of a place's year against a plain statement on a small world; and what has none."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from apps.access import scope as scopes
from apps.assessments.effect_catalogue import DEDUCTIONS, OF_EFFECTS
from apps.assessments.models import EffectLog
from apps.assessments.services import effect_rounds
from apps.cadres.models import Duty, HomeCheck, TaskForce
from apps.crosschecks.models import Finding
from apps.funds.models import Asset, Beneficiary, Quota
from apps.households.models import HouseholdIncome
from apps.villages.models import Village
from apps.villages.services import ensure_villages
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import make_cadre, pair
from tests.factories.divisions import VILLAGES
from tests.factories.effects import COUNTY, DAY, FAR_COUNTY, LEAGUE, NEXT_COUNTY, Offices, of, scores
from tests.factories.funds import book_one, make_project
from tests.factories.households import make_household, make_person
from tests.factories.visits import make_visit
from tests.held import held

OWN, SIBLING, NEIGHBOUR, _OTHER_COUNTY, FAR = VILLAGES
SINCE = datetime.date(2017, 6, 1)
AT = timezone.make_aware(datetime.datetime(2018, 6, 1, 12))


def _income(household: Any, year: int, wage: int) -> None:
    HouseholdIncome.objects.create(household=household, division_id=household.division_id, year=year, wage=wage)


def _quota(year: int, *booked: tuple[str, int], project: Any) -> Quota:
    from apps.funds.models import Allocation

    on = datetime.date(year, 6, 1)
    with scopes.activate(EVERYTHING):
        quota = Quota.objects.create(
            division_id=COUNTY, kind="special", origin="county", year=year, document_no=f"d{year}", issued_on=on,
            received_on=on,
        )  # fmt: skip
        allocation = Allocation.objects.create(division_id=project.division_id, quota=quota, project=project)
    for act, amount in booked:
        more = {} if act == "budget" else {"project": project, "allocation": allocation}
        place = {} if act == "budget" else {"division_id": project.division_id}
        book_one(act, quota, amount, on=on, **place, **more)
    return quota


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with override_settings(REFERENCE_DATE=DAY), held(django_db_blocker):
        yield _planted()


def _planted() -> Any:
    offices = Offices.made()
    helper = make_user("effect-helper", "helper", COUNTY)
    cadre = make_cadre(COUNTY, name="包音", account=helper)
    # Two poor households of one village, helped; an exited one with two members in the next; one that nobody helps.
    helped = [make_household(OWN, cause_main="09"), make_household(OWN, cause_main="01")]
    exited = make_household(NEIGHBOUR, status="40", exit_year=2018, cause_main="07")
    alone = make_household(SIBLING, cause_main="10")
    far = make_household(FAR, status="40", exit_year=2018)
    for one in (*helped, exited, exited, alone, far):
        make_person(one, relation="01" if one is not exited else "02")
    for one in helped:
        pair(one, cadre, from_on=SINCE)
    for month in (1, 4, 7, 10):  # every quarter, but most months without a visit
        when = timezone.make_aware(datetime.datetime(2018, month, 15, 12))
        make_visit(helped[0], helper, now=when)
        if month == 1:
            make_visit(helped[1], helper, now=when)
    with scopes.activate(EVERYTHING):
        _income(helped[0], 2017, 2000)
        _income(helped[0], 2018, 2400)
        _income(helped[1], 2017, 1000)
        _income(helped[1], 2018, 900)
        ensure_villages()
        Village.objects.filter(division_id__in=[OWN, SIBLING]).update(attributes=["01"])
        Village.objects.filter(division_id=OWN).update(exit_year=2018, village_status="40")
        TaskForce.objects.create(division_id=OWN, kind="village", name="队", set_on=SINCE)
        Duty.objects.create(division_id=OWN, kind="first_secretary", cadre=cadre, name="包音", from_on=SINCE)
        for household, on, said in (
            (helped[0], 3, "satisfied"),
            (helped[0], 9, "dissatisfied"),  # the latest counts
            (helped[1], 5, "fairly"),
        ):
            HomeCheck.objects.create(
                household=household, division_id=household.division_id, checked_on=datetime.date(2018, on, 1),
                knows_helper=True, satisfaction=said,
            )  # fmt: skip
        for rule, severity, state in (
            ("ST-01", "critical", "new"),
            ("IN-02", "critical", "closed"),
            ("ID-04", "high", "new"),
        ):
            Finding.objects.create(
                rule=rule, object_kind="household", object_id=alone.pk, household=alone, division_id=alone.division_id,
                severity=severity, acting_level=4, found_on=DAY, due_on=DAY, state=state, state_since=AT,
            )  # fmt: skip
        # Of three projects two were made public and none came out of the library; one was accepted and has its asset.
        built = {
            "noticed_before_on": datetime.date(2018, 4, 1), "accepted_on": datetime.date(2018, 9, 1),
            "accepted_township": "甲", "accepted_department": "乙", "accepted_supervisor": "丙",
        }  # fmt: skip
        first = make_project(OWN, **built)
        make_project(OWN, **built)
        third = make_project(SIBLING)
        Asset.objects.create(
            division_id=OWN, name="棚圈", project=first, form="greenhouse", value=1, year=2018, source="special",
            acquired_on=datetime.date(2018, 9, 1), site="村东", state="registered",
            kind="operating", owner_kind="collective", owner="村", confirmed_on=DAY, number="Z1", registered_on=DAY,
        )  # fmt: skip
        Beneficiary.objects.create(
            division_id=helped[0].division_id, household=helped[0], household_code=helped[0].code, project=first,
            kind="industry", year=2018,
        )  # fmt: skip
    _quota(2018, ("budget", 1000), ("allocate", 800), ("pay", 600), project=third)
    _quota(2017, ("budget", 500), ("allocate", 500), ("pay", 480), project=third)
    offices.plan(COUNTY, exit_persons=4, exit_villages=1, removed_counties=1, income_growth=Decimal(20))
    offices.plan(LEAGUE, exit_persons=1)
    for kind in ("county", "league"):
        offices.scheme(kind)
        offices.open(kind)
    return SimpleNamespace(
        offices=offices, helped=helped, exited=exited, alone=alone, cadre=cadre, projects=[first, third]
    )


# Of the county: numerator, denominator, value. What is not listed here has none.
PLAIN: dict[str, tuple[Any, Any, Any]] = {
    "exits": (2, 4, 50),
    "villages_left": (1, 1, 100),
    "counties_removed": (0, 1, 0),
    "income_growth": (1650, 1500, 50),  # a tenth more, of a fifth that was planned
    "doubts": (1, 4, 0),  # a quarter of the register, above the limit of a tenth
    "critical": (1, 4, 0),
    "helpers": (2, 4, 50),
    "teams": (1, 2, 50),
    "matching": (1, 3, Decimal("33.33")),
    "visits": (5, 8, Decimal("62.50")),
    "satisfaction": (1, 2, 50),
    "spend": (600, 1000, 60),
    "retained": (200, 1500, Decimal("33.33")),  # of a limit of a fifth
    "idle": (20, 500, 80),
    "carry": (20, 500, 50),  # of a limit of eight per cent
    "noticed": (2, 3, Decimal("66.67")),
    "library": (0, 3, 0),
    "registered": (1, 2, 50),
}
NOT_THERE = {"missed": "not_checked", "wrong_listing": "not_checked", "wrong_exit": "not_checked",
             "campaign": "not_checked"}  # fmt: skip


@pytest.mark.parametrize("code", PLAIN)
def test_a_value_is_what_a_plain_count_says(world: Any, code: str) -> None:
    one = scores(COUNTY)[code]
    wanted = tuple(Decimal(part).quantize(Decimal("0.01")) for part in PLAIN[code])
    assert (one.numerator, one.denominator, one.value, one.missing) == (*wanted, "")


def test_what_has_no_data_says_why_and_all_indicators_are_there(world: Any) -> None:
    found = scores(COUNTY)
    assert set(found) == {*OF_EFFECTS, *DEDUCTIONS} == {*PLAIN, *NOT_THERE, *DEDUCTIONS}
    assert {code: found[code].missing for code in NOT_THERE} == NOT_THERE
    assert all(found[code].value is None for code in NOT_THERE)
    # The next county has no household, no plan and no money at all.
    next_one = scores(NEXT_COUNTY)
    assert {one.missing for one in next_one.values() if not one.deducts} == {
        *("not_checked", "no_target", "no_household", "no_village", "no_cause", "nothing_due"),
        *("not_asked", "no_money", "no_project"),
    }
    assert scores(LEAGUE)["income_growth"].missing == "no_target"
    assert scores(LEAGUE)["exits"].value == 100  # twice of what was planned


def test_the_keys_of_the_rows_are_kept_with_a_value(world: Any) -> None:
    found = {code: one.counted for code, one in scores(COUNTY).items()}
    assert found["exits"] == [world.exited.pk]
    assert found["income_growth"] == [world.helped[1].pk]
    assert found["helpers"] == sorted([world.exited.pk, world.alone.pk])
    assert found["visits"] == [world.helped[1].pk]
    assert found["matching"] == sorted([world.exited.pk, world.alone.pk])
    assert len(found["doubts"]) == len(found["critical"]) == len(found["satisfaction"]) == 1
    assert len(found["noticed"]) == len(found["registered"]) == 1


def test_points_are_taken_off_for_helpers_who_did_not_come_and_for_what_a_ledger_says_is_late(world: Any) -> None:
    found = scores(COUNTY)
    assert (found["zero_sign_in"].numerator, found["zero_sign_in"].denominator) == (1, 1)
    assert (found["zero_sign_in"].points, found["zero_sign_in"].counted) == (5, [world.cadre.pk])
    assert (found["overdue"].points, found["overdue"].missing) == (0, "")
    assert (found["fraud"].points, found["fraud"].source) == (0, "township")


def test_problems_that_are_overdue_take_points_off_their_county_and_its_league(world: Any) -> None:
    with scopes.activate(EVERYTHING):
        one = effect_rounds._deduction(of(COUNTY), "overdue", 1, {COUNTY: list(range(1, 13))})
        none = effect_rounds._deduction(of(FAR_COUNTY), "overdue", 1, {COUNTY: [1]})
    assert (one.points, len(one.counted), one.missing) == (5, 12, "")  # half a point each, five at most
    assert (none.points, none.missing) == (0, "")


def test_the_figures_of_the_day_are_frozen_and_every_part_is_in_the_log(world: Any) -> None:
    found = of(COUNTY)
    assert found.frozen == {
        "households": 4, "persons": 5, "poor_households": 3, "poor_persons": 3, "villages": 2, "counties": 1,
    }  # fmt: skip
    assert (found.state, found.group, found.data_on) == ("computed", "national", DAY)
    assert found.checker_id in {NEXT_COUNTY, FAR_COUNTY, 150404000000}
    with scopes.activate(EVERYTHING):
        log = EffectLog.objects.filter(assessment=found).order_by("pk").values_list("step", "to_state")
        assert list(log) == [("open", "scheme"), ("freeze", "data_frozen"), ("compute", "computed")]


def test_opened_again_a_value_stands(world: Any) -> None:
    before = scores(COUNTY)["exits"]
    with scopes.activate(EVERYTHING):
        type(before).objects.filter(pk=before.pk).update(numerator=3)
    world.offices.open("county")
    assert (scores(COUNTY)["exits"].numerator, of(COUNTY).state) == (3, "computed")
    with scopes.activate(EVERYTHING):
        type(before).objects.filter(pk=before.pk).update(numerator=2)


def test_the_rows_of_a_value_open_with_the_readers_own_rights(world: Any) -> None:
    found = scores(COUNTY)
    window = sign_in(Client(), world.offices.county)
    for code in PLAIN:
        shown = window.get(f"/effect-assessments/scores/{found[code].pk}/")
        assert shown.status_code == 200, code
        assert (shown.context["number"], shown.context["unseen"]) == (len(found[code].counted), 0), code
    assert window.get(f"/effect-assessments/scores/{scores(FAR_COUNTY)['exits'].pk}/").status_code == 404
    page = window.get(f"/effect-assessments/{of(COUNTY).pk}/").content.decode()
    assert "减贫成效" in page and "公布后可见" in page and "没有实地考核结果" not in page
    assert window.get(f"/effect-assessments/{of(COUNTY).pk}/sheet/").status_code == 200
