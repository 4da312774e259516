"""Questions asked of the project library, of projects and of beneficiaries more than once."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, Self

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    Expression,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from apps.access.querysets import ScopedQuerySet
from apps.funds.choices import ProjectKind, ProjectState
from apps.funds.project_choices import WAITING
from apps.households.models.household import HELPED

DUE_SOON_DAYS = 2
"""An item turns yellow this many days before its next step is due."""
LATE_START_DAYS = 30
"""A project is late when it has not started so many days after the day it was to, where nobody set another number
(FP-13)."""
REPORT_DAY = 25
"""The day of the month by which a Beijing cooperation project reports (FP-17)."""
BEFORE_START = (ProjectState.APPROVED, ProjectState.NOTICED_BEFORE)
RUNNING = (*BEFORE_START, ProjectState.STARTED)


def _rows(model: Any, relation: str) -> Any:
    """The rows that point here by a relation, to be counted or summed in a subquery."""
    field = model._meta.get_field(relation)
    key = field.remote_field.name
    return field.related_model._default_manager.filter(**{key: OuterRef("pk")}).order_by().values(key)


def row_sum(model: Any, relation: str, of: str, only: Q | None = None) -> Any:
    """The sum of an amount of the rows (`only` some) that point here by a relation, 0 where there are none."""
    money = DecimalField(max_digits=16, decimal_places=2)
    rows = _rows(model, relation).filter(only or Q()).annotate(whole=Sum(of)).values("whole")
    return Coalesce(Subquery(rows), Value(Decimal(0)), output_field=money)


def row_number(model: Any, relation: str) -> Any:
    """How many rows point here."""
    rows = _rows(model, relation).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(rows), Value(0), output_field=IntegerField())


class LibraryQuerySet(ScopedQuerySet):
    """Items of the library by state and deadline."""

    def with_light(self, on: datetime.date) -> Self:
        """Add `light`: red when overdue, yellow when due within two days, green otherwise; empty when nobody waits."""
        soon = on + datetime.timedelta(days=DUE_SOON_DAYS)
        return self.annotate(
            light=Case(
                When(~Q(state__in=WAITING) | Q(due_on=None), then=Value("")),
                When(due_on__lt=on, then=Value("red")),
                When(due_on__lte=soon, then=Value("yellow")),
                default=Value("green"),
                output_field=CharField(),
            )
        )

    def with_households(self) -> Self:
        """Add `households`: how many beneficiaries there are among those in scope."""
        return self.annotate(households=row_number(self.model, "beneficiaries"))


class ProjectQuerySet(ScopedQuerySet):
    """Projects with their money, delay and monthly reports."""

    def with_money(self) -> Self:
        """Add `allocated` and `paid` in yuan, from what quotas have put into the project."""
        return self.annotate(
            allocated=row_sum(self.model, "allocations", "amount"), paid=row_sum(self.model, "allocations", "paid")
        )

    def with_households(self) -> Self:
        """Add `households`: how many beneficiaries there are among those in scope."""
        return self.annotate(households=row_number(self.model, "beneficiaries"))

    def with_delay(self, on: datetime.date, start: datetime.date | Expression | None = None) -> Self:
        """Add `late`: not started and planned to before `start` (usually 30 days ago), or not finished on the day on
        which it was to be (FP-13)."""
        start = start or on - datetime.timedelta(days=LATE_START_DAYS)
        late = Q(state__in=BEFORE_START, plan_start__lt=start) | Q(state__in=RUNNING, plan_end__lt=on)
        return self.annotate(late=ExpressionWrapper(late, output_field=BooleanField()))

    def with_report(self, on: datetime.date) -> Self:
        """Add `unreported`: a Beijing cooperation project under way whose report of the month is not there after the
        25th; before that day the month before is asked for (FP-17)."""
        month = report_month(on)
        reported = _rows(self.model, "progress").filter(month=month)
        running = Q(kind=ProjectKind.BEIJING, state__in=RUNNING, approved_on__lt=_after(month))
        return self.annotate(unreported=ExpressionWrapper(running & ~Exists(reported), output_field=BooleanField()))


class ProgressQuerySet(ScopedQuerySet):
    """Months of projects."""

    def with_photos(self) -> Self:
        """Add `photo_count`: how many photos show the month."""
        return self.annotate(photo_count=row_number(self.model, "photos"))


class BeneficiaryQuerySet(ScopedQuerySet):
    """Beneficiaries that should not be (FP-14)."""

    def unregistered(self) -> Self:
        """Active ones whose household is not among those that are helped (20, 30, 40, 50). Asked in a scope that sees
        the register: a household that is not seen counts as not registered."""
        return self.filter(is_active=True).exclude(household__status__in=HELPED)

    def double(self) -> Self:
        """Active ones whose household gets the same kind of project twice in the year."""
        others = self.model._default_manager.filter(
            household=OuterRef("household"), year=OuterRef("year"), kind=OuterRef("kind"), is_active=True
        )
        return self.filter(Exists(others.exclude(pk=OuterRef("pk"))), is_active=True)


def report_month(on: datetime.date) -> datetime.date:
    """The month (by its first day) whose report must be there on a day: this one after the 25th, else the last."""
    first = on.replace(day=1)
    return first if on.day > REPORT_DAY else (first - datetime.timedelta(days=1)).replace(day=1)


def _after(month: datetime.date) -> datetime.date:
    """The first day of the month after."""
    return (month + datetime.timedelta(days=32)).replace(day=1)
