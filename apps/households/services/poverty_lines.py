"""贫困标准: looking up the line of a year and place, and the lines the project comes with (registry.md §9)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from apps.divisions import codes
from apps.divisions.models import Division
from apps.households.models import PovertyLine

DEFAULTS = Path(__file__).resolve().parent.parent / "data" / "poverty_lines.csv"


@dataclass(frozen=True)
class Line:
    """The line that holds: yuan a head and year, the year it was set for, and whether that is the year asked for."""

    amount: Decimal
    year: int
    exact: bool


def line_for(year: int, division: int) -> Line | None:
    """The poverty line of a year at a division: its own, else the nearest ancestor's; when nobody set one for that
    year, the latest earlier year in the same order (`exact` is then false). None when there is none at all."""
    places = [*codes.ancestors(division), division]
    lines = PovertyLine.objects.filter(division_id__in=places, year__lte=year)
    found = max(lines, key=lambda line: (line.year, places.index(line.division_id)), default=None)
    return Line(found.amount, found.year, found.year == year) if found else None


def load_default_lines(*, using: str = "default") -> int:
    """Add the lines that come with the project where their division is loaded and nobody has set one; how many."""
    with DEFAULTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    present = set(
        Division.objects.using(using)
        .filter(code__in={int(row["division"]) for row in rows})
        .values_list("code", flat=True)
    )
    before = PovertyLine.objects.using(using).count()
    PovertyLine.objects.using(using).bulk_create(
        [
            PovertyLine(
                year=int(row["year"]),
                division_id=int(row["division"]),
                amount=Decimal(row["amount"]),
                basis=row["basis"],
            )
            for row in rows
            if int(row["division"]) in present
        ],
        ignore_conflicts=True,
    )
    return PovertyLine.objects.using(using).count() - before
