"""Questions asked of findings more than once."""

from __future__ import annotations

import datetime
from typing import Self

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import JSONObject

from apps.access.querysets import ScopedQuerySet
from apps.crosschecks.choices import ENDED, Light

DUE_SOON_DAYS = 5
"""A finding turns yellow this many days before its due date."""
ESCALATION_DAYS = 5
"""Overdue by more than this many days it is listed for the upper level (workflows.md §15)."""


class FindingQuerySet(ScopedQuerySet):
    """Findings by state and deadline."""

    def open(self) -> Self:
        """Every state but closed and cleared by data (decisions.md 22)."""
        return self.exclude(state__in=ENDED)

    def overdue(self, on: datetime.date) -> Self:
        """Open and past the due date."""
        return self.open().filter(due_on__lt=on)

    def escalated(self, on: datetime.date) -> Self:
        """Overdue for so long that the upper level sees it on its list."""
        return self.open().filter(due_on__lt=on - datetime.timedelta(days=ESCALATION_DAYS))

    def with_light(self, on: datetime.date) -> Self:
        """Add `light`: red when overdue, yellow when due within five days, green otherwise; empty when ended."""
        soon = on + datetime.timedelta(days=DUE_SOON_DAYS)
        return self.annotate(
            light=Case(
                When(state__in=ENDED, then=Value("")),
                When(due_on__lt=on, then=Value(str(Light.RED))),
                When(due_on__lte=soon, then=Value(str(Light.YELLOW))),
                default=Value(str(Light.GREEN)),
                output_field=CharField(),
            )
        )

    def with_statement(self) -> Self:
        """Add `statement`: the rule and its evidence together, from which the sentence for people is made."""
        return self.annotate(statement=JSONObject(rule=F("rule"), evidence=F("evidence")))
