"""Printing a list: all that is asked for up to a limit, on A4, entered in the access log like an export."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.history.services import log_access
from apps.pages.columns import Reader
from apps.pages.selection import Selection
from apps.pages.views import ListPage

MOST = 1000
"""Rows on paper at most; the page says so when there are more."""


class PrintPage(ListPage):
    """The list as it is printed: the columns shown, the rows of every page, what was asked for in words."""

    page = "print"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        selection = Selection(self.resource, user, request.GET)
        self.resource.require_open(user)
        context: dict[str, Any] = {"title": self.resource.plural(), "selection": selection, "most": MOST}
        if selection.problems:
            return self.show(status=400, problems=self.explain(selection), **context)
        columns = selection.columns(self.remembered_columns(selection))
        reader = Reader(columns)
        found = list(selection.keys.ordered(selection.rows).values_list(*reader.paths)[: MOST + 1])
        rows = found[:MOST]
        log_access(
            user,
            "print",
            division=selection.place.code or user.division_id,
            kind=self.resource.model._meta.label_lower,
            fields=[column.name for column in columns],
            rows=len(rows),
        )
        return self.show(
            columns=columns,
            rows=list(reader.table_rows(rows)),
            more=len(found) > MOST,
            chips=list(selection.filters.chips()),
            count=selection.count,
            **context,
        )
