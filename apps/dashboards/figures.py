"""The figures of the desks: what each says, which list it opens, and how it follows from the counts."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.dashboards.counting import NOT_YET_LEFT, Counts
from apps.divisions import codes
from apps.villages.kinds import percent

Value = int | Decimal | None
Parameters = Callable[[datetime.date], Mapping[str, Any]]


LAST_YEAR = _("上年末")


def _none(on: datetime.date) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Figure:
    """One figure. `count` and `before` name counts (now, and at the end of or during last year); `list_name` and
    `parameters` are the list that shows exactly the rows counted."""

    code: str
    label: str | Promise
    unit: str | Promise
    list_name: str
    parameters: Parameters = _none
    before: str = ""
    before_label: str | Promise = LAST_YEAR
    overdue: bool = False
    on_map: bool = False

    @property
    def measure(self) -> str | Promise:
        """What its numbers are measured in, where they stand without it (the map's legend)."""
        return self.unit

    def value(self, counts: Counts) -> Value:
        """The figure of some counts; None where it cannot be told."""
        return counts.get(self.code, 0)

    def value_before(self, counts: Counts) -> Value:
        """The figure a year earlier, None where there is none."""
        return counts.get(self.before, 0) if self.before else None

    def text(self, value: Value) -> str:
        """A value as people read it."""
        return "—" if value is None else f"{value:,}"

    def url(self, division: int | None, on: datetime.date) -> str:
        """The list behind the figure, at a place or for all that is visible."""
        query = dict(self.parameters(on))
        if division:
            query["division"] = codes.text(division)
        address = reverse(f"{self.list_name}-list")
        return f"{address}?{urlencode(query, doseq=True)}" if query else address


class Share(Figure):
    """贫困发生率: poor persons by the population of the same villages, in per cent with two decimals."""

    measure = "%"

    def value(self, counts: Counts) -> Value:
        return self._share(counts, "poor_persons_known")

    def value_before(self, counts: Counts) -> Value:
        return self._share(counts, "poor_persons_known_before")

    def text(self, value: Value) -> str:
        return "—" if value is None else f"{value}%"

    @staticmethod
    def _share(counts: Counts, part: str) -> Decimal | None:
        population = counts.get("population", 0)
        return percent(Decimal(counts.get(part, 0)) / population) if population else None


def _poor(on: datetime.date) -> Mapping[str, Any]:
    return {"population": "poor"}


def _unhelped(on: datetime.date) -> Mapping[str, Any]:
    return {"population": "poor", "has_helper": "false"}


def _exited(on: datetime.date) -> Mapping[str, Any]:
    return {"population": "exited", "exit_year": on.year}


def _registered(on: datetime.date) -> Mapping[str, Any]:
    return {"population": "registered"}


def _open(on: datetime.date) -> Mapping[str, Any]:
    return {"state": "open"}


def _overdue(on: datetime.date) -> Mapping[str, Any]:
    return {"light": "red"}


def _poor_villages(on: datetime.date) -> Mapping[str, Any]:
    return {"village_status": NOT_YET_LEFT}


PERSONS, HOUSEHOLDS, ROWS, VILLAGES = pgettext_lazy("单位", "人"), pgettext_lazy("单位", "户"), _("条"), _("个")

FIGURES: dict[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure("poor_persons", _("贫困人口"), PERSONS, "person", _poor, before="poor_persons_before", on_map=True),
        Figure("poor_households", _("贫困户"), HOUSEHOLDS, "household", _poor, before="poor_households_before"),
        Share("incidence", _("贫困发生率"), "", "village", before="incidence", on_map=True),
        Figure(
            "exited_households",
            _("本年脱贫"),
            HOUSEHOLDS,
            "household",
            _exited,
            before="exited_households_before",
            before_label=_("上年"),
        ),
        Figure("registered_households", _("在册户"), HOUSEHOLDS, "household", _registered),
        Figure("unhelped_households", _("无帮扶责任人"), HOUSEHOLDS, "household", _unhelped, on_map=True),
        Figure("poor_villages", _("未退出贫困村"), VILLAGES, "village", _poor_villages, before="poor_villages_before"),
        Figure("open_findings", _("未办结疑点"), ROWS, "finding", _open, on_map=True),
        Figure("overdue_findings", _("超期疑点"), ROWS, "finding", _overdue, overdue=True),
    )
}

ON_DESK = (
    "poor_persons",
    "poor_households",
    "incidence",
    "exited_households",
    "open_findings",
    "overdue_findings",
)
"""What stands at the top of a desk of region, league, county and township."""

ON_VILLAGE_DESK = ("poor_households", "poor_persons", "exited_households", "registered_households", "open_findings")
ON_HELPER_DESK = ("registered_households", "poor_households", "poor_persons", "open_findings")
ON_MAP = tuple(code for code, figure in FIGURES.items() if figure.on_map)
IN_TABLE = (*ON_DESK[:4], "unhelped_households", "poor_villages", *ON_DESK[4:])
