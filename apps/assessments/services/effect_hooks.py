"""What is known of problems elsewhere, and not asked for by name here: the ledger of problems.

An app that knows fills these from its `ready()`; until then no problem is overdue because there is no ledger, and what
is fed back stays here alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from typing import Any

Overdue = Callable[[Collection[int], datetime.date], Mapping[int, Collection[int]]]
Raise = Callable[[Any], int]
Closed = Callable[[Collection[int]], Collection[int]]

_FILLED: dict[str, Any] = {}


def fill(*, overdue: Overdue, raise_problem: Raise, closed: Closed) -> None:
    """Say how problems are asked for and raised; once, when an app that keeps them is ready.

    `overdue(places, on)`: by place the keys of the problems there and below that were overdue and open on a day.
    `raise_problem(fed_back)`: takes one `EffectProblem` into the ledger, and answers with its key there.
    `closed(keys)`: those of these problems that are closed.
    """
    _FILLED.update(overdue=overdue, raise_problem=raise_problem, closed=closed)


def overdue(places: Collection[int], on: datetime.date) -> Mapping[int, Collection[int]] | None:
    """The overdue problems of each place; None where nobody keeps a ledger."""
    found: Overdue | None = _FILLED.get("overdue")
    return None if found is None else found(places, on)


def raise_problem(fed_back: Any) -> int | None:
    """Take what was fed back into the ledger of problems; its key there, or None without a ledger."""
    found: Raise | None = _FILLED.get("raise_problem")
    return None if found is None else found(fed_back)


def open_of(keys: Collection[int]) -> set[int]:
    """Which of these problems of the ledger are still open."""
    found: Closed | None = _FILLED.get("closed")
    return set() if found is None or not keys else set(keys) - set(found(keys))
