"""Writing findings: only what changed is touched, what ended comes back, what is gone is cleared."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.choices import State
from apps.crosschecks.models import Finding, FindingLog
from apps.crosschecks.rules import RULES
from apps.crosschecks.services.writing import Author, Written, context_for, write_region
from apps.households.models import Household, Person, RegistrationConflict
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE, Family, family
from tests.factories.divisions import VILLAGES
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

REGION = (150000000000, 159999999999)


def write(rule: str = "ID-04", low: int = REGION[0], high: int = REGION[1], date: datetime.date = REFERENCE) -> Written:
    with scopes.acting(system_account()) as scope:
        context = context_for(date, low=low, high=high)
        return write_region(RULES[rule], context, Author(scope.user_id, scope.username))


def finding(**fields: Any) -> Finding:
    with scopes.acting(system_account()):
        return Finding.objects.get(**fields)


def update(model: Any, key: int, **fields: Any) -> None:
    with scopes.acting(system_account()):
        assert model.objects.filter(pk=key).update(**fields) == 1


def end(found: Finding, state: str, **fields: Any) -> None:
    """Put a finding into a state as if somebody had, a while ago."""
    update(Finding, found.pk, state=state, state_since=timezone.now() - datetime.timedelta(hours=1), **fields)


def log(found: Finding) -> list[tuple[str, str]]:
    with scopes.acting(system_account()):
        return list(FindingLog.objects.filter(finding=found).order_by("id").values_list("from_state", "to_state"))


@pytest.fixture
def wrong_sex() -> Family:
    return family({"name": "乌兰", "sex": "2", "id_no": citizen_number(sex="1")})


def test_a_hit_becomes_a_finding_with_its_deadline_and_its_log(wrong_sex):
    assert write() == Written(hits=1, added=1)
    found = finding()
    person = wrong_sex.persons[0]
    assert {
        "rule": found.rule, "kind": found.object_kind, "object": found.object_id, "side": found.side,
        "household": found.household_id, "person": found.person_id, "division": found.division_id,
        "severity": found.severity, "level": found.acting_level, "found": found.found_on, "due": found.due_on,
        "state": found.state, "version": found.version, "evidence": found.evidence,
    } == {
        "rule": "ID-04", "kind": "person", "object": person.pk, "side": 0,
        "household": wrong_sex.household.pk, "person": person.pk, "division": VILLAGE,
        "severity": "high", "level": 5, "found": REFERENCE, "due": REFERENCE + datetime.timedelta(days=15),
        "state": "new", "version": 1, "evidence": {"name": "乌兰", "sex": "2", "id_sex": "1"},
    }  # fmt: skip
    assert found.text == "乌兰登记性别为女，证件号码显示为男"
    assert log(found) == [("", "new")]


def test_a_second_run_changes_nothing(wrong_sex):
    write()
    before = finding()
    assert write(date=REFERENCE + datetime.timedelta(days=1)) == Written(hits=1)
    after = finding()
    assert (after.version, after.updated_at, after.run_id, after.due_on) == (
        before.version, before.updated_at, before.run_id, before.due_on,
    )  # fmt: skip
    assert log(after) == [("", "new")]


def test_a_corrected_value_clears_the_finding_and_its_return_opens_it_again(wrong_sex):
    write()
    person = wrong_sex.persons[0]
    update(Person, person.pk, sex="1")
    assert write() == Written(cleared=1)
    assert finding().state == State.CLEARED
    assert write() == Written()
    update(Person, person.pk, sex="2")
    later = REFERENCE + datetime.timedelta(days=30)
    assert write(date=later) == Written(hits=1, reopened=1)
    found = finding()
    assert (found.state, found.found_on, found.due_on) == (
        State.REOPENED, REFERENCE, later + datetime.timedelta(days=15),
    )  # fmt: skip
    assert log(found) == [("", "new"), ("new", "cleared_by_data"), ("cleared_by_data", "reopened")]


def test_evidence_follows_the_data_without_a_change_of_state(wrong_sex):
    write()
    end(finding(), State.CHECKING)
    update(Person, wrong_sex.persons[0].pk, name="乌云")
    assert write() == Written(hits=1, changed=1)
    found = finding()
    assert (found.evidence["name"], found.state, found.version) == ("乌云", State.CHECKING, 2)
    assert log(found) == [("", "new")]


# state, verdict, the value changes?, what the run makes of it
ENDED = [
    (State.CLOSED, "no_fault", False, State.CLOSED),
    (State.CLOSED, "no_fault", True, State.REOPENED),
    (State.CLOSED, "external_error", False, State.CLOSED),
    (State.CLOSED, "to_workflow", False, State.CLOSED),
    (State.CLOSED, "corrected", False, State.REOPENED),
    (State.CORRECTED, "corrected", False, State.REOPENED),
    (State.REVIEWED, "corrected", False, State.REOPENED),
    (State.NO_FAULT, "no_fault", False, State.NO_FAULT),
    (State.REVIEWED, "no_fault", False, State.REVIEWED),
    (State.CHECKING, "", False, State.CHECKING),
    (State.CLEARED, "", False, State.REOPENED),
]


@pytest.mark.parametrize(("state", "verdict", "changes", "expected"), ENDED)
def test_what_is_still_hit_opens_again_unless_it_was_found_to_be_in_order(wrong_sex, state, verdict, changes, expected):
    write()
    end(finding(), state, verdict=verdict)
    if changes:
        update(Person, wrong_sex.persons[0].pk, name="乌云")
    assert write().reopened == (1 if expected == State.REOPENED else 0)
    found = finding()
    assert (found.state, found.verdict) == (expected, "" if expected == State.REOPENED else verdict)
    assert write().touched == 0


@pytest.mark.parametrize("state", [State.NEW, State.ASSIGNED, State.CHECKING, State.NO_FAULT, State.REVIEWED])
def test_every_open_finding_is_cleared_when_nothing_is_hit(wrong_sex, state):
    write()
    end(finding(), state)
    update(Person, wrong_sex.persons[0].pk, sex="1")
    assert write() == Written(cleared=1)
    assert log(finding())[-1] == (state, State.CLEARED)


def test_a_closed_finding_is_not_cleared(wrong_sex):
    write()
    end(finding(), State.CLOSED, verdict="no_fault")
    update(Person, wrong_sex.persons[0].pk, sex="1")
    assert write() == Written()


def test_a_member_who_left_and_a_household_that_was_removed_are_cleared(wrong_sex):
    removed = family({"sex": "2", "id_no": citizen_number(sex="1")})
    assert write().added == 2
    update(Person, wrong_sex.persons[0].pk, is_active=False)
    update(Household, removed.household.pk, status="60")
    assert write() == Written(cleared=2)


def test_a_run_over_one_village_leaves_the_others_alone(wrong_sex):
    neighbour = family({"sex": "2", "id_no": citizen_number(sex="1")}, village=SIBLING)
    write()
    for one in (wrong_sex, neighbour):
        update(Person, one.persons[0].pk, sex="1")
    assert write(low=SIBLING, high=SIBLING) == Written(cleared=1)
    assert finding(division_id=VILLAGE).state == State.NEW


def test_a_finding_of_a_household_not_yet_identified_is_the_entrys_matter(wrong_sex):
    """On save a household in 10 is tested too; the night, which does not test it, leaves its findings."""
    write()
    update(Household, wrong_sex.household.pk, status="10")
    assert write() == Written()
    assert finding().state == State.NEW


def test_what_was_done_since_a_run_began_is_not_undone_by_it(wrong_sex):
    write()
    update(Finding, finding().pk, state=State.CLEARED, state_since=timezone.now() + datetime.timedelta(hours=1))
    assert write().touched == 0
    assert finding().state == State.CLEARED


def test_a_finding_moves_with_its_person_and_its_household(wrong_sex):
    write()
    other = family({}, village=SIBLING)
    update(Person, wrong_sex.persons[0].pk, household_id=other.household.pk, division_id=SIBLING)
    found = finding()
    assert (found.household_id, found.division_id) == (other.household.pk, SIBLING)
    update(Household, other.household.pk, division_id=VILLAGES[4])
    found = finding()
    assert (found.household_id, found.division_id) == (other.household.pk, VILLAGES[4])
    with scopes.acting(system_account()):
        assert FindingLog.objects.get().division_id == VILLAGES[4]
    assert write() == Written(hits=1)


def test_a_conflict_has_a_finding_at_each_place_until_it_is_settled():
    made = family({"name": "乌兰"})
    with scopes.acting(system_account()):
        conflict = RegistrationConflict.objects.create(
            id_no_index=made.persons[0].id_no_index,
            registered_division=VILLAGE,
            refused_division=SIBLING,
            division_id=150422100000,
        )
    assert write("ID-03") == Written(hits=2, added=2)
    assert write("ID-03", low=SIBLING, high=SIBLING) == Written(hits=1)
    assert finding(division_id=VILLAGE).text == "一个证件号码在两地申请登记，本地为在册地"
    assert finding(division_id=SIBLING).text == "一个证件号码在两地申请登记，本地为被拒绝的申请地"
    update(RegistrationConflict, conflict.pk, state="resolved")
    assert write("ID-03") == Written(cleared=2)


def test_no_evidence_holds_a_personal_number():
    number = citizen_number(sex="1")
    family(
        {"sex": "2", "id_no": number, "disability_no": f"{number}99"},
        household={"phone": "12345678", "bank_account": None},
    )
    for rule in RULES:
        write(rule)
    with scopes.acting(system_account()):
        texts = [str(evidence) for evidence in Finding.objects.values_list("evidence", flat=True)]
    assert len(texts) == 9  # ID-04, ID-07, ID-08, HH-15, HH-16, CV-01, and CV-17 at three counties
    assert not [text for text in texts if number[:17] in text or "12345678" in text]
