"""A rule asked of both engines: PostgreSQL says what is found, and a snapshot of the same rows must name the same."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.test import override_settings

from apps.crosschecks.rules import Context, Rule
from apps.crosschecks.snapshot import building
from apps.crosschecks.snapshot.asking import Snapshot, all_that_rules_read, asked_of


def rows_of(rule: Rule, context: Context) -> list[tuple[Any, ...]]:
    """The hits of a rule, after the other engine has named the same objects. The scope must be the whole region's."""
    rows = [row for found in rule.hits(context) for row in found]
    if asked_of(rule, context) is not None and not rule.waits_for():
        with tempfile.TemporaryDirectory() as folder, override_settings(SNAPSHOT_ROOT=Path(folder)):
            taken = Snapshot(building.take("test", all_that_rules_read([rule], context), context.versions))
            named = taken.objects(rule, context)
            taken.opened.close()
        assert named == {row[2] for row in rows}, f"{rule.id}: the engines differ"
    return rows
