"""The night run over the region: every rule against hand-written SQL, and writing findings against a plain INSERT.

A rule is asked as at night, in the system account's scope and with its evidence; its floor is the same condition
written by hand, past row-level security and without evidence. Both must name the same rows.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection, connections, transaction

from apps.access import scope as scopes
from apps.access.backend.base import DatabaseWrapper
from apps.crosschecks.rules import RULES, Context, Rule
from apps.crosschecks.services import writing
from apps.divisions import codes
from bench import departments
from bench.data import Bench, Connection, fetcher
from bench.measuring import Own, against, interleave
from bench.rules_floor import floor_of

REGION = codes.subtree(150000000000)
FLOOR = "the condition by hand"
INSERT = "INSERT of all rows into an empty table"


def run(bench: Bench) -> None:
    """Asking, writing, and the whole run through its ledger."""
    departments.enlarge(bench)
    with scopes.acting(bench.system, source="system") as scope:
        context = writing.nightly_context(low=REGION[0], high=REGION[1])
        able = [rule for rule in RULES.values() if not rule.waits_for()]
        rules = [rule for rule in able if rule.coverage(context.versions, context.year)]
        asked = {rule.id: asked_sql(rule, context) for rule in rules}
    app, admin = bench.app(scope), bench.admin()
    asking = floors = 0.0
    for rule in rules:
        floor = floor_of(rule.id, context)
        hits = same_rows(rule.id, app, asked[rule.id], admin, floor)
        found = against(into_table(app, asked[rule.id]), into_table(admin, floor), least=3, most=7, seconds=1.0)
        bench.report.compare(f"rules {rule.id}", found, FLOOR, note=f"{hits} hits")
        asking, floors = asking + found[0], floors + found[1]
    supplied = sum(1 for rule in rules if rule.needs)
    kinds = (
        f"{len(rules) - supplied} of the register, {supplied} with departments' data, {len(able) - len(rules)} without"
    )
    limits: dict[str, Any] = {"floor": floors, "floor_name": "conditions by hand", "limit": 1.1}
    bench.report.say(f"rules all {len(rules)}, asking", asking, "s", **limits, note=kinds)
    of_writing(bench, rules, context)
    output = io.StringIO()
    started = time.perf_counter()
    call_command("run_crosschecks", stdout=output)
    seconds = time.perf_counter() - started
    last = output.getvalue().strip().splitlines()[-1]
    bench.report.say(
        "rules whole run, nothing changed", seconds, "s", floor=floors, floor_name="conditions by hand", note=last
    )


def asked_sql(rule: Rule, context: Context) -> str:
    """What the night asks for one rule."""
    return connection.ops.compose_sql(*writing.hits_sql([rule], context))  # type: ignore[attr-defined]  # PostgreSQL has it


def into_table(opened: Connection, sql: str) -> Callable[[], None]:
    """Run a question into a temporary table, as the night does: that way it may use several processors."""

    def ask() -> None:
        with opened.transaction():
            opened.execute(f"CREATE TEMPORARY TABLE bench_hits ON COMMIT DROP AS {sql}")

    return ask


def same_rows(name: str, app: Connection, sql: str, admin: Connection, floor: str) -> int:
    """How many rows both name; an AssertionError when they differ."""
    names = ", ".join(writing.COLUMN_LIST.split(", "))
    ours = fetcher(app, f"SELECT object_id, division_id FROM ({sql}) AS hits ({names}) ORDER BY 1, 2")()
    theirs = fetcher(admin, f"SELECT * FROM ({floor}) AS hits (object_id, division_id) ORDER BY 1, 2")()
    if ours != theirs:
        extra, missing = set(ours) - set(theirs), set(theirs) - set(ours)
        raise AssertionError(
            f"{name}: {len(ours)} rows, by hand {len(theirs)}; only the rule {sorted(extra)[:5]}, "
            f"only by hand {sorted(missing)[:5]}"
        )
    return len(ours)


# --- Writing ---------------------------------------------------------------------------------------------------------


def of_writing(bench: Bench, rules: list[Rule], context: Context) -> None:
    """Findings of all rules into an empty table, and once more with nothing changed; each undone afterwards.

    Only the writing statements count: asking was measured above.
    """
    author = writing.Author(bench.system.pk, bench.system.username)
    touched: dict[str, int] = {}

    def write(name: str) -> Own:
        watch = Watch()
        with connection.execute_wrapper(watch):
            touched[name] = sum(writing.write_region(rule, context, author).touched for rule in rules)
        return Own(watch.seconds)

    def empty_first() -> Own:
        with undone(bench, emptied=True):
            return write("written")

    def unchanged() -> Own:
        with undone(bench, emptied=False):
            write("brought up to date")  # the demonstration may have been seeded under another day's rules
            return write("unchanged")

    def insert() -> Own:
        with undone(bench, emptied=True):
            return plain_insert(rules, context)

    found = interleave(
        {"written": empty_first, "unchanged": unchanged, "insert": insert, "insert again": insert},
        least=2, most=5, seconds=10.0,
    )  # fmt: skip
    for name in ("written", "unchanged"):
        bench.report.compare(
            f"rules findings {name}",
            (found[name], (found["insert"] + found["insert again"]) / 2, found["insert again"] / found["insert"]),
            INSERT,
            limit=1.0,
            note=f"{touched[name]} rows touched by {len(rules)} statements, each with a row in the log",
        )


class Watch:
    """Adds up the seconds of statements that write findings."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if "INSERT INTO crosschecks_finding " in sql:
                self.seconds += time.perf_counter() - started


@contextmanager
def undone(bench: Bench, *, emptied: bool) -> Iterator[None]:
    """A transaction of the platform's role in the system's scope that leaves nothing behind.

    Emptying the tables first takes the superuser; the connection is his, and becomes the platform's role for the rest.
    """
    ours = connections["default"]
    address = bench.admin().info
    settings = {**ours.settings_dict, "USER": address.user, "PASSWORD": address.password}
    connections["default"] = DatabaseWrapper(settings, "default")
    try:
        with scopes.acting(bench.system, source="system"), connection.cursor() as cursor:
            if emptied:
                cursor.execute("TRUNCATE crosschecks_findinglog, crosschecks_finding")
            cursor.execute("SET LOCAL ROLE poverty_app")
            yield
            transaction.set_rollback(True)
    finally:
        connections["default"].close()
        connections["default"] = ours


def plain_insert(rules: list[Rule], context: Context) -> Own:
    """The floor: all hits, asked beforehand, in one INSERT."""
    sql, values = writing.hits_sql(rules, context)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE bench_hits ({writing.COLUMN_LIST}) ON COMMIT DROP AS {sql}", values)
        started = time.perf_counter()
        cursor.execute(
            f"INSERT INTO crosschecks_finding (version, created_at, updated_at, {writing.COLUMN_LIST}, severity, "
            "acting_level, department, found_on, due_on, state, state_since, verdict, verdict_reason, verdict_by_name, "
            f"review_needed) SELECT 1, now(), now(), {writing.COLUMN_LIST}, 'low', 5, '', current_date, current_date, "
            "'new', now(), '', '', '', false FROM bench_hits"
        )
        return Own(time.perf_counter() - started)
