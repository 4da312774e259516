"""Rotation of keys: every sealed number under the active key, every blind index under the active index key.

Works through tables by primary key in batches, each a statement of its own, and changes only what is not
current. A run that was stopped is simply started again. The application goes on working meanwhile; what it
changes in between is read again.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connections, models, transaction

from .fields import BlindIndexField, sealed_fields
from .sealing import UnsealError, blind_index, rotate, unseal

BATCH = 2000


@dataclass
class Outcome:
    """What happened to one table: rows read, rows rewritten, keys of rows that could not be opened."""

    table: str
    rows: int = 0
    changed: int = 0
    failed: list[Any] = field(default_factory=list)


def models_with_numbers() -> list[type[models.Model]]:
    """Every model with a table of its own that holds sealed numbers, event tables included."""
    return [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and sealed_fields(model)
    ]


def lonely_indexes() -> list[BlindIndexField]:
    """Blind indexes without the number beside them: a new key reaches them only by a new load of the rows."""
    return [
        index
        for model in apps.get_models()
        for index in model._meta.local_concrete_fields
        if isinstance(index, BlindIndexField) and not any(index in indexes for _, indexes in sealed_fields(model))
    ]


def rotate_model(
    model: type[models.Model],
    *,
    using: str,
    batch: int = BATCH,
    progress: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """Bring one table to the active keys; the connection `using` must be able to see and update its rows.

    Triggers are passed over: the numbers do not change, so history gains nothing, and append-only event
    tables hold sealed numbers too. Rows that cannot be opened are named in the outcome and left as they are.
    """
    outcome = Outcome(model._meta.db_table)
    table = _Table(model, using)
    # Without any registered trigger pgtrigger has nothing to pass over, and stumbles.
    with pgtrigger.ignore(databases=[using]) if pgtrigger.registered() else nullcontext():
        rows = table.after(None, batch)
        while rows:
            last = rows[-1][0]
            outcome.rows += len(rows)
            while rows:
                stale = _stale(table, rows, outcome)
                written = table.write(stale)
                outcome.changed += len(written)
                # What somebody changed after it was read is read again.
                rows = table.of([key for key, _, _ in stale if key not in written])
            if progress:
                progress(outcome)
            rows = table.after(last, batch)
    return outcome


def _stale(table: "_Table", rows: list[list[Any]], outcome: Outcome) -> list[tuple[Any, list, list]]:
    """Key, old and new values of the rows that are not under the active keys; the unreadable go into the outcome."""
    found = []
    for key, *values in rows:
        try:
            renewed = table.renewed(values)
        except UnsealError:
            outcome.failed.append(key)
            continue
        if renewed != values:
            found.append((key, values, renewed))
    return found


class _Table:
    """Statements over one table. Only names of models go into the SQL."""

    def __init__(self, model: type[models.Model], using: str) -> None:
        self.using, self.connection = using, connections[using]
        self.columns = sealed_fields(model)
        self.fields: list[models.Field] = [one for sealed, indexes in self.columns for one in (sealed, *indexes)]
        quote = self.connection.ops.quote_name
        self.name, self.key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
        self.names = [quote(str(one.column)) for one in self.fields]
        self.key_type = model._meta.pk.rel_db_type(self.connection)

    def after(self, last: Any, batch: int) -> list[list[Any]]:
        """The next rows by key."""
        where = "" if last is None else f"WHERE {self.key} > %s"
        return self._read(f"{where} ORDER BY {self.key} LIMIT %s", [batch] if last is None else [last, batch])

    def of(self, keys: list[Any]) -> list[list[Any]]:
        """The rows of these keys that are still there."""
        return self._read(f"WHERE {self.key} = ANY (%s::{self.key_type}[])", [keys]) if keys else []

    def _read(self, condition: str, parameters: list[Any]) -> list[list[Any]]:
        statement = f"SELECT {', '.join([self.key, *self.names])} FROM {self.name} {condition}"  # noqa: S608
        with transaction.atomic(using=self.using), self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return [
                [key, *(None if value is None else bytes(value) for value in values)]
                for key, *values in cursor.fetchall()
            ]

    def renewed(self, values: list[bytes | None]) -> list[bytes | None]:
        """The same row under the active keys; UnsealError."""
        result: list[bytes | None] = []
        position = 0
        for sealed, indexes in self.columns:
            blob = values[position]
            position += 1 + len(indexes)
            if blob is None:
                result += [None] * (1 + len(indexes))
                continue
            clear = unseal(sealed.kind, blob)
            result.append(rotate(sealed.kind, blob) or blob)
            result += [blind_index(index.kind, clear) for index in indexes]
        return result

    def write(self, stale: list[tuple[Any, list, list]]) -> set[Any]:
        """Update the rows that still hold what was read; the keys of those."""
        if not stale:
            return set()
        places = range(len(self.names))
        sets = ", ".join(f"{self.names[i]} = fresh.new{i}" for i in places)
        same = " AND ".join(f"kept.{self.names[i]} IS NOT DISTINCT FROM fresh.old{i}" for i in places)
        names = ", ".join(["key", *(f"old{i}" for i in places), *(f"new{i}" for i in places)])
        arrays = ", ".join([f"%s::{self.key_type}[]", *["%s::bytea[]"] * (2 * len(self.names))])
        statement = (
            f"UPDATE {self.name} kept SET {sets} FROM unnest({arrays}) fresh ({names}) "  # noqa: S608
            f"WHERE kept.{self.key} = fresh.key AND {same} RETURNING fresh.key"
        )
        parameters = [
            [key for key, _, _ in stale],
            *([old[i] for _, old, _ in stale] for i in places),
            *([new[i] for _, _, new in stale] for i in places),
        ]
        with transaction.atomic(using=self.using), self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return {key for (key,) in cursor.fetchall()}
