"""The live page for programs: visits that came in after another, and the counts of the units below."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.days import today
from apps.dashboards import desks, live
from apps.dashboards.live_views import MOST_DIGITS, extent_of
from apps.pages import problems
from apps.pages.api import answer


class LiveView(APIView):
    """The newest visits of a place, or those that came in after the one of the number `after`; with an entity tag."""

    @extend_schema(
        parameters=[
            OpenApiParameter("division", str, description="12 digits; the account's own place if left out"),
            OpenApiParameter("after", int, description="`after` of the answer before; the newest 50 if left out"),
        ],
        responses={200: OpenApiTypes.OBJECT, 304: None},
    )
    def get(self, request: Request) -> Response | HttpResponse:
        user, extent, on = request.user, extent_of(request.user, request.GET), today()
        written = request.GET.get("after", "")
        found: dict[str, list[Any]] = {
            name: [ValidationError(_("没有这个查询参数。"), code="unknown")]
            for name in set(request.GET) - {"division", "after"}
        }
        if "after" in request.GET and not (written.isascii() and written.isdigit() and len(written) <= MOST_DIGITS):
            found["after"] = [ValidationError(_("应为整数。"), code="invalid")]
        if found:
            return answer(problems.problem(400, errors=problems.entries(found)))
        tag = live.tag(user, extent, live.latest(user, extent, on), "api", written)
        headers = {"ETag": tag}
        if request.headers.get("If-None-Match") == tag:
            return HttpResponseNotModified(headers=headers)
        reader, rows, last, more = live.newest(user, extent, on, int(written) if written else None)
        counts = live.counts(user, extent, on)
        units = desks.units(
            extent,
            counts,
            chosen=live.ON_MAP[0],
            table=live.IN_TABLE,
            on=on,
            user=user,
            known=live.FIGURES,
            page="live",
        )
        body = {"after": last, "more": more, "results": _bodies(reader, rows), "units": [_unit(one) for one in units]}
        return Response(body, headers=headers)


def _bodies(reader: Any, rows: list[Any]) -> list[dict[str, Any]]:
    keyed = zip(rows, reader.json(rows), strict=True)
    return [{"id": reader.value(row, "pk"), **body} for row, body in keyed]


def _unit(one: desks.Unit) -> dict[str, Any]:
    """Counts as numbers, the share as a decimal text, like every decimal of the API."""
    values = {shown.figure.code: shown.value for shown in one.figures}
    told = {name: value if value is None or isinstance(value, int) else str(value) for name, value in values.items()}
    return {"division": one.text_code or None, "name": one.name, **told}
