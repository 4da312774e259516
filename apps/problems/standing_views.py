"""整改进度: the units below a place by how much they closed and how old the rest is; as a page and for programs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access import scope as scopes
from apps.accounts.sessions import requester
from apps.common.days import today
from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.places import Places
from apps.problems.services import publishing, standing
from apps.problems.services.standing import Standing

COUNTS = ("total", "closed", "long_term", "overdue", "open_days", "closing_days", "letters", "outstanding")


def place_of(user: Any, params: Any, known: frozenset[str] = frozenset({"division"})) -> int:
    """The place that is asked for, the highest of one's own if none is. 404 for a place of others, 403 for an account
    without any view of supervision, BadRequest for what cannot be answered. `known`: the parameters that there
    are."""
    own = scopes.of(user).ranges("supervision")
    written = params.get("division", "")
    if written:
        try:
            code = codes.parse(written)
        except ValueError as error:
            raise BadRequest(_("查询条件有误。")) from error
        if not any(low <= code <= high for low, high in own) or not Division.objects.filter(code=code).exists():
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
    if not own:
        raise PermissionDenied(_("您的账户没有查看这类数据的权限。"))
    if set(params) - known or any(len(values) > 1 for _name, values in params.lists()):
        raise BadRequest(_("查询条件有误。"))
    return codes.parse(written) if written else own[0][0]


class StandingPage(View):
    """整改进度 of a place."""

    def get(self, request: HttpRequest) -> HttpResponse:
        division = place_of(request.user, request.GET)
        units = standing.by_unit(request.user, division, today())
        names = Division.objects.in_bulk([one.division for one in units])
        context = {
            "title": _("整改进度"),
            "division": division,
            "place_name": Places.of([division]).full(division),
            "whole": standing.total_of(division, units),
            "rows": [
                (
                    one,
                    _("本级") if one.division == division else str(names.get(one.division, one.division)),
                    f"{reverse('problem-standing')}?division={one.division}" if one.division != division else "",
                    links(one.division),
                )
                for one in units
            ],
            "links": links(division),
            "may_report": bool(units) and publishing.may_prepare(division, requester(request)),
        }
        return render(request, "problems/standing.html", context)


def links(division: int) -> dict[str, str]:
    """The lists behind the figures of a place."""
    problems, letters = reverse("problem-list"), reverse("supervision-letter-list")
    asked = {
        "total": {},
        "closed": {"state": "closed"},
        "long_term": {"state": "long_term"},
        "overdue": {"overdue": "true"},
    }
    found = {name: f"{problems}?{urlencode({'division': division, **more})}" for name, more in asked.items()}
    return {**found, "outstanding": f"{letters}?{urlencode({'division': division, 'received': 'false'})}"}


class StandingView(APIView):
    """The standing of a place and of its units, the best first."""

    @extend_schema(parameters=[OpenApiParameter("division", OpenApiTypes.STR)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        division = place_of(request.user, request.query_params)
        units = standing.by_unit(request.user, division, today())
        return Response({**_body(standing.total_of(division, units)), "units": [_body(found) for found in units]})


def _body(found: Standing) -> dict[str, Any]:
    rate = found.rate
    return {
        "division": str(found.division),
        **{name: getattr(found, name) for name in COUNTS},
        "rate": None if rate is None else f"{rate:.3f}",
    }
