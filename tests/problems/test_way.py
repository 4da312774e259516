"""The way of a problem: every step, who may not take it, and what it asks for."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from apps.access import scope as scopes
from apps.accounts.models import Post
from apps.accounts.services import SET_UP, appoint
from apps.common import workdays
from apps.common.days import today
from apps.common.errors import Refused, ServiceError, StaleVersion
from apps.divisions.models import Division
from apps.problems.choices import State
from apps.problems.models import Problem, ProblemLog, SupervisionLetter
from apps.problems.services import letters, raising, steps
from apps.problems.services.raising import raise_problem
from apps.problems.services.steps import Measure
from apps.problems.services.way import WAY
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, division, plant
from tests.factories.problems import COUNTY, LEAGUE, REGION, TOWNSHIP, VILLAGE, People, in_days, photo, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    plant(*VILLAGES)
    return People.make()


def checked() -> None:
    """Have what the database checks at the end of a transaction checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_problem_is_closed_by_different_people_and_every_step_is_written_down(people: People) -> None:
    found = people.raised()
    assert (found.state, found.number) == ("raised", f"{COUNTY}-{today().year}-0001")
    assert found.next_due_on == workdays.after(today(), 5)
    found = people.take(found, "list", "assign")
    assert found.next_due_on == min(workdays.after(today(), 15), found.due_on)
    found = people.take(found, "plan", "approve_plan", "report", "submit", "verify", "close")
    assert (found.state, found.closed_on, found.next_due_on) == ("closed", today(), None)
    with scopes.acting(people.county):
        log = list(
            ProblemLog.objects.visible_to(people.county).order_by("pk").values_list("step", "by_name", "to_state")
        )
    assert [line[0] for line in log] == [
        *("raise", "list", "assign", "plan", "approve_plan", "report", "submit", "verify", "close")
    ]
    assert {line[1] for line in log} == {"inspects", "league", "county", "league-2"}
    checked()


def test_a_plan_comes_back_and_a_result_is_done_over(people: People) -> None:
    found = people.take(people.at("planned"), "return_plan", "plan", "approve_plan", "submit", "rework")
    assert (found.state, found.plan, found.due_on) == ("reworked", 2, in_days(15))
    found = people.take(found, "submit", "verify", "rework", "submit", "verify", "close")
    assert (found.state, found.round) == ("closed", 3)
    checked()


def test_only_the_region_makes_it_long_term_with_half_yearly_reports(people: People) -> None:
    found = people.at("in_progress")
    with scopes.acting(people.league), pytest.raises(Refused):
        steps.take(found, "keep", by=people.league, said=words("keep"))
    found = people.take(found, "keep")
    assert (found.state, found.next_due_on) == ("long_term", steps.half_year_end(today()))
    found = people.take(found, "report")
    with scopes.acting(people.county):
        assert found.reports.get().kind == "half_yearly"
    assert people.take(found, "submit", "verify", "close").state == "closed"


def test_nobody_closes_or_verifies_for_his_own_unit(people: People) -> None:
    """Also with a post above: who still belongs to the unit is not let in."""
    both = make_user("both", "county_officer", COUNTY)
    with scopes.activate(SET_UP):
        appoint(both, role="inspector", division=LEAGUE, by=None)
    for state, step in (("submitted", "verify"), ("verified", "close"), ("planned", "approve_plan")):
        found = people.at(state)
        for by in (people.county, both):
            with scopes.acting(by), pytest.raises(Refused):
                steps.take(found, step, by=by, said=words(step))


def test_who_handed_in_neither_verifies_nor_closes(people: People) -> None:
    """He has moved on to the league since."""
    submitted = people.at("submitted")
    with scopes.activate(SET_UP):
        Post.objects.filter(user=people.county).update(valid_until=datetime.datetime.now(datetime.UTC))
        appoint(people.county, role="league_officer", division=LEAGUE, by=None)
        scopes.forget(people.county)
    with scopes.acting(people.county), pytest.raises(Refused):
        steps.take(submitted, "verify", by=people.county, said=words("verify"))
    verified = people.take(submitted, "verify")
    with scopes.acting(people.county), pytest.raises(Refused):
        steps.take(verified, "close", by=people.county)


def test_neighbours_and_villages_see_nothing_and_do_nothing(people: People) -> None:
    found = people.at("in_progress")
    far = make_user("far", "county_officer", 150423000000)
    with scopes.acting(far):
        assert not Problem.objects.visible_to(far).exists()
        assert not Problem.objects.all().exists()
        with pytest.raises(Problem.DoesNotExist):
            steps.take(found, "submit", by=far, said=words("submit"))
    village = make_user("village", "village_officer", VILLAGE)
    own = people.take(people.raised(VILLAGE), "list", "assign", unit=VILLAGE)
    with scopes.acting(village):
        assert list(Problem.objects.visible_to(village)) == [own]
        assert [step.name for step in WAY.offered(own, village)] == ["plan"]
    township = make_user("township", "township_officer", TOWNSHIP)
    with scopes.acting(township), pytest.raises(PermissionDenied):
        steps.take(own, "plan", by=township, said=words("plan"))


