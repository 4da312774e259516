"""销号率: how far the units below a place are with their problems."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    Value,
)
from django.db.models.functions import Coalesce

from apps.divisions import codes
from apps.divisions.units import unit_below
from apps.problems.choices import AT_WORK, State
from apps.problems.models import Problem, SupervisionLetter


@dataclass(frozen=True)
class Standing:
    """Of a place: problems, closed ones, long-term ones, overdue ones; the mean age in days of those that are open and
    the mean days to closing of those that are not; letters, and letters that nobody has received."""

    division: int
    total: int = 0
    closed: int = 0
    long_term: int = 0
    overdue: int = 0
    open_days: int | None = None
    closing_days: int | None = None
    letters: int = 0
    outstanding: int = 0

    @property
    def rate(self) -> Decimal | None:
        """The share that is closed, between 0 and 1; None where there is nothing to close."""
        return Decimal(self.closed) / self.total if self.total else None


def by_unit(user: Any, division: int, on: datetime.date) -> list[Standing]:
    """The units directly below a place (itself for what lies at its own level), the best first. Two queries."""
    below = unit_below(division)
    low, high = codes.subtree(division)
    rows = Problem.objects.visible_to(user).filter(division__gte=low, division__lte=high).annotate(below=below)
    letters = (
        SupervisionLetter.objects.visible_to(user).filter(division__gte=low, division__lte=high).annotate(below=below)
    )
    written = {
        one["below"]: (one["letters"], one["outstanding"])
        for one in letters.order_by()
        .values("below")
        .annotate(letters=Count("pk"), outstanding=Count("pk", filter=Q(received_on=None)))
    }
    found = [
        Standing(
            division=one["below"],
            total=one["total"],
            closed=one["closed"],
            long_term=one["long_term"],
            overdue=one["overdue"],
            open_days=_days(one["open_age"]),
            closing_days=_days(one["closing_age"]),
            letters=written.get(one["below"], (0, 0))[0],
            outstanding=written.get(one["below"], (0, 0))[1],
        )
        for one in _counted(rows, on)
    ]
    return sorted(found, key=lambda one: (-(one.rate or 0), -one.total, one.division))


def total_of(division: int, units: Sequence[Standing]) -> Standing:
    """A place with all that lies below it, from its units; mean ages by how many rows they are means of."""
    names = ("total", "closed", "long_term", "overdue", "letters", "outstanding")
    sums = {name: sum(getattr(one, name) for one in units) for name in names}
    ages: dict[str, Any] = {
        "open_days": _mean([(one.open_days, one.total - one.closed) for one in units]),
        "closing_days": _mean([(one.closing_days, one.closed) for one in units]),
    }
    return Standing(division, **sums, **ages)


def _mean(ages: Sequence[tuple[int | None, int]]) -> int | None:
    known = [(age, number) for age, number in ages if age is not None]
    number = sum(number for _age, number in known)
    return round(sum(age * number for age, number in known) / number) if number else None


def _counted(rows: Any, on: datetime.date) -> Any:
    age = ExpressionWrapper(
        Coalesce(F("closed_on"), Value(on, DateField())) - F("found_on"), output_field=DurationField()
    )
    return (
        rows.order_by()
        .values("below")
        .annotate(
            total=Count("pk"),
            closed=Count("pk", filter=Q(state=State.CLOSED)),
            long_term=Count("pk", filter=Q(state=State.LONG_TERM)),
            overdue=Count("pk", filter=Q(state__in=AT_WORK, due_on__lt=on)),
            open_age=Avg(age, filter=~Q(state=State.CLOSED)),
            closing_age=Avg(age, filter=Q(state=State.CLOSED)),
        )
    )


def _days(age: datetime.timedelta | None) -> int | None:
    return None if age is None else round(age.total_seconds() / 86400)
