"""What a desk is about: a place (or all that somebody reaches) and the units one level down, as arithmetic on codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import BigIntegerField, Case, F, QuerySet, Value, When
from django.db.models.functions import Cast

from apps.access import scope as scopes
from apps.divisions import codes
from apps.divisions.models import Division
from apps.divisions.units import unit_below
from apps.pages.places import Place

Rows = TypeVar("Rows", bound="QuerySet[Any]")

ELSEWHERE = 0
"""The unit of rows outside every unit: households that pairings and shares open to somebody with places of his own."""


@dataclass(frozen=True)
class Extent:
    """The rows of a desk. Without a single place the units are the account's own places.

    `is_own` says whether the place lies in the account's register ranges; elsewhere only single households are seen.
    """

    code: int | None
    own: tuple[scopes.Range, ...]
    is_own: bool

    @classmethod
    def of(cls, place: Place, scope: scopes.Scope) -> Extent:
        """The extent of a request's place."""
        own = scope.ranges("register")
        code = place.chosen or (own[0][0] if len(own) == 1 else None)
        return cls(code, own, bool(own) if code is None else any(low <= code <= high for low, high in own))

    @property
    def tops(self) -> tuple[int, ...]:
        """Where the account's own ranges begin."""
        return tuple(low for low, _high in self.own)

    @property
    def level(self) -> int | None:
        """Level of the place, None when there is no single one."""
        return codes.level(self.code) if self.code else None

    @property
    def has_units(self) -> bool:
        """Whether there is anything below to compare: not at a village, nor for somebody with households only, nor for
        one who sees his own level alone."""
        if not self.is_own or self.level == codes.VILLAGE:
            return False
        return self.code is None or any(low <= self.code < high for low, high in self.own)

    def ranges(self) -> list[tuple[int, int]]:
        """The code ranges of the place, or of the account's own places."""
        return [codes.subtree(self.code)] if self.code else list(self.own)

    def narrow(self, rows: Rows) -> Rows:
        """The rows of the place and below; all visible rows when there is no single place."""
        return rows.within(self.code) if self.code else rows  # type: ignore[attr-defined]

    def unit(self) -> Any:
        """Expression: the code of the unit below that a row belongs to, by cutting digits off the row's own."""
        if not self.has_units:
            return Cast(F("division_id"), BigIntegerField())
        if self.code:
            return unit_below(self.code)
        whens = [When(division_id__gte=low, division_id__lte=high, then=Value(low)) for low, high in self.own]
        return Case(*whens, default=Value(ELSEWHERE), output_field=BigIntegerField())

    def unit_of(self, code: int) -> int:
        """The same of a division's code."""
        if not self.has_units:
            return code
        if self.code:
            return codes.at(code, min(codes.level(self.code) + 1, codes.level(code)))
        return next((low for low, high in self.own if low <= code <= high), ELSEWHERE)

    def children(self) -> Sequence[Division]:
        """The units below in tree order, those that have ended included; one query."""
        if not self.has_units:
            return []
        if self.code:
            return list(Division.objects.children_of(self.code))
        return list(Division.objects.filter(code__in=self.tops))
