"""督查覆盖: which leagues and counties were inspected, when and by which kind; on a map and in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import View

from apps.access import policy
from apps.common.days import today
from apps.dashboards import desks
from apps.dashboards.counting import total
from apps.dashboards.figures import Figure
from apps.dashboards.live_views import extent_of
from apps.divisions import codes
from apps.inspections.choices import InspectionKind
from apps.inspections.models import InspectionTarget
from apps.inspections.services.coverage import coverage

TIMES = pgettext_lazy("单位", "次")
DONE = {"inspected": "true"}


class Unlisted(Figure):
    """A figure that no list shows exactly."""

    def url(self, division: int | None, on: Any) -> str:
        return ""


def _of_kind(kind: str) -> Any:
    def parameters(on: Any) -> Mapping[str, Any]:
        return {**DONE, "kind": kind}

    return parameters


FIGURES: dict[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure("inspections", gettext_lazy("督查次数"), TIMES, "inspection-target", lambda _on: DONE),
        Unlisted("poor_inspected", gettext_lazy("已督查贫困旗县"), gettext_lazy("个"), ""),
        *(Figure(kind, label, TIMES, "inspection-target", _of_kind(kind)) for kind, label in InspectionKind.choices),
    )
}
ON_MAP = ("inspections", "poor_inspected", *InspectionKind.values)


class InspectionCoveragePage(View):
    """The coverage of a place and its units; every number opens the inspections that it counts."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user, extent = request.user, extent_of(request.user, request.GET)
        policy.require(user, "view_supervision")
        chosen = request.GET.get("figure") or ON_MAP[0]
        if chosen not in FIGURES:
            raise Http404(_("没有这个指标。"))
        rows = extent.narrow(InspectionTarget.objects.visible_to(user))
        found, on = coverage(rows, extent.unit(), extent.ranges(), extent.unit_of), today()
        table = ("inspections", "poor_inspected", *InspectionKind.values)
        units = desks.units(
            extent,
            found.counts,
            chosen=chosen,
            table=table,
            on=on,
            user=user,
            known=FIGURES,
            page="inspection-coverage",
        )
        context = {
            "extent": extent,
            "units": [(unit, found.latest.get(unit.code)) for unit in units],
            "totals": desks.figures_at(table, total(found.counts), extent.code, on, known=FIGURES),
            "chosen": FIGURES[chosen],
            "choices": [FIGURES[code] for code in ON_MAP[:2]],
            "map": desks.map_of(extent),
            "leagues": found.leagues,
            "counties": found.counties,
            "place_query": f"division={codes.text(extent.code)}&" if extent.code else "",
            "counted_at": timezone.localtime(),
        }
        return render(request, "dashboards/inspection_coverage.html", context)
