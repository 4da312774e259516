"""Columns: what a model shows of its rows. One declaration serves the list page, the API and the export.

Rows are fetched with `values_list` on the columns' sources: no model instances are built, whatever the surface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.pages.kinds import EMPTY, TEXT, Kind


@dataclass(frozen=True)
class Column:
    """One value of a row.

    `name` is the code name (API field, URL parameter), `source` the ORM path it is read from (the name itself if
    empty). `default` columns are shown until someone chooses others. A `sortable` column has an index whose first part
    is its source. `link` names the resource whose page the value opens, `link_source` the path to that row's key.
    """

    name: str
    label: str | Promise
    source: str = ""
    kind: Kind = TEXT
    default: bool = True
    sortable: bool = False
    link: str = ""
    link_source: str = ""

    @property
    def path(self) -> str:
        return self.source or self.name


def sources(columns: Iterable[Column], *extra: str) -> list[str]:
    """The distinct ORM paths that these columns (and further paths) need, in a stable order."""
    paths = [path for column in columns for path in (column.path, column.link_source) if path]
    return list(dict.fromkeys([*paths, *extra]))


class Reader:
    """Reads rows for some columns: knows at which position of a fetched tuple each column's value stands."""

    def __init__(self, columns: Sequence[Column], *extra: str) -> None:
        self.columns = tuple(columns)
        self.paths = sources(self.columns, *extra)
        self._at = {path: position for position, path in enumerate(self.paths)}
        self._values = [self._at[column.path] for column in self.columns]

    def value(self, row: Sequence[Any], path: str) -> Any:
        """The value of one fetched path of a row."""
        return row[self._at[path]]

    def json(self, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """The rows as API objects."""
        plan = [(column.name, at, column.kind.json) for column, at in zip(self.columns, self._values, strict=True)]
        return [{name: convert(row[at]) for name, at, convert in plan} for row in rows]

    def cells(self, rows: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
        """The rows as workbook cells."""
        plan = list(zip(self._bound(rows), self._values, strict=True))
        return ([kind.cell(row[at]) for kind, at in plan] for row in rows)

    def html(self, rows: Sequence[Sequence[Any]]) -> Iterator[list[SafeString]]:
        """The rows as page values, linked where their column says so. Each distinct value is drawn once."""
        plan = [
            (column, _remembering(kind), at)
            for column, kind, at in zip(self.columns, self._bound(rows), self._values, strict=True)
        ]
        for row in rows:
            yield [self._linked(column, draw(row[at]), row) for column, draw, at in plan]

    def table_rows(self, rows: Sequence[Sequence[Any]]) -> Iterator[SafeString]:
        """The rows as the inside of table rows. Built here and not in a template: a page has a thousand cells."""
        cells = [
            format_html('<td class="{}" data-label="{}">', column.kind.css, column.label) for column in self.columns
        ]
        for values in self.html(rows):
            # All parts are markup already: the cells by format_html, the values by their kind.
            yield SafeString("".join(f"{cell}{value}</td>" for cell, value in zip(cells, values, strict=True)))

    def _bound(self, rows: Sequence[Sequence[Any]]) -> list[Kind]:
        return [
            column.kind.bind(row[at] for row in rows) for column, at in zip(self.columns, self._values, strict=True)
        ]

    def _linked(self, column: Column, value: SafeString, row: Sequence[Any]) -> SafeString:
        if not column.link or value is EMPTY:
            return value
        key = self.value(row, column.link_source)
        if key is None:
            return value
        return format_html('<a href="{}">{}</a>', reverse(f"{column.link}-detail", args=[key]), value)


def _remembering(kind: Kind) -> Callable[[Any], SafeString]:
    """The kind's `html`, asked only once for each value of a page."""
    known: dict[Any, SafeString] = {}

    def draw(value: Any) -> SafeString:
        if isinstance(value, (list, dict)):
            return kind.html(value)
        found = known.get(value)
        if found is None:
            found = known[value] = kind.html(value)
        return found

    return draw
