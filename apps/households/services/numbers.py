"""What rules may know of an encrypted number (decisions.md 18). One function writes it, whoever saves a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

from apps.common import numbers
from apps.common.sealing import Sealed
from apps.divisions.models import HistoricalCode
from apps.households.models import Household, Person


def _clear(value: Sealed | str | None) -> str | None:
    """The clear number of an attribute that may not have been saved yet."""
    if value is None or value == "":
        return None
    return value.clear() if isinstance(value, Sealed) else numbers.normalise_number(value)


def division_known() -> Callable[[str], bool] | None:
    """Whether six digits stood in any year's list of codes; None while no history of codes is loaded (decisions.md 23).

    One query: callers that test many numbers ask once.
    """
    codes = set(HistoricalCode.objects.values_list("code6", flat=True))
    return numbers.division_test(codes or None, demo=settings.DEMO_MODE)


def write_number_facts(person: Person, *, known: Callable[[str], bool] | None = None) -> None:
    """Set the verdict columns, the sex in the number and, from a valid number, the birth date. Does not save.

    `known` is the test of `division_known`; it is asked for here when none is given.
    """
    id_no = _clear(person.id_no)
    disability_no = _clear(person.disability_no)
    facts = numbers.id_facts(id_no, known or division_known()) if id_no else None
    person.id_length = facts.length if facts else None
    person.id_check_ok = facts.check_ok if facts else None
    person.id_sex = facts.sex if facts else None
    person.id_birth_ok = facts.birth_ok if facts else None
    person.id_division_known = facts.division_known if facts else None
    person.disability_no_ok = numbers.disability_no_ok(disability_no, id_no) if disability_no else None
    person.disability_grade = numbers.disability_grade(disability_no, id_no)
    if facts and facts.birth_date:
        person.birth_date = facts.birth_date


def write_phone_fact(household: Household) -> None:
    """Set `phone_ok` from the phone number. Does not save."""
    phone = _clear(household.phone)
    household.phone_ok = numbers.phone_ok(phone) if phone else None


def refresh_division_known(*, batch: int = 5_000) -> int:
    """Test the numbers already registered against the history of codes, after it was loaded; how many changed.

    Runs in the acting scope, in batches by key; the caller's transaction holds them together. Writes only what differs.
    """
    known = division_known()
    changed, last = 0, 0
    while True:
        rows: list[Any] = list(
            Person.objects.filter(pk__gt=last, id_no__isnull=False)
            .order_by("pk")
            .values_list("pk", "id_no", "id_division_known")[:batch]
        )
        if not rows:
            return changed
        for verdict in (True, False, None):
            keys = [pk for pk, number, before in rows if _verdict(number, known) is verdict and before is not verdict]
            changed += Person.objects.filter(pk__in=keys).update(id_division_known=verdict)
        last = rows[-1][0]


def _verdict(number: Sealed, known: Callable[[str], bool] | None) -> bool | None:
    return numbers.id_facts(number.clear(), known).division_known
