"""Income by year as bars: the geometry of one small chart, so that it needs no script and prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.common.money import per_head
from apps.households.models import Household, HouseholdIncome, HouseholdYear
from apps.households.services.poverty_lines import line_for

WIDTH = 480
HEIGHT = 26
PARTS = ("wage", "operating", "property", "transfer")


@dataclass(frozen=True)
class Part:
    """One coloured piece of a bar, in units of the drawing; `value` in yuan."""

    name: str
    x: float
    width: float
    value: Decimal


@dataclass(frozen=True)
class Bar:
    """One year: its parts, net income, net income a head against the poverty line (yuan; None when unknown)."""

    year: int
    y: int
    parts: list[Part]
    net: Decimal | None
    per_head: Decimal | None
    line: Decimal | None
    above: bool | None


def income_bars(household: Household, incomes: Sequence[HouseholdIncome], members: int) -> list[Bar]:
    """Bars of the years, oldest first. Income a head divides by the members of 30 September, else by those of now."""
    counted = dict(
        HouseholdYear.objects.filter(household=household, members__isnull=False).values_list("year", "members")
    )
    largest = max((sum((getattr(one, name) or 0) for name in PARTS) for one in incomes), default=0) or 1
    bars = []
    for row, income in enumerate(incomes):
        x, parts = 0.0, []
        for name in PARTS:
            value = getattr(income, name) or Decimal(0)
            width = round(float(value / Decimal(largest)) * WIDTH, 1)
            parts.append(Part(name, round(x, 1), width, value))
            x += width
        head = per_head(income.net, counted.get(income.year, members))
        line = line_for(income.year, household.division_id)
        above = None if head is None or line is None else head >= line.amount
        bars.append(Bar(income.year, row * HEIGHT, parts, income.net, head, line.amount if line else None, above))
    return bars
