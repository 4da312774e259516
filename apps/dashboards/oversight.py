"""走访督查 on the desks of townships and counties: each figure is the count of the very list that it opens."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.cadres.tables import CadreResource, HelpingUnitResource
from apps.dashboards.extent import Extent
from apps.dashboards.figures import HOUSEHOLDS, ROWS, VILLAGES
from apps.divisions import codes
from apps.households.tables import HouseholdResource
from apps.pages.kinds import NUMBER
from apps.pages.paging import COUNT_LIMIT
from apps.pages.resources import Resource
from apps.pages.selection import Selection
from apps.villages.tables import VillageResource
from apps.visits.tables import VisitTaskResource

NEAR = (codes.COUNTY, codes.TOWNSHIP)
MONTH = "{month}"


@dataclass(frozen=True)
class Watched:
    """A list to keep an eye on: what narrows it (`MONTH` stands for the running one), and on which desks it stands."""

    label: str | Promise
    unit: str | Promise
    resource: type[Resource]
    query: Mapping[str, str]
    levels: tuple[int, ...] = NEAR
    late: bool = False


WATCHED = (
    Watched(_("本月未走访户"), HOUSEHOLDS, HouseholdResource, {"not_visited": MONTH}),
    Watched(_("超期走访问题"), ROWS, VisitTaskResource, {"overdue": "true"}, late=True),
    Watched(_("本月零签到干部"), _("名"), CadreResource, {"zero_sign_in": MONTH}, (codes.COUNTY,)),
    Watched(_("本月零签到单位"), VILLAGES, HelpingUnitResource, {"zero_sign_in": MONTH}, (codes.COUNTY,)),
    Watched(_("缺工作队的贫困村"), VILLAGES, VillageResource, {"listed": "true", "lacks": "team"}),
)


def watched(user: Any, extent: Extent, on: datetime.date) -> list[dict[str, Any]]:
    """The figures of a desk, each with its list; nothing above a county. One question a figure."""
    if not extent.is_own or extent.level not in NEAR or extent.code is None:
        return []
    found = []
    for one in WATCHED:
        if extent.level not in one.levels:
            continue
        asked = {name: f"{on:%Y-%m}" if value == MONTH else value for name, value in one.query.items()}
        asked["division"] = codes.text(extent.code)
        count, exact = Selection(one.resource, user, QueryDict(urlencode(asked))).count
        found.append(
            {
                "label": one.label,
                "unit": one.unit,
                "text": NUMBER.text(count) if exact else f"{NUMBER.text(COUNT_LIMIT)}+",
                "url": f"{one.resource.list_url()}?{urlencode(asked)}",
                "late": one.late and bool(count),
            }
        )
    return found
