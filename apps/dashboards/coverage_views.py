"""帮扶力量覆盖: what the villages of each unit lack of the eight ones, and who answers for the units themselves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.access import policy
from apps.cadres import coverage
from apps.cadres.choices import DutyKind
from apps.dashboards.live_views import extent_of
from apps.divisions import codes
from apps.villages.models import LISTED, Village

OF_UNIT = {codes.COUNTY: DutyKind.LEADER, codes.TOWNSHIP: DutyKind.UNIT}
"""Whom a county and a township have themselves: a league's leader, a league's unit (crosschecks.md CV-09)."""


class CoveragePage(View):
    """Gaps by unit; every figure opens the villages it counts: poor ones, with `?listed=false` all."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user, extent = request.user, extent_of(request.user, request.GET)
        policy.require(user, "view_register")
        listed = request.GET.get("listed") != "false"
        villages = extent.narrow(Village.objects.visible_to(user))
        if listed:
            villages = villages.filter(attributes__contains=[LISTED])
        found = coverage.by_unit(villages, user, extent.unit())
        units = [one for one in extent.children() if one.code in found or not (one.is_virtual or one.ended_on)]
        below = codes.level(units[0].code) if units else None
        kind = OF_UNIT.get(below) if below else None
        names = coverage.answerable(user, kind, [one.code for one in units]) if kind else {}
        rows = [
            {
                "name": one.short_name or one.name,
                "url": f"{reverse('coverage')}?{urlencode(_asked(one.code, listed))}",
                "own": names.get(one.code, ""),
                "cells": _cells(found.get(one.code, {}), one.code, listed),
            }
            for one in units
        ]
        whole = {name: sum(one[name] for one in found.values()) for name in ("villages", *coverage.LABELS)}
        context = {
            "extent": extent,
            "listed": listed,
            "heads": [_("嘎查村"), *(_("缺%(what)s") % {"what": label} for label in coverage.LABELS.values())],
            "own_head": kind.label if kind else "",
            "rows": rows,
            "total": _cells(whole, extent.code, listed),
            "counted_at": timezone.localtime(),
        }
        return render(request, "dashboards/coverage.html", context)


def _asked(code: int | None, listed: bool) -> dict[str, str]:
    return {**({"division": codes.text(code)} if code else {}), **({} if listed else {"listed": "false"})}


def _cells(counts: dict[str, int], code: int | None, listed: bool) -> list[dict[str, Any]]:
    """The villages of a unit, then those that lack each of the eight ones, with the lists behind."""
    made = []
    for name in ("villages", *coverage.LABELS):
        query = {**({"division": codes.text(code)} if code else {}), **({"listed": "true"} if listed else {})}
        if name != "villages":
            query["lacks"] = name
        made.append({"count": counts.get(name, 0), "url": f"{reverse('village-list')}?{urlencode(query)}"})
    return made
