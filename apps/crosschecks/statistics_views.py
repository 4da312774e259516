"""The page of how findings came out, by rule and by unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from apps.common.days import today
from apps.crosschecks.choices import Group, Verdict
from apps.crosschecks.filters import rule_choices
from apps.crosschecks.services.statistics import QUERIES, Counted, Statistics, statistics
from apps.crosschecks.statistics_export import export
from apps.crosschecks.tables import FindingResource
from apps.pages import exports
from apps.pages.kinds import NUMBER, PERCENT
from apps.pages.selection import Selection

NARROWED_BY = ("found_on_min", "found_on_max", "group", "rule")
"""The list's own filters by which the findings may be narrowed before they are counted."""

HEADS = {
    "found": gettext_lazy("发现"),
    "open": gettext_lazy("未办结"),
    "overdue": gettext_lazy("超期"),
    "escalated": gettext_lazy("超期五天以上"),
    "closed": gettext_lazy("已办结"),
    "cleared": gettext_lazy("数据已消除"),
    **dict(Verdict.choices),
    "confirmed_share": gettext_lazy("属实占比"),
    "refuted_share": gettext_lazy("不属实占比"),
    "days": gettext_lazy("办结天数（中位数）"),
}
SHARES = {"confirmed_share": "confirmed", "refuted_share": "refuted"}


def read(user: Any, params: QueryDict, *, strict: bool = False) -> Selection:
    """The findings that a query string means: 404 for a place of others, 403 for whoever sees none at all."""
    selection = Selection(FindingResource, user, params, strict=strict)
    FindingResource.require_open(user)
    return selection


def unknown(params: QueryDict) -> set[str]:
    """Parameters that are no question of the statistics."""
    return set(params) - {"division", *NARROWED_BY}


class StatisticsPage(View):
    """Found, open, overdue, closed, judged: each rule of a place, each unit below it, each figure a way to its rows."""

    def post(self, request: HttpRequest) -> FileResponse:
        """The figures as a workbook."""
        return export(self.selection(request), request.user, HEADS)

    def selection(self, request: HttpRequest) -> Selection:
        """What is asked; BadRequest for what cannot be answered."""
        selection = read(request.user, request.GET)
        if unknown(request.GET) or selection.problems:
            raise BadRequest(_("查询条件有误。"))
        return selection

    def get(self, request: HttpRequest) -> HttpResponse:
        selection = self.selection(request)
        asked = {name: request.GET.getlist(name) for name in NARROWED_BY if any(request.GET.getlist(name))}
        if selection.place.chosen:
            asked["division"] = [str(selection.place.chosen)]
        found = statistics(selection.rows, selection.place.code, today())
        context = {
            "heads": HEADS.values(),
            "tables": _tables(found, asked),
            "asked": {name: values[0] for name, values in asked.items()},
            "chips": [chip for chip in selection.filters.chips() if chip.text],
            "group_choices": Group.choices,
            "rule_choices": rule_choices(),
            "found": found.total["found"],
            "may_export": exports.may_export(selection, request.user),
            "query": selection.query(),
        }
        return render(request, "crosschecks/statistics.html", context)


def _tables(found: Statistics, asked: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    """The two tables: rows of a name, where it leads, and the figures with their links; the sum below."""
    total = _cells(found.total, asked)
    if found.rules:
        yield {
            "title": _("按规则"),
            "first": _("规则"),
            "rows": [
                {
                    "id": one.entry.id,
                    "name": one.entry.title,
                    "url": reverse("rule-detail", args=[one.entry.id]) + _query(asked, only=("division",)),
                    "cells": _cells(one.counted, {**asked, "rule": [one.entry.id], "group": []}),
                }
                for one in found.rules
            ],
            "total": total,
        }
    if found.units:
        yield {
            "title": _("按下级单位"),
            "first": _("单位"),
            "rows": [
                {
                    "name": _("%(name)s本级") % {"name": one.name} if one.own else one.name,
                    "url": "" if one.own else _query({**asked, "division": [str(one.code)]}),
                    "cells": _cells(one.counted, None if one.own else {**asked, "division": [str(one.code)]}),
                }
                for one in found.units
            ],
            "total": total,
        }


def _cells(counted: Counted, asked: dict[str, list[str]] | None) -> list[dict[str, str]]:
    """The figures of one row in the order of the headings; those that count rows open them (None: no list does)."""
    cells = []
    for name, label in HEADS.items():
        if name == "days":
            text, behind = "—" if counted.days is None else f"{counted.days:,}", ""
        elif name in SHARES:
            share = getattr(counted, name)
            text, behind = "—" if share is None else PERCENT.text(share), SHARES[name]
        else:
            text, behind = NUMBER.text(counted[name]), name
        opens = bool(behind) and asked is not None and bool(counted[behind])
        address = reverse("finding-list") + _query({**(asked or {}), **QUERIES[behind]}) if opens else ""
        cells.append({"name": name, "label": str(label), "text": text, "url": address})
    return cells


def _query(asked: dict[str, Any], only: tuple[str, ...] = ()) -> str:
    """The query string of some parameters, with its question mark."""
    given = {name: value for name, value in asked.items() if value and (not only or name in only)}
    return f"?{urlencode(given, doseq=True)}" if given else ""
