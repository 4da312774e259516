"""Registering and changing households and their members: the writes behind page, API and import."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common import savechecks
from apps.common.errors import ServiceError
from apps.common.wording import noted
from apps.households.models import Household, Person, StatusEvent
from apps.households.services.codes import issue_household_codes, next_person_code
from apps.households.services.conflicts import note_conflict_later
from apps.households.services.numbers import write_number_facts, write_phone_fact

SAME_NUMBER = "person_id_no_once"


@transaction.atomic
def register_household(household: Household, *, by: User, on: datetime.date, kind: str = "proposed") -> Household:
    """Enter a household with its own code and first status event. The status is that of the object (10 unless set).

    Raises PermissionDenied without `change_register` at its village, ServiceError when the village has no codes left.
    """
    policy.require(by, "change_register", household.division_id)
    household.code = issue_household_codes(household.division_id)[0]
    household.filled_by, household.filled_on = by, on
    write_phone_fact(household)
    household.full_clean(exclude=["filled_by"])
    household.save()
    StatusEvent.objects.create(
        household=household, division_id=household.division_id, kind=kind, status=household.status, on=on, by=by
    )
    return household


@transaction.atomic
def change_household(household: Household, *, by: User, expected_version: int) -> Household:
    """Save changed fields of a household, unless somebody else changed it since (StaleVersion)."""
    policy.require(by, "change_register", household.division_id)
    write_phone_fact(household)
    household.full_clean(exclude=["filled_by"])
    household.save(expected_version=expected_version)
    return household


def save_person(person: Person, *, by: User, expected_version: int | None = None) -> Person:
    """Enter or change a member of a household; the blocking rules are asked before anything stays.

    A number that is active elsewhere in the region is refused without saying where, and the conflict is noted for
    the office that has both places in view (decisions.md 19).
    """
    policy.require(by, "change_register", person.household.division_id)
    try:
        with transaction.atomic():
            _write(person, expected_version)
            check_blocking(person.household)
    except IntegrityError as error:
        if SAME_NUMBER not in str(error):
            raise
        note_conflict_later(person)
        raise ServiceError(_("这个证件号码不能登记，请联系上级核实。"), field="id_no", code="ID-03") from None
    return person


def _write(person: Person, expected_version: int | None) -> None:
    person.division_id = person.household.division_id
    write_number_facts(person)
    person.full_clean(exclude=["household"], validate_constraints=False)
    if person.pk is None:
        taken = list(Person.objects.filter(code__startswith=person.household.code).values_list("code", flat=True))
        person.code = next_person_code(person.household.code, taken)
        person.save()
    else:
        person.save(expected_version=expected_version)


def check_blocking(household: Household) -> None:
    """Refuse what may not be entered (ID-01, ID-02, ID-03, HH-02): ValidationError by field, from the same rules as at
    night; every other hit is saved and reported."""
    refused = [result for result in savechecks.run(household) if result.field]
    if refused:
        raise ValidationError({str(result.field): noted(result.title, result.rule) for result in refused})
