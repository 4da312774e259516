"""200,000 problems with a million steps: due lists, search, a problem's steps, the league table of closing.

Floors: the same statements without row-level security, and for what is counted a statement by hand.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.access import scope as scopes
from apps.common.days import today
from apps.divisions import codes
from apps.problems.services import standing
from apps.problems.tables import ProblemResource
from bench.data import LEVELS, Bench, Level, fetcher
from bench.diaries import count
from bench.measuring import against
from bench.search import page_sql
from bench.visits import BY_HAND, compare, compare_page

PROBLEMS, STEPS = 200_000, 5
GUARDS = (
    *(("problem", trigger) for trigger in ("problem_guard", "problem_logged")),
    ("problemlog", "problem_log_guard"),
)
QUERIES = {
    "waiting for me": "waiting=true",
    "overdue": "overdue=true&order=due_on",
    "due this month": "light=yellow",
    "a word of many": "search=鉴定",
    "a word of nobody": "search=拖拉机",
}
SEVEN_IN_TEN_CLOSED = "n %% 10 < 7"

FILL = """
INSERT INTO problems_problem (division_id, number, year, source, area, object, fact, evidence, level, kind, found_on,
    inspection_name, unit_id, department, leader, due_on, next_due_on, state, state_since, round, plan, raised_by_name,
    result, site, opinion, closed_on, version, created_at, updated_at)
SELECT village, 'bench-' || n, {year}, (ARRAY['inspection', 'complaint', 'finding', 'visit'])[1 + n %% 4],
    (ARRAY['dwelling', 'help', 'funds', 'projects', 'data', 'water'])[1 + n %% 6], '问题对象' || n,
    (ARRAY['住房安全鉴定后未改造', '帮扶措施没有落实', '资金滞留超过一年', '项目进度缓慢'])[1 + n %% 4] || n,
    '', 'minor', 'at_once', date '{year}-01-01' + (n %% 300), '', village / 1000000 * 1000000, '扶贫办', '分管领导',
    date '{year}-02-01' + n %% 300 + n %% 90, date '{year}-01-20' + n %% 300 + n %% 90,
    CASE WHEN {closed} THEN 'closed'
         ELSE (ARRAY['assigned', 'planned', 'in_progress', 'submitted', 'urged'])[1 + n / 10 %% 5] END,
    now(), 1, 1, '', '', '', '', CASE WHEN {closed} THEN date '{year}-12-31' END, 1, now(), now()
FROM generate_series(1, {problems}) n
JOIN (SELECT row_number() OVER (ORDER BY code) AS at, count(*) OVER () AS many, code AS village
      FROM divisions_division WHERE level = 5 AND ended_on IS NULL) place
    ON place.at = 1 + (n::bigint * 7919) %% place.many;

INSERT INTO problems_problemlog (division_id, problem_id, round, at, by_name, step, apart, from_state, to_state, note)
SELECT division_id, problem.id, 1, timestamptz '{year}-01-01' + n * interval '9 days', '经办人',
    (ARRAY['raise', 'list', 'assign', 'plan', 'approve_plan'])[n], false,
    (ARRAY['', 'raised', 'listed', 'assigned', 'planned'])[n],
    (ARRAY['raised', 'listed', 'assigned', 'planned', 'in_progress'])[n], ''
FROM problems_problem problem CROSS JOIN generate_series(1, {steps}) n WHERE number LIKE 'bench-%%'
ORDER BY n, problem.id;
"""


def run(bench: Bench) -> None:
    """Fill once, then each level."""
    fill(bench)
    admin = bench.admin()
    print(", ".join(f"{table} {count(admin, table):,}" for table in ("problems_problem", "problems_problemlog")))
    for level in LEVELS:
        bench.close()
        of_lists(bench, level)
        of_standing(bench, level)
    of_pages(bench)


def fill(bench: Bench) -> None:
    """The problems and their steps, past the guards; a second call finds them there."""
    admin = bench.admin()
    if count(admin, "problems_problem", "number LIKE 'bench-%'"):
        return
    for table, trigger in GUARDS:
        admin.execute(f"ALTER TABLE problems_{table} DISABLE TRIGGER {trigger}")
    words = {"year": today().year, "problems": PROBLEMS, "steps": STEPS, "closed": SEVEN_IN_TEN_CLOSED}
    for statement in FILL.format(**words).replace("%%", "%").split(";\n"):
        if statement.strip():
            admin.execute(statement)
    for table, trigger in GUARDS:
        admin.execute(f"ALTER TABLE problems_{table} ENABLE ALWAYS TRIGGER {trigger}")
    admin.execute("VACUUM (ANALYZE) problems_problem, problems_problemlog")


def of_lists(bench: Bench, level: Level) -> None:
    """A page of each list that people open."""
    user = bench.user(level.username)
    for name, query in QUERIES.items():
        with scopes.acting(user) as scope:
            sql = page_sql(ProblemResource, user, query)
        compare(bench, f"problems: {level.name} {name}", scope, sql)


def of_standing(bench: Bench, level: Level) -> None:
    """How far the units below a place are."""
    user, on = bench.user(level.username), today()
    low, high = codes.subtree(level.division)
    span = codes.SPAN[min(codes.level(level.division) + 1, codes.VILLAGE)]
    floor = fetcher(
        bench.admin(),
        f"SELECT division_id - division_id % {span}, count(*), count(*) FILTER (WHERE state = 'closed'),"
        f" avg(coalesce(closed_on, date '{on}') - found_on) FROM problems_problem"
        f" WHERE division_id BETWEEN {low} AND {high} GROUP BY 1",
    )

    def ask() -> list[standing.Standing]:
        with scopes.acting(user):
            return standing.by_unit(user, level.division, on)

    if sum(one.total for one in ask()) != sum(row[1] for row in floor()):
        raise AssertionError(f"{level.name}: another number of problems than by hand")
    found = against(ask, floor, least=3, seconds=2.0)
    bench.report.compare(f"problems: {level.name}, its units", found, BY_HAND, note=f"{len(ask())} units")


def of_pages(bench: Bench) -> None:
    """Whole pages: the league table of the region, and one problem with its steps."""
    client, admin = bench.client("region"), bench.admin()
    whole = "SELECT division_id / 100000000, state, count(*) FROM problems_problem GROUP BY 1, 2"
    compare_page(bench, "problems: the region's league table", lambda: client.get(reverse("problem-standing")), whole)
    row: Any = admin.execute("SELECT id FROM problems_problem WHERE number = 'bench-1'").fetchone()
    address = reverse("problem-detail", args=[row[0]])
    steps = f"SELECT * FROM problems_problemlog WHERE problem_id = {row[0]} ORDER BY id"
    compare_page(bench, "problems: one with its steps", lambda: client.get(address), steps)
