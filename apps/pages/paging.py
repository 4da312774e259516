"""Key-set pages: the next page begins after the last row seen, however deep, and no table is ever counted for it.

An ordering is a tuple of ORM paths in one direction, the last of which is unique, so that no row is shown twice or left
out under equal keys. Only the first path may be nullable; rows without a value come last in both directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.core.signing import BadSignature, Signer
from django.db.models import F, Field, ForeignKey, Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
COUNT_LIMIT = 10_000

Row = tuple[Any, ...]


class BadCursor(ValueError):
    """A cursor that this ordering did not give out."""


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the cursors of its neighbours (None where there is none)."""

    rows: list[Row] = field(default_factory=list)
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class KeySet:
    """One ordering of a model's rows, and its pages."""

    model: type[Model]
    paths: tuple[str, ...]
    descending: bool = False

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """The model fields behind the paths."""
        return [resolve(self.model, path)[0] for path in self.paths]

    def page(self, rows: QuerySet[Any], paths: Sequence[str], size: int, *, after: str = "", before: str = "") -> Page:
        """The `size` rows after (or before) a cursor as tuples of the ORM `paths`, then of the ordering's own.

        Raises BadCursor for a cursor that this ordering did not give out.
        """
        backward = bool(before)
        cursor = before or after
        wanted = size + 1
        found: list[Row] = []
        for segment in self._segments(self._decode(cursor) if cursor else None, backward):
            ordered = rows.filter(segment).order_by(*self._order(backward))
            found += ordered.values_list(*paths, *self.paths)[: wanted - len(found)]
            if len(found) == wanted:
                break
        more, found = len(found) == wanted, found[:size]
        if backward:
            found.reverse()
        has_after = more if not backward else bool(found)
        has_before = more if backward else bool(after and found)
        return Page(
            found,
            after=self._encode(found[-1]) if has_after else None,
            before=self._encode(found[0]) if has_before else None,
        )

    def ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """All rows in this order, for an export."""
        first, *rest = self._order(backward=False)
        if self.descending and resolve(self.model, self.paths[0])[1]:
            return rows.order_by(F(self.paths[0]).desc(nulls_last=True), *rest)
        return rows.order_by(first, *rest)

    def _order(self, backward: bool) -> list[str]:
        sign = "-" if self.descending != backward else ""
        return [sign + path for path in self.paths]

    def _segments(self, position: Row | None, backward: bool) -> list[Q | Any]:
        """Filters whose rows, one after the other, are the rest of the list: with a first value, then without."""
        first, rest = self.paths[0], self.paths[1:]
        if not resolve(self.model, first)[1]:
            return [Q() if position is None else self._beyond(self.paths, position, backward)]
        present, absent = Q(**{f"{first}__isnull": False}), Q(**{f"{first}__isnull": True})
        segments = [absent, present] if backward else [present, absent]
        if position is None:
            return segments
        if position[0] is not None:
            segments[int(backward)] = present & Q(self._beyond(self.paths, position, backward))
            return segments[int(backward) :]
        segments[1 - int(backward)] = absent & Q(self._beyond(rest, position[1:], backward))
        return segments[1 - int(backward) :]

    def _beyond(self, paths: Sequence[str], position: Row, backward: bool) -> Any:
        """A row comparison, which PostgreSQL answers from an index on exactly these columns."""
        comparison = TupleLessThan if self.descending != backward else TupleGreaterThan
        return comparison(Tuple(*map(F, paths)), position)

    def _signer(self) -> Signer:
        return Signer(salt=f"{self.model._meta.label}:{','.join(self.paths)}:{self.descending}")

    def _encode(self, row: Row) -> str:
        values = row[-len(self.paths) :]
        return self._signer().sign_object([value if value is None else str(value) for value in values])

    def _decode(self, cursor: str) -> Row:
        try:
            values = self._signer().unsign_object(cursor)
        except (BadSignature, ValueError) as error:
            raise BadCursor(cursor) from error
        return tuple(
            None if value is None else field.to_python(value) for field, value in zip(self.fields, values, strict=True)
        )


def count(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows there are, and whether that is exact: counting stops at 10,000."""
    found = rows.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    return min(found, COUNT_LIMIT), found <= COUNT_LIMIT


def resolve(model: type[Model], path: str) -> tuple[Field[Any, Any], bool]:
    """The field that holds the value at the end of an ORM path (`pk` and `…_id` too), and whether it may be null."""
    nullable = False
    for name in path.split(LOOKUP_SEP):
        field = cast("Field[Any, Any]", model._meta.pk if name == "pk" else model._meta.get_field(name))
        nullable = nullable or field.null
        model = field.related_model or model
    return (field.target_field if isinstance(field, ForeignKey) else field), nullable
