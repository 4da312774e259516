"""Columns: what a model shows of its rows. One declaration serves the list page, the API and the export.

Rows are fetched with `values_list` on the columns' sources: no model instances are built, whatever the surface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.db.models.constants import LOOKUP_SEP
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.access import sight as sights
from apps.common import fieldclasses
from apps.pages.kinds import EMPTY, TEXT, Kind


@dataclass(frozen=True)
class Column:
    """One value of a row.

    `name` is the code name (API field, URL parameter), `source` the ORM path it is read from (the name itself if
    empty). `default` columns are shown until someone chooses others. A `sortable` column has an index whose first part
    is its source. `link` names the resource whose page the value opens, `link_source` the path to that row's key.
    `holds` names the field that a computed value is made from, whose class (`apps.common.fieldclasses`) it shares.
    """

    name: str
    label: str | Promise
    source: str = ""
    kind: Kind = TEXT
    default: bool = True
    sortable: bool = False
    link: str = ""
    link_source: str = ""
    holds: str = ""

    @property
    def path(self) -> str:
        return self.source or self.name

    def sensitive(self, model: type[Model]) -> bool:
        """Whether the value is masked for those without the right to personal data."""
        return sensitive_path(model, self.holds or self.path)


def field_at(model: type[Model], path: str) -> Field[Any, Any] | None:
    """The field at the end of an ORM path; None for what a query computes."""
    field: Any = None
    for name in path.split(LOOKUP_SEP):
        try:
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        model = field.related_model or model
    return field if isinstance(field, Field) else None


@cache
def sensitive_path(model: type[Model], path: str) -> bool:
    """Whether the field at the end of a path is masked for those without the right to personal data."""
    field = field_at(model, path)
    return field is not None and fieldclasses.is_sensitive(field)


def sources(columns: Iterable[Column], *extra: str) -> list[str]:
    """The distinct ORM paths that these columns (and further paths) need, in a stable order."""
    paths = [path for column in columns for path in (column.path, column.link_source) if path]
    return list(dict.fromkeys([*paths, *extra]))


class Reader:
    """Reads rows for some columns: knows at which position of a fetched tuple each column's value stands.

    What is sensitive is masked in the rows whose place or household is not open to the user in full; the rows then
    carry both. `masked` are the names of the columns that this can happen to.
    """

    def __init__(self, columns: Sequence[Column], *extra: str, model: type[Model], user: Any) -> None:
        self.columns = tuple(columns)
        self._sight = sights.of(user, model)
        self.masked: tuple[str, ...] = ()
        if not self._sight.whole():
            guarded = (one for one in self.columns if one.kind.masked is not one.kind and one.sensitive(model))
            self.masked = tuple(column.name for column in guarded)
        self._place = ("division_id", str(getattr(model, "household_lookup", ""))) if self.masked else ()
        self.paths = sources(self.columns, *extra, *self._place)
        self._at = {path: position for position, path in enumerate(self.paths)}
        self._values = [self._at[column.path] for column in self.columns]

    def _open(self, row: Sequence[Any]) -> bool:
        """Whether the row is shown in full."""
        return not self.masked or self._sight.opens(*(row[self._at[path]] for path in self._place))

    def value(self, row: Sequence[Any], path: str) -> Any:
        """The value of one fetched path of a row."""
        return row[self._at[path]]

    def json(self, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """The rows as API objects."""
        plan = [(column.name, at, column.kind.json) for column, at in zip(self.columns, self._values, strict=True)]
        if not self.masked:
            return [{name: convert(row[at]) for name, at, convert in plan} for row in rows]
        kinds = [column.kind.masked if column.name in self.masked else column.kind for column in self.columns]
        hidden = [(name, at, kind.json) for (name, at, _convert), kind in zip(plan, kinds, strict=True)]
        found = []
        for row in rows:
            whole = self._open(row)
            body = {name: convert(row[at]) for name, at, convert in (plan if whole else hidden)}
            found.append(body if whole else {**body, "masked": list(self.masked)})
        return found

    def cells(self, rows: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
        """The rows as workbook cells."""
        plan = list(zip(self._bound(rows), self._values, strict=True))
        hidden = [(kind, at) for kind, (_kind, at) in zip(self._hidden(rows), plan, strict=True)]
        return ([kind.cell(row[at]) for kind, at in (plan if self._open(row) else hidden)] for row in rows)

    def html(self, rows: Sequence[Sequence[Any]]) -> Iterator[list[SafeString]]:
        """The rows as page values, linked where their column says so. Each distinct value is drawn once."""
        plan = [
            (column, _remembering(kind), at)
            for column, kind, at in zip(self.columns, self._bound(rows), self._values, strict=True)
        ]
        hidden = [
            (column, _remembering(kind), at)
            for column, kind, at in zip(self.columns, self._hidden(rows), self._values, strict=True)
        ]
        for row in rows:
            drawn = plan if self._open(row) else hidden
            yield [self._linked(column, draw(row[at]), row) for column, draw, at in drawn]

    def table_rows(self, rows: Sequence[Sequence[Any]], *, tick: str = "") -> Iterator[SafeString]:
        """The rows as the inside of table rows. Built here and not in a template: a page has a thousand cells.

        `tick`: the path of a key; the first value then has a box of the form "bulk" before it, and gives it its name.
        """
        cells = [
            format_html('<td class="{}" data-label="{}">', column.kind.css, column.label) for column in self.columns
        ]
        for row, values in zip(rows, self.html(rows), strict=True):
            if tick:
                values[0] = _box(self.value(row, tick), values[0])
            # All parts are markup already: the cells by format_html, the values by their kind.
            yield SafeString("".join(f"{cell}{value}</td>" for cell, value in zip(cells, values, strict=True)))

    def _bound(self, rows: Sequence[Sequence[Any]]) -> list[Kind]:
        return [
            column.kind.bind(row[at] for row in rows) for column, at in zip(self.columns, self._values, strict=True)
        ]

    def _hidden(self, rows: Sequence[Sequence[Any]]) -> list[Kind]:
        """The kinds for rows that are not open in full."""
        bound = self._bound(rows) if self.masked else [column.kind for column in self.columns]
        return [
            column.kind.masked if column.name in self.masked else kind
            for column, kind in zip(self.columns, bound, strict=True)
        ]

    def _linked(self, column: Column, value: SafeString, row: Sequence[Any]) -> SafeString:
        if not column.link or value is EMPTY:
            return value
        key = self.value(row, column.link_source)
        if key is None:
            return value
        return format_html('<a href="{}">{}</a>', reverse(f"{column.link}-detail", args=[key]), value)


def _box(key: Any, value: SafeString) -> SafeString:
    """A value with the box before it that ticks its row, and that it is the name of."""
    box = '<input class="tick no-print" type="checkbox" form="bulk" name="row" value="{}" aria-labelledby="row-{}">'
    return format_html(box + '<span class="named" id="row-{}">{}</span>', key, key, key, value)


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
