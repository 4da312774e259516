"""What makes a village or household more likely to be drawn: risks, as other apps know them.

A risk is a query of `key` (the village's code or the household's key) and `risk` (a number from 0 on) for whoever is
above 0. A unit's weight is 1 plus the sum of its risks, each taken to at most `most`. Apps further up register theirs
from their `ready()`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

Asked = Callable[[Any], QuerySet[Any, Any]]


@dataclass(frozen=True)
class Risk:
    """A risk: its name for people, the queries of a user by what is drawn ("village", "household"), the most that it
    adds to a weight."""

    name: str
    label: str | Promise
    by_unit: dict[str, Asked]
    most: int


_risks: list[Risk] = []


def register(risk: Risk) -> None:
    """Add a risk; once, when the app that knows it is ready. Raises ValueError for a name that is taken."""
    if any(known.name == risk.name for known in _risks):
        raise ValueError(f"{risk.name} is weighed already")
    _risks.append(risk)


def risks(unit: str) -> list[Risk]:
    """The risks that villages or households are weighed by."""
    return [risk for risk in _risks if unit in risk.by_unit]
