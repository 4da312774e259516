"""Questions asked of complaints more than once."""

from __future__ import annotations

import datetime
from typing import Self

from django.db.models import Case, CharField, Q, Value, When

from apps.access.querysets import ScopedQuerySet
from apps.complaints.choices import DUE, OPEN, SOON_DAYS, Light


class ComplaintQuerySet(ScopedQuerySet):
    """Complaints by deadline and by the unit that handles them."""

    def with_light(self, on: datetime.date) -> Self:
        """Add `light`: how urgent the next step is; empty where no deadline runs."""
        soon = on + datetime.timedelta(days=SOON_DAYS)
        return self.annotate(
            light=Case(
                When(~Q(state__in=DUE) | Q(due_on=None), then=Value("")),
                When(due_on__lt=on, then=Value(Light.RED.value)),
                When(due_on__lte=soon, then=Value(Light.YELLOW.value)),
                default=Value(Light.GREEN.value),
                output_field=CharField(),
            )
        )

    def led(self) -> Self:
        """Those that a leader has taken on (包案)."""
        return self.exclude(leader="")

    def undispatched(self, on: datetime.date) -> Self:
        """Leaders' cases that are open and were not dispatched in this month yet (R-196: 月调度)."""
        late = Q(dispatched_on=None) | Q(dispatched_on__lt=on.replace(day=1))
        return self.led().filter(late, state__in=OPEN)
