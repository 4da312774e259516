"""Conditions that have names: whether one of them holds, and which ones do, for evidence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, CharField, DecimalField, Q, Value, When
from django.db.models.functions import Concat

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=16, decimal_places=2)


def any_of(conditions: Mapping[str, Q]) -> Q:
    """At least one of the conditions holds."""
    return reduce(or_, conditions.values())


def names_of(conditions: Mapping[str, Q]) -> Concat:
    """The names of those conditions that hold, each followed by a comma (`evidence` puts them into words)."""
    parts = [Case(When(where, then=Value(f"{name},")), default=Value("")) for name, where in conditions.items()]
    return Concat(*parts, output_field=CharField())
