"""Inspections from plan to close: who takes which step, who learns of what and when."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from apps.access import scope as scopes
from apps.common.errors import Refused, ServiceError
from apps.inspections.models import Inspection, InspectionLog, InspectionTarget, TeamMember
from apps.inspections.services import steps
from apps.inspections.services.steps import Said
from apps.inspections.services.teams import Line
from tests.factories.accounts import make_user, planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.inspections import COUNTY, NEXT_COUNTY, OTHER_LEAGUE, Bureau

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    plant(*VILLAGES)
    return Bureau.at()


def seen(user: object) -> tuple[int, int]:
    """How many inspections and inspected places an account sees."""
    scopes.forget(user)
    with scopes.acting(user):
        return Inspection.objects.visible_to(user).count(), InspectionTarget.objects.visible_to(user).count()


def test_an_inspection_goes_to_its_close(bureau):
    county = make_user("county", "county_officer", COUNTY)
    found = bureau.take(bureau.running(), "report", "feed_back", "notify", "close")
    assert found.state == "closed" and found.number.startswith("DC150400") and found.closed_on is not None
    with scopes.acting(planter()):
        log = list(InspectionLog.objects.filter(inspection=found).order_by("pk").values_list("step", "by_name"))
    assert [step for step, _by in log] == [
        *("plan", "approve", "set_team", "start", "report", "feed_back", "notify", "close")
    ]
    with scopes.acting(county):
        told = InspectionTarget.objects.visible_to(county).get()
        assert not Inspection.objects.visible_to(county).exists()
    assert (told.feedback, told.notice_no, told.title) == ("反馈意见", "内扶办发〔2018〕9号", found.title)


@pytest.mark.parametrize(
    ("kind", "states"),
    [("special", [(0, 0), (0, 1), (0, 1), (0, 1)]), ("unannounced", [(0, 0), (0, 0), (0, 0), (0, 1)])],
)
def test_nobody_at_an_inspected_place_learns_of_an_unannounced_inspection_before_it_begins(bureau, kind, states):
    there = [make_user("county", "county_officer", COUNTY), make_user("county-head", "county_head", COUNTY)]
    found, states_seen = bureau.plan(kind), []
    for step in ("", "approve", "set_team", "start"):
        found = bureau.take(found, step) if step else found
        states_seen.append({seen(user) for user in there})
    assert states_seen == [{state} for state in states]
    assert seen(make_user("next-county", "county_officer", NEXT_COUNTY)) == (0, 0)


def test_a_member_from_elsewhere_reads_the_inspection_and_nothing_else(bureau):
    other = bureau.plan(title="另一项督查")
    found = bureau.plan("unannounced")
    assert seen(bureau.member) == (0, 0)
    bureau.take(found, "approve", "set_team")
    bureau.take(other, "approve")
    assert seen(bureau.member) == (1, 1)
    with scopes.acting(bureau.member):
        assert TeamMember.objects.visible_to(bureau.member).count() == 1


@pytest.mark.parametrize(
    ("state", "step", "who"),
    [
        ((), "approve", "planner"),  # plans, and holds no right to approve
        ((), "approve", "county"),
        (("approve",), "set_team", "head"),
        (("approve", "set_team"), "start", "member"),
        (("approve", "set_team", "start", "report", "feed_back"), "notify", "second"),
        ((), "cancel", "second"),
    ],
)
def test_steps_are_refused_to_the_wrong_person(bureau, state, step, who):
    found = bureau.take(bureau.plan(), *state)
    by = make_user("county", "county_head", COUNTY) if who == "county" else getattr(bureau, who)
    with scopes.acting(by), pytest.raises((Refused, PermissionDenied, Inspection.DoesNotExist)):
        steps.take(found, step, by=by, said=Said(text="x", notice_no="x", note="x"))


def test_who_planned_it_does_not_approve_it_by_another_post(bureau):
    from apps.accounts.services import SET_UP, appoint

    with scopes.activate(SET_UP):
        appoint(bureau.planner, role="league_head", division=bureau.division, by=None)
    scopes.forget(bureau.planner)
    found = bureau.plan()
    with scopes.acting(bureau.planner), pytest.raises(Refused, match="不同的人"):
        steps.take(found, "approve", by=bureau.planner)


def test_steps_out_of_turn_are_refused(bureau):
    found = bureau.plan()
    for step in ("set_team", "start", "report", "feed_back", "notify", "close"):
        with pytest.raises(ServiceError, match="不能"):
            bureau.take(found, step)
    cancelled = bureau.take(found, "cancel")
    with pytest.raises(ServiceError, match="不能"):
        bureau.take(cancelled, "approve")


def test_plans_name_places_below_the_office(bureau):
    for places, message in (((), "请选择"), ((OTHER_LEAGUE,), "下级地区"), ((COUNTY, 150422100000), "互相包含")):
        with pytest.raises(ServiceError, match=message):
            bureau.plan(places=places)
    found = bureau.plan()
    with scopes.acting(bureau.second), pytest.raises(Refused, match="拟定人"):
        steps.plan(found, None, by=bureau.second)
    county = make_user("county", "county_officer", COUNTY)
    with scopes.acting(county), pytest.raises(PermissionDenied):
        steps.plan(Inspection(division_id=bureau.division), (COUNTY,), by=county)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([Line(1, "甲")], "一名组长"),
        ([Line(1, "甲", leader=True), Line(2, "乙", leader=True, places="巴林左旗")], "还没有督查组"),
        ([Line(1, "甲", leader=True, places="通辽市")], "不是本次督查"),
        ([Line(1, "甲", account="nobody", leader=True)], "不能参加督查"),
        ([Line(1, "甲", account="county", leader=True)], "自己任职的地区"),
    ],
)
def test_teams_that_cannot_be(bureau, lines, message):
    make_user("county", "county_officer", COUNTY)
    found = bureau.take(bureau.plan(places=(COUNTY, NEXT_COUNTY)), "approve")
    with pytest.raises(ServiceError, match=message):
        bureau.take(found, "set_team", said=Said(teams=lines))


def test_of_an_unannounced_inspection_nobody_there_goes_even_to_another_place(bureau):
    make_user("county", "county_officer", COUNTY)
    lines = [
        Line(1, "甲", account="county", leader=True, places=str(NEXT_COUNTY)),
        Line(2, "乙", leader=True, places=str(COUNTY)),
    ]
    announced = bureau.take(bureau.plan(places=(COUNTY, NEXT_COUNTY)), "approve")
    assert bureau.take(announced, "set_team", said=Said(teams=lines)).state == "team_set"
    secret = bureau.take(bureau.plan("unannounced", places=(COUNTY, NEXT_COUNTY)), "approve")
    with pytest.raises(ServiceError, match="自己任职的地区"):
        bureau.take(secret, "set_team", said=Said(teams=lines))
