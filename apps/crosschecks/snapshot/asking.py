"""Asking a snapshot where a rule finds something; None where only PostgreSQL can say."""

from __future__ import annotations

import datetime
import json
import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules import RULES, Context, Rule
from apps.crosschecks.rules.coverage import Versions
from apps.crosschecks.snapshot import building, engine
from apps.crosschecks.snapshot.reading import department_tables
from apps.crosschecks.snapshot.translation import Question, Reads, question, together

MAX_AGE = datetime.timedelta(hours=36)
"""Who tries a rule is not answered from an older register: then that of now is asked."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """A register as it was, with the departments' data of that night; it lies on this machine.

    `held`: the register itself is read into memory once; a run asks it too often to unpack it for each question.
    """

    folder: Path
    held: bool = False

    @cached_property
    def contents(self) -> building.Contents:
        """Table → its columns, and its files by version."""
        return json.loads((self.folder / building.CONTENTS).read_text())

    @property
    def taken_at(self) -> datetime.datetime:
        """When the register was like that."""
        written = (self.folder / building.CONTENTS).stat().st_mtime
        return datetime.datetime.fromtimestamp(written, datetime.UTC)

    @cached_property
    def opened(self) -> duckdb.DuckDBPyConnection:
        """The engine over its files."""
        opened = engine.connect(building.root())
        tables = building.files(self.folder, self.contents)
        read = {name: files for name, files in tables.items() if self.held and name not in department_tables()}
        engine.hold(opened, read)
        engine.view(opened, {name: files for name, files in tables.items() if name not in read})
        return opened

    def objects(self, rule: Rule, context: Context) -> set[int] | None:
        """The keys of the objects that a rule finds in it, or may find; None when it does not hold what it reads."""
        return self._answered(rule, context, "SELECT DISTINCT object_id", "")

    def by_unit(self, rule: Rule, context: Context, span: int) -> dict[int, int] | None:
        """How many rows lie in each division of so many codes; None when it does not hold what the rule reads, or can
        only name suspects."""
        if rule.suspects is not None:
            return None
        unit = f"division_id - division_id % {span}"
        return self._answered(rule, context, f"SELECT {unit}, count(*)", f" GROUP BY {unit}")

    def _answered(self, rule: Rule, context: Context, select: str, rest: str) -> Any:
        asked = asked_of(rule, context)
        if asked is None or not self._holds(asked.reads, context.versions):
            return None
        try:
            rows = self._rows(f"{select} FROM ({asked.sql}) AS found (object_id, division_id){rest}")
        except (duckdb.Error, OSError):
            logger.exception("Rule %s was not answered by the snapshot %s", rule.id, self.folder.name)
            return None
        return dict(rows) if rest else {key for (key,) in rows}

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer to a question; broken off when it takes too long."""
        cursor = self.opened.cursor()  # of its own: a connection refuses the second of two threads
        limit = threading.Timer(settings.SNAPSHOT_SECONDS, cursor.interrupt)
        limit.start()
        try:
            return cursor.execute(sql).fetchall()
        finally:
            limit.cancel()

    def _holds(self, reads: Reads, versions: Versions) -> bool:
        """Whether every column is there, and every version that counts now."""
        for table, columns in reads.items():
            kept = self.contents.get(table, {"columns": [], "files": {}})
            code = department_tables().get(table)
            wanted = {str(version.pk) for version in versions.get(code, ())} if code else {""}
            if columns - {*kept["columns"]} or wanted - {*kept["files"]}:
                return False
        return True


def of_run(name: str, context: Context) -> Snapshot | None:
    """The snapshot of a run, taken now if this machine has none; None where that fails: the run only takes longer.

    The scope in force must be the whole region's. Whoever failed once does not try again for the same run.
    """
    if name in _failed:
        return None
    try:
        folder = building.root() / "registers" / name
        if not (folder / building.CONTENTS).exists():
            with building.alone(), transaction.atomic():
                if not (folder / building.CONTENTS).exists():
                    building.take(name, all_that_rules_read(RULES.values(), context), context.versions)
    except (duckdb.Error, OSError, DatabaseError):
        logger.exception("No snapshot could be taken for the run %s", name)
        _failed.add(name)
        return None
    return _kept(folder, held=True)


def latest() -> Snapshot | None:
    """The last one that this machine has taken; None where that is not last night's any more."""
    oldest = timezone.now() - MAX_AGE
    found = next((_kept(folder) for folder in building.taken()), None)
    return found if found is not None and found.taken_at >= oldest else None


_failed: set[str] = set()


@lru_cache(maxsize=1)
def _kept(folder: Path, held: bool = False) -> Snapshot:
    """The same snapshot for all questions of a process; an older one is closed."""
    return Snapshot(folder, held)


def all_that_rules_read(rules: Iterable[Rule], context: Context) -> Reads:
    """The columns that any of these rules reads in a context."""
    asked = [asked_of(rule, context) for rule in rules if not rule.waits_for()]
    return together(one.reads for one in asked if one is not None)


def asked_of(rule: Rule, context: Context) -> Question | None:
    """A rule's question to a snapshot; None for those that only PostgreSQL can answer, and for one that cannot even be
    put: that is its own unit's trouble and no other's."""
    if rule.places or rule.also or rule.on == ObjectKind.DATASET:
        return None
    operations: Any = connection.ops  # PostgreSQL's, which know how
    try:
        if rule.suspects is not None:
            return question(rule.suspects(context))
        return question(operations.compose_sql(*rule.objects(context).query.sql_with_params()))
    except EmptyResultSet:
        return Question("SELECT 0, 0 WHERE false", {})
    except Exception:
        logger.exception("Rule %s cannot be asked of a snapshot", rule.id)
        return None
