"""Bringing many rows into protected tables: COPY into a temporary table, then one INSERT … SELECT.

COPY refuses tables under row-level security, and the policies hold here as everywhere: the application's role writes,
within the scope of whoever acts.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

import pgtrigger
from django.db import connection, models

from apps.dashboards.demo.tables import Table


class Stopwatch:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count the block under this name."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


class Bulk:
    """Writes blocks of lines within the caller's transaction; constraints are checked with each block."""

    def __init__(self, watch: Stopwatch) -> None:
        self.watch = watch
        self.rows: Counter[str] = Counter()
        self._staged: set[str] = set()
        with connection.cursor() as cursor:
            # At once: deferred checks of millions of rows would all be kept in memory until the end.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def reserve(self, model: type[models.Model], count: int) -> int:
        """Take `count` keys of a table; what has to be added to ordinals from 1 to get them."""
        if not count:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(key), max(key) FROM (SELECT nextval(pg_get_serial_sequence(%s, %s)) AS key"
                " FROM generate_series(1, %s)) AS taken",
                [model._meta.db_table, model._meta.pk.column, count],
            )
            first, last = cursor.fetchone()
        if last - first + 1 != count:
            raise RuntimeError(f"somebody else is writing to {model._meta.db_table}")
        return first - 1

    def put(self, table: Table, lines: str, expressions: Mapping[str, str] | None = None) -> None:
        """Insert lines of COPY text. `expressions` give columns another value, in SQL over the line's columns.

        The lines stay in the temporary table until `empty`.
        """
        if not lines:
            return
        name, stage = table.model._meta.db_table, self._stage(table)
        with connection.cursor() as cursor:
            with self.watch.phase("copy"), cursor.copy(f"COPY {stage} FROM STDIN") as copy:
                copy.write(lines)
            with self.watch.phase("insert"), self.without_history():
                values = {column: f'"{column}"' for column in table.columns if column not in table.only_staged}
                values |= dict.fromkeys(table.constants, "%s") | dict(expressions or {})
                columns = ", ".join(f'"{column}"' for column in values)
                cursor.execute(
                    f"INSERT INTO {name} ({columns}) SELECT {', '.join(values.values())} FROM {stage}",  # noqa: S608
                    [table.constants[column] for column, value in values.items() if value == "%s"],
                )
                self.rows[name] += cursor.rowcount

    def empty(self, table: Table) -> None:
        """Make room for the next block."""
        if table.model._meta.db_table in self._staged:
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {self.stage_of(table)}")

    @staticmethod
    def stage_of(table: Table) -> str:
        """The temporary table that a block of lines goes to first."""
        return f"demo_{table.model._meta.db_table}"

    @staticmethod
    def without_history() -> AbstractContextManager[None]:
        """No history of the making: what was never otherwise needs none, and it would double every table."""
        return pgtrigger.ignore()

    def _stage(self, table: Table) -> str:
        name, stage = table.model._meta.db_table, self.stage_of(table)
        if name not in self._staged:
            columns = ", ".join(
                f'NULL::{table.only_staged[column]} AS "{column}"' if column in table.only_staged else f'"{column}"'
                for column in table.columns
            )
            with connection.cursor() as cursor:
                cursor.execute(
                    f"CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS"  # noqa: S608 - names of our own
                    f" SELECT {columns} FROM {name} WITH NO DATA"
                )
            self._staged.add(name)
        return stage
