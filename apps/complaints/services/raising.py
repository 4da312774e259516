"""What a confirmed complaint raises in the ledger of problems, which is told neither who complained nor his words.

The ledger stands in an app of its own and registers itself here (`raises`); without one, nothing is raised.
"""

from __future__ import annotations

from collections.abc import Callable

from apps.accounts.models import User
from apps.complaints.models import Complaint

Raiser = Callable[[Complaint, User], int]

_raisers: list[Raiser] = []


def raises(raiser: Raiser) -> None:
    """Have this function raise a problem of a confirmed complaint and say its key. Called from an app's `ready()`."""
    if raiser not in _raisers:
        _raisers.append(raiser)


def problem_of(found: Complaint, by: User) -> int | None:
    """The key of the problem that a complaint raised; None where nobody keeps problems."""
    return next((raiser(found, by) for raiser in _raisers), None)
