"""The access log: a chained record against a plain one, and the auditor's questions against the same without RLS."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.tables import AccessLogResource
from apps.divisions.codes import subtree
from apps.history.services import log_access
from apps.history.verification import verify_all
from apps.pages.selection import Selection
from bench.data import LEVELS, Bench, Connection, copied, fetcher, statements
from bench.measuring import against

ROWS, LEAST, BLOCK = 10_000_000, 200_000, 1_000_000
SECONDS = 1.0  # an auditor's question is answered within
ACCOUNTS, HOUSEHOLDS = 5_000, 60_000
THREADS, EACH = 6, 150
PLAIN = "bench_plain_log"
COLUMNS = (
    "division_id, user_id, username, post, level, at, action, result, object_kind, object_id, object_key, fields, rows,"
    " reason, address, device, source, request_id, chain, seq, previous, mac, key_id"
)

# Written past triggers and chains: what is measured here is reading. The newest record is the last.
FILL = f"""
INSERT INTO history_accesslog ({COLUMNS})
SELECT villages.codes[(1 + g %% cardinality(villages.codes))::int], g %% {ACCOUNTS},
       'account' || g %% {ACCOUNTS}, '', 3,
       now() - ((%(rows)s - g)::double precision * 126144000 / %(rows)s) * interval '1 second',
       CASE WHEN g %% 997 = 0 THEN 'export' WHEN g %% 11 = 0 THEN 'search' ELSE 'view' END, 'done',
       'households.household', g * 7919 %% {HOUSEHOLDS},
       lpad((g * 7919 %% {HOUSEHOLDS})::text, 17, '1504'), '{{}}', NULL, '',
       ('10.' || g %% 20 || '.' || g %% 200 || '.7')::inet, 'Mozilla/5.0 (a desk)', 'page', md5(g::text),
       g %% 16, g, '', '', 'k1'
FROM generate_series(%(first)s::bigint, %(last)s) g,
     (SELECT array_agg(code ORDER BY code) AS codes FROM divisions_division WHERE level = 5) villages
