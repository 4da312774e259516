"""Questions asked of notices more than once, also by the apps whose subjects they make public."""

from __future__ import annotations

import datetime
from typing import Self

from django.db.models import Case, CharField, F, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Concat

from apps.access.querysets import ScopedQuerySet
from apps.notices.choices import ON_SHOW, Light, State

DUE_SOON_DAYS = 2
"""An objection turns yellow so many days before its answer is due."""


def subject(kind: str, key: int) -> str:
    """The subject of a notice about one row: `subject("quota", 12)` is "quota:12"."""
    return f"{kind}:{key}"


def subject_of(kind: str, path: str = "pk") -> Concat:
    """The same as an expression over the rows that notices are about, for a sub-query of all of them at once."""
    return Concat(Value(f"{kind}:"), Cast(path, CharField()))


class NoticeQuerySet(ScopedQuerySet):
    """Notices by subject and by how far they are."""

    def about(self, subject: str | OuterRef) -> Self:
        """Those of one subject (a key, or the annotation of an outer query made by `subject_of`)."""
        return self.filter(subject=subject)

    def on_show(self) -> Self:
        """Those whose web copy stands: posted and neither archived nor taken back."""
        return self.filter(state__in=ON_SHOW)

    def was_posted(self) -> Self:
        """Those that were made public and not taken back (FP-05 asks for none of these)."""
        return self.filter(state__in=(*ON_SHOW, State.ARCHIVED))

    def has_run(self) -> Self:
        """Those whose days are over, every objection answered; also announcements that hang for good."""
        over = Q(state__in=(State.ENDED, State.ARCHIVED))
        return self.filter(over | Q(days=None, state__in=ON_SHOW))

    def too_short(self) -> Self:
        """Those that were closed before their last day was over (FP-06, ST-05). Services refuse this; rows brought in
        from elsewhere may hold it."""
        return self.filter(closed_on__lte=F("ends_on"))

    def over(self, on: datetime.date) -> Self:
        """Those that run with their last day before this one, and no objection open (which would be a
        state of its own)."""
        return self.filter(state=State.RUNNING, ends_on__lt=on)


class ObjectionQuerySet(ScopedQuerySet):
    """Objections by deadline."""

    def open(self) -> Self:
        """Those without an answer."""
        return self.filter(answered_on=None)

    def with_light(self, on: datetime.date) -> Self:
        """Add `light`: red when the answer is overdue, yellow when due within two days, else green; empty when
        answered."""
        return self.annotate(
            light=Case(
                When(answered_on__isnull=False, then=Value("")),
                When(due_on__lt=on, then=Value(str(Light.RED))),
                When(due_on__lte=on + datetime.timedelta(days=DUE_SOON_DAYS), then=Value(str(Light.YELLOW))),
                default=Value(str(Light.GREEN)),
                output_field=CharField(),
            )
        )
