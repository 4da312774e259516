"""The desk: the page after sign-in, one design with a content per level (`interface.md`, Desks)."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.access import scope as scopes
from apps.crosschecks.choices import ENDED
from apps.crosschecks.models import Finding
from apps.dashboards import desks, figures
from apps.dashboards.counting import tallies, total
from apps.dashboards.extent import Extent
from apps.dashboards.happenings import happenings
from apps.dashboards.oversight import watched
from apps.dashboards.todo import orders_waiting, to_do
from apps.divisions import codes
from apps.households.models import POOR, Household
from apps.households.tables import HouseholdResource
from apps.pages import menu
from apps.pages.context import reference_date
from apps.pages.places import Place, Places
from apps.villages.models import Village
from apps.villages.tables import VillageResource

HOUSEHOLDS_SHOWN = 60
"""Households on the desk of a village before it points to their list."""

FOLDED = 6
"""So many units without anything to count are listed; more are folded away behind a line."""

SHOWN_OF_HOUSEHOLD = (
    "pk",
    "code",
    "division_id",
    "head_name",
    "member_count",
    "status",
    "cause_main",
    "plan_exit_year",
    "exit_year",
    "phone",
    "open_findings",
)
STATE, CAUSE = (HouseholdResource.column(name).kind for name in ("status", "cause_main"))


class DeskPage(View):
    """The desk of the chosen place (`?division=`), or of the account's own; 404 for a place that is not his."""

    def get(self, request: HttpRequest) -> HttpResponse:
        place = Place.read(request.user, request.GET)
        scope = scopes.of(request.user)
        if not scope.ranges("register") and not scope.households:
            return self._without_register(request, scope)
        extent = Extent.of(place, scope)
        on = reference_date()
        context = {
            "extent": extent,
            "todo": to_do(request.user, extent, on),
            "happenings": happenings(request.user, extent, on),
            "counted_at": timezone.localtime(),
        }
        if not extent.is_own:
            return self._of_helper(request, extent, on, context)
        if extent.level == codes.VILLAGE:
            return self._of_village(request, extent, on, context)
        return self._of_units(request, extent, on, context)

    def _of_units(
        self, request: HttpRequest, extent: Extent, on: datetime.date, context: dict[str, Any]
    ) -> HttpResponse:
        """Region, league, county, township: the units below, compared by one figure of choice (`?figure=`)."""
        chosen = request.GET.get("figure") or figures.ON_MAP[0]
        if chosen not in figures.ON_MAP:
            raise Http404(_("没有这个指标。"))
        found = tallies(request.user, extent, on)
        counts = total(found)
        units = desks.units(extent, found, chosen=chosen, table=figures.IN_TABLE, on=on, user=request.user)
        zeros = sum(not unit.shown.value for unit in units)
        context |= {
            "figures": desks.figures_at(figures.ON_DESK, counts, extent.code, on),
            "watched": watched(request.user, extent, on),
            "units": units,
            "fold": zeros if FOLDED < zeros < len(units) else 0,
            "totals": desks.figures_at(figures.IN_TABLE, counts, extent.code, on),
            "chosen": figures.FIGURES[chosen],
            "choices": [figures.FIGURES[code] for code in figures.ON_MAP],
            "map": desks.map_of(extent),
        }
        partial = request.headers.get("HX-Target") == "units"
        return render(request, "dashboards/_units.html" if partial else "dashboards/desk.html", context)

    def _of_village(
        self, request: HttpRequest, extent: Extent, on: datetime.date, context: dict[str, Any]
    ) -> HttpResponse:
        """A village: its households with their state, those with something to see to first."""
        counts = total(tallies(request.user, extent, on))
        households = _households(request.user, extent, HOUSEHOLDS_SHOWN + 1)
        village = Village.objects.visible_to(request.user).filter(division_id=extent.code or 0).first()
        context |= {
            "figures": desks.figures_at(figures.ON_VILLAGE_DESK, counts, extent.code, on),
            "households": households[:HOUSEHOLDS_SHOWN],
            "more": len(households) > HOUSEHOLDS_SHOWN,
            "list_url": f"{HouseholdResource.list_url()}?division={extent.code}",
            "village_url": VillageResource.url("detail", village.pk) if village else "",
            "may_add": HouseholdResource.may_change(request.user, extent.code),
        }
        return render(request, "dashboards/village.html", context)

    def _of_helper(
        self, request: HttpRequest, extent: Extent, on: datetime.date, context: dict[str, Any]
    ) -> HttpResponse:
        """A helping cadre, phone first: his households, wherever they are."""
        counts = total(tallies(request.user, extent, on))
        households = _households(request.user, extent, HOUSEHOLDS_SHOWN)
        places = Places.of(household["division_id"] for household in households)
        paired = desks.paired(request.user, on)
        for household in households:
            household["place"] = places.full(household["division_id"])
            household["paired"] = household["pk"] in paired
        context |= {
            "figures": desks.figures_at(figures.ON_HELPER_DESK, counts, extent.code, on),
            "households": households,
        }
        return render(request, "dashboards/helper.html", context)

    def _without_register(self, request: HttpRequest, scope: scopes.Scope) -> HttpResponse:
        """Administrators and finance bureaus see no register: their desk is the way to their pages, and what waits."""
        groups = [
            (group, [line for line in lines if line.entry.url != "desk"]) for group, lines in menu.lines(request, scope)
        ]
        context = {
            "groups": [pair for pair in groups if pair[1]],
            "has_post": bool(scope.capabilities),
            "waiting": [line for line in orders_waiting(request.user) if line["count"]],
        }
        return render(request, "dashboards/administration.html", context)


def _households(user: Any, extent: Extent, limit: int) -> list[dict[str, Any]]:
    """Households as a desk lists them: poor ones first, then those with findings, with head, members and findings."""
    open_findings = (
        Finding.objects.visible_to(user)
        .filter(household_id=OuterRef("pk"))
        .exclude(state__in=ENDED)
        .order_by()
        .values("household_id")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = extent.narrow(Household.objects.visible_to(user)).with_head().with_member_count()
    found = rows.annotate(
        open_findings=Coalesce(Subquery(open_findings, output_field=IntegerField()), 0),
        rank=Case(When(Q(status__in=POOR), then=Value(0)), default=Value(1), output_field=IntegerField()),
    ).order_by("rank", "-open_findings", "pk")
    households = list(found.values(*SHOWN_OF_HOUSEHOLD)[:limit])
    for household in households:
        household["state"] = STATE.html(household["status"])
        household["cause"] = CAUSE.html(household["cause_main"])
        household["findings_url"] = f"{reverse('finding-list')}?state=open&household={household['pk']}"
    return households
