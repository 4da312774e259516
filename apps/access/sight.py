"""Sight: of the rows that somebody sees, those whose sensitive values he may read (GB/T 22239-2019, 8.1.4.2 g).

A right to personal data is held at a place like any other. A household that a pairing or a share opens is open whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.access import scope as scopes
from apps.divisions import codes

if TYPE_CHECKING:
    from django.db.models import Model

CAPABILITY = "view_personal_data"


@dataclass(frozen=True)
class Sight:
    """Where an account reads sensitive values: ranges of places, and single households."""

    seen: tuple[scopes.Range, ...]
    ranges: tuple[scopes.Range, ...]
    households: frozenset[int]
    everything: bool = False

    def whole(self, division: int | None = None) -> bool:
        """Whether every row that the account sees (at a division and below it) is open to it in full."""
        if self.everything:
            return True
        low, high = codes.subtree(division) if division is not None else (0, 10**12)
        for start, end in self.seen:
            start, end = max(start, low), min(end, high)
            if start <= end and not scopes.lies_in((start, end), self.ranges):
                return False
        return True

    def opens(self, division: int | None, household: int | None) -> bool:
        """Whether the row at this place, of this household if of any, is open in full."""
        if self.everything or (household is not None and household in self.households):
            return True
        return division is not None and any(low <= division <= high for low, high in self.ranges)


FULL = Sight((), (), frozenset(), everything=True)
"""Of rows that tell nothing of households and persons: their fields have their own walls."""


def of(user: Any, model: type[Model]) -> Sight:
    """The sight of a user (or scope) on the rows of a model."""
    if not getattr(model, "household_lookup", None):
        return FULL
    scope = scopes.of(user)
    return Sight(scope.ranges("register"), scope.ranges_of(CAPABILITY), frozenset(scope.households))


def opens(user: Any, found: Any) -> bool:
    """Whether a user reads the sensitive values of this row."""
    lookup = getattr(found, "household_lookup", None)
    if not lookup:
        return True
    return of(user, type(found)).opens(found.division_id, getattr(found, lookup))
