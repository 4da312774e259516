"""Conditions that have names: whether one of them holds, and which ones do, for evidence."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Case, CharField, DecimalField, Func, Q, Value, When
from django.db.models.functions import Concat

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=16, decimal_places=2)
# A person's number can be looked for among departments' rows; of others nothing may be called missing (a.8).
HAS_KEY = Q(id_no_index__isnull=False, id_sex__isnull=False)


class Differs(Func):
    """Two values are not the same; a null differs from every value and not from a null."""

    template = "(%(expressions)s)"
    arg_joiner = " IS DISTINCT FROM "
    arity = 2
    output_field = BooleanField()


class Unequal(Func):
    """Two values are both there and not the same."""

    template = "(%(expressions)s)"
    arg_joiner = " <> "
    arity = 2
    output_field = BooleanField()


class IsAnyOf(Func):
    """A value is one of an array."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    arity = 2
    output_field = BooleanField()


def any_of(conditions: Mapping[str, Q]) -> Q:
    """At least one of the conditions holds."""
    return reduce(or_, conditions.values())


def names_of(conditions: Mapping[str, Q]) -> Concat:
    """The names of those conditions that hold, each followed by a comma (`evidence` puts them into words)."""
    parts = [Case(When(where, then=Value(f"{name},")), default=Value("")) for name, where in conditions.items()]
    return Concat(*parts, output_field=CharField())


def valid_on(day: datetime.date) -> Q:
    """A department's row is valid on a day: begun, and not ended before; a day that is not known does not end it."""
    return (Q(from_on=None) | Q(from_on__lte=day)) & (Q(to_on=None) | Q(to_on__gte=day))


def standing_on(day: datetime.date) -> Q:
    """A department's row is not cancelled on a day; that of the cancellation itself is too late."""
    return Q(cancelled_on=None) | Q(cancelled_on__gt=day)
