"""走访月报、年报: visits, households reached, problems and marks of a period, by unit below, by helping unit, by cadre.

Households are paired when a pairing was in force on some day of the period; the share is of those, reached by anybody
(by place) or by their own helper (by unit and cadre). Each kind of count is one question for all lines.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access.models import Pairing
from apps.common.days import month_end
from apps.dashboards.extent import ELSEWHERE, Extent
from apps.divisions import codes
from apps.pages.paging import KeySet, Page
from apps.visits.choices import TaskState
from apps.visits.models import Visit, VisitMark, VisitTask
from apps.visits.supervision import pairings_in

COUNTED = ("visits", "households", "paired", "reached", "zero", "raised", "solved", "marked")
"""What is counted: visits, different households visited, households with a helper, of these reached, cadres without a
visit, problems raised and of these no longer open, visits with a mark."""

PLACE, UNIT, CADRE = "place", "unit", "cadre"
CADRES = KeySet(Pairing, ("unit_name", "name", "cadre_id"))
AT_A_TIME = 2000
"""Cadres that are counted together for a workbook."""


@dataclass(frozen=True)
class Period:
    """A month, or (without one) a year."""

    year: int
    month: int | None = None

    @property
    def first(self) -> datetime.date:
        return datetime.date(self.year, self.month or 1, 1)

    @property
    def last(self) -> datetime.date:
        return month_end(self.first) if self.month else datetime.date(self.year, 12, 31)

    @property
    def text(self) -> str:
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)

    @property
    def days(self) -> tuple[datetime.date, datetime.date]:
        return self.first, self.last


@dataclass(frozen=True)
class Line:
    """One line: its name, the way down or to the rows, and the counts by the names of `COUNTED`."""

    name: str
    counts: Mapping[str, int] = field(default_factory=dict)
    url: str = ""
    beside: str = ""

    @property
    def share(self) -> Decimal | None:
        """Of the households with a helper those that were reached; None without any."""
        paired = self.counts.get("paired", 0)
        return Decimal(self.counts.get("reached", 0)) / paired if paired else None

    def __getitem__(self, name: str) -> Any:
        return self.share if name == "share" else self.counts.get(name, 0)


Found = dict[Any, dict[str, int]]


def by_place(user: Any, extent: Extent, period: Period) -> list[Line]:
    """The units below in tree order; at a village the village itself."""
    unit = extent.unit()
    found: Found = defaultdict(dict)
    anybody = _visits(user, period).filter(household_id=OuterRef("household_id"))
    pairings = extent.narrow(pairings_in(user, *period.days))
    _into(
        found, _visits(user, period, extent), unit, visits=Count("pk"), households=Count("household_id", distinct=True)
    )
    _into(found, _visits(user, period, extent).filter(_marked(user)), unit, marked=Count("pk"))
    _into(found, pairings, unit, paired=Count("household_id", distinct=True))
    _into(found, pairings.filter(Exists(anybody)), unit, reached=Count("household_id", distinct=True))
    _into(found, _idle(user, pairings, period), unit, zero=Count("cadre_id", distinct=True))
    _into(found, _tasks(user, period, extent), unit, **_RAISED)
    names = {one.code: one for one in extent.children()}
    lines = []
    for code in dict.fromkeys((*names, *sorted(found))):
        division = names.get(code)
        if division is None and not extent.has_units:
            continue
        if division is not None and (division.ended_on or division.is_virtual) and code not in found:
            continue
        name = division.short_name or division.name if division else _rest_name(code)
        lines.append(Line(name, found.get(code, {}), _down(code, period) if division else ""))
    return lines


def by_cadre(
    user: Any, extent: Extent, period: Period, *, size: int, after: str = "", before: str = ""
) -> tuple[list[Line], Page]:
    """One page of the cadres with households here in the period, as their newest pairings name them: by unit and name;
    with the cursors of its neighbours. Raises BadCursor."""
    pairings = extent.narrow(pairings_in(user, *period.days))
    newest = pairings.order_by("cadre_id", "-pk").distinct("cadre_id").values("pk")
    rows = Pairing.objects.visible_to(user).filter(pk__in=newest)
    page = CADRES.page(rows, ("cadre_id", "name", "unit_name", "helper_id"), size, after=after, before=before)
    pairings = pairings.filter(cadre_id__in=[row[0] for row in page.rows])
    own = _visits(user, period).filter(household_id=OuterRef("household_id"), author_id=OuterRef("helper_id"))
    found: Found = defaultdict(dict)
    _into(found, pairings, F("cadre_id"), paired=Count("household_id", distinct=True))
    _into(found, pairings.filter(Exists(own)), F("cadre_id"), reached=Count("household_id", distinct=True))
    _into(found, _idle(user, pairings, period), F("cadre_id"), zero=Count("cadre_id", distinct=True))
    written = _by_author(user, extent, period, [row[3] for row in page.rows if row[3] is not None])
    lines = [
        Line(name, {**found[cadre], **written.get(helper, {})}, "", unit)
        for cadre, name, unit, helper, *_key in page.rows
    ]
    return lines, page


def all_by_cadre(user: Any, extent: Extent, period: Period) -> Iterator[Line]:
    """All cadres, for a workbook: page by page."""
    after: str | None = ""
    while after is not None:
        lines, page = by_cadre(user, extent, period, size=AT_A_TIME, after=after)
        yield from lines
        after = page.after


def by_unit(user: Any, extent: Extent, period: Period) -> list[Line]:
    """The helping units with households here in the period, as the pairings name them."""
    pairings = extent.narrow(pairings_in(user, *period.days))
    own = _visits(user, period).filter(household_id=OuterRef("household_id"), author_id=OuterRef("helper_id"))
    found: Found = defaultdict(dict)
    _into(found, pairings, F("unit_name"), paired=Count("household_id", distinct=True))
    _into(found, pairings.filter(Exists(own)), F("unit_name"), reached=Count("household_id", distinct=True))
    _into(found, _idle(user, pairings, period), F("unit_name"), zero=Count("cadre_id", distinct=True))
    units = dict(pairings.exclude(helper=None).order_by("pk").values_list("helper_id", "unit_name"))
    for author, counts in _by_author(user, extent, period).items():
        if author in units:
            line = found[units[author]]
            for name, value in counts.items():
                line[name] = line.get(name, 0) + value
    return [Line(name or _("未填单位"), found[name]) for name in sorted(found)]


def total(user: Any, extent: Extent, period: Period) -> Line:
    """The whole place: no sum of its lines, because a household or cadre may stand in several."""
    pairings = extent.narrow(pairings_in(user, *period.days))
    anybody = _visits(user, period).filter(household_id=OuterRef("household_id"))
    counts = {
        **_visits(user, period, extent).aggregate(visits=Count("pk"), households=Count("household_id", distinct=True)),
        **_visits(user, period, extent).filter(_marked(user)).aggregate(marked=Count("pk")),
        **pairings.aggregate(paired=Count("household_id", distinct=True)),
        **pairings.filter(Exists(anybody)).aggregate(reached=Count("household_id", distinct=True)),
        **_idle(user, pairings, period).aggregate(zero=Count("cadre_id", distinct=True)),
        **_tasks(user, period, extent).aggregate(**_RAISED),
    }
    return Line(_("合计"), counts)


WHOLE = {PLACE: by_place, UNIT: by_unit, CADRE: all_by_cadre}
"""All lines of each way, for a workbook; those by place and unit are few and stand on one page."""
_RAISED: dict[str, Any] = {"raised": Count("pk"), "solved": Count("pk", filter=~Q(state=TaskState.OPEN))}


def _visits(user: Any, period: Period, extent: Extent | None = None) -> QuerySet[Visit]:
    rows = Visit.objects.visible_to(user).filter(visited_on__range=period.days).order_by()
    return extent.narrow(rows) if extent else rows


def _marked(user: Any) -> Exists:
    return Exists(VisitMark.objects.visible_to(user).filter(visit_id=OuterRef("pk")))


def _tasks(user: Any, period: Period, extent: Extent) -> QuerySet[VisitTask]:
    return extent.narrow(VisitTask.objects.visible_to(user).filter(raised_on__range=period.days).order_by())


def _idle(user: Any, pairings: QuerySet[Pairing], period: Period) -> QuerySet[Pairing]:
    """The pairings of cadres who visited nobody in sight."""
    return pairings.filter(~Exists(_visits(user, period).filter(author_id=OuterRef("helper_id"))))


def _by_author(user: Any, extent: Extent, period: Period, authors: Collection[int] | None = None) -> Found:
    """Visits, households, marks and problems by account: of these accounts, or of all."""
    found: Found = defaultdict(dict)
    visits, author = _visits(user, period, extent), F("author_id")
    tasks = _tasks(user, period, extent)
    if authors is not None:
        visits, tasks = visits.filter(author__in=authors), tasks.filter(author__in=authors)
    _into(found, visits, author, visits=Count("pk"), households=Count("household_id", distinct=True))
    _into(found, visits.filter(_marked(user)), author, marked=Count("pk"))
    _into(found, tasks, author, **_RAISED)
    return found


def _into(found: Found, rows: QuerySet[Any], key: Any, **counted: Any) -> None:
    """Count rows by a key, into the lines of that key."""
    named = {f"n_{name}": count for name, count in counted.items()}
    grouped = rows.order_by().values(line=key).annotate(**named).values_list("line", *named)
    for line, *values in grouped:
        found[line].update(zip(counted, values, strict=True))


def _down(code: int, period: Period) -> str:
    asked = {"division": codes.text(code), "month" if period.month else "year": period.text}
    return f"{reverse('field-summary')}?{urlencode(asked)}"


def _rest_name(code: int) -> str:
    return _("帮扶和共享的户") if code == ELSEWHERE else _("本级")


def cells(lines: Iterable[Line]) -> list[tuple[Any, ...]]:
    """The lines as rows of a workbook: name, what stands beside, and the figures in the order of the headings."""
    return [(line.name, line.beside, *(line[name] for name in HEADS)) for line in lines]


HEADS = ("visits", "households", "paired", "reached", "share", "zero", "raised", "solved", "marked")