@pytest.mark.parametrize(
    ("state", "step", "said", "field"),
    [
        ("raised", "list", {"kind": ""}, "kind"),
        ("listed", "assign", {"due_on": in_days(-1)}, "due_on"),
        ("listed", "assign", {"due_on": None}, "due_on"),
        ("listed", "assign", {"leader": " "}, "leader"),
        ("listed", "assign", {"unit": TOWNSHIP}, "unit"),
        ("listed", "assign", {"unit": LEAGUE}, "unit"),
        ("assigned", "plan", {"measures": ()}, "measures"),
        ("assigned", "plan", {"measures": (Measure("改", in_days(61), "看"),)}, "measures"),
        ("assigned", "plan", {"measures": (Measure("改", in_days(-1), "看"),)}, "measures"),
        ("planned", "return_plan", {"note": ""}, "note"),
        ("in_progress", "report", {"percent": 101}, "percent"),
        ("in_progress", "report", {"period": in_days(40)}, "period"),
        ("in_progress", "urge", {"due_on": in_days(-1)}, "due_on"),
        ("in_progress", "interview", {}, "step"),
        ("in_progress", "submit", {"result": ""}, "result"),
        ("urged", "submit", {}, "step"),
        ("urged", "keep", {}, "step"),
        ("submitted", "verify", {"opinion": ""}, "opinion"),
        ("submitted", "verify", {"on": in_days(1)}, "on"),
        ("submitted", "rework", {"due_on": in_days(-1)}, "due_on"),
    ],
)
def test_what_a_step_asks_for(people: People, state: str, step: str, said: dict, field: str) -> None:
    found = people.at("assigned" if state == "urged" else state)
    if state == "urged":  # before there is a plan
        found = people.take(found, "urge")
    with pytest.raises(ServiceError) as refused:
        people.take(found, step, **said)
    assert refused.value.field == field


def test_grave_problems_are_verified_on_site_with_a_photo_of_this_round(people: People) -> None:
    found = people.at("submitted", level="grave")
    for said, code in (({}, "required"), ({"site": "三户家中"}, "photo")):
        with pytest.raises(ServiceError) as refused:
            people.take(found, "verify", **said)
        assert (refused.value.field, refused.value.code) == ("site", code)
    photo(found)
    found = people.take(found, "rework", "submit")
    with pytest.raises(ServiceError):
        people.take(found, "verify", site="三户家中")
    photo(found)
    assert people.take(found, "verify", site="三户家中").state == "verified"


def test_a_letter_gives_a_new_date_and_is_received_once(people: People) -> None:
    found = people.take(people.at("in_progress"), "urge", "urge", due_on=in_days(25))
    assert (found.state, found.due_on) == ("urged", in_days(25))
    with scopes.acting(people.county):
        first, second = SupervisionLetter.objects.visible_to(people.county).order_by("pk")
        assert (first.sequence, second.sequence, first.issuer_id) == (1, 2, LEAGUE)
        letters.receive(first, by=people.county)
        with pytest.raises(ServiceError):
            letters.receive(first, by=people.county)
        with pytest.raises(ServiceError):
            letters.receive(second, by=people.county, on=in_days(-1))
    with scopes.acting(people.league), pytest.raises(PermissionDenied):
        letters.receive(second, by=people.league)
    with scopes.acting(people.county):
        assert list(SupervisionLetter.objects.visible_to(people.county).outstanding()) == [second]


def test_a_letter_to_a_unit_that_was_merged_names_its_successor(people: People) -> None:
    found = people.at("in_progress")
    other = division(150423000000)
    Division.objects.filter(pk=COUNTY).update(ended_on=today(), replaced_by=other)
    with pytest.raises(ServiceError) as refused:
        people.take(found, "urge")
    assert refused.value.code == "merged"
    assert str(other) in str(refused.value)


def test_one_version_one_step(people: People) -> None:
    found = people.at("verified")
    people.take(found, "close")
    with scopes.acting(people.league):
        with pytest.raises(ServiceError) as refused:
            steps.take(found, "close", by=people.league)
        assert refused.value.status == 409
        with pytest.raises(StaleVersion):
            steps.take(found, "close", by=people.league, expected_version=found.version)


def test_a_phone_may_send_twice(people: People) -> None:
    key = uuid4()
    assert people.raised(client_id=key) == people.raised(client_id=key)


def test_the_region_s_own_problems_are_watched_by_its_inspectors(people: People) -> None:
    inspector = make_user("region-inspector", "inspector", REGION)
    with scopes.acting(inspector):
        found = raise_problem(inspector, division=REGION, source="other", area="duty", fact="无", object="无")
        assert WAY.offered(found, inspector) == [WAY.steps["list"]]
    with scopes.acting(people.region):
        assert WAY.offered(found, people.region) == []


def test_every_state_but_the_first_is_reached_by_a_step() -> None:
    reached = {step.to_state for step in WAY.steps.values()}
    assert set(State.values) - reached == {"raised"}


def test_the_ten_thousandth_problem_of_a_place_is_followed_by_the_next(people: People, monkeypatch) -> None:
    for sequence in (9999, 10000):
        with monkeypatch.context() as patch:
            patch.setattr(raising, "_next", lambda place, year, at=sequence: raising.number_of(place, year, at))
            people.raised()
    assert people.raised().number == f"{COUNTY}-{today().year}-10001"
