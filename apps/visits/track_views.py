"""轨迹: the positions of one author or of one place's visits on a map, and the same as a list beside it."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from apps.accounts.sessions import requester
from apps.common.days import month_end, today
from apps.divisions import codes, maps
from apps.history.services import log_access
from apps.pages.places import Place
from apps.visits.filters import MonthField
from apps.visits.services import tracks
from apps.visits.tables import VisitResource

COLUMNS = ("visited_at", "head", "division", "distance", "marks")
EXTRA = ("pk", "lon", "lat", "division_id", "household_id", "author_id", "author_name")
DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class TrackForm(forms.Form):
    """Whose visits, or (by the place in the address) whose village's; of a month, or from one day to another."""

    author = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    month = MonthField(
        label=gettext_lazy("月份"), required=False, widget=forms.TextInput({"type": "month", "maxlength": 7})
    )
    first = forms.DateField(label=gettext_lazy("或从"), required=False, widget=DAY)
    last = forms.DateField(label=gettext_lazy("至"), required=False, widget=DAY)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if not (first or last):
            first = given.get("month") or today().replace(day=1)
            given["first"], given["last"] = first, month_end(first)
        elif not (first and last) or not datetime.timedelta(0) <= last - first <= tracks.LONGEST:
            raise forms.ValidationError(_("请同时给出起止日期，最长92天。"))
        return given


class TrackPage(View):
    """The track of an author (`?author=`) or of a place's visits (`?division=`), entered in the access log."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user, place = requester(request), Place.read(request.user, request.GET)
        form = TrackForm(request.GET)
        valid = form.is_valid()
        if "author" in form.errors or set(request.GET) - {"division", *form.fields}:
            raise BadRequest(_("查询条件有误。"))
        author = form.cleaned_data.get("author")
        if not tracks.may_ask(user, author):
            raise PermissionDenied(_("定位含个人信息，您没有查看轨迹的权限。"))
        context: dict[str, Any] = {
            "form": form,
            "author": author,
            "place": place,
            "asks": not author and not _near(place),
        }
        if not valid or context["asks"]:
            return render(request, "visits/track.html", context, status=200 if valid else 422)
        rows = place.narrow(VisitResource.rows(user))
        found = tracks.narrow(rows, author, form.cleaned_data["first"], form.cleaned_data["last"])
        names = COLUMNS if author else (COLUMNS[0], "author_name", *COLUMNS[1:])
        reader = VisitResource.reader(user, [VisitResource.column(name) for name in names], *EXTRA)
        fetched = list(found.values_list(*reader.paths)[: tracks.MOST + 1])
        points = [_point(user, reader, row, cells) for row, cells in self._with_cells(reader, fetched[: tracks.MOST])]
        seen = [point for point in points if point["lon"] is not None]
        for number, point in enumerate(seen, start=1):
            point["number"] = number
        if seen:
            log_access(
                user,
                "view",
                division=place.code or user.division_id,
                kind="visits.visit",
                fields=["lon", "lat"],
                rows=len(seen),
                reason=str(author or ""),
            )
        context |= {
            "points": points,
            "seen": len(seen),
            "more": len(fetched) > tracks.MOST,
            "columns": reader.columns,
            "map": _map([point["division"] for point in seen]),
            "name": points[0]["author"] if author and points else "",
            "period": (form.cleaned_data["first"], form.cleaned_data["last"]),
        }
        return render(request, "visits/track.html", context)

    @staticmethod
    def _with_cells(reader: Any, rows: list[Any]) -> Any:
        return zip(rows, reader.table_rows(rows), strict=True)


def _near(place: Place) -> bool:
    """Whether a place is chosen that is small enough to be drawn: a township or a village."""
    return place.code is not None and codes.level(place.code) >= codes.TOWNSHIP


def _point(user: Any, reader: Any, row: Any, cells: Any) -> dict[str, Any]:
    """A visit of the track: its cells, and its position where the account sees it."""
    keys = ("division_id", "household_id", "author_id")
    whole = tracks.opens(user, *(reader.value(row, name) for name in keys))
    lon, lat = reader.value(row, "lon"), reader.value(row, "lat")
    return {
        "cells": cells,
        "lon": lon if whole and lat is not None else None,
        "lat": lat if whole and lon is not None else None,
        "division": reader.value(row, "division_id"),
        "author": reader.value(row, "author_name"),
        "author_id": reader.value(row, "author_id"),
        "number": None,
    }


def _map(divisions: list[int]) -> dict[str, Any] | None:
    """The outlines behind the points: those of their county, or of all counties when there are several."""
    counties = {codes.at(code, codes.COUNTY) for code in divisions}
    if not counties:
        return None
    only = counties.pop() if len(counties) == 1 else None
    return {"file": maps.static_name(only) if only else maps.REGION_COUNTIES, "approximate": only is not None}
