"""What a desk shows, put together from counts: its figures, and the units below compared with each other."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access.models import Pairing
from apps.dashboards.counting import Counts
from apps.dashboards.extent import ELSEWHERE, Extent
from apps.dashboards.figures import FIGURES, Figure, Value
from apps.divisions import codes, maps
from apps.villages.models import Village


@dataclass(frozen=True)
class Shown:
    """A figure at a place: its value with last year's beside it, and the list that it counts."""

    figure: Figure
    value: Value
    before: Value
    url: str
    note: str = ""

    @property
    def text(self) -> str:
        return self.figure.text(self.value)

    @property
    def before_text(self) -> str:
        return self.figure.text(self.before)

    @property
    def is_late(self) -> bool:
        """Whether the figure counts what is overdue; red is for that and nothing else."""
        return self.figure.overdue and bool(self.value)


@dataclass(frozen=True)
class Unit:
    """One unit below a place: its name, the way down, and its figures in the order of the table."""

    code: int
    name: str
    down: str
    figures: Sequence[Shown]
    shown: Shown
    share: float
    is_zone: bool = False
    host: str = ""
    lon: Any = None
    lat: Any = None

    @property
    def text_code(self) -> str:
        return codes.text(self.code) if self.code else ""


Known = Mapping[str, Figure]


def figures_at(
    wanted: Iterable[str], counts: Counts, division: int | None, on: datetime.date, *, known: Known = FIGURES
) -> list[Shown]:
    """These figures of one place."""
    return [_shown(known[code], counts, division, on) for code in wanted]


def _shown(figure: Figure, counts: Counts, division: int | None, on: datetime.date) -> Shown:
    url = figure.url(division, on)
    return Shown(figure, figure.value(counts), figure.value_before(counts), url, _note(figure, counts))


def _note(figure: Figure, counts: Counts) -> str:
    """What stands beside a figure, apart from last year's."""
    if figure.code == "exited_households" and counts.get("planned_households"):
        return _("计划 %(n)s") % {"n": f"{counts['planned_households']:,}"}
    if figure.code == "open_findings" and counts.get("open_critical_findings"):
        return _("其中严重 %(n)s") % {"n": f"{counts['open_critical_findings']:,}"}
    if figure.code == "overdue_findings" and counts.get("overdue_critical_findings"):
        return _("其中严重 %(n)s") % {"n": f"{counts['overdue_critical_findings']:,}"}
    if figure.code == "incidence" and counts.get("population"):
        return _("总人口 %(n)s") % {"n": f"{counts['population']:,}"}
    return ""


def units(
    extent: Extent,
    found: Mapping[int, Counts],
    *,
    chosen: str,
    table: Sequence[str],
    on: datetime.date,
    user: Any,
    known: Known = FIGURES,
    page: str = "desk",
) -> list[Unit]:
    """The units below, ranked by the chosen figure (largest first, unknown last, then in tree order).

    Units that have ended or hold nobody appear only if they count something; what is placed at the place itself, or
    outside of every unit, has a line of its own, so that the lines add up to the place's figure. `known` are the
    figures that `chosen` and `table` name, `page` the name of the page that leads down.
    """
    divisions = extent.children()
    points = _points(extent, user) if extent.level == codes.TOWNSHIP else {}
    figure = known[chosen]
    shown = partial(figures_at, table, on=on, known=known)
    made = []
    for division in divisions:
        counts = found.get(division.code, {})
        if (division.is_virtual or division.ended_on) and not any(counts.values()):
            continue
        made.append(
            Unit(
                code=division.code,
                name=division.short_name or division.name,
                down=f"{reverse(page)}?division={division.code_text}",
                figures=shown(counts, division.code),
                shown=_shown(figure, counts, division.code, on),
                share=0,
                is_zone=division.is_zone,
                host=codes.text(division.host_id) if division.host_id else "",
                **_where(points.get(division.code)),
            )
        )
    named = {division.code for division in divisions}
    for code, counts in found.items():
        if extent.has_units and code not in named and any(counts.values()):
            made.append(_rest(code, shown(counts, None), _shown(figure, counts, None, on)))
    largest = max((float(one.shown.value) for one in made if one.shown.value is not None), default=0)
    ranked = sorted(made, key=lambda one: (one.shown.value is None, -(one.shown.value or 0)))
    return [_with_share(one, largest) for one in ranked]


def _where(point: tuple[Any, Any] | None) -> dict[str, Any]:
    return {"lon": point[0], "lat": point[1]} if point else {}


def _rest(code: int, figures: Sequence[Shown], shown: Shown) -> Unit:
    """Rows of no unit below: placed at the place itself, or reached by pairing and share outside the own places. No
    list shows exactly these."""
    name = _("帮扶和共享的户") if code == ELSEWHERE else _("本级")
    return Unit(0, name, "", [replace(one, url="") for one in figures], replace(shown, url=""), 0)


def _with_share(one: Unit, largest: float) -> Unit:
    value = one.shown.value
    return replace(one, share=round(float(value) / largest * 100, 1) if value and largest else 0)


def _points(extent: Extent, user: Any) -> dict[int, tuple[Any, Any]]:
    """Where the villages of a township lie, as far as their profiles say."""
    rows = extent.narrow(Village.objects.visible_to(user)).exclude(lon=None).exclude(lat=None)
    return {code: (lon, lat) for code, lon, lat in rows.values_list("division_id", "lon", "lat")}


def paired(user: Any, on: datetime.date) -> set[int]:
    """The households that somebody is paired with on a day: of his own pairings, not of those of his households."""
    own = Pairing.objects.active(on).filter(helper_id=user.pk)
    return set(own.values_list("household_id", flat=True))


def map_of(extent: Extent) -> dict[str, Any] | None:
    """The map to draw: its file, whether its outlines are approximate, and the one unit to show whole (a township)."""
    if extent.code is None or extent.level is None or not extent.has_units:
        return None
    return {
        "file": maps.static_name(extent.code),
        "note": maps.APPROXIMATE if maps.is_approximate(extent.code) else "",
        "only": codes.text(extent.code) if extent.level == codes.TOWNSHIP else "",
    }
