"""What becomes of a problem that an on-site form carries: the ledger of problems says so when it is ready.

This app knows of no ledger. Whoever keeps one registers here, from its `ready()`, how a problem is raised and which
areas there are; until then the problem stays in the form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from apps.inspections.models import SiteForm

Areas = Sequence[tuple[str, str | Promise]]


@dataclass(frozen=True)
class Ledger:
    """`raise_of` raises the problem of a form and answers its key; `areas` are the choices of its area (value, label);
    `url_of` is the page of a problem by its key."""

    raise_of: Callable[[SiteForm, Any], int]
    areas: Areas
    url_of: Callable[[int], str]


_ledgers: list[Ledger] = []


def register(ledger: Ledger) -> None:
    """Have problems raised there; once, when the app that keeps them is ready. Raises ValueError for a second one."""
    if _ledgers:
        raise ValueError("problems are raised in one ledger")
    _ledgers.append(ledger)


def areas() -> Areas:
    """The areas a problem may be in; none until there is a ledger."""
    return _ledgers[0].areas if _ledgers else ()


def raise_of(form: SiteForm, by: Any) -> int | None:
    """Raise the problem of a form; its key, or None while there is no ledger."""
    return _ledgers[0].raise_of(form, by) if _ledgers else None


def url_of(problem: int | None) -> str:
    """The page of a problem; empty without one."""
    return _ledgers[0].url_of(problem) if _ledgers and problem is not None else ""
