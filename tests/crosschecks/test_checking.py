"""Checks on save: the same rules, one household, two queries; new contradictions of four rules are refused."""

from __future__ import annotations

import datetime
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common import savechecks
from apps.crosschecks.choices import State
from apps.crosschecks.models import Finding
from apps.crosschecks.rules import RULES
from apps.crosschecks.services.checking import check, check_many
from apps.households.models import Household, Person
from apps.households.services import save_person
from tests.crosschecks.families import SIBLING, VILLAGE, family
from tests.factories.accounts import make_user
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_reference_date(settings):
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)


def states() -> dict[str, str]:
    with scopes.acting(system_account()):
        return dict(Finding.objects.values_list("rule", "state"))


def test_one_household_takes_two_queries_whatever_the_number_of_rules(django_assert_num_queries):
    made = family({"sex": "2", "id_no": citizen_number(sex="1")}, {"relation": "01"}, household={"phone": None})
    with scopes.acting(system_account()), django_assert_num_queries(2):
        results = check(made.household)
    assert [(result.rule, result.object_kind, result.field) for result in results] == [
        ("HH-02", "household", "relation"),
        ("HH-15", "household", None),
        ("ID-04", "person", None),
    ]
    assert results[0].title == f"户{made.household.code}有2个户主"
    assert states() == {"HH-02": "new", "HH-15": "new", "ID-04": "new"}


def test_the_check_is_registered_and_says_the_same_as_the_night():
    made = family({"sex": "2", "id_no": citizen_number(sex="1")}, household={"bank_account": None})
    with scopes.acting(system_account()):
        found = {(result.rule, result.object_id) for result in savechecks.run(made.household)}
        before = list(Finding.objects.order_by("id").values())
    call_command("run_crosschecks", stdout=io.StringIO())
    with scopes.acting(system_account()):
        # Who helps the household is no matter of its own form.
        after = list(Finding.objects.exclude(rule__startswith="CV").order_by("id").values())
    assert found == {("ID-04", made.persons[0].pk), ("HH-16", made.household.pk)}
    assert after == before


def test_saving_again_clears_what_was_mended_and_leaves_the_rest():
    made = family({"sex": "2", "id_no": citizen_number(sex="1")}, {"relation": "01"})
    with scopes.acting(system_account()):
        check(made.household)
        Person.objects.filter(pk=made.persons[0].pk).update(sex="1")
        assert [result.rule for result in check(made.household)] == ["HH-02"]
    assert states() == {"ID-04": State.CLEARED, "HH-02": State.NEW}


def test_other_households_keep_their_findings():
    one, other = family({"sex": "2"}), family({"sex": "2"})
    with scopes.acting(system_account()):
        for person in (one.persons[0], other.persons[0]):
            Person.objects.filter(pk=person.pk).update(id_sex="1")
        assert set(check_many([one.household.pk, other.household.pk])) == {one.household.pk, other.household.pk}
        Person.objects.filter(pk=one.persons[0].pk).update(sex="1")
        assert check_many([one.household.pk]) == {}
        assert dict(Finding.objects.values_list("household_id", "state")) == {
            one.household.pk: State.CLEARED, other.household.pk: State.NEW,
        }  # fmt: skip


def test_a_household_not_yet_identified_is_tested_on_save():
    made = family({}, household={"status": "10", "bank_account": None})
    with scopes.acting(system_account()):
        assert [result.rule for result in check(made.household)] == ["HH-16"]


def test_what_others_share_is_only_cleared_by_the_night():
    """A village officer sees one village: he may prove that six share a number, not that only five do."""
    phone = "13900000000"
    made = [family({}, household={"phone": phone}, village=VILLAGE if n < 3 else SIBLING) for n in range(6)]
    call_command("run_crosschecks", "--rule", "HH-15", stdout=io.StringIO())
    village = make_user("village", "village_officer", VILLAGE)
    with scopes.acting(village):
        assert check(made[0].household) == []
        assert Finding.objects.get(household=made[0].household).state == State.NEW
    with scopes.acting(system_account()):
        Household.objects.filter(pk=made[5].household.pk).update(phone_index=None, phone_ok=None)
    call_command("run_crosschecks", "--rule", "HH-15", stdout=io.StringIO())
    with scopes.acting(system_account()):
        assert set(Finding.objects.values_list("state", flat=True)) == {State.CLEARED}


# --- What may not be entered -----------------------------------------------------------------------------------------


def enter(made, by, **fields):
    """A new member through the register's own service."""
    usual = {"name": "其木格", "sex": "2", "id_type": "1", "ethnicity": "02", "relation": "02"}
    person = Person(household=made.household, **{**usual, "id_no": citizen_number(sex="2"), **fields})
    with scopes.acting(by):
        return save_person(person, by=by)


@pytest.fixture
def officer():
    family({})
    return make_user("village", "village_officer", VILLAGE)


@pytest.mark.parametrize(
    ("rule", "field", "fields"),
    [
        ("ID-01", "id_no", {"id_no": "15990019620315001"}),
        ("ID-02", "id_no", {"id_no": "159900196203150016"}),
        ("HH-02", "relation", {"relation": "01"}),
    ],
)
def test_a_new_contradiction_is_refused_by_field_with_the_rule(officer, rule, field, fields):
    made = family({})
    with pytest.raises(ValidationError) as refused:
        enter(made, officer, **fields)
    assert list(refused.value.message_dict) == [field]
    assert rule in refused.value.message_dict[field][0]
    with scopes.acting(system_account()):
        assert Person.objects.filter(household=made.household).count() == 1
        assert Finding.objects.count() == 0


def test_everything_else_is_saved_and_reported(officer):
    made = family({})
    enter(made, officer, sex="1", id_no=citizen_number(sex="2"))
    assert states() == {"ID-04": "new", "HH-04": "new", "ID-10": "new"}


def test_a_contradiction_that_is_known_already_does_not_keep_others_from_being_mended(officer):
    made = family({"id_no": "159900196203150016"}, {"relation": "02", "sex": "2"})
    call_command("run_crosschecks", stdout=io.StringIO())
    with scopes.acting(officer):
        person = Person.objects.get(pk=made.persons[1].pk)
        person.name = "萨仁"
        save_person(person, by=officer, expected_version=person.version)
        assert Finding.objects.get(rule="ID-02").state == State.NEW


def test_blocking_rules_are_those_of_the_decision():
    assert {rule.id: rule.blocks for rule in RULES.values() if rule.blocks} == {
        "ID-01": "id_no", "ID-02": "id_no", "ID-03": "id_no", "HH-02": "relation",
    }  # fmt: skip
