"""Complaints in numbers, without telling of single ones: by kind, place and month."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from apps.complaints.choices import Kind
from apps.complaints.models import Complaint
from apps.complaints.querysets import ComplaintQuerySet
from apps.divisions.units import unit_below

FEWEST = 5
"""A number below this could tell of a person, and is not told."""

Key = TypeVar("Key")


def hide_small(counts: Mapping[Key, int | None]) -> dict[Key, int | None]:
    """The same numbers with those of one to four left out (None), and the smallest of the others with them where one
    alone would follow from the sum."""
    told = {key: None if count is None or 0 < count < FEWEST else count for key, count in counts.items()}
    shown = sorted((count, place) for place, count in enumerate(told.values()) if count)
    if sum(count is None for count in told.values()) == 1 and shown:
        told[list(told)[shown[0][1]]] = None
    return told


@dataclass(frozen=True)
class Table:
    """Numbers by kind (columns) of units or months (rows), with the sum of each row."""

    rows: list[tuple[Any, dict[str, int | None], int | None]]
    total: int | None


def by_unit(rows: QuerySet[Any], place: int) -> Table:
    """Of complaints that somebody sees: by the unit below `place` that is complained about, and by kind."""
    return _table(rows.annotate(row=unit_below(place, "concerned_id")))


def by_month(rows: QuerySet[Any], since: datetime.date) -> Table:
    """Likewise by the month in which they came."""
    return _table(rows.filter(received_on__gte=since).annotate(row=TruncMonth("received_on")))


def _table(rows: QuerySet[Any]) -> Table:
    found: dict[Any, dict[str, int]] = {}
    for row, kind, count in rows.order_by().values_list("row", "kind").annotate(count=Count("pk")):
        found.setdefault(row, dict.fromkeys(Kind.values, 0))[kind] = count
    sums = hide_small({row: sum(counts.values()) for row, counts in found.items()})
    total = hide_small({"": sum(sum(counts.values()) for counts in found.values())})[""]
    cells = _hide_cells({row: dict(counts) for row, counts in found.items()})
    return Table([(row, cells[row], sums[row]) for row in sorted(found)], total)


def _hide_cells(cells: dict[Any, dict[str, int | None]]) -> dict[Any, dict[str, int | None]]:
    """No cell left out can be told from its row or from its column: each has two of them or none."""
    before = None
    while cells != before:
        before = {row: dict(counts) for row, counts in cells.items()}
        cells = {row: hide_small(counts) for row, counts in cells.items()}
        for kind in Kind.values:
            for row, count in hide_small({row: counts[kind] for row, counts in cells.items()}).items():
                cells[row][kind] = count
    return cells


def seen_by(user: Any) -> ComplaintQuerySet:
    """The complaints that somebody sees, to be counted."""
    return cast("ComplaintQuerySet", Complaint.objects.visible_to(user))
