"""Two million entries of the ledger: what any place has on any day, the progress of counties, the picture of the flow.

Floors: statements written by hand past row-level security, each giving the same sums.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from apps.access import scope as scopes
from apps.divisions import codes
from apps.funds.services import balances, verifying
from bench.data import LEVELS, Bench, Level, fetcher, statements
from bench.diaries import count
from bench.measuring import against

ENTRIES = 2_000_000
QUOTAS, PROJECTS, OF_QUOTA, PAYMENTS, CLAIMS = 5_000, 10_000, 20, 12, 7
"""Quotas of counties, projects, projects that a quota goes into, entries of each kind that an allocation has: with
the entry of the allocation itself 20, so 2,000,000 in all."""
YEAR = 2015
PAST = date(2015, 9, 30)
BY_HAND = "the sums by hand, no RLS"

FILL = """
INSERT INTO funds_quota (division_id, kind, origin, year, document_no, issued_on, received_on, received_by_name,
    amount, passed, allocated, paid, claimed, recovered, carried, last_on, version, created_at, updated_at)
SELECT county, 'special', (ARRAY['central', 'region', 'league', 'county'])[1 + n %% 4], {year}, 'bench-' || n,
    '{year}-01-15', '{year}-01-15', '', 0, 0, 0, 0, 0, 0, 0, NULL, 1, now(), now()
FROM generate_series(1, {quotas}) n
JOIN (SELECT row_number() OVER (ORDER BY code) AS at, count(*) OVER () AS many, code AS county
      FROM divisions_division WHERE level = 3 AND ended_on IS NULL) place ON place.at = 1 + n %% place.many;

INSERT INTO funds_project (division_id, code, name, kind, mode, year, site, scale, budget, subsidy_standard, unit,
    person_in_charge, target, mechanism, plan_start, plan_end, state, state_since, approved_by_name, approval_no,
    round, content_version, percent, accepted_township, accepted_department, accepted_supervisor, grade, evaluation,
    version, created_at, updated_at)
SELECT village, 'B' || n, '项目' || n, 'industry', 'direct', {year}, '', '建设内容', 1000000, '', '责任单位', '负责人',
    '目标', '机制', '{year}-02-01', '{year}-11-30', 'started', now(), '', '',
    1, 1, 0, '', '', '', '', '', 1, now(), now()
FROM generate_series(1, {projects}) n
JOIN (SELECT row_number() OVER (ORDER BY code) AS at, count(*) OVER () AS many, code AS village
      FROM divisions_division WHERE level = 5 AND ended_on IS NULL) place
    ON place.at = 1 + (n::bigint * 7919) %% place.many;

INSERT INTO funds_allocation (division_id, quota_id, project_id, amount, paid, claimed, settled)
SELECT project.division_id, quota.id, project.id, 0, 0, 0, 0
FROM (SELECT *, row_number() OVER (PARTITION BY division_id ORDER BY id) AS at FROM funds_quota
      WHERE document_no LIKE 'bench-%%') quota
JOIN (SELECT *, division_id / 1000000 * 1000000 AS county,
             row_number() OVER (PARTITION BY division_id / 1000000 ORDER BY id) AS at,
             count(*) OVER (PARTITION BY division_id / 1000000) AS many
      FROM funds_project WHERE code LIKE 'B%%') project
    ON project.county = quota.division_id AND (project.at - quota.at * 7 %% many + many) %% many < {of_quota};

INSERT INTO funds_entry (division_id, act, quota_id, project_id, allocation_id, amount, booked_on, kind, origin, year,
    document_no, made_at, made_by_name)
SELECT division_id, 'budget', id, NULL, NULL, 100000000, '{year}-01-15', kind, origin, year, '', now(), ''
FROM funds_quota WHERE document_no LIKE 'bench-%%';

INSERT INTO funds_entry (division_id, act, quota_id, project_id, allocation_id, amount, booked_on, kind, origin, year,
    document_no, made_at, made_by_name)
SELECT held.division_id, moved.act, quota.id, held.project_id, held.id, moved.amount,
    date '{year}-03-01' + (moved.at * 14)::int, quota.kind, quota.origin, quota.year, '', now(), ''
FROM funds_allocation held JOIN funds_quota quota ON quota.id = held.quota_id AND quota.document_no LIKE 'bench-%%'
CROSS JOIN (
    SELECT 'allocate' AS act, 100000 AS amount, 0 AS at
    UNION ALL SELECT 'pay', 5000 + n, n FROM generate_series(1, {payments}) n
    UNION ALL SELECT 'claim', 4000 + n, n + {payments} FROM generate_series(1, {claims}) n
) moved ORDER BY moved.at, held.id;

UPDATE funds_allocation held SET amount = sums.amount, paid = sums.paid, claimed = sums.claimed FROM (
    SELECT allocation_id, sum(amount) FILTER (WHERE act = 'allocate') AS amount,
        sum(amount) FILTER (WHERE act = 'pay') AS paid, sum(amount) FILTER (WHERE act = 'claim') AS claimed
    FROM funds_entry GROUP BY 1) sums WHERE sums.allocation_id = held.id AND held.amount = 0;
