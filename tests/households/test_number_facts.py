"""What rules may know of a number, and of a number registered before the history of codes was loaded."""

from __future__ import annotations

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.divisions.models import HistoricalCode
from apps.households.models import Person
from apps.households.services.numbers import refresh_division_known
from tests.factories.divisions import plant
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db
VILLAGE = 150422100200


def known(person: Person) -> bool | None:
    with scopes.acting(system_account()):
        return Person.objects.get(pk=person.pk).id_division_known


def test_without_a_history_nothing_is_said_and_with_one_old_numbers_are_tested_once(db, settings):
    plant(VILLAGE)
    household = make_household(VILLAGE)
    before = make_person(household, id_no="150422196203150014"[:17] + "X", relation="01")
    assert known(before) is None
    HistoricalCode.objects.create(code6="150422", name="巴林左旗", from_year=1980)
    fictional = make_person(household, relation="02")
    assert (known(before), known(fictional)) == (None, False)
    with scopes.acting(system_account()):
        assert refresh_division_known() == 1
        assert refresh_division_known() == 0
    assert (known(before), known(fictional)) == (True, False)
    settings.DEMO_MODE = True
    with scopes.acting(system_account()):
        assert refresh_division_known() == 1
    assert known(fictional) is True
