"""Bring the division tables in line with a list, in one statement that touches only what differs."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from apps.divisions.models import Division, HistoricalCode
from apps.divisions.reference import Unit, units
from apps.divisions.signals import divisions_loaded

_UNIT_COLUMNS = {
    "code": "bigint",
    "parent_id": "bigint",
    "level": "smallint",
    "name": "text",
    "short_name": "text",
    "kind": "text",
    "is_virtual": "boolean",
    "host_id": "bigint",
    "lon": "numeric",
    "lat": "numeric",
    "poverty_tier": "text",
    "exit_year": "smallint",
    "announced_on": "date",
    "contiguous_area": "text",
    "sort_key": "bigint",
}
"""What the list decides; `ended_on` and `replaced_by` are re-coding's alone."""

_HISTORY_COLUMNS = {"code6": "text", "name": "text", "from_year": "smallint", "to_year": "smallint"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did, in rows; `others` are rows of the table that the list does not have."""

    added: int
    changed: int
    unchanged: int
    others: int


def load(listed: Sequence[Unit] | None = None, *, using: str = "default") -> Loaded:
    """Add the units of the list (the project's own if none is given) and correct those that differ.

    A second run changes nothing. Units that ended keep their end, and units that are not in the list stay.
    """
    wanted = units() if listed is None else listed
    rows = [[getattr(unit, name) for name in _UNIT_COLUMNS] for unit in wanted]
    with transaction.atomic(using=using):
        done = _merge(Division._meta.db_table, ["code"], _UNIT_COLUMNS, rows, using)
        divisions_loaded.send(Division, using=using)
    return done


def load_historical_codes(path: Path, *, using: str = "default") -> Loaded:
    """Add the GB/T 2260 codes of a CSV file (code6, name, from_year, to_year or empty) and correct those that differ.

    `ValueError`, naming the line, for a malformed row; nothing is written then.
    """
    rows: list[list[Any]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            try:
                until = int(row["to_year"]) if row["to_year"] else None
                rows.append([row["code6"].strip(), row["name"].strip(), int(row["from_year"]), until])
            except (KeyError, TypeError, ValueError, AttributeError) as wrong:
                raise ValueError(f"{path.name}:{line}: {wrong}") from wrong
    return _merge(HistoricalCode._meta.db_table, ["code6", "from_year"], _HISTORY_COLUMNS, rows, using)


def _merge(table: str, key: list[str], columns: dict[str, str], rows: list[list[Any]], using: str) -> Loaded:
    """Insert or correct rows by key. Unchanged rows are not written, so that nothing is vacuumed or logged for them."""
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    facts = [name for name in columns if name not in key]
    statement = f"""
        INSERT INTO {table} AS old ({", ".join(columns)})
        SELECT * FROM unnest({arrays})
        ON CONFLICT ({", ".join(key)}) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in facts)}
        WHERE ({", ".join(f"old.{name}" for name in facts)})
            IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in facts)})
        RETURNING xmax = 0
    """  # noqa: S608 - table and column names are this module's own
    values = [list(column) for column in zip(*rows, strict=True)] or [[] for _name in columns]
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(statement, values)
        added = [new for (new,) in cursor.fetchall()]
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        total = cursor.fetchone()[0]
    fresh = sum(added)
    return Loaded(fresh, len(added) - fresh, len(rows) - len(added), total - len(rows))
