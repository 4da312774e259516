"""List page per level: its SQL under row-level security against the same SQL without, deep pages, counts, and the page.

Floors: the same statements as superuser; the same in a transaction of their own without the scope's settings; page one
for a page at 90 % of the list; and for the whole page, with session, menu and markup, orjson over `.values()`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import QueryDict

from apps.access import scope as scopes
from apps.access.session import _STATEMENT, settings_of
from apps.households.models import Household
from apps.households.tables import HouseholdResource
from apps.pages.selection import Selection
from bench.api import plain_rows
from bench.data import LEVELS, Bench, Connection, Level, fetcher, statements
from bench.measuring import against

NO_RLS = "same SQL, no RLS"


def run(bench: Bench) -> None:
    """Every level, SQL first, then the page as a browser asks for it."""
    for level in LEVELS:
        user = bench.user(level.username)
        with scopes.acting(user) as scope:
            params = QueryDict(f"after={cursor_at(scope, 0.9)}")
            first, deep = page_of(user, QueryDict()), page_of(user, params)
            page, far = longest(first), longest(deep)
            counted = statements(lambda: Selection(HouseholdResource, user, QueryDict()).count)[-1]  # noqa: B023
        of_sql(bench, level, scope, page, far, counted)
        of_pages(bench, level, params)


def page_of(user: Any, params: QueryDict) -> Callable[[], Any]:
    """The rows of the list page as the page itself asks for them."""

    def ask() -> Any:
        selection = Selection(HouseholdResource, user, params)
        return selection.page(HouseholdResource.reader(user, selection.columns()))

    return ask


def longest(work: Callable[[], Any]) -> str:
    """The main statement of a page: the others look up names."""
    return max(statements(work), key=len)


def cursor_at(scope: scopes.Scope, share: float) -> str:
    """The cursor of a page that begins at this share of the list."""
    rows = Household.objects.visible_to(scope)
    keys = HouseholdResource.orderings()[""]
    at = min(int(rows.count() * share), max(0, rows.count() - 52))
    return keys._encode(rows.order_by(*keys.paths).values_list(*keys.paths)[at])


def of_sql(bench: Bench, level: Level, scope: scopes.Scope, page: str, deep: str, counted: str) -> None:
    """The statements by themselves."""
    app, admin = bench.app(scope), bench.admin()
    exact = counting(scope)
    for name, sql, limit in (("page", page, 1.15), ("count to 10,000", counted, None), ("exact count", exact, None)):
        mine, theirs = fetcher(app, sql), fetcher(admin, sql)
        if list(mine()) != list(theirs()):
            raise AssertionError(f"{level.name} {name}: other rows with row-level security than without")
        found = against(mine, theirs)
        bench.report.compare(f"lists {level.name} {name}", found, NO_RLS, limit=limit)
    bare = bench.app()
    found = against(scoped(bare, scope, page), in_transaction(admin, page))
    bench.report.compare(f"lists {level.name} page with its scope", found, "transaction + same SQL, no RLS", limit=1.4)
    found = against(fetcher(app, deep), fetcher(app, page))
    bench.report.compare(f"lists {level.name} page at 90 %", found, "page one", limit=2)


def counting(scope: scopes.Scope) -> str:
    """The whole count of what a scope sees."""
    with scopes.activate(scope), transaction.atomic():
        return statements(lambda: Household.objects.visible_to(scope).count())[0]


def scoped(opened: Connection, scope: scopes.Scope, sql: str) -> Callable[[], Any]:
    """One statement as a request sends it: transaction, settings, statement."""
    values = settings_of(scope)

    def ask() -> Any:
        with opened.transaction():
            opened.execute(_STATEMENT, values)
            return opened.execute(sql).fetchall()

    return ask


def in_transaction(opened: Connection, sql: str) -> Callable[[], Any]:
    """One statement in a transaction of its own."""

    def ask() -> Any:
        with opened.transaction():
            return opened.execute(sql).fetchall()

    return ask


def of_pages(bench: Bench, level: Level, params: QueryDict) -> None:
    """The page as a browser gets it: session, account, scope, menu, rows, count, markup."""
    client = bench.client(level.username)
    floor = plain_rows(bench.user(level.username))

    def ask(query: str) -> Callable[[], None]:
        def get() -> None:
            answer = client.get(f"/households/{query}")
            if answer.status_code != 200 or b'data-label="' not in answer.content:
                raise AssertionError(f"{level.name} list page answered {answer.status_code} without rows")

        return get

    queries = len(statements(ask("")))
    for name, query in (("whole page", ""), ("whole page at 90 %", f"?{params.urlencode()}")):
        found = against(ask(query), floor)
        bench.report.compare(f"lists {level.name} {name}", found, "orjson over .values()", note=f"{queries} statements")
