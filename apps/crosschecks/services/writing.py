"""Writing what rules found, set by set: one statement that touches only what changed.

New hits become findings, ended ones that are hit again open anew, evidence follows the data, and open findings that
are no longer hit are cleared. Every change of state stands in the log. Run twice over the same data, the second time
writes nothing.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from apps.access.session import multirange
from apps.common.days import today
from apps.crosschecks.choices import ENDED, ObjectKind, State, Verdict
from apps.crosschecks.models.parameter import settings_rows
from apps.crosschecks.rules import Context, Rule
from apps.crosschecks.rules.base import COLUMNS
from apps.crosschecks.rules.context import NAMED
from apps.crosschecks.rules.parameters import Settings
from apps.datasets.services.freshness import in_force
from apps.households.models import LIVE, REGISTERED

if TYPE_CHECKING:
    from apps.crosschecks.snapshot.asking import Snapshot

COLUMN_LIST = ", ".join(COLUMNS)
ENDED_LIST = ", ".join(f"'{state}'" for state in ENDED)
SAME = "(rule, object_kind, object_id, side)"
# The planner's guess about a table it knows nothing of is good enough up to so many hits.
UNCOUNTED = 500
# The households in which the named objects lie; of other kinds of objects there are none.
HOUSEHOLDS_OF = {
    ObjectKind.HOUSEHOLD: "SELECT DISTINCT object_id AS household_id FROM pg_temp.crosschecks_named",
    ObjectKind.PERSON: "SELECT DISTINCT household_id FROM households_person"
    " WHERE id IN (TABLE pg_temp.crosschecks_named)",
    ObjectKind.CHANGE: "SELECT DISTINCT household_id FROM households_naturalchange"
    " WHERE id IN (TABLE pg_temp.crosschecks_named)",
    ObjectKind.PAIRING: "SELECT DISTINCT household_id FROM access_pairing"
    " WHERE id IN (TABLE pg_temp.crosschecks_named)",
    ObjectKind.VISIT: "SELECT DISTINCT household_id FROM visits_visit WHERE id IN (TABLE pg_temp.crosschecks_named)",
    ObjectKind.BENEFIT: "SELECT DISTINCT household_id FROM funds_beneficiary"
    " WHERE id IN (TABLE pg_temp.crosschecks_named)",
}


@dataclass(frozen=True)
class Author:
    """In whose name findings are written: the acting account, and the run if there is one."""

    user_id: int | None
    name: str
    run_id: int | None = None


@dataclass
class Written:
    """What one writing came to."""

    hits: int = 0
    added: int = 0
    reopened: int = 0
    changed: int = 0
    cleared: int = 0

    @property
    def touched(self) -> int:
        return self.added + self.reopened + self.changed + self.cleared


@dataclass(frozen=True)
class Hit:
    """One offending row as written: `standing` says that an open finding was there before."""

    rule: str
    object_kind: str
    object_id: int
    household_id: int | None
    evidence: dict[str, Any] = field(hash=False)
    standing: bool


def hits_sql(rules: Sequence[Rule], context: Context) -> tuple[str, list[Any]]:
    """One SELECT of all hits of some rules (UNION ALL), columns as in COLUMNS; no rows for no rules."""
    arms: list[QuerySet[Any]] = [rows for rule in rules for rows in rule.hits(context)]
    statements: list[str] = []
    params: list[Any] = []
    for arm in arms:
        try:
            sql, values = arm.query.sql_with_params()
        except EmptyResultSet:
            continue
        statements.append(f"({sql})")
        params += values
    if not statements:
        nothing = ("text", "text", "bigint", "bigint", "bigint", "bigint", "bigint", "jsonb")
        return "SELECT " + ", ".join(f"NULL::{kind}" for kind in nothing) + " WHERE false", []
    return " UNION ALL ".join(statements), params


# A finding that ended opens again when it is hit after data had cleared it, after it was said to be corrected, or with
# other evidence than that which was looked at. "Said to be corrected" also counts before the matter is closed.
REOPENS = (
    f"(finding.state = '{State.CLEARED}'"
    f" OR (finding.verdict = '{Verdict.CORRECTED}'"
    f" AND finding.state IN ('{State.CORRECTED}', '{State.REVIEWED}', '{State.CLOSED}'))"
    f" OR (finding.state = '{State.CLOSED}' AND finding.evidence IS DISTINCT FROM {{new}}.evidence))"
)
# Only what stood still since this transaction began: a check on save that ended meanwhile knows better.
UNTOUCHED = "finding.state_since <= transaction_timestamp()"


def _statement(source: str, coverage: str, answer: str) -> str:
    """The writing statement. `source` defines the relation `hits`, `coverage` the findings that may be cleared."""
    reopens_known, reopens_new = REOPENS.format(new="hits"), REOPENS.format(new="excluded")
    return f"""
