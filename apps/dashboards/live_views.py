"""The live page of a place: visits coming in, the units below on a map and in a table; and what its script asks for."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.access import scope as scopes
from apps.common.days import today
from apps.dashboards import desks, live
from apps.dashboards.counting import total
from apps.dashboards.extent import Extent
from apps.divisions import codes
from apps.pages.places import Place

MOST_DIGITS = 18


def extent_of(user: Any, params: Any) -> Extent:
    """The place asked for: 404 for one of others, 403 for an account that sees nothing of the register."""
    place, scope = Place.read(user, params), scopes.of(user)
    if not scope.ranges("register") and not scope.households:
        raise PermissionDenied(_("您的账户没有查看这类数据的权限。"))
    return Extent.of(place, scope)


def figure_of(params: Any) -> str:
    """The figure on the map; 404 for one that is none."""
    chosen: str = params.get("figure") or live.ON_MAP[0]
    if chosen not in live.ON_MAP:
        raise Http404(_("没有这个指标。"))
    return chosen


def compared(user: Any, extent: Extent, chosen: str) -> dict[str, Any]:
    """The units below, ranked by the chosen figure, and the sums."""
    on = today()
    found = live.counts(user, extent, on)
    shown = desks.units(
        extent, found, chosen=chosen, table=live.IN_TABLE, on=on, user=user, known=live.FIGURES, page="live"
    )
    return {
        "extent": extent,
        "units": shown,
        "totals": desks.figures_at(live.IN_TABLE, total(found), extent.code, on, known=live.FIGURES),
        "chosen": live.FIGURES[chosen],
        "choices": [live.FIGURES[code] for code in live.ON_MAP],
        "map": desks.map_of(extent),
        "place_query": f"division={codes.text(extent.code)}&" if extent.code else "",
        "counted_at": timezone.localtime(),
    }


class LivePage(View):
    """走访动态: a plain page that its script keeps fresh; without the script it is loaded again."""

    def get(self, request: HttpRequest) -> HttpResponse:
        extent, chosen = extent_of(request.user, request.GET), figure_of(request.GET)
        context = compared(request.user, extent, chosen)
        return render(request, "dashboards/live.html", {"news": live.news(request.user, extent, today()), **context})


class LiveFeed(View):
    """What came in after a visit (`?after=`), as rows, with the counts of the units; 304 while nothing did."""

    def get(self, request: HttpRequest) -> HttpResponse:
        extent, chosen = extent_of(request.user, request.GET), figure_of(request.GET)
        written = request.GET.get("after", "")
        if not (written.isascii() and written.isdigit() and len(written) <= MOST_DIGITS):
            raise BadRequest(_("查询条件有误。"))
        on = today()
        last = live.latest(request.user, extent, on)
        tag = live.tag(request.user, extent, last, chosen)
        if request.headers.get("If-None-Match") == tag or last <= int(written):
            answer: HttpResponse = HttpResponseNotModified()
        else:
            context = compared(request.user, extent, chosen)
            news = live.news(request.user, extent, on, int(written))
            answer = render(request, "dashboards/_live_feed.html", {"news": news, **context})
        answer["ETag"] = tag
        return answer
