"""Tables that an app adds to the detail page of a resource of an app below it, which must not know of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from apps.pages.columns import Column
from apps.pages.resources import Resource

SHOWN = 20
"""How many rows a table shows before it points to their list."""


@dataclass(frozen=True)
class Table:
    """A table on a detail page: its rows as the inside of table rows, and where to find all of them and add one.

    `links` are further ways from it: a label and an address each.
    """

    title: str | Promise
    columns: Sequence[Column]
    rows: Sequence[SafeString]
    more: str = ""
    add: str = ""
    id: str = ""
    links: Sequence[tuple[str, str]] = ()


def shown(
    user: Any,
    resource: type[Resource],
    title: str | Promise,
    names: Sequence[str],
    *,
    order: str,
    query: str,
    place: Any = None,
    **where: Any,
) -> Table | None:
    """The first rows of a resource that hang off the row of a page, as far as the user sees them, and their list
    narrowed by `query`; with a `place`, the way to enter one for whoever may there. None for whoever never sees any."""
    if not resource.open_to(user):
        return None
    columns = [resource.column(name) for name in names]
    reader = resource.reader(user, columns)
    rows = list(resource.rows(user).filter(**where).order_by(order, "-pk").values_list(*reader.paths)[:SHOWN])
    return Table(
        title,
        columns,
        list(reader.table_rows(rows)),
        more=f"{resource.url('list')}{query}" if rows else "",
        add=f"{resource.url('create')}{query}" if place is not None and resource.may_change(user, place) else "",
        id=resource.url("list").strip("/"),
    )


Source = Callable[[Any, Any], Table | None]

_sources: dict[str, list[Source]] = {}


def register(resource: str, source: Source) -> None:
    """Have `source(user, row)` add a table to the detail page of the resource of this name; None adds nothing.

    Called from an app's `ready()`. A source shows only what `user` may see.
    """
    known = _sources.setdefault(resource, [])
    if source not in known:
        known.append(source)


def of(resource: str, user: Any, found: Any) -> list[Table]:
    """The tables added to the page of this row, for this user."""
    made = (source(user, found) for source in _sources.get(resource, ()))
    return [table for table in made if table is not None]
