"""Move placed rows from some division codes to others, table by table, as far as the database's own rules allow.

Two kinds of rules of the database matter, and both are read from its catalogue instead of being known here:

* a composite foreign key that carries a copy of the place (a person's, from the household): the copy follows its
  parent by ON UPDATE CASCADE, so parents go first, and a copy whose parent stays, stays;
* a unique index over the place: a row that would collide with one that is already at the new place stays.

The names put into statements here come from the models and the catalogue, never from a person.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.utils import CursorWrapper

from apps.divisions.models import Division


@dataclass(frozen=True, slots=True)
class Place:
    """One column that holds division codes."""

    model: type[models.Model]
    table: str
    column: str
    key: tuple[str, ...]

    @property
    def label(self) -> str:
        """How reports name it: the model, and the field where it is not simply the row's division."""
        name = self.model._meta.label
        return name if self.column == "division_id" else f"{name}.{self.column.removesuffix('_id')}"


@dataclass(frozen=True, slots=True)
class _Parent:
    """A composite foreign key: the rows `pairs` name in `table` hold the place that `column` copies."""

    table: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Unique:
    """A unique index over the place: its other columns, its predicate, whether two nulls are equal to it."""

    others: tuple[str, ...]
    predicate: str
    nulls_equal: bool


def places() -> list[Place]:
    """Every column of the project that moves when a division is re-coded.

    These are the foreign keys to `Division` outside this app, and the integer fields that a model names in
    `division_code_fields`; none of a model that sets `keeps_division`.
    """
    found = []
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.proxy or not meta.managed or meta.app_label == Division._meta.app_label:
            continue
        if getattr(model, "keeps_division", False):
            continue
        named = getattr(model, "division_code_fields", ())
        for field in meta.local_concrete_fields:
            if field.name in named or (field.is_relation and field.related_model is Division):
                found.append(Place(model, meta.db_table, str(field.column), _key(model)))
    return found


