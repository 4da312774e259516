"""Supervision of five million visits: my month, helpers without a visit, tracks, live pages, words in diaries.

Floors: statements written by hand past row-level security, each giving the same rows or the same count; where the
question is the same in the platform's words, its own statement without the walls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from apps.access import scope as scopes
from apps.cadres.tables import CadreResource
from apps.common.days import month_end, today
from apps.dashboards import field_summary, live
from apps.dashboards.extent import Extent
from apps.divisions import codes
from apps.households.tables import HouseholdResource
from apps.visits import supervision
from apps.visits.services import tracks
from apps.visits.tables import VisitResource
from bench.data import LEVELS, Bench, Level, fetcher, statements
from bench.diaries import count, fill
from bench.measuring import against
from bench.search import page_sql

NO_RLS, BY_HAND = "same SQL, no RLS", "the statement by hand"
WORDS = {"a word of many": "慢病卡", "a word of nobody": "拖拉机"}


def run(bench: Bench) -> None:
    """Helpers first, then each level."""
    fill(bench)
    admin = bench.admin()
    told = {table: count(admin, table) for table in ("visits_visit", "access_pairing")}
    helpers = admin.execute("SELECT count(DISTINCT helper_id) FROM access_pairing WHERE until_on IS NULL").fetchone()
    print(", ".join(f"{table} {rows:,}" for table, rows in told.items()) + f", helpers {helpers[0]:,}")  # type: ignore[index]
    of_helper(bench)
    of_track(bench)
    for level in LEVELS:
        bench.close()
        of_lists(bench, level)
        of_words(bench, level)
    for level in LEVELS[:-1]:
        bench.close()
        of_live(bench, level)
        of_summary(bench, level)


def of_helper(bench: Bench) -> None:
    """What a helper has written this month."""
    user = bench.user("helper-1")
    month = f"month={today():%Y-%m}"
    with scopes.acting(user) as scope:
        sql = page_sql(VisitResource, user, f"author={user.pk}&{month}")
    compare(bench, "visits: my month", scope, sql)
    client = bench.client("helper-1")
    compare_page(
        bench,
        "visits: my month, the page",
        lambda: client.get(f"{reverse('visit-list')}?author={user.pk}&{month}"),
        sql,
    )


def of_lists(bench: Bench, level: Level) -> None:
    """Helpers who visited nobody this month, and households that nobody visited: a page of each, and their count."""
    user, first = bench.user(level.username), today().replace(day=1)
    low, high = codes.subtree(level.division)
    paired = f"p.until_on IS NULL AND p.from_on <= '{month_end(first)}'"
    asked = (
        ("helpers without a visit", CadreResource, "zero_sign_in", supervision.visited_nobody, f"""
            SELECT count(*) FROM cadres_cadre c WHERE c.division_id BETWEEN {low} AND {high}
            AND EXISTS (SELECT FROM access_pairing p WHERE p.cadre_id = c.id AND {paired}
                        AND p.division_id BETWEEN {low} AND {high})
            AND NOT EXISTS (SELECT FROM visits_lastvisit v WHERE v.author_id = c.account_id
                            AND v.visited_on >= '{first}' AND v.division_id BETWEEN {low} AND {high})"""),
        ("households not visited", HouseholdResource, "not_visited", supervision.not_visited, f"""
            SELECT count(*) FROM households_household h WHERE h.division_id BETWEEN {low} AND {high}
            AND EXISTS (SELECT FROM access_pairing p WHERE p.household_id = h.id AND {paired})
            AND NOT EXISTS (SELECT FROM visits_lastvisit v WHERE v.household_id = h.id
                            AND v.visited_on >= '{first}')"""),
    )  # fmt: skip
    for name, resource, query, condition, by_hand in asked:
        with scopes.acting(user) as scope:
            sql = page_sql(resource, user, f"{query}={first:%Y-%m}")
            rows: Any = resource.model.objects
            wanted = condition(rows.visible_to(scope), user, first, month_end(first))
            counted = statements(wanted.count)[-1]
        compare(bench, f"visits: {level.name} {name}, a page", scope, sql)
        app, admin = bench.app(scope), bench.admin()
        mine, theirs = fetcher(app, counted), fetcher(admin, by_hand)
        if list(mine()) != list(theirs()):
            raise AssertionError(f"{level.name} {name}: {mine()} by the platform, {theirs()} by hand")
        found = against(mine, theirs, seconds=2.0)
        bench.report.compare(f"visits: {level.name} {name}, counted", found, BY_HAND, limit=2, note=f"{mine()[0][0]:,}")


def of_words(bench: Bench, level: Level) -> None:
    """Words in the diaries of one month."""
    user = bench.user(level.username)
    for name, word in WORDS.items():
        with scopes.acting(user) as scope:
            sql = page_sql(VisitResource, user, f"month={today():%Y-%m}&text={word}")
        compare(bench, f"visits: {level.name} {name} in this month's diaries", scope, sql)


def of_track(bench: Bench) -> None:
    """Where one helper was this month, asked by his county."""
    user, first = bench.user("county-150422"), today().replace(day=1)
    row = bench.admin().execute(
        "SELECT author_id FROM visits_visit WHERE division_id BETWEEN 150422000000 AND 150422999999"
        " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    author = row.fetchone()[0]  # type: ignore[index]
    with scopes.acting(user) as scope:
        rows = tracks.narrow(VisitResource.rows(user), author, first, month_end(first)).values_list("pk", "lon", "lat")
        sql = max(statements(lambda: list(rows[: tracks.MOST])), key=len)
    compare(bench, "visits: one track", scope, sql)
    client = bench.client("county-150422")
    address = f"{reverse('visit-track')}?author={author}&month={first:%Y-%m}"
    compare_page(bench, "visits: one track, the page", lambda: client.get(address), sql)


def of_live(bench: Bench, level: Level) -> None:
    """The live page: its newest visits, the counts of the units below, the page, and a question that finds nothing."""
    user, on = bench.user(level.username), today()
    extent = Extent(level.division, (codes.subtree(level.division),), True)
    with scopes.acting(user) as scope:
        newest = max(statements(lambda: live.newest(user, extent, on, None)), key=len)
        last = live.latest(user, extent, on)
    compare(bench, f"visits: {level.name} live, the newest", scope, newest)
    client, low, high = bench.client(level.username), *codes.subtree(level.division)

    def page() -> Any:
        cache.clear()
        return client.get(reverse("live"))

    grouped = (
        f"SELECT division_id - division_id % {codes.SPAN[codes.level(level.division) + 1]}, count(*),"
        f" count(DISTINCT household_id) FROM visits_visit WHERE division_id BETWEEN {low} AND {high}"
        f" AND visited_on BETWEEN '{on.replace(day=1)}' AND '{month_end(on)}' GROUP BY 1"
    )
    compare_page(bench, f"visits: {level.name} live, the page counted anew", page, grouped)
    compare_page(
        bench,
        f"visits: {level.name} live, nothing new",
        lambda: client.get(f"{reverse('live-feed')}?after={last}"),
        grouped,
        {304},
    )


def of_summary(bench: Bench, level: Level) -> None:
    """The monthly list of a place."""
    user = bench.user(level.username)
    extent = Extent(level.division, (codes.subtree(level.division),), True)
    period = field_summary.Period(today().year, today().month)
    low, high = codes.subtree(level.division)

    def ask() -> None:
        with scopes.acting(user):
            field_summary.by_place(user, extent, period)

    floor = fetcher(
        bench.admin(),
        f"SELECT division_id, count(*), count(DISTINCT household_id), count(DISTINCT author_id) FROM visits_visit"
        f" WHERE division_id BETWEEN {low} AND {high} AND visited_on BETWEEN '{period.first}' AND '{period.last}'"
        f" GROUP BY 1",
    )
    found = against(ask, floor, least=3, seconds=3.0)
    note = f"{len(statements(ask))} statements"
    bench.report.compare(f"visits: {level.name} monthly list", found, "its visits counted once by village", note=note)


def compare(bench: Bench, name: str, scope: scopes.Scope, sql: str) -> None:
    """One statement behind the walls and without them; both must give the same."""
    mine, theirs = fetcher(bench.app(scope), sql), fetcher(bench.admin(), sql)
    rows = mine()
    if list(rows) != list(theirs()):
        raise AssertionError(f"{name}: other rows with row-level security than without")
    found = against(mine, theirs, seconds=2.0)
    bench.report.compare(name, found, NO_RLS, limit=2, note=f"{len(rows)} rows")


def compare_page(
    bench: Bench, name: str, ask: Callable[[], Any], sql: str, expected: frozenset[int] | set[int] = frozenset({200})
) -> None:
    """A whole answer against one statement."""

    def answered() -> None:
        answer = ask()
        if answer.status_code not in expected:
            raise AssertionError(f"{name}: {answer.status_code}")

    found = against(answered, fetcher(bench.admin(), sql), least=3, seconds=2.0)
    bench.report.compare(name, found, BY_HAND, note=f"{len(statements(answered))} statements")
