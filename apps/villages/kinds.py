"""Kinds of values that villages show beside the usual ones."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from apps.pages.kinds import Number


class Incidence(Number):
    """贫困发生率: a share of 1, shown in per cent with two decimals (analytics.md §1)."""

    cell_format = "percent"

    def __init__(self) -> None:
        super().__init__(places=2)
        self.cell_format = "percent"

    def text(self, value: Any) -> str:
        return f"{percent(value)}%"

    def json(self, value: Any) -> str | None:
        return None if value is None else str(percent(value))


def percent(share: Decimal | float) -> Decimal:
    """A share of 1 in per cent, two decimals, halves up."""
    return (Decimal(share) * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


INCIDENCE = Incidence()
