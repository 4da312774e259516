"""Questions asked of problems and letters more than once."""

from __future__ import annotations

import datetime
from typing import Self

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When

from apps.access.querysets import ScopedQuerySet
from apps.problems.choices import AT_WORK, REPORTING, Light, ReportKind, State

DUE_SOON_DAYS = 5
"""A problem turns yellow this many days before its next deadline."""


class ProblemQuerySet(ScopedQuerySet):
    """Problems by state, deadline and who has to do something."""

    def with_light(self, on: datetime.date) -> Self:
        """Add `light`: red when the next deadline is over, yellow when it is near, green otherwise; empty for what is
        closed."""
        soon = on + datetime.timedelta(days=DUE_SOON_DAYS)
        return self.annotate(
            light=Case(
                When(Q(state=State.CLOSED) | Q(next_due_on=None), then=Value("")),
                When(next_due_on__lt=on, then=Value(Light.RED.value)),
                When(next_due_on__lte=soon, then=Value(Light.YELLOW.value)),
                default=Value(Light.GREEN.value),
                output_field=CharField(),
            )
        )

    def overdue(self, on: datetime.date) -> Self:
        """Those that were to be put right before a day and are not handed in."""
        return self.filter(state__in=AT_WORK, due_on__lt=on)

    def owing_report(self, on: datetime.date) -> Self:
        """Those at work by an approved plan whose report of the month of a day has not come."""
        from apps.problems.models import ProgressReport  # noqa: PLC0415  # reports are built on problems

        month = on.replace(day=1)
        come = ProgressReport.objects.filter(problem=OuterRef("pk"), kind=ReportKind.MONTHLY, period=month)
        return self.filter(~Exists(come), state__in=REPORTING, plan_approved_on__isnull=False)

    def open(self) -> Self:
        """Those that are not closed, the long-term ones among them."""
        return self.exclude(state=State.CLOSED)

    def with_letter(self) -> Self:
        """Add `has_letter`: whether a supervision letter was sent about it."""
        from apps.problems.models import SupervisionLetter  # noqa: PLC0415  # letters are built on problems

        return self.annotate(has_letter=Exists(SupervisionLetter.objects.filter(problem=OuterRef("pk"))))


class LetterQuerySet(ScopedQuerySet):
    """Supervision letters by what they wait for."""

    def outstanding(self) -> Self:
        """Those whose receipt nobody has recorded."""
        return self.filter(received_on=None)
