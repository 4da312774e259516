"""The units below a place, as arithmetic on codes inside a query."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, Value
from django.db.models.functions import Cast

from apps.divisions import codes


def unit_below(division: int, path: str = "division_id") -> Any:
    """Expression: the code of the unit directly below a place that a row lies in; the place itself for what stands
    there, and at a village the village. `path` leads to the column with the row's place."""
    place = Cast(F(path), BigIntegerField())
    span = codes.SPAN[min(codes.level(division) + 1, codes.VILLAGE)]
    return ExpressionWrapper(place - place % Value(span), output_field=BigIntegerField())
