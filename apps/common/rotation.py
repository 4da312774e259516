"""Rotation of keys: every sealed number under the active key, every blind index under the active index key.

Works through tables by primary key in batches, each a statement of its own, and changes only what is not
current. A run that was stopped is simply started again. A row that somebody changed in between is left to
him: the application writes with the active keys already.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connections, models, transaction

from .fields import BlindIndexField, SealedField, sealed_fields
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
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and sealed_fields(model)
    ]


def lonely_indexes() -> list[BlindIndexField]:
    """Blind indexes without the number beside them: a new key reaches them only by a new load of the rows."""
    return [
        index
        for model in apps.get_models()
        for index in model._meta.local_concrete_fields
        if isinstance(index, BlindIndexField)
        and not any(index in indexes for _, indexes in sealed_fields(model))
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
    columns = sealed_fields(model)
    with pgtrigger.ignore(databases=[using]):
        for rows in _batches(model, columns, using, batch):
            outcome.rows += len(rows)
            stale = []
            for key, *values in rows:
                try:
                    renewed = _renewed(columns, values)
                except UnsealError:
                    outcome.failed.append(key)
                    continue
                if renewed != values:
                    stale.append((key, values, renewed))
            if stale:
                outcome.changed += _write(model, columns, using, stale)
            if progress:
                progress(outcome)
    return outcome


Columns = list[tuple[SealedField, list[BlindIndexField]]]


def _flat(columns: Columns) -> list[models.Field]:
    return [one for sealed, indexes in columns for one in (sealed, *indexes)]


def _batches(model: type[models.Model], columns: Columns, using: str, batch: int) -> Iterator[list[list]]:
    connection = connections[using]
    quote = connection.ops.quote_name
    key, table = quote(model._meta.pk.column), quote(model._meta.db_table)
    names = ", ".join([key, *(quote(column.column) for column in _flat(columns))])
    last: Any = None
    while True:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            where = "" if last is None else f"WHERE {key} > %s"
            cursor.execute(
                f"SELECT {names} FROM {table} {where} ORDER BY {key} LIMIT %s",  # noqa: S608  (names of models)
                [batch] if last is None else [last, batch],
            )
            rows = [
                [row[0], *(None if value is None else bytes(value) for value in row[1:])]
                for row in cursor.fetchall()
            ]
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def _renewed(columns: Columns, values: list[bytes | None]) -> list[bytes | None]:
    """The same row under the active keys."""
    result: list[bytes | None] = []
    position = 0
    for sealed, indexes in columns:
        blob = values[position]
        position += 1 + len(indexes)
        if blob is None:
            result += [None] * (1 + len(indexes))
            continue
        clear = unseal(sealed.kind, blob)
        result.append(rotate(sealed.kind, blob) or blob)
        result += [blind_index(index.kind, clear) for index in indexes]
    return result


def _write(
    model: type[models.Model],
    columns: Columns,
    using: str,
    stale: list[tuple[Any, list[bytes | None], list[bytes | None]]],
) -> int:
    """Update the rows that still hold what was read; the number of those."""
    connection = connections[using]
    quote = connection.ops.quote_name
    pk = model._meta.pk
    fields = _flat(columns)
    numbered = list(enumerate(fields))
    sets = ", ".join(f"{quote(column.column)} = fresh.new{i}" for i, column in numbered)
    same = " AND ".join(
        f"kept.{quote(column.column)} IS NOT DISTINCT FROM fresh.old{i}" for i, column in numbered
    )
    names = ", ".join(["key", *(f"old{i}" for i, _ in numbered), *(f"new{i}" for i, _ in numbered)])
    arrays = ", ".join([f"%s::{pk.rel_db_type(connection)}[]", *["%s::bytea[]"] * (2 * len(fields))])
    statement = (
        f"UPDATE {quote(model._meta.db_table)} kept SET {sets} "  # noqa: S608  (names of models)
        f"FROM unnest({arrays}) fresh ({names}) WHERE kept.{quote(pk.column)} = fresh.key AND {same}"
    )
    parameters = [
        [key for key, _, _ in stale],
        *([old[i] for _, old, _ in stale] for i, _ in numbered),
        *([new[i] for _, _, new in stale] for i, _ in numbered),
    ]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount
