"""Questions asked of assessments more than once."""

from __future__ import annotations

import datetime
from typing import Self

from django.db.models import Case, CharField, Q, Value, When

from apps.access.querysets import ScopedQuerySet
from apps.assessments.choices import Light, State

DUE_SOON_DAYS = 5
"""An assessment turns yellow this many days before its next step is due."""


class AssessmentQuerySet(ScopedQuerySet):
    """Assessments by state and deadline."""

    def with_light(self, on: datetime.date) -> Self:
        """Add `light`: red when overdue, yellow when due within five days, green otherwise; empty when final.

        While one may appeal nothing is overdue: afterwards the result only waits to be confirmed.
        """
        soon = on + datetime.timedelta(days=DUE_SOON_DAYS)
        return self.annotate(
            light=Case(
                When(Q(state=State.FINAL) | Q(due_on=None), then=Value("")),
                When(due_on__lt=on, then=Value(str(Light.RED))),
                When(due_on__lte=soon, then=Value(str(Light.YELLOW))),
                default=Value(str(Light.GREEN)),
                output_field=CharField(),
            )
        )
