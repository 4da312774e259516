"""重复登记: the one place where a wider scope acts for a narrower one (decisions.md 19)."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import OperationalError

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.numbers import normalise_number
from apps.common.sealing import Sealed, blind_index
from apps.divisions import codes
from apps.households.models import Person, RegistrationConflict

logger = logging.getLogger(__name__)


def note_conflict_later(person: Person) -> None:
    """Have the conflict of a refused registration noted by a worker. Nothing is told to the caller.

    Sent at once and not on commit: the refusal rolls the caller's transaction back. The message carries the blind
    index and the refused place only. Without a queue the refusal stands and the conflict is found at the next attempt.
    """
    number = person.id_no.clear() if isinstance(person.id_no, Sealed) else normalise_number(person.id_no)
    index = blind_index("citizen", number).hex()
    try:
        current_app.send_task("apps.households.tasks.note_conflict", args=[index, person.household.division_id])
    except OperationalError:
        logger.exception("The queue does not answer; a registration conflict was not noted")


def note_conflict(id_no_index: bytes, refused_division: int) -> RegistrationConflict | None:
    """Record that a number registered in one place was refused in another; None if it is registered nowhere (any more).

    Acts with the system account's regional scope and knows nothing but the blind index and the refused place. The
    row is placed at the lowest division above both, so that exactly those who see both places see it.
    """
    with scopes.acting(system_account(), source="system"):
        registered = (
            Person.objects.filter(id_no_index=id_no_index, is_active=True).values_list("division_id", flat=True).first()
        )
        if registered is None:
            return None
        conflict, _created = RegistrationConflict.objects.get_or_create(
            id_no_index=id_no_index,
            registered_division=registered,
            refused_division=refused_division,
            state=RegistrationConflict.State.OPEN,
            defaults={"division_id": common_ancestor(registered, refused_division)},
        )
    return conflict


def common_ancestor(one: int, other: int) -> int:
    """The lowest division that contains both; a division contains itself."""
    chain = [*codes.ancestors(one), one]
    return next(code for code in reversed(chain) if codes.contains(code, other))


def numbers_taken(indexes: list[bytes]) -> dict[bytes, int]:
    """Which of these numbers are active anywhere in the region, with the village. For the import's own checks only:
    the answer must reach people as "cannot be registered", never with the place."""
    with scopes.acting(system_account(), source="system"):
        rows = Person.objects.filter(id_no_index__in=indexes, is_active=True)
        return {bytes(index): division for index, division in rows.values_list("id_no_index", "division_id")}