UPDATE funds_quota held SET amount = sums.amount, allocated = coalesce(sums.allocated, 0),
    paid = coalesce(sums.paid, 0), claimed = coalesce(sums.claimed, 0), last_on = sums.last_on FROM (
    SELECT quota_id, sum(amount) FILTER (WHERE act = 'budget') AS amount,
        sum(amount) FILTER (WHERE act = 'allocate') AS allocated, sum(amount) FILTER (WHERE act = 'pay') AS paid,
        sum(amount) FILTER (WHERE act = 'claim') AS claimed, max(booked_on) AS last_on
    FROM funds_entry GROUP BY 1) sums WHERE sums.quota_id = held.id AND held.document_no LIKE 'bench-%%';
"""


def run(bench: Bench) -> None:
    """Fill once, verify the whole, then each level."""
    fill(bench)
    admin = bench.admin()
    print(", ".join(f"{table} {count(admin, table):,}" for table in ("funds_quota", "funds_allocation", "funds_entry")))
    of_verifying(bench)
    for level in LEVELS:
        bench.close()
        of_balance(bench, level)
        of_units(bench, level)
    bench.close()
    of_picture(bench)


def fill(bench: Bench) -> None:
    """Two million entries whatever the scale, past the trigger and with the sums it would have kept."""
    admin = bench.admin()
    if count(admin, "funds_quota", "document_no LIKE 'bench-%'"):
        return
    for table, trigger in GUARDS:
        admin.execute(f"ALTER TABLE funds_{table} DISABLE TRIGGER {trigger}")
    filled = FILL.format(
        year=YEAR,
        quotas=QUOTAS,
        projects=PROJECTS,
        of_quota=OF_QUOTA,
        payments=PAYMENTS,
        claims=CLAIMS,
    ).replace("%%", "%")
    for statement in filled.split(";\n"):
        if statement.strip():
            admin.execute(statement)
    for table, trigger in GUARDS:
        admin.execute(f"ALTER TABLE funds_{table} ENABLE ALWAYS TRIGGER {trigger}")
    admin.execute("VACUUM (ANALYZE) funds_entry, funds_quota, funds_allocation, funds_project")


GUARDS = (("entry", "entry_books"), ("quota", "quota_guard"), ("allocation", "allocation_guard"))


def of_verifying(bench: Bench) -> None:
    """All sums asked anew from the entries."""

    def ask() -> None:
        with scopes.acting(bench.system):
            found = verifying.verify()
        if not found.whole:
            raise AssertionError(f"sums that are not their entries': {found}")

    floor = fetcher(bench.admin(), "SELECT quota_id, act, sum(amount) FROM funds_entry GROUP BY 1, 2")
    found = against(ask, floor, least=2, seconds=3.0)
    bench.report.compare("funds: verify the whole ledger", found, "entries summed once by quota")


def of_balance(bench: Bench, level: Level) -> None:
    """What a place has, today and on a day long past."""
    user = bench.user(level.username)
    low, high = codes.subtree(level.division)
    for name, on in (("now", None), ("on a past day", PAST)):
        until = f" AND booked_on <= '{on}'" if on else ""
        sql = (
            f"SELECT act, coalesce(from_division_id BETWEEN {low} AND {high}, false), sum(amount) FROM funds_entry"
            f" WHERE division_id BETWEEN {low} AND {high}{until} GROUP BY 1, 2"
        )
        floor = fetcher(bench.admin(), sql)

        def ask(on: date | None = on) -> balances.Balance:
            with scopes.acting(user):
                return balances.balance(user, level.division, on)

        paid = sum((amount for act, _inside, amount in floor() if act == "pay"), Decimal(0))
        if ask().paid != paid:
            raise AssertionError(f"{level.name}: another sum than by hand")
        found = against(ask, floor, least=3, seconds=2.0)
        bench.report.compare(f"funds: {level.name}, balance {name}", found, BY_HAND, limit=limit_of(level))


def of_units(bench: Bench, level: Level) -> None:
    """The progress table of the units below."""
    if codes.level(level.division) == codes.VILLAGE:
        return
    user = bench.user(level.username)
    low, high = codes.subtree(level.division)
    span = codes.SPAN[codes.level(level.division) + 1]
    floor = fetcher(
        bench.admin(),
        f"SELECT division_id / {span}, act, from_division_id / {span} = division_id / {span}, sum(amount)"
        f" FROM funds_entry WHERE division_id BETWEEN {low} AND {high} GROUP BY 1, 2, 3",
    )

    def ask() -> dict[int, balances.Balance]:
        with scopes.acting(user):
            return balances.by_unit(user, level.division)

    found = against(ask, floor, least=3, seconds=2.0)
    note = f"{len(ask())} units"
    bench.report.compare(f"funds: {level.name}, its units", found, BY_HAND, limit=limit_of(level), note=note)


def limit_of(level: Level) -> float | None:
    """How many times its floor a sum may take; below a league the fixed cost of a scope is longer than the floor."""
    return 2 if codes.level(level.division) <= codes.LEAGUE else None


def of_picture(bench: Bench) -> None:
    """The whole page with table and picture, of the region."""
    client = bench.client("region")

    def ask() -> Any:
        answer = client.get(reverse("funds"))
        if answer.status_code != 200:
            raise AssertionError(f"the page of money: {answer.status_code}")
        return answer

    floor = fetcher(bench.admin(), "SELECT division_id / 100000000, act, sum(amount) FROM funds_entry GROUP BY 1, 2")
    found = against(ask, floor, least=3, seconds=3.0)
    note = f"{len(statements(ask))} statements"
    bench.report.compare("funds: the region's page", found, "entries summed once by league", note=note)
