"""A rule asked four times: PostgreSQL says what is found; a snapshot of the same rows and the condition written by hand
must name the same, and what is written of what the snapshot names must be all of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection
from django.test import override_settings

from apps.crosschecks.rules import Context, Rule
from apps.crosschecks.rules.parameters import LINE
from apps.crosschecks.services import writing
from apps.crosschecks.snapshot import building, engine
from apps.crosschecks.snapshot.asking import Snapshot, asked_of
from bench.rules_floor import STATEMENTS, floor_of


def rows_of(rule: Rule, context: Context) -> list[tuple[Any, ...]]:
    """The hits of a rule, after the other engine has named the same objects. The scope must be the whole region's."""
    rows = [row for found in rule.hits(context) for row in found]
    if by_hand_is_the_same_question(rule, context):
        with connection.cursor() as cursor:
            cursor.execute(floor_of(rule.id, context))
            by_hand = cursor.fetchall()
        assert sorted(by_hand) == sorted((row[2], row[6]) for row in rows), f"{rule.id}: by hand it is another"
    asked = None if rule.waits_for() else asked_of(rule, context)
    if asked is not None and asked.reads:
        place = tempfile.TemporaryDirectory(dir=snapshots())
        with place as folder, override_settings(SNAPSHOT_ROOT=Path(folder)), one_engine():
            taken = Snapshot(building.take("test", asked.reads, context.versions), held=True)
            named = taken.objects(rule, context)
            confirmed = rows_by(rule, context, taken)
            taken.opened.close()
        found = {row[2] for row in rows}
        if context.only is None:
            assert sorted(map(str, confirmed)) == sorted(map(str, rows)), f"{rule.id}: what is named is not confirmed"
        assert named is not None
        assert named >= found if rule.suspects else named == found, f"{rule.id}: the engines differ"
    return rows


@cache
def snapshots() -> Path:
    """Where the snapshots of these tests lie: all that their engine may reach."""
    return Path(tempfile.mkdtemp())


@cache
def _opened() -> duckdb.DuckDBPyConnection:
    return engine.connect(snapshots())


@contextmanager
def one_engine() -> Iterator[None]:
    """All snapshots inside the block are written and read by the one engine of these tests, which forgets them
    afterwards: opening an engine takes longer than all that is asked of it here."""
    _opened()  # by the usual way, before it is closed
    usual = engine.connect

    def connect(folder: Path) -> duckdb.DuckDBPyConnection:
        (folder / engine.SPILL).mkdir(exist_ok=True)
        return _opened().cursor()

    engine.connect = connect
    try:
        yield
    finally:
        engine.connect = usual
        kept = _opened().execute("SELECT table_name, table_type FROM information_schema.tables").fetchall()
        for name, kind in kept:
            _opened().execute(f'DROP {"VIEW" if kind == "VIEW" else "TABLE"} "{name}"')


def rows_by(rule: Rule, context: Context, snapshot: Snapshot) -> list[tuple[Any, ...]]:
    """The hits of a rule as a night writes them: asked of the register about what the snapshot names."""
    with connection.cursor() as cursor:
        writing._ask(cursor, rule, context, snapshot)
        cursor.execute("TABLE pg_temp.crosschecks_hits")
        found = [(*row[:-1], json.loads(row[-1])) for row in cursor.fetchall()]
        cursor.execute("DROP TABLE pg_temp.crosschecks_hits")
    return found


def by_hand_is_the_same_question(rule: Rule, context: Context) -> bool:
    """Whether thresholds are the usual and the whole region is asked: that is what the hand-written conditions say."""
    return (
        rule.id in STATEMENTS
        and context
        == replace(Context(context.date, context.year), settings=context.settings, versions=context.versions)
        and all(name.startswith(LINE) for name in context.settings.values)
    )
