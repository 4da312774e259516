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

_checks: list[Check] = []


def register(check: Check) -> Check:
    """Add a check; the same function twice counts once. Usable as a decorator."""
    if check not in _checks:
        _checks.append(check)
    return check


def unregister(check: Check) -> None:
    """Take a check out again; nothing happens if it is not there."""
    if check in _checks:
        _checks.remove(check)


def run(household: Any) -> list[Result]:
    """What all registered checks find on one household, in the order of registration."""
    return [result for check in tuple(_checks) for result in check(household)]
