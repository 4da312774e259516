"""What rules may know of an encrypted number (decisions.md 18). One function writes it, whoever saves a person."""

from __future__ import annotations

from apps.common import numbers
from apps.common.sealing import Sealed
from apps.households.models import Household, Person


def _clear(value: Sealed | str | None) -> str | None:
    """The clear number of an attribute that may not have been saved yet."""
    if value is None or value == "":
        return None
    return value.clear() if isinstance(value, Sealed) else numbers.normalise_number(value)


def write_number_facts(person: Person) -> None:
    """Set the verdict columns, the sex in the number and, from a valid number, the birth date. Does not save."""
    id_no = _clear(person.id_no)
    disability_no = _clear(person.disability_no)
    facts = numbers.id_facts(id_no) if id_no else None
    person.id_length = facts.length if facts else None
    person.id_check_ok = facts.check_ok if facts else None
    person.id_sex = facts.sex if facts else None
    person.id_birth_ok = facts.birth_ok if facts else None
    person.id_division_known = facts.division_known if facts else None
    person.disability_no_ok = numbers.disability_no_ok(disability_no, id_no) if disability_no else None
    if facts and facts.birth_date:
        person.birth_date = facts.birth_date


def write_phone_fact(household: Household) -> None:
    """Set `phone_ok` from the phone number. Does not save."""
    phone = _clear(household.phone)
    household.phone_ok = numbers.phone_ok(phone) if phone else None
