"""Visits as they come in: the newest of a place, and how many each unit below has, of today and of the month.

The newest are those that arrived last. They are looked for among the visits of this month and the one before, so that
a township reads some hundred rows and the region the end of an index; what arrives later than that stands in the lists.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.common.days import month_end
from apps.dashboards.counting import Counts, tallies
from apps.dashboards.extent import Extent
from apps.dashboards.figures import HOUSEHOLDS, Figure, Value
from apps.households.models import POOR
from apps.pages.columns import Reader
from apps.villages.kinds import percent
from apps.visits.models import Visit
from apps.visits.tables import VisitResource

SHOWN = 50
MOST_NEW = 200
"""So many rows at most come with one answer; a page that fell further behind is loaded again."""
COLUMNS = ("received_at", "visited_at", "author_name", "head", "household_code", "division", "summary", "marks")
KEPT_SECONDS = 15
"""For so long the counts of a place are not counted again: many look at the same page."""

TIMES = pgettext_lazy("单位", "次")


class Unlisted(Figure):
    """A figure that no list shows exactly."""

    def url(self, division: int | None, on: datetime.date) -> str:
        return ""


class PoorShare(Unlisted):
    """Poor households visited in the month by all poor households now, in per cent with two decimals."""

    measure = "%"

    def value(self, counts: Counts) -> Value:
        poor = counts.get("poor_households", 0)
        return percent(Decimal(min(counts.get("poor_visited", 0), poor)) / poor) if poor else None

    def text(self, value: Value) -> str:
        return "—" if value is None else f"{value}%"


def _month(on: datetime.date) -> Mapping[str, Any]:
    return {"month": f"{on:%Y-%m}"}


FIGURES: dict[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure("visits_month", _("本月走访"), TIMES, "visit", _month),
        Unlisted("received_today", _("今日收到"), TIMES, ""),
        Unlisted("households_visited", _("本月走访户数"), HOUSEHOLDS, ""),
        PoorShare("poor_visited_share", _("本月走访贫困户占比"), "", ""),
    )
}
IN_TABLE = tuple(FIGURES)
ON_MAP = ("visits_month", "poor_visited_share")


@dataclass(frozen=True)
class News:
    """Visits that came in: the newest first, as cells; `after` names the last of them for the next question."""

    columns: list[Any]
    rows: list[SafeString]
    after: int
    more: bool


def first_of_before(on: datetime.date) -> datetime.date:
    """The first day of the month before a day's own."""
    return (on.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def recent(rows: QuerySet[Any], extent: Extent, on: datetime.date) -> QuerySet[Any]:
    """Of these visits those of the place that can be news."""
    return extent.narrow(rows).filter(visited_on__gte=first_of_before(on))


def columns() -> list[Any]:
    """What the page shows of a visit; the moment of receipt leads to it."""
    found = [VisitResource.column(name) for name in COLUMNS]
    return [replace(found[0], link="visit", link_source="pk"), replace(found[1], link="", link_source=""), *found[2:]]


def newest(user: Any, extent: Extent, on: datetime.date, after: int | None) -> tuple[Reader, list[Any], int, bool]:
    """The visits that came in after the one of this number (None: the latest page), newest first, with their reader;
    the number to ask after next time, and whether there are more. One question."""
    reader = VisitResource.reader(user, columns(), "pk")
    rows = recent(VisitResource.rows(user), extent, on)
    limit = SHOWN if after is None else MOST_NEW
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("-pk").values_list(*reader.paths)[: limit + 1])
    last = reader.value(found[0], "pk") if found else after or 0
    return reader, found[:limit], last, len(found) > limit


def news(user: Any, extent: Extent, on: datetime.date, after: int | None = None) -> News:
    """The same for the page."""
    reader, found, last, more = newest(user, extent, on, after)
    return News(list(reader.columns), list(reader.table_rows(found)), last, more)


def latest(user: Any, extent: Extent, on: datetime.date) -> int:
    """The number of the visit that came in last; 0 without any. One question, asked every few seconds."""
    rows = recent(Visit.objects.visible_to(user), extent, on).order_by("-pk").values_list("pk", flat=True)
    return rows.first() or 0


def tag(user: Any, extent: Extent, last: int, *more: Any) -> str:
    """An entity tag that differs as soon as an answer would: by who asks, language, place, day and last visit."""
    told = (scopes.of(user).cache_key, get_language(), extent.code, timezone.localdate(), last, *more)
    return f'W/"{salted_hmac("live", repr(told)).hexdigest()[:32]}"'


def counts(user: Any, extent: Extent, on: datetime.date) -> dict[int, Counts]:
    """Counts by unit code, kept for some seconds for those of the same scope."""
    told = (scopes.of(user).cache_key, extent.code, on, timezone.localdate())
    key = f"live-{salted_hmac('live-counts', repr(told)).hexdigest()}"
    found: dict[int, Counts] | None = cache.get(key)
    if found is None:
        found = _counted(user, extent, on)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _counted(user: Any, extent: Extent, on: datetime.date) -> dict[int, Counts]:
    """One question for each kind of count, whatever the number of units, and those of the desk for the poor."""
    found: dict[int, Counts] = defaultdict(lambda: defaultdict(int))
    for unit, desk in tallies(user, extent, on).items():
        found[unit]["poor_households"] = desk.get("poor_households", 0)
    visits = extent.narrow(Visit.objects.visible_to(user))
    month = visits.filter(visited_on__range=(on.replace(day=1), month_end(on)))
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    poor = Q(household__status__in=POOR)
    for rows, counted in (
        (month, {"visits_month": Count("pk"), "households_visited": Count("household_id", distinct=True)}),
        (month.filter(poor), {"poor_visited": Count("household_id", distinct=True)}),
        (recent(visits, extent, on).filter(received_at__gte=midnight), {"received_today": Count("pk")}),
    ):
        for unit, *values in (
            rows.order_by().values(unit=extent.unit()).annotate(**counted).values_list("unit", *counted)
        ):
            found[unit].update(zip(counted, values, strict=True))
    return {unit: dict(one) for unit, one in found.items()}
