"""The same figures for programs: one row for each unit below a place and each indicator."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access import scope as scopes
from apps.dashboards import desks
from apps.dashboards.counting import tallies, total
from apps.dashboards.extent import Extent
from apps.dashboards.figures import FIGURES, Value
from apps.divisions import codes
from apps.pages import problems
from apps.pages.api import answer
from apps.pages.context import reference_date
from apps.pages.places import Place


class Indicators(APIView):
    """Poor population, incidence, exits and findings of the units one level below a place, as its desk shows them."""

    @extend_schema(
        parameters=[
            OpenApiParameter("division", str, description="12 digits; the account's own place if left out"),
            OpenApiParameter("code", str, enum=list(FIGURES), description="one indicator; all of them if left out"),
            OpenApiParameter("count", str, enum=["1"]),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        place = Place.read(request.user, request.GET)
        if found := self._problems(request):
            return answer(problems.problem(400, errors=problems.entries(found)))
        on = reference_date()
        extent = Extent.of(place, scopes.of(request.user))
        wanted = [request.GET["code"]] if "code" in request.GET else list(FIGURES)
        counted = tallies(request.user, extent, on)
        units = desks.units(extent, counted, chosen=wanted[0], table=wanted, on=on, user=request.user)
        rows = [_row(unit, shown, extent) for unit in units for shown in unit.figures]
        whole = desks.figures_at(wanted, total(counted), extent.code, on)
        body: dict[str, Any] = {"next": None, "previous": None}
        if "count" in request.GET:
            body |= {"count": len(rows), "count_exact": True}
        totals = {
            "division": codes.text(extent.code) if extent.code else None,
            "date": on,
            **{shown.figure.code: _value(shown.value) for shown in whole},
        }
        return Response({**body, "total": totals, "results": rows})

    def _problems(self, request: Request) -> dict[str, list[ValidationError]]:
        found = {}
        for name in request.GET:
            values = request.GET.getlist(name)
            if name not in ("division", "code", "count"):
                found[name] = [ValidationError(_("没有这个查询参数。"), code="unknown")]
            elif len(values) > 1:
                found[name] = [ValidationError(_("这个参数只能给出一次。"), code="repeated")]
        if request.GET.get("code", next(iter(FIGURES))) not in FIGURES:
            found["code"] = [ValidationError(_("没有这个指标。"), code="invalid_choice")]
        if request.GET.get("count", "1") != "1":
            found["count"] = [ValidationError(_("这个参数只能是 1。"), code="invalid")]
        return found


def _row(unit: desks.Unit, shown: desks.Shown, extent: Extent) -> dict[str, Any]:
    return {
        "code": shown.figure.code,
        "division": unit.text_code or None,
        "name": unit.name,
        "level": codes.level(unit.code) if unit.code else None,
        "parent": codes.text(extent.code) if extent.code else None,
        "value": _value(shown.value),
        "before": _value(shown.before),
        "list": shown.url or None,
    }


def _value(value: Value) -> int | str | None:
    """Counts as numbers; per cent as a decimal text, like every decimal of the API."""
    return value if value is None or isinstance(value, int) else str(value)