WITH {source}
terms (rule, severity, acting_level, due_days) AS (
    SELECT * FROM unnest(%(rules)s::text[], %(severities)s::text[], %(levels)s::int[], %(days)s::int[])
),
author (name) AS (
    SELECT coalesce((SELECT nullif(name, '') FROM accounts_user WHERE id = %(user)s::bigint), %(name)s::text)
),
known AS (
    SELECT hits.*, finding.id AS finding_id, finding.state AS old_state,
           finding.id IS NULL AS is_new, coalesce({reopens_known}, false) AS is_back,
           coalesce(finding.evidence IS DISTINCT FROM hits.evidence AND finding.state NOT IN ({ENDED_LIST}), false)
               AS is_other
    FROM hits LEFT JOIN crosschecks_finding finding USING {SAME}
),
written AS (
    INSERT INTO crosschecks_finding AS finding
        (version, created_at, updated_at, {COLUMN_LIST}, run_id, severity, acting_level, department, found_on, due_on,
         state, state_since, verdict, verdict_reason, verdict_by_name, review_needed)
    SELECT 1, now(), now(), {COLUMN_LIST}, %(run)s::bigint, severity, acting_level, '',
           %(date)s, %(date)s::date + due_days, '{State.NEW}', now(), '', '', '', false
    FROM known JOIN terms USING (rule)
    WHERE is_new OR is_back OR is_other
    ORDER BY rule, object_kind, object_id, side
    ON CONFLICT {SAME} DO UPDATE SET
        version = finding.version + 1,
        updated_at = now(),
        evidence = excluded.evidence,
        run_id = excluded.run_id,
        state = CASE WHEN {reopens_new} THEN '{State.REOPENED}' ELSE finding.state END,
        state_since = CASE WHEN {reopens_new} THEN now() ELSE finding.state_since END,
        due_on = CASE WHEN {reopens_new} THEN excluded.due_on ELSE finding.due_on END,
        verdict = CASE WHEN {reopens_new} THEN '' ELSE finding.verdict END,
        review_needed = finding.review_needed AND NOT {reopens_new}
    WHERE {UNTOUCHED}
      AND ({reopens_new}
           OR (finding.state NOT IN ({ENDED_LIST}) AND finding.evidence IS DISTINCT FROM excluded.evidence))
    RETURNING finding.id, finding.rule, finding.object_kind, finding.object_id, finding.side, finding.household_id,
              finding.division_id, finding.state, finding.evidence
),
cleared AS (
    UPDATE crosschecks_finding finding
    SET state = '{State.CLEARED}', state_since = now(), run_id = %(run)s::bigint, version = finding.version + 1,
        updated_at = now()
    FROM crosschecks_finding before
    WHERE before.id = finding.id AND finding.rule = ANY (%(rules)s) AND finding.state NOT IN ({ENDED_LIST})
      AND {UNTOUCHED} AND {coverage}
      AND NOT EXISTS (
          SELECT FROM hits WHERE hits.rule = finding.rule AND hits.object_kind = finding.object_kind
                             AND hits.object_id = finding.object_id AND hits.side = finding.side)
    RETURNING finding.id, finding.household_id, finding.division_id, before.state AS old_state, finding.evidence
),
logged AS (
    INSERT INTO crosschecks_findinglog
        (finding_id, household_id, division_id, run_id, at, by_id, by_name, from_state, to_state, note, file, evidence)
    SELECT written.id, written.household_id, written.division_id, %(run)s::bigint, now(), %(user)s::bigint,
           author.name, coalesce(known.old_state, ''), written.state, '', '', written.evidence
    FROM author, written JOIN known USING {SAME}
    WHERE known.old_state IS DISTINCT FROM written.state
    UNION ALL
    SELECT id, household_id, division_id, %(run)s::bigint, now(), %(user)s::bigint, author.name, old_state,
           '{State.CLEARED}', '', '', evidence
    FROM author, cleared
)
{answer}"""  # noqa: S608  (our own words; values are parameters)


COUNTS = """
SELECT (SELECT count(*) FROM hits), count(*) FILTER (WHERE known.is_new), count(*) FILTER (WHERE known.is_back),
       count(*) FILTER (WHERE NOT known.is_new AND NOT known.is_back), (SELECT count(*) FROM cleared)