def _key(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(str(field.column) for field in model._meta.pk_fields)


def move(old: Sequence[int], distance: int, using: str) -> tuple[dict[str, int], dict[str, int]]:
    """Add `distance` to every place that holds one of the `old` codes. Rows moved and rows kept, by `Place.label`.

    Needs a transaction that may see and change those rows; foreign keys are checked at its end.
    """
    moved, kept = {}, {}
    # The block inside `_open_history` undoes a refused change before that one resets its setting.
    with _open_history(using), transaction.atomic(using=using), connections[using].cursor() as cursor:
        parents = {place: _parents(cursor, place) for place in places()}
        ordered = _parents_first(parents)
        before = {place: _count(cursor, place, old) for place in ordered}
        for place in ordered:
            if before[place]:
                _update(cursor, place, parents[place], old, distance)
        for place in ordered:
            if before[place]:
                left = _count(cursor, place, old)
                if before[place] - left:
                    moved[place.label] = before[place] - left
                if left:
                    kept[place.label] = left
    return moved, kept


@contextmanager
def _open_history(using: str) -> Iterator[None]:
    """Event tables refuse changes by a trigger; the place of their rows is a copy and must follow."""
    guards = [
        f"{model._meta.label}:{trigger.name}"
        for model, trigger in pgtrigger.registered()
        if trigger.name == "append_only" and not getattr(model, "keeps_division", False)
    ]
    if not guards:
        yield
        return
    with pgtrigger.ignore(*guards, databases=[using]):
        yield


def _parents(cursor: CursorWrapper, place: Place) -> list[_Parent]:
    cursor.execute(
        """
        SELECT con.confrelid::regclass::text,
               array_agg(mine.attname::text ORDER BY pair.position),
               array_agg(theirs.attname::text ORDER BY pair.position)
        FROM pg_constraint con
        CROSS JOIN LATERAL unnest(con.conkey, con.confkey) WITH ORDINALITY AS pair(mine, theirs, position)
        JOIN pg_attribute mine ON mine.attrelid = con.conrelid AND mine.attnum = pair.mine
        JOIN pg_attribute theirs ON theirs.attrelid = con.confrelid AND theirs.attnum = pair.theirs
        WHERE con.contype = 'f' AND con.conrelid = %s::regclass AND con.confrelid <> con.conrelid
          AND cardinality(con.conkey) > 1
        GROUP BY con.oid, con.confrelid
        HAVING %s = ANY (array_agg(mine.attname::text))
        """,
        [f'"{place.table}"', place.column],
    )
    return [_Parent(table, tuple(zip(mine, theirs, strict=True))) for table, mine, theirs in cursor.fetchall()]


def _parents_first(parents: dict[Place, list[_Parent]]) -> list[Place]:
    """Tables in an order in which each comes after those that its composite keys point to."""
    ordered: list[Place] = []
    waiting = list(parents)
    while waiting:
        pending = {place.table for place in waiting}
        ready = [
            place
            for place in waiting
            if not any(one.table in pending and one.table != place.table for one in parents[place])
        ]
        # A ring of composite keys cannot be ordered; its constraints are deferred, so any order serves.
        ready = ready or waiting[:1]
        ordered += ready
        waiting = [place for place in waiting if place not in ready]
    return ordered


def _uniques(cursor: CursorWrapper, place: Place) -> list[_Unique]:
    """Unique indexes that a moved row could violate. One that holds the whole primary key cannot be, unless the
    place is part of that key; one over expressions is left to the database, which then refuses everything."""
    cursor.execute(
        """
        SELECT array_agg(att.attname::text ORDER BY att.attnum), coalesce(pg_get_expr(ix.indpred, ix.indrelid), 'true'),
               ix.indnullsnotdistinct
        FROM pg_index ix
        JOIN pg_attribute att ON att.attrelid = ix.indrelid AND att.attnum = ANY (ix.indkey::smallint[])
        WHERE ix.indrelid = %s::regclass AND ix.indisunique AND ix.indexprs IS NULL
        GROUP BY ix.indexrelid, ix.indpred, ix.indrelid, ix.indnullsnotdistinct
        HAVING %s = ANY (array_agg(att.attname::text))
        """,
        [f'"{place.table}"', place.column],
    )
    found = []
    for columns, predicate, nulls_equal in cursor.fetchall():
        if place.column not in place.key and set(place.key) <= set(columns):
            continue
        others = tuple(column for column in columns if column != place.column)
        found.append(_Unique(others, predicate.replace("%", "%%"), nulls_equal))
    return found


def _count(cursor: CursorWrapper, place: Place, old: Sequence[int]) -> int:
    statement = f'SELECT count(*) FROM "{place.table}" WHERE "{place.column}" = ANY (%s)'  # noqa: S608
    cursor.execute(statement, [list(old)])
    return cursor.fetchone()[0]


def _update(cursor: CursorWrapper, place: Place, parents: list[_Parent], old: Sequence[int], distance: int) -> None:
    values: list[Any] = [distance, list(old)]
    conditions = [f'moving."{place.column}" = ANY (%s)']
    for parent in parents:
        same = " AND ".join(f'parent."{theirs}" = moving."{mine}"' for mine, theirs in parent.pairs)
        conditions.append(f"NOT EXISTS (SELECT FROM {parent.table} AS parent WHERE {same})")
    for unique in _uniques(cursor, place):
        equal = "IS NOT DISTINCT FROM" if unique.nulls_equal else "="
        same = "".join(f' AND there."{other}" {equal} here."{other}"' for other in unique.others)
        conditions.append(
            f"""moving.ctid <> ALL (ARRAY(
                SELECT here.place_of_row
                FROM (SELECT ctid AS place_of_row, * FROM "{place.table}" WHERE {unique.predicate}) AS here
                JOIN (SELECT * FROM "{place.table}" WHERE {unique.predicate}) AS there
                  ON there."{place.column}" = here."{place.column}" + %s{same}
                WHERE here."{place.column}" = ANY (%s)))"""  # noqa: S608
        )
        values += [distance, list(old)]
    change = f'UPDATE "{place.table}" AS moving SET "{place.column}" = moving."{place.column}" + %s'  # noqa: S608
    cursor.execute(f"{change} WHERE {' AND '.join(conditions)}", values)
