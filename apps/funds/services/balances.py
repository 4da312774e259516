"""What there is, at any place and on any day: sums of the ledger, read from one index."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, F, Q, Sum, Value, When
from django.db.models.functions import Mod

from apps.divisions import codes
from apps.funds.choices import Act
from apps.funds.models import Entry

NOTHING = Decimal(0)


@dataclass
class Balance:
    """The money of a place and everything below it up to a day, in yuan.

    `own` are its own budgets (less what was called back), `from_above` what was passed into it, `passed` what was
    passed on inside of it (nothing left it by that), `recovered` what was taken out of it again. Nothing exceeds what
    there is: the ledger sees to that.
    """

    own: Decimal = NOTHING
    from_above: Decimal = NOTHING
    passed: Decimal = NOTHING
    recovered: Decimal = NOTHING
    allocated: Decimal = NOTHING
    paid: Decimal = NOTHING
    claimed: Decimal = NOTHING
    settled: Decimal = NOTHING
    carried: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """All there is to spend here and below."""
        return self.own + self.from_above - self.recovered

    @property
    def retained(self) -> Decimal:
        """Not yet put into projects (滞留)."""
        return self.total - self.allocated

    @property
    def idle(self) -> Decimal:
        """Put into projects and not yet paid (闲置)."""
        return self.allocated - self.paid

    @property
    def left(self) -> Decimal:
        """Not yet paid."""
        return self.total - self.paid

    def add(self, act: str, where: str, amount: Decimal) -> None:
        """Count the entries of one act. `where`: of the unit's own budgets, moved inside of it, or between it and what
        lies above."""
        match Act(act), where:
            case Act.BUDGET, _:
                self.own += amount
            case Act.RECOVER, "own":
                self.own -= amount
            case Act.PASS, "inside":
                self.passed += amount
            case Act.PASS, _:
                self.from_above += amount
            case Act.RECOVER, "inside":
                self.passed -= amount
            case Act.RECOVER, _:
                self.recovered += amount
            case other, _:
                self._add(other, amount)

    def _add(self, act: Act, amount: Decimal) -> None:
        match act:
            case Act.ALLOCATE:
                self.allocated += amount
            case Act.RETURN:
                self.allocated -= amount
            case Act.PAY:
                self.paid += amount
            case Act.CLAIM:
                self.claimed += amount
            case Act.SETTLE:
                self.settled += amount
            case Act.CARRY:
                self.carried += amount

    def __add__(self, other: Balance) -> Balance:
        return Balance(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))


def _entries(user: Any, division: int, on: datetime.date | None, **only: Any) -> Any:
    rows = Entry.objects.visible_to(user).within(division).filter(**only)
    return rows if on is None else rows.filter(booked_on__lte=on)


def _unit(name: str, level: int) -> Any:
    """SQL for the unit of a level that a place lies in; a place above that level is a unit by itself."""
    span = codes.SPAN[level]
    return F(name) - Mod(F(name), Value(span), output_field=BigIntegerField())


def _where(inside: Q) -> Case:
    """SQL for what an entry moved: the unit's own money, money inside of it, or between it and above."""
    return Case(
        When(from_division_id=None, then=Value("own")),
        When(inside, then=Value("inside")),
        default=Value("above"),
        output_field=CharField(),
    )


def balance(user: Any, division: int, on: datetime.date | None = None, **only: Any) -> Balance:
    """The money of a place up to a day (up to now without one); `only`: kind, year, origin. One statement."""
    low, high = codes.subtree(division)
    where = _where(Q(from_division_id__gte=low, from_division_id__lte=high))
    found = Balance()
    rows = _entries(user, division, on, **only).annotate(where=where).values_list("act", "where")
    for act, moved, amount in rows.annotate(sum=Sum("amount")).order_by():
        found.add(act, moved, amount)
    return found


def by_unit(user: Any, division: int, on: datetime.date | None = None, **only: Any) -> dict[int, Balance]:
    """The same of each unit directly below a place, by code; what stands at the place itself has the place's own code.

    One statement. What was passed from the place into its units is theirs (`from_above`), and no more its own.
    """
    level = min(codes.level(division) + 1, codes.VILLAGE)
    rows = _entries(user, division, on, **only).annotate(
        unit=_unit("division_id", level),
        where=_where(Q(unit=_unit("from_division_id", level))),
    )
    found: dict[int, Balance] = {}
    for unit, act, moved, amount in rows.values_list("unit", "act", "where").annotate(sum=Sum("amount")).order_by():
        found.setdefault(unit, Balance()).add(act, moved, amount)
    return dict(sorted(found.items()))


def by_origin(user: Any, division: int, on: datetime.date | None = None, **only: Any) -> dict[str, Decimal]:
    """All there is to spend at a place and below, by whose money it is. One statement."""
    low, high = codes.subtree(division)
    moved = Q(from_division_id__gte=low, from_division_id__lte=high)
    signs = {Act.BUDGET: 1, Act.PASS: 1, Act.RECOVER: -1}
    rows = _entries(user, division, on, **only).filter(act__in=signs).exclude(moved)
    found: dict[str, Decimal] = {}
    for origin, act, amount in rows.values_list("origin", "act").annotate(sum=Sum("amount")).order_by():
        found[origin] = found.get(origin, NOTHING) + signs[Act(act)] * amount
    return {origin: amount for origin, amount in sorted(found.items()) if amount}