FROM written JOIN known USING (rule, object_kind, object_id, side)"""

EACH = f"""
SELECT rule, object_kind, object_id, household_id, evidence, coalesce(old_state NOT IN ({ENDED_LIST}), false)
FROM known ORDER BY rule, object_kind, object_id"""  # noqa: S608


def _params(rules: Sequence[Rule], context: Context, author: Author) -> dict[str, Any]:
    return {
        "rules": [rule.id for rule in rules],
        "severities": [str(rule.entry.severity) for rule in rules],
        "levels": [int(rule.entry.level) for rule in rules],
        "days": [rule.entry.due_days for rule in rules],
        "date": context.date,
        "run": author.run_id,
        "user": author.user_id,
        "name": author.name,
    }


# Stands for the households under test while a statement is compiled; no key is ever negative.
ANY_HOUSEHOLD = -987654321
TESTED, FEW = "= ANY (%(households)s)", 20
_TESTED = re.compile(rf"IN \(\s*{ANY_HOUSEHOLD}\)")
_compiled: dict[Any, str] = {}


def _on_save_sql(rules: Sequence[Rule], context: Context) -> str:
    """The hits of some rules on `%(households)s`, compiled once for a date and its thresholds.

    Compiling all rules takes much longer than asking them, and only the households differ from one save to the next.
    """
    key = (tuple(rule.id for rule in rules), context.date, context.year, context.settings.key)
    if key not in _compiled:
        operations: Any = connection.ops  # PostgreSQL's, which know how
        sql = operations.compose_sql(*hits_sql(rules, replace(context, only=(ANY_HOUSEHOLD,))))
        _compiled.clear()  # yesterday's statement is of no use
        _compiled[key] = _TESTED.sub(TESTED, sql.replace("%", "%%"))
        if str(ANY_HOUSEHOLD) in _compiled[key]:
            raise RuntimeError("a rule uses the households under test in another way than IN")
    return _compiled[key]


def write_region(rule: Rule, context: Context, author: Author, snapshot: Snapshot | None = None) -> Written:
    """Write the hits of one rule over the context's division: the night's unit of work.

    The rule is asked first, into a table of its own: a SELECT into a table may use several processors, one inside a
    writing statement may not. With a `snapshot` it is asked about those objects only that the snapshot names or that
    have an open finding: what is written or cleared is always what stands in the register now. Findings of households
    in a status that the rule does not cover stay as they are, and so do those of places where the data that it reads
    are missing.
    """
    spared = [status for status in LIVE if status not in (rule.statuses or REGISTERED)]
    clearable = "" if not rule.needs else " AND finding.division_id <@ %(covered)s::int8multirange"
    coverage = f"""finding.division_id BETWEEN %(low)s AND %(high)s AND NOT EXISTS (
          SELECT FROM households_household household
          WHERE household.id = finding.household_id AND household.status = ANY (%(spared)s)){clearable}"""
    with connection.cursor() as cursor:
        _ask(cursor, rule, context, snapshot)
        cursor.execute(
            _statement("hits AS (SELECT * FROM pg_temp.crosschecks_hits),", coverage, COUNTS),
            {
                **_params([rule], context, author),
                "low": context.low,
                "high": context.high,
                "spared": spared,
                "covered": multirange(rule.certain(context.versions, context.year)) or "{}",
            },
        )
        written = Written(*cursor.fetchone())
        cursor.execute("DROP TABLE pg_temp.crosschecks_hits")
    return written


def _ask(cursor: Any, rule: Rule, context: Context, snapshot: Snapshot | None) -> None:
    """Put the hits of a rule into `crosschecks_hits`, a table of this transaction."""
    named = snapshot.objects(rule, context) if snapshot is not None else None
    if named is None:
        sql, values = hits_sql([rule], context)
    else:
        _name(cursor, rule, context, named)
        sql, values = hits_sql([rule], replace(context, named=rule.on in HOUSEHOLDS_OF))
        sql = f"SELECT * FROM ({sql}) AS found ({COLUMN_LIST}) WHERE object_id IN (TABLE pg_temp.crosschecks_named)"  # noqa: S608
    cursor.execute(f"CREATE TEMPORARY TABLE crosschecks_hits ({COLUMN_LIST}) ON COMMIT DROP AS {sql}", values)
    if cursor.rowcount > UNCOUNTED:
        cursor.execute("ANALYZE crosschecks_hits")
    if named is not None:
        cursor.execute(f"DROP TABLE pg_temp.crosschecks_named, {NAMED}")


def _name(cursor: Any, rule: Rule, context: Context, named: Iterable[int]) -> None:
    """Put the objects to look at into a table of this transaction, and their households into another."""
    cursor.execute("CREATE TEMPORARY TABLE crosschecks_named (object_id bigint) ON COMMIT DROP")
    with cursor.copy("COPY pg_temp.crosschecks_named FROM STDIN") as copy:
        for key in named:
            copy.write_row((key,))
    cursor.execute(
        "INSERT INTO pg_temp.crosschecks_named SELECT DISTINCT object_id FROM crosschecks_finding "
        "WHERE rule = %s AND division_id BETWEEN %s AND %s AND state <> ALL (%s)",
        [rule.id, context.low, context.high, [str(state) for state in ENDED]],
    )
    cursor.execute("ANALYZE pg_temp.crosschecks_named")
    households = HOUSEHOLDS_OF.get(rule.on, "SELECT NULL::bigint AS household_id WHERE false")
    cursor.execute(f"CREATE TEMPORARY TABLE crosschecks_named_households ON COMMIT DROP AS {households}")
    cursor.execute(f"ANALYZE {NAMED}")


def write_households(rules: Sequence[Rule], context: Context, author: Author) -> list[Hit]:
    """Write the hits of some rules on the households that the context names, and say them, in one statement.

    A rule that compares households with each other sees only what the acting scope sees: it may add findings here, but
    clearing them is left to the night.
    """
    households = list(context.only or ())
    sql, tested = _on_save_sql(rules, context), TESTED
    certain = [rule.id for rule in rules if not rule.looks_around]
    with connection.cursor() as cursor:
        if len(households) > FEW:
            # An array would be searched anew for every row of every rule.
            cursor.execute("CREATE TEMPORARY TABLE crosschecks_tested (id bigint PRIMARY KEY) ON COMMIT DROP")
            cursor.execute("INSERT INTO pg_temp.crosschecks_tested SELECT unnest(%s::bigint[])", [households])
            cursor.execute("ANALYZE pg_temp.crosschecks_tested")
            tested = "IN (SELECT id FROM pg_temp.crosschecks_tested)"
            sql = sql.replace(TESTED, tested)
        coverage = f"finding.household_id {tested} AND finding.rule = ANY (%(certain)s)"
        cursor.execute(
            _statement(f"hits ({COLUMN_LIST}) AS MATERIALIZED ({sql}),", coverage, EACH),
            {**_params(rules, context, author), "households": households, "certain": certain},
        )
        hits = [
            Hit(rule, kind, key, household, json.loads(evidence), standing)
            for rule, kind, key, household, evidence, standing in cursor.fetchall()
        ]
        if len(households) > FEW:
            cursor.execute("DROP TABLE pg_temp.crosschecks_tested")
    return hits


def context_for(date: datetime.date | None = None, **more: Any) -> Context:
    """A context of a date (today if none is given) with the thresholds that divisions have set. One query."""
    return Context.at(date or today(), settings=Settings.of(settings_rows()), **more)


def nightly_context(date: datetime.date | None = None, **more: Any) -> Context:
    """The same with the departments' data in force on that day: for runs, whose scope sees all of them. Two queries."""
    date = date or today()
    return context_for(date, versions=in_force(date), **more)
