"""What row-level security costs: list, count and search of each level with the policies against plain WHERE alone.

The statements are the application's own and carry its own filter by place; with the policies on they run as the
platform's role in the scope of the account, without them as a superuser. Both must answer with the same rows.
"""

from __future__ import annotations

from django.http import QueryDict

from apps.access import scope as scopes
from apps.households.tables import PersonResource
from bench.data import LEVELS, Bench, fetcher
from bench.lists import counting, longest, page_of
from bench.measuring import against
from bench.search import names_of, page_sql

NO_RLS = "plain WHERE, no policies"
LIMITS = {"list": 1.15, "search": 2.0}


def run(bench: Bench) -> None:
    """Village to region, three questions each."""
    names = names_of(bench)
    for level in reversed(LEVELS):
        user = bench.user(level.username)
        with scopes.acting(user) as scope:
            asked = {
                "list": longest(page_of(user, QueryDict())),
                "search by a surname": page_sql(PersonResource, user, f"name={names['surname']}"),
                "search by a rare name": page_sql(PersonResource, user, f"name={names['rare name']}"),
            }
        asked["count"] = counting(scope)
        app, admin = bench.app(scope), bench.admin()
        for what, sql in asked.items():
            mine, theirs = fetcher(app, sql), fetcher(admin, sql)
            rows = list(mine())
            if rows != list(theirs()):
                raise AssertionError(f"{level.name} {what}: other rows with row-level security than without")
            limit = LIMITS.get(what.split()[0])
            note = f"{rows[0][0]:,} counted" if what == "count" else f"{len(rows)} rows"
            found = against(mine, theirs, seconds=2.0)
            bench.report.compare(f"access {level.name} {what}", found, NO_RLS, limit=limit, note=note)
