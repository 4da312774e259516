"""Checks to run on one household while its form is still open.

Apps further down fill the registry when they are ready (`register`); pages and the API that save a household
call `run` without knowing them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One thing a check found: the rule, what it means, the object and the values that prove it."""

    rule: str
    title: str
    severity: str = ""
    object_kind: str = "household"
    object_id: Any = None
    evidence: Mapping[str, Any] = dataclass_field(default_factory=dict)
    field: str | None = None


Check = Callable[[Any], Iterable[Result]]
CheckMany = Callable[[Iterable[int]], Mapping[int, Iterable[Result]]]

_checks: list[Check] = []
_many: dict[Check, CheckMany] = {}


def register(check: Check, *, many: CheckMany | None = None) -> Check:
    """Add a check; the same function twice counts once. Usable as a decorator.

    `many` is the same check on many households at once, by their ids; an import asks it.
    """
    if check not in _checks:
        _checks.append(check)
    if many is not None:
        _many[check] = many
    return check


def unregister(check: Check) -> None:
    """Take a check out again; nothing happens if it is not there."""
    if check in _checks:
        _checks.remove(check)
    _many.pop(check, None)


def run(household: Any) -> list[Result]:
    """What all registered checks find on one household, in the order of registration."""
    return [result for check in tuple(_checks) for result in check(household)]


def run_many(household_ids: Iterable[int]) -> dict[int, list[Result]]:
    """What the checks that can do so find on many households, by id; households with nothing wrong are left out."""
    wanted = list(household_ids)
    found: dict[int, list[Result]] = {}
    for check in tuple(_many.values()):
        for household_id, results in check(wanted).items():
            found.setdefault(household_id, []).extend(results)
    return found
