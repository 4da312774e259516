"""Name search per level under row-level security against the same SQL without, for common and rare names."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.urls import reverse

from apps.access import scope as scopes
from apps.households.tables import HouseholdResource, PersonResource
from apps.pages.resources import Resource
from apps.pages.selection import Selection
from bench.data import LEVELS, Bench, fetcher, statements
from bench.measuring import against

NO_RLS = "same SQL, no RLS"


def run(bench: Bench) -> None:
    """A surname, a full name that many bear and one that hardly anybody bears; persons, then heads of household."""
    names = names_of(bench)
    for level in LEVELS:
        user = bench.user(level.username)
        with scopes.acting(user) as scope:
            asked = [
                (f"persons by {kind}", page_sql(PersonResource, user, f"name={name}")) for kind, name in names.items()
            ]
            asked += [
                (f"households by head's {kind}", page_sql(HouseholdResource, user, f"head={name}"))
                for kind, name in names.items()
            ]
        app, admin = bench.app(scope), bench.admin()
        for what, sql in asked:
            mine, theirs = fetcher(app, sql), fetcher(admin, sql)
            rows = mine()
            if list(rows) != list(theirs()):
                raise AssertionError(f"{level.name} {what}: other rows with row-level security than without")
            found = against(mine, theirs, seconds=2.0)
            bench.report.compare(f"search {level.name} {what}", found, NO_RLS, limit=2, note=f"{len(rows)} rows")
        of_box(bench, level.name, level.username, names["common name"])


def names_of(bench: Bench) -> dict[str, str]:
    """The commonest surname, and the commonest and a rare full name of the register."""
    opened = bench.admin()

    def first(sql: str) -> str:
        return str(opened.execute(sql).fetchall()[0][0])

    counted = "SELECT {0} FROM households_person WHERE is_active AND name <> '' GROUP BY {0} ORDER BY count(*) {1}, {0}"
    return {
        "surname": first(counted.format("left(name, 1)", "DESC")),
        "common name": first(counted.format("name", "DESC")),
        "rare name": first(counted.format("name", "ASC")),
    }


def page_sql(resource: type[Resource], user: Any, query: str) -> str:
    """The main statement of a filtered list page."""
    selection = Selection(resource, user, QueryDict(query))
    if selection.problems:
        raise AssertionError(f"{query}: {selection.problems}")
    return max(statements(lambda: selection.page(resource.reader(user, selection.columns()))), key=len)


def of_box(bench: Bench, level: str, username: str, name: str) -> None:
    """The search box, whatever kinds of row it asks for."""
    client = bench.client(username)
    address = reverse("search")

    def ask() -> None:
        answer = client.post(address, {"q": name})
        if answer.status_code not in (200, 302):
            raise AssertionError(f"the search box answered {answer.status_code}")

    empty = bench.client(username)
    found = against(ask, lambda: empty.post(address, {"q": ""}), seconds=2.0)
    note = f"{len(statements(ask))} statements"
    bench.report.compare(f"search {level} box", found, "the page without a question", note=note)
