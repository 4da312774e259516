"""Printing a list: all that is asked for up to a limit, on A4, entered in the access log like an export.

A page of a list that is on the screen anybody may print who sees it. More than that is an export, so it takes the right
to export and holds the rows of those places only.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.history import origin
from apps.history.services import log_access
from apps.pages import exports
from apps.pages.selection import Selection
from apps.pages.views import ListPage

MOST = 1000
"""Rows on paper at most; the page says so when there are more."""


def watermark(user: Any) -> str:
    """Who prints and when, for every page on paper."""
    mark = f"{user} ({user.username}) {timezone.localtime():%Y-%m-%d %H:%M} {origin.current().request_id}"
    return mark.strip()


class PrintPage(ListPage):
    """The list as it is printed: the columns shown, the rows of every page, what was asked for in words."""

    page = "print"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        selection = Selection(self.resource, user, request.GET)
        self.resource.require_open(user)
        if not exports.may_export(selection, user):
            raise PermissionDenied(_("打印整个列表需要导出数据的权限；屏幕上的这一页可以直接打印。"))
        selection = Selection(self.resource, user, request.GET, rows=self.resource.exportable(user))
        context: dict[str, Any] = {"title": self.resource.plural(), "selection": selection, "most": MOST}
        if selection.problems:
            return self.show(status=400, problems=self.explain(selection), **context)
        columns = selection.columns(self.remembered_columns(selection))
        reader = self.resource.reader(user, columns)
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
            watermark=watermark(user),
            **context,
        )
