"""The page of the monthly and yearly list of visits, and the same as a workbook."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from apps.access import policy
from apps.accounts.sessions import requester
from apps.common.days import today
from apps.dashboards import field_summary
from apps.dashboards.extent import Extent
from apps.dashboards.field_summary import CADRE, HEADS, PLACE, UNIT, WHOLE, Line, Period
from apps.dashboards.live_views import extent_of
from apps.divisions import codes
from apps.history import origin
from apps.history.services import log_access
from apps.pages import workbook
from apps.pages.columns import Column, Reader
from apps.pages.export_views import attachment
from apps.pages.kinds import NUMBER, PERCENT
from apps.pages.paging import PAGE_SIZE, BadCursor, Page
from apps.visits.models import Visit

LABELS: dict[str, Any] = {
    "visits": gettext_lazy("走访次数"),
    "households": gettext_lazy("走访户数"),
    "paired": gettext_lazy("结对户数"),
    "reached": gettext_lazy("结对户已走访"),
    "share": gettext_lazy("走访率"),
    "zero": gettext_lazy("零签到干部"),
    "raised": gettext_lazy("提出问题"),
    "solved": gettext_lazy("其中已解决"),
    "marked": gettext_lazy("待核实走访"),
}
BY = {PLACE: gettext_lazy("按地区"), UNIT: gettext_lazy("按帮扶单位"), CADRE: gettext_lazy("按干部")}
ASKED = {"division", "month", "year", "by", "after", "before"}
_MONTH, _YEAR = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])"), re.compile(r"20[0-9]{2}")


class Question:
    """What is asked: a place, a month or a year (the running month if neither is said), and by what.

    404 for a place of others, 403 for an account without the register, BadRequest for what cannot be answered.
    """

    def __init__(self, user: Any, params: Any) -> None:
        self.user, self.extent = user, extent_of(user, params)
        wrong = set(params) - ASKED or any(len(values) > 1 for _name, values in params.lists())
        month, year = params.get("month", ""), params.get("year", "")
        self.by = params.get("by") or PLACE
        self.cursors = {name: params.get(name, "") for name in ("after", "before")}
        found = _MONTH.fullmatch(month)
        if wrong or self.by not in WHOLE or (month and (year or not found)) or (year and not _YEAR.fullmatch(year)):
            raise BadRequest(_("查询条件有误。"))
        if found:
            self.period = Period(int(found[1]), int(found[2]))
        else:
            self.period = Period(int(year)) if year else Period(today().year, today().month)

    @property
    def too_wide(self) -> bool:
        """Whether the lines would be too many: cadres and units are listed for a county or less."""
        near = self.extent.level is not None and self.extent.level >= codes.COUNTY
        return self.by != PLACE and self.extent.is_own and not near

    def lines(self) -> list[Line]:
        """All lines, for a workbook."""
        return [] if self.too_wide else list(WHOLE[self.by](self.user, self.extent, self.period))

    def page(self) -> tuple[list[Line], Page]:
        """The lines to show, with the cursors of the pages beside; cadres are many, and stand on pages."""
        if self.by != CADRE or self.too_wide:
            return self.lines(), Page()
        try:
            return field_summary.by_cadre(self.user, self.extent, self.period, size=PAGE_SIZE, **self.cursors)
        except BadCursor:
            raise BadRequest(_("查询条件有误。")) from None

    def total(self) -> Line:
        return field_summary.total(self.user, self.extent, self.period)

    @property
    def title(self) -> str:
        return _("走访月报") if self.period.month else _("走访年报")


def may_export(user: Any, extent: Extent) -> bool:
    """Whether an account takes figures of this place out."""
    return policy.can(user, "export_register", extent.code)


class FieldSummaryPage(View):
    """走访月报、年报 of a place."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = Question(request.user, request.GET)
        lines, page = asked.page()
        context = {
            "asked": asked,
            "extent": asked.extent,
            "title": asked.title,
            "heads": LABELS.values(),
            "rows": [_row(line) for line in lines],
            "previous": _beside(request, before=page.before),
            "next": _beside(request, after=page.after),
            "total": _row(asked.total()),
            "beside": asked.by == CADRE,
            "choices": list(BY.items()),
            "counted_at": timezone.localtime(),
            "may_export": may_export(request.user, asked.extent),
        }
        return render(request, "dashboards/field_summary.html", context)

    def post(self, request: HttpRequest) -> FileResponse:
        """The same as a workbook, with the export in the access log."""
        asked, user = Question(request.user, request.GET), requester(request)
        if not may_export(user, asked.extent):
            raise PermissionDenied(_("您没有导出这些数据的权限。"))
        place = asked.extent.code or user.division_id
        notes = {
            _("内容"): f"{asked.title} {asked.period.text} {BY[asked.by]}",
            _("所在地"): codes.text(place),
            _("导出人"): f"{user} ({user.username})",
            _("导出时间"): timezone.localtime().strftime("%Y-%m-%d %H:%M:%S"),
            _("请求编号"): origin.current().request_id,
        }
        mark = " ".join(filter(None, (notes[_("导出人")], notes[_("导出时间")], notes[_("请求编号")])))
        kinds = {"share": PERCENT}
        columns = [
            Column("line", BY[asked.by]),
            Column("beside", _("单位")),
            *(Column(f"counted_{name}", LABELS[name], kind=kinds.get(name, NUMBER)) for name in HEADS),
        ]
        file = io.BytesIO()
        rows = field_summary.cells([*asked.lines(), asked.total()])
        workbook.write(file, asked.title, Reader(columns, model=Visit, user=user), rows, notes, mark=mark)
        log_access(user, "export", division=place, kind="visits.visit", fields=["summary"], rows=len(rows))
        file.seek(0)
        return attachment(file, f"{asked.title}_{asked.period.text}_{codes.text(place)}")


def _beside(request: HttpRequest, **cursor: str | None) -> str:
    """The query of the page beside this one; empty where there is none."""
    if not any(cursor.values()):
        return ""
    kept = {name: value for name, value in request.GET.items() if name not in ("after", "before")}
    return urlencode({**kept, **cursor})


def _row(line: Line) -> dict[str, Any]:
    cells = [
        (LABELS[name], "—" if line[name] is None else (PERCENT if name == "share" else NUMBER).text(line[name]))
        for name in HEADS
    ]
    return {"name": line.name, "beside": line.beside, "url": line.url, "cells": cells}
