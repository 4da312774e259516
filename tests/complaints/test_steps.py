"""The way of a complaint: its steps and days, who may take them, and what the database holds of it by itself."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.complaints.choices import State
from apps.complaints.models import Complaint, ComplaintLog, Statement
from apps.complaints.services import steps
from apps.complaints.services.raising import problem_of
from apps.problems.models import Problem
from apps.problems.services.raising import raise_problem
from tests.access.world import EVERYTHING
from tests.complaints.conftest import OWN
from tests.factories.accounts import make_user
from tests.factories.complaints import ANSWERED, COUNTY, LEAGUE, TO_CLOSE, TOWNSHIP, complain, go

DAY = datetime.date


def test_a_complaint_goes_to_its_end_with_its_days(desks: SimpleNamespace, found: Complaint) -> None:
    county = desks.county
    assert (found.state, found.due_on) == (State.RECEIVED, DAY(2018, 6, 12))
    found = go(found, county, "register")
    assert found.due_on == DAY(2018, 6, 14)
    found = go(found, county, "accept", "investigate")
    assert found.due_on == DAY(2018, 6, 26)
    found = go(found, county, "answer", "feedback", "close")
    assert (found.state, found.result, found.satisfaction, found.due_on) == (State.CLOSED, "duty", "satisfied", None)
    with scopes.acting(county):
        assert Statement.objects.get(complaint=found).answer == ANSWERED["answer"]
        taken = ComplaintLog.objects.filter(complaint=found).order_by("pk").values_list("step", flat=True)
        assert list(taken) == ["receive", *TO_CLOSE]


@pytest.mark.parametrize(
    ("before", "step", "said", "code"),
    [
        ((), "accept", {}, "state"),
        (("register",), "decline", {"note": " "}, "required"),
        (("register",), "transfer", {"sent_to": "", "note": "n"}, "required"),
        (("register", "accept", "investigate"), "answer", {**ANSWERED, "result": ""}, "required"),
        (("register", "accept", "investigate"), "answer", {**ANSWERED, "confirmed": None}, "required"),
        (("register", "accept", "investigate"), "answer", {**ANSWERED, "findings": ""}, "required"),
        # By name: in writing.
        (("register", "accept", "investigate"), "answer", {**ANSWERED, "answer": " "}, "required"),
        (
            ("register", "accept", "investigate"),
            "answer",
            {**ANSWERED, "confirmed": True, "result": "false_charge"},
            "contradiction",
        ),
        (("register", "accept", "investigate", "answer"), "close", {}, "no_feedback"),
        (("register", "accept", "investigate", "answer"), "feedback", {"satisfaction": "x"}, "required"),
        (("register",), "dispatch", {"note": "n"}, "no_leader"),
        (("register", "accept", "investigate", "answer"), "report_back", {}, "no_sender"),
    ],
)
def test_what_a_step_needs(
    desks: SimpleNamespace, found: Complaint, before: tuple[str, ...], step: str, said: dict[str, Any], code: str
) -> None:
    found = go(found, desks.county, *before)
    with pytest.raises(ServiceError) as refused:
        go(found, desks.county, step, **{"note": "", **said})
    assert refused.value.code == code


def test_it_is_reopened_once_also_when_it_was_not_accepted(desks: SimpleNamespace, found: Complaint) -> None:
    found = go(found, desks.county, *TO_CLOSE)
    found = go(found, desks.county, "reopen")
    assert (found.state, found.result, found.round) == (State.ACCEPTED, "", 1)
    found = go(found, desks.county, *TO_CLOSE[2:])
    with pytest.raises(ServiceError, match="不能再次"):
        go(found, desks.county, "reopen")
    declined = go(complain(desks.county, COUNTY, OWN), desks.county, "register", "decline", "reopen")
    assert declined.state == State.ACCEPTED
    # The database by itself, whatever a service would say.
    with pytest.raises(IntegrityError, match="reopened once"), scopes.acting(desks.county):
        Complaint.objects.filter(pk=found.pk).update(state=State.ACCEPTED, due_on=DAY(2018, 7, 1))


def test_whoever_is_complained_about_does_not_handle_it(desks: SimpleNamespace, found: Complaint) -> None:
    for division, concerned in ((COUNTY, COUNTY), (TOWNSHIP, COUNTY), (COUNTY, LEAGUE), (COUNTY, 150522100200)):
        by = desks.county if division == COUNTY else desks.township
        with pytest.raises(ServiceError) as refused:
            complain(by, division, concerned)
        assert refused.value.code == "accused"
    about_township = complain(desks.county, COUNTY, TOWNSHIP)
    with pytest.raises(ServiceError) as refused:
        go(about_township, desks.county, "hand_over", to=TOWNSHIP)
    assert refused.value.code == "accused"
    with pytest.raises(ServiceError) as refused:
        go(found, desks.county, "register", concerned=COUNTY)
    assert refused.value.code == "accused"
    # That it is about the county itself is said when it goes up.
    assert go(found, desks.county, "hand_over", to=LEAGUE, concerned=COUNTY).division_id == LEAGUE
    with pytest.raises(IntegrityError, match="handled above"), scopes.acting(desks.county):
        Complaint.objects.filter(pk=about_township.pk).update(concerned_id=COUNTY)


def test_nobody_else_takes_a_step_not_even_above(desks: SimpleNamespace, found: Complaint) -> None:
    for by in (desks.league, desks.region, desks.inspector, desks.head):
        with pytest.raises(PermissionDenied):
            go(found, by, "register")
        with pytest.raises(DatabaseError, match="row-level security"), scopes.acting(by):
            Complaint.objects.filter(pk=found.pk).update(state=State.REGISTERED)
    assert go(found, desks.second, "register").state == State.REGISTERED


ALLOWED = {
    (one, step.to_state)
    for step in steps.WAY.steps.values()
    for one in step.from_states
    if step.to_state not in ("", one)
}


def test_the_database_knows_the_same_way(desks: SimpleNamespace) -> None:
    """Every pair of states, written past the services: those pass that a step of the way makes."""
    passed = set()
    full = {"due_on": DAY(2018, 6, 30), "answered_on": DAY(2018, 6, 11), "closed_on": DAY(2018, 6, 11)}
    full |= {"result": "duty", "confirmed": False}
    for before in State.values:
        with scopes.acting(EVERYTHING):  # as the platform, which writes down where a complaint was
            number = f"XF{State.values.index(before):012d}"
            row = Complaint.objects.create(
                division_id=COUNTY, concerned_id=OWN, number=number, kind="funds", channel="phone", state=before,
                state_since=datetime.datetime.now(datetime.UTC), received_on=DAY(2018, 6, 11), **full,
            )  # fmt: skip
            line = {"complaint": row, "division_id": COUNTY, "round": 0, "step": "receive"}
            ComplaintLog.objects.create(**line, at=row.state_since, to_state=before)
        with scopes.acting(desks.county):
            for after in set(State.values) - {before}:
                more = {"reopened": True} if after == State.ACCEPTED and before in ("closed", "not_accepted") else {}
                try:
                    with transaction.atomic():
                        Complaint.objects.filter(pk=row.pk).update(state=after, **more)
                        passed.add((before, after))
                        transaction.set_rollback(True)
                except IntegrityError as error:
                    assert "does not go" in str(error)
    assert passed == {(str(one), str(other)) for one, other in ALLOWED}


def test_it_goes_to_another_body_and_comes_back(desks: SimpleNamespace, found: Complaint) -> None:
    found = go(found, desks.county, "register", "transfer", document_no="旗纪函〔2018〕1号")
    assert (found.state, found.sent_to) == (State.TRANSFERRED, "discipline")
    found = go(found, desks.county, "return_result", "answer")
    assert (found.state, found.returned_on) == (State.ANSWERED, DAY(2018, 6, 11))
    came = complain(desks.county, COUNTY, OWN, channel="transfer", sender="petition")
    came = go(came, desks.county, "register", "accept", "investigate", "answer", "feedback")
    with pytest.raises(ServiceError) as refused:
        go(came, desks.county, "close")
    assert refused.value.code == "not_reported"
    assert go(came, desks.county, "report_back", "close").state == State.CLOSED
    for told in ({"channel": "transfer"}, {"sender": "petition"}):
        with pytest.raises(ServiceError):
            complain(desks.county, COUNTY, OWN, **told)


def test_a_leader_s_case_is_dispatched_every_month(desks: SimpleNamespace, found: Complaint, settings: Any) -> None:
    found = go(found, desks.county, "lead")
    with scopes.acting(desks.league):
        late = Complaint.objects.visible_to(desks.league).undispatched
        assert list(late(DAY(2018, 6, 11))) == [found]
        go(found, desks.county, "dispatch")
        assert not late(DAY(2018, 6, 30)) and list(late(DAY(2018, 7, 1))) == [found]


def test_a_confirmed_one_raises_a_problem_once_that_tells_nothing_of_it(desks: SimpleNamespace) -> None:
    found = complain(desks.county, COUNTY, OWN)
    found = go(found, desks.county, "register", "accept", "investigate")
    with pytest.raises(ServiceError):
        go(found, desks.county, "answer", result="duty", confirmed=True, findings="")
    found = go(found, desks.county, "answer", **{**ANSWERED, "confirmed": True})
    again = go(found, desks.county, "feedback", "close", "reopen", "investigate")
    again = go(again, desks.county, "answer", **{**ANSWERED, "confirmed": True})
    with scopes.acting(desks.village):  # it is his to put right, and his to read
        (problem,) = Problem.objects.visible_to(desks.village)
        assert problem.pk == found.problem == again.problem
        assert (problem.division_id, problem.source, problem.area) == (OWN, "complaint", "identification")
        words = " ".join(str(value) for value in vars(problem).values())
        assert not [word for word in (found.number, "白龘音", "龘", "低保", "走访") if word in words]


def test_a_post_of_the_own_level_confirms_as_well_and_sees_no_more_for_it(desks: SimpleNamespace) -> None:
    """本级: it handles what the county handles, and sees nothing of the village where the problem is raised."""
    here = make_user("here", "county_officer", COUNTY, extent="here")
    found = complain(here, COUNTY, OWN)
    found = go(found, here, "register", "accept", "investigate")
    found = go(found, here, "answer", **{**ANSWERED, "confirmed": True})
    with scopes.acting(here):
        assert not Problem.objects.filter(pk=found.problem).exists()
        with pytest.raises(ServiceError, match="来源"):  # there is no other way to a problem of this source
            raise_problem(here, division=OWN, source="complaint", area="funds", fact="x")
    with scopes.acting(desks.village):
        problem = Problem.objects.get(pk=found.problem)
    assert (problem.division_id, problem.raised_by_id, problem.source) == (OWN, here.pk, "complaint")
    for by in (desks.inspector, desks.head, desks.village):
        with pytest.raises(PermissionDenied), scopes.acting(by):
            problem_of(found, by)


def test_handing_over_moves_sight_up_and_down(desks: SimpleNamespace, found: Complaint) -> None:
    def reads(by: Any) -> tuple[bool, bool]:
        with scopes.acting(by):
            return (Complaint.objects.filter(pk=found.pk).exists(), Statement.objects.filter(complaint=found).exists())

    assert reads(desks.county) == (True, True) and reads(desks.league) == reads(desks.region) == (True, False)
    assert reads(desks.township) == (False, False)
    go(found, desks.county, "hand_over", to=LEAGUE)
    assert reads(desks.league) == (True, True)
    assert reads(desks.county) == (False, False) and reads(desks.region) == (True, False)
    go(found, desks.league, "register", "accept")
    go(found, desks.league, "assign", to=TOWNSHIP)
    assert reads(desks.township) == (True, True)
    assert reads(desks.league) == reads(desks.county) == (True, False)
    assert reads(desks.village) == (False, False)
    with pytest.raises(PermissionDenied):
        go(found, desks.league, "investigate")
    assert go(found, desks.township, "investigate").state == State.INVESTIGATING
