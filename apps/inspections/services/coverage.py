"""Which leagues and counties were inspected, when and how; the goal is all leagues and all poverty counties (R-183)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.divisions import codes
from apps.divisions.models import Division
from apps.inspections.models import InspectionTarget

Counts = dict[str, int]


@dataclass(frozen=True)
class Goal:
    """How many of the places that are all to be inspected were."""

    reached: int
    wanted: int


@dataclass(frozen=True)
class Coverage:
    """Per unit the number of inspections by kind and of its poverty counties inspected, and the latest day; for the
    whole the two goals."""

    counts: Mapping[int, Counts]
    latest: Mapping[int, datetime.date]
    leagues: Goal
    counties: Goal


def coverage(
    rows: QuerySet[InspectionTarget], unit: Any, ranges: list[tuple[int, int]], unit_of: Callable[[int], int]
) -> Coverage:
    """The coverage of a place by these inspected places; `unit` is the expression of the unit below that a row lies in,
    `unit_of` says the same of a division's code, `ranges` are the codes of the place. Two queries."""
    counts: dict[int, Counts] = defaultdict(lambda: defaultdict(int))
    latest: dict[int, datetime.date] = {}
    seen: set[int] = set()
    found = rows.filter(inspected_on__isnull=False).annotate(unit=unit)
    for code, kind, place, day in found.values_list("unit", "kind", "place_id", "inspected_on"):
        if day is None:
            continue
        counts[code]["inspections"] += 1
        counts[code][kind] += 1
        latest[code] = max(day, latest.get(code, day))
        seen |= {codes.at(place, level) for level in (codes.LEAGUE, codes.COUNTY) if level <= codes.level(place)}
    wanted = Division.objects.current().filter(level__in=(codes.LEAGUE, codes.COUNTY), is_virtual=False)
    leagues: set[int] = set()
    poor: set[int] = set()
    for code, level, tier in wanted.values_list("code", "level", "poverty_tier"):
        if any(low <= code <= high for low, high in ranges):
            if level == codes.LEAGUE:
                leagues.add(code)
            elif tier:
                poor.add(code)
    for county in poor:
        counts[unit_of(county)]["poor_inspected"] += county in seen
    return Coverage(
        {code: dict(one) for code, one in counts.items()},
        latest,
        Goal(len(leagues & seen), len(leagues)),
        Goal(len(poor & seen), len(poor)),
    )
