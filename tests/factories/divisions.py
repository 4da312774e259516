"""A small real piece of the tree."""

from __future__ import annotations

from functools import cache

from apps.divisions import codes, reference
from apps.divisions.models import Division
from apps.divisions.services.loading import load

# Two villages in one township, one in the next, one in the sibling county, one in another league.
VILLAGES = (150422100200, 150422100201, 150422101200, 150423100200, 150522100200)


@cache
def every_unit() -> tuple[reference.Unit, ...]:
    """The whole list of the project, read once."""
    return tuple(reference.units())


@cache
def _units() -> dict[int, reference.Unit]:
    return {unit.code: unit for unit in every_unit()}


def plant(*village_codes: int) -> None:
    """Load these real villages and everything above them; what is there already stays."""
    wanted = {code for village in village_codes for code in (*codes.ancestors(village), village)}
    load([_units()[code] for code in sorted(wanted)])


def division(code: int) -> Division:
    """A division that was planted."""
    return Division.objects.get(code=code)
