"""Questions asked of money more than once."""

from __future__ import annotations

import datetime
from typing import Self

from django.db.models import Case, CharField, DecimalField, F, Q, Value, When
from django.db.models.functions import Cast

from apps.access.querysets import ScopedQuerySet
from apps.funds.choices import WAITING_ORDERS

DUE_SOON_DAYS = 2
"""An order turns yellow this many days before its next step is due."""


class QuotaQuerySet(ScopedQuerySet):
    """Quotas and what is left of them."""

    def with_left(self) -> Self:
        """Add `left`: what may still be passed down, allocated or recovered, in yuan."""
        left = F("amount") - F("passed") - F("allocated") - F("recovered")
        return self.annotate(left=Cast(left, DecimalField(max_digits=16, decimal_places=2)))

    def usable(self) -> Self:
        """Those received, with something left."""
        return self.filter(received_on__isnull=False, amount__gt=F("passed") + F("allocated") + F("recovered"))


class OrderQuerySet(ScopedQuerySet):
    """Orders by state and deadline."""

    def with_light(self, on: datetime.date) -> Self:
        """Add `light`: red when overdue, yellow when due within two days, green otherwise; empty when nobody waits."""
        soon = on + datetime.timedelta(days=DUE_SOON_DAYS)
        return self.annotate(
            light=Case(
                When(~Q(state__in=WAITING_ORDERS) | Q(due_on=None), then=Value("")),
                When(due_on__lt=on, then=Value("red")),
                When(due_on__lte=soon, then=Value("yellow")),
                default=Value("green"),
                output_field=CharField(),
            )
        )