"""

QUESTIONS = {
    "the newest records": "",
    "who looked at a household": "object_key=15041504150415123",
    "who looked, by key": "object_kind=households.household&object_id=123",
    "what an account saw": "username=account77",
    "an account in one month": "username=account77&at_from={month}",
    "an address": "address=10.3.103.7",
    "exports": "action=export",
    "one week": "at_from={week}&at_to={day}",
}

# An auditor's two questions must come from these, not from reading backwards until enough was found.
INDEXES = {
    "who looked at a household": "access_log_object_key",
    "who looked, by key": "access_log_object",
    "what an account saw": "access_log_username",
}


def run(bench: Bench) -> None:
    """Writing alone, writing by many at once, then reading as the region's and as a county's auditor."""
    writing(bench)
    with copied(bench, "bench_audit") as surroundings:
        reading(bench, surroundings["DATABASE_URL"])


def writing(bench: Bench) -> None:
    """One record in a transaction of its own, as a chained record and as a row of the same shape and indexes."""
    admin = bench.admin()
    admin.execute(f"DROP TABLE IF EXISTS {PLAIN}")
    admin.execute(f"CREATE TABLE {PLAIN} (LIKE history_accesslog INCLUDING ALL)")
    admin.execute(f"GRANT SELECT, INSERT ON {PLAIN} TO poverty_app")
    try:
        users = [bench.user(level.username) for level in LEVELS]
        found = against(lambda: _chained(users[0]), lambda: _plain(users[0]), seconds=3.0)
        bench.report.compare("one chained record", found, "plain insert, same indexes")
        rates = {name: _rate(work, users) for name, work in (("chained", _chained), ("plain", _plain))}
        bench.report.say(
            f"chained records by {THREADS} at once",
            rates["chained"],
            "a second",
            floor=rates["plain"],
            floor_name="plain inserts",
        )
        started = time.perf_counter()
        verdicts = list(verify_all())
        rate = sum(verdict.records for verdict in verdicts) / (time.perf_counter() - started)
        if faults := [verdict.fault for verdict in verdicts if verdict.fault]:
            raise AssertionError(f"the log is not whole: {faults[0]}")
        bench.report.say("records verified", rate, "a second")
    finally:
        admin.execute(f"DROP TABLE {PLAIN}")


def _chained(user: Any) -> None:
    with scopes.acting(user):
        log_access(user, "view", division=user.division_id, kind="households.household", key="15042210020000015")


def _plain(user: Any) -> None:
    with scopes.acting(user), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {PLAIN} ({COLUMNS}) VALUES (%s, %s, %s, '', 3, %s, 'view', 'done', 'households.household',"
            " NULL, '15042210020000015', '{}', NULL, '', NULL, '', 'command', '', 0,"
            f" nextval('history_accesslog_id_seq'), '', %s, 't1')",
            [user.division_id, user.pk, user.username, timezone.now(), b"x" * 32],
        )


def _rate(work: Callable[[Any], None], users: list[Any]) -> float:
    """Records a second of several threads, each with an account."""

    def loop(user: Any) -> None:
        try:
            for _turn in range(EACH):
                work(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=loop, args=[users[number % len(users)]]) for number in range(THREADS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return THREADS * EACH / (time.perf_counter() - started)


def reading(bench: Bench, app_url: str) -> None:
    """Each question's first page, and that its plan reads no more than an index gives it."""
    admin = bench.admin("bench_audit")
    rows = max(LEAST, ROWS // bench.scale)
    seconds = fill(admin, rows)
    bench.report.say(
        "records of four years written past the chains", rows, "rows", note=f"{seconds:.0f} s, indexes included"
    )
    today = timezone.localdate()
    days = {"day": today, "week": today - timedelta(days=7), "month": today - timedelta(days=30)}
    for name, place in (("region", 150000000000), ("county", LEVELS[2].division)):
        scope = scopes.Scope(user_id=1, username="auditor", capabilities={"view_audit": (subtree(place),)})
        app = bench.app(scope, app_url)
        for what, query in QUESTIONS.items():
            sql = _page_sql(scope, query.format(**days))
            mine, theirs = fetcher(app, sql), fetcher(admin, sql)
            plan = "\n".join(row[0] for row in app.execute(f"EXPLAIN {sql}").fetchall())
            if "Seq Scan" in plan:
                raise AssertionError(f"{name}, {what}: reads the whole log\n{plan}")
            used = sorted(set(re.findall(r"(?:using|Index Scan on) (\w+)", plan)))
            if not used or INDEXES.get(what, used[0]) not in used:
                raise AssertionError(f"{name}, {what}: read by {used or 'no index'}\n{plan}")
            index = ", ".join(used)
            note = f"{len(mine())} rows of {rows:,}; {index}"
            found = against(mine, theirs, seconds=1.0)
            bench.report.compare(f"audit {name} {what}", found, "no RLS", note=note)
            bench.report.say(
                f"audit {name} {what}: within", found[0], "s", floor=SECONDS, floor_name="one second", limit=1
            )


def fill(admin: Connection, rows: int) -> float:
    """Write so many records, the indexes put aside and built again at the end; the seconds of both."""
    started = time.perf_counter()
    admin.execute("SET session_replication_role = replica")
    admin.execute("SET maintenance_work_mem = '512MB'")
    aside = admin.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i LEFT JOIN pg_constraint c"
        " ON c.conindid = i.indexrelid WHERE i.indrelid = 'history_accesslog'::regclass AND c.oid IS NULL"
    ).fetchall()
    for name, _definition in aside:
        admin.execute(f"DROP INDEX {name}")
    for first in range(1, rows + 1, BLOCK):
        admin.execute(FILL, {"rows": rows, "first": first, "last": min(first + BLOCK - 1, rows)})
    for _name, definition in aside:
        admin.execute(definition)
    admin.execute("ANALYZE history_accesslog")
    return time.perf_counter() - started


def _page_sql(scope: scopes.Scope, query: str) -> str:
    """The statement of a list page's rows."""
    with scopes.acting(scope):
        selection = Selection(AccessLogResource, scope, QueryDict(query))
        if selection.problems:
            raise AssertionError(f"{query}: {selection.problems}")
        reader = AccessLogResource.reader(scope, selection.columns())
        return max(statements(lambda: selection.page(reader)), key=len)
