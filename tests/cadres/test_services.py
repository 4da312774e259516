"""Cadres and pairings as services: hand-overs in one step, refusals, what stands beside a pairing, whose account."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.services import system_account
from apps.cadres import services
from apps.cadres.models import Cadre, Duty, HelpingUnit, TaskForce
from apps.cadres.services.pairing import _close_all
from apps.common.errors import ServiceError
from apps.common.numbers import code_ok
from apps.divisions.models import Division
from apps.households.models import Household
from apps.villages.models import Village
from tests.factories.accounts import make_user
from tests.factories.cadres import make_cadre, make_unit, pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
COUNTY = 150422000000
BEFORE = datetime.date(2018, 3, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(db) -> None:
    plant(*VILLAGES)


@pytest.fixture
def county(tree):
    return make_user("county", "county_officer", COUNTY)


@pytest.fixture
def village(tree):
    return make_user("village", "village_officer", OWN)


def refused(code: str, call) -> None:
    with pytest.raises(ServiceError) as told, transaction.atomic():
        call()
    assert told.value.code == code


def test_a_cadre_gets_a_code_of_his_county_whoever_enters_him(village, county):
    codes = []
    for by, place in ((village, OWN), (county, COUNTY), (county, OWN)):
        with scopes.acting(by):
            cadre = services.save_cadre(Cadre(division_id=place, name="包音", phone="13800000001"), by=by)
            codes.append(cadre.code)
    assert [code[:12] for code in codes] == ["G15042200001", "G15042200002", "G15042200003"]
    assert all(map(code_ok, codes))
    with scopes.acting(village):
        wrong = Cadre(division_id=OWN, name="包音", phone="12", id_no="159900196203150011")
        with pytest.raises(ValidationError) as told:
            services.save_cadre(wrong, by=village)
        assert set(told.value.message_dict) == {"phone", "id_no"}
        with pytest.raises(PermissionDenied):
            services.save_cadre(Cadre(division_id=COUNTY, name="包音"), by=village)


def test_what_a_card_says_follows_the_cadre_beyond_the_sight_of_whoever_changes_him(county):
    unit = make_unit(COUNTY)
    cadre = make_cadre(COUNTY, unit=unit)
    near, far = pair(make_household(OWN), cadre), pair(make_household(OTHER_LEAGUE), cadre)
    over = pair(make_household(OWN), cadre, from_on=BEFORE, until_on=BEFORE)
    with scopes.acting(county):
        services.save_duty(Duty(division_id=OWN, kind="first_secretary", cadre=cadre, from_on=BEFORE), by=county)
        cadre.name, cadre.phone = "色音", "13900000009"
        services.save_cadre(cadre, by=county, expected_version=cadre.version)
        unit.name = "旗林草局"
        services.save_unit(unit, by=county)
    with scopes.acting(system_account()):
        for row in (*Pairing.objects.filter(pk__in=(near.pk, far.pk)), Duty.objects.get()):
            assert (row.name, row.unit_name, row.phone.clear()) == ("色音", "旗林草局", "13900000009")
            assert Pairing.objects.filter(phone_index="13900000009").count() == 2, "the index goes with the number"
        assert Pairing.objects.get(pk=over.pk).name == "白音", "what is over stays as it was"


def test_an_account_opens_the_households_of_its_cadre_and_no_longer_than_it_is_his(county):
    helper = make_user("helper", "helper", OWN)
    cadre, household = make_cadre(COUNTY), make_household(OWN)
    pair(household, cadre)

    def link(account, by=county) -> None:
        with scopes.acting(by):
            found = Cadre.objects.get(pk=cadre.pk)
            found.account = account
            services.save_cadre(found, by=by)

    for account, seen in ((helper, [household]), (None, [])):
        link(account)
        scopes.forget(helper)
        with scopes.acting(helper):
            assert list(Household.objects.visible_to(helper)) == list(Household.objects.all()) == seen
    # A county's office cannot give itself another county's households by way of a cadre of its own.
    pair(make_household(OTHER_COUNTY), cadre)
    refused("elsewhere", lambda: link(helper))
    refused("invalid_choice", lambda: link(make_user("far", "helper", OTHER_LEAGUE)))
    with scopes.acting(system_account()), pytest.raises(IntegrityError), transaction.atomic():
        Pairing.objects.filter(household=household).update(helper=helper)
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_hand_over_is_one_step_on_one_day(county):
    household, old, new = make_household(OWN), make_cadre(COUNTY), make_cadre(COUNTY, name="王强")
    today = timezone.localdate()
    with scopes.acting(county):
        before = services.pair(household, old, by=county, on=BEFORE)

        def hand_over(pairing, to, on=today, reason="调离"):
            return services.hand_over_many([pairing.pk], to, by=county, on=on, reason=reason)

        assert hand_over(before, new).done == [before.pk]
        after = Pairing.objects.get(household=household, until_on=None)
        before.refresh_from_db()
        assert (before.until_on, before.reason, after.from_on, after.until_on) == (today, "调离", today, None)
        assert (after.name, after.cadre, after.division_id) == ("王强", new, OWN)
        assert [event.until_on for event in before.events.order_by("pk")] == [None, today]
        for pairing, to, on, code in (
            (before, old, today, "ended"),
            (after, new, today, "paired"),
            (after, old, BEFORE, "before"),
        ):
            assert [one.code for one in hand_over(pairing, to, on).refusals] == [code]
        refused("required", lambda: hand_over(after, old, reason=" "))


def test_who_is_helped_keeps_a_helper(county):
    poor, closed = make_household(OWN), make_household(OWN, status="70")
    cadre, second, today = make_cadre(COUNTY), make_cadre(COUNTY), timezone.localdate()
    first, of_closed = pair(poor, cadre), pair(closed, cadre)
    with scopes.acting(county):
        refused("last", lambda: services.end(first, by=county, on=today, reason="不再帮扶"))
        services.pair(poor, second, by=county, on=today)
        for pairing in (first, of_closed):
            assert services.end(pairing, by=county, on=today, reason="另有帮扶").until_on == today


def test_what_cannot_be_paired(county, village):
    household, struck = make_household(OWN), make_household(OWN, status="60")
    merged, cadre = make_household(SIBLING), make_cadre(COUNTY)
    gone, today = make_cadre(COUNTY, left_on=BEFORE), timezone.localdate()
    Division.objects.filter(pk=SIBLING).update(ended_on=BEFORE, replaced_by=OWN)
    with scopes.acting(county):
        refused("future", lambda: services.pair(household, cadre, by=county, on=today + datetime.timedelta(1)))
        refused("left", lambda: services.pair(household, gone, by=county, on=today))
        refused("status", lambda: services.pair(struck, cadre, by=county, on=today))
        refused("merged", lambda: services.pair(merged, cadre, by=county, on=today))
        services.pair(household, cadre, by=county, on=today)
        refused("paired", lambda: services.pair(household, cadre, by=county, on=today))
    inspector = make_user("inspector", "inspector", COUNTY)
    with scopes.acting(inspector), pytest.raises(PermissionDenied):
        services.pair(household, cadre, by=inspector, on=today)


def test_many_at_once_are_each_checked_and_too_many_are_told(county):
    cadre, today = make_cadre(COUNTY), timezone.localdate()
    good = [make_household(OWN) for _ in range(3)]
    struck, far = make_household(OWN, status="60"), make_household(OTHER_LEAGUE)
    for _ in range(3):
        pair(make_household(OTHER_LEAGUE), cadre)
    keys = [one.pk for one in (*good, struck, far, good[0])]
    with scopes.acting(county):
        tried = services.pair_many(keys, cadre, by=county, on=today, dry_run=True)
        assert not Pairing.objects.exists()
        done = services.pair_many(keys, cadre, by=county, on=today)
        assert tried == done
        assert done.done == [one.pk for one in good]
        assert {one.code: list(one.rows) for one in done.refusals} == {"status": [struck.pk], "not_found": [far.pk]}
        assert (done.in_force, done.too_many) == (6, True), "those elsewhere count, and are not named"
        again = services.pair_many(keys[:3], cadre, by=county, on=today)
        assert (again.done, [one.code for one in again.refusals]) == ([], ["paired"])
        rows = list(Pairing.objects.values_list("pk", flat=True))
        other = make_cadre(COUNTY, name="王强")
    with scopes.acting(county):
        over = services.hand_over_many(rows, other, by=county, on=today, reason="轮换")
        assert (len(over.done), over.in_force, over.too_many) == (3, 3, False)
        assert set(Pairing.objects.filter(until_on=None).values_list("name", flat=True)) == {"王强"}
        ended = list(Pairing.objects.filter(pk__in=rows))
        assert {(one.version, one.reason, one.until_on) for one in ended} == {(2, "轮换", today)}
        # Whoever chose them before they were ended by another ends nothing twice.
        with pytest.raises(ServiceError, match="刚刚"):
            _close_all(ended, today, "轮换")
        for wrong in ([], list(range(1, 2000))):
            with pytest.raises(ServiceError):
                services.pair_many(wrong, cadre, by=county, on=today)


def test_duties_have_their_places_and_teams_do_not_leave_the_poor(county):
    cadre, other = make_cadre(COUNTY), make_cadre(COUNTY, name="王强")
    unit = make_unit(COUNTY)
    with scopes.acting(county):
        team = services.save_team(
            TaskForce(division_id=OWN, kind="village", name="驻村工作队", unit=unit, set_on=BEFORE), by=county
        )
        leader = services.save_duty(
            Duty(division_id=OWN, kind="team_leader", cadre=cadre, team=team, from_on=BEFORE), by=county
        )
        services.save_duty(Duty(division_id=COUNTY, kind="unit", unit=unit, from_on=BEFORE), by=county)
        services.save_duty(Duty(division_id=OWN, kind="first_secretary", cadre=cadre, from_on=BEFORE), by=county)
        for wrong in (
            {"division_id": COUNTY, "kind": "first_secretary", "cadre": other},
            {"division_id": OWN, "kind": "first_secretary", "cadre": other},
            {"division_id": SIBLING, "kind": "team_member", "cadre": other, "team": team},
            {"division_id": OWN, "kind": "team_member", "cadre": other},
            {"division_id": OWN, "kind": "supervisor", "unit": unit},
        ):
            with pytest.raises(ValidationError), transaction.atomic():
                services.save_duty(Duty(from_on=BEFORE, **wrong), by=county)
        with pytest.raises(ValidationError):
            services.save_team(TaskForce(division_id=OWN, kind="corps", name="总队", set_on=BEFORE), by=county)
        Village.objects.create(division_id=OWN, attributes=["01"], village_status="10")
        team.withdrawn_on, team.reason = timezone.localdate(), "期满"
        refused("poor", lambda: services.save_team(team, by=county))
        Village.objects.update(village_status="40", exit_year=2017)
        services.save_team(team, by=county)
        leader.refresh_from_db()
        assert leader.until_on == team.withdrawn_on
        assert list(HelpingUnit.objects.all()) == [unit]
