"""Questions asked of the assessments of places more than once; and who reads their results."""

from __future__ import annotations

import datetime
from typing import Any, Self

from django.db.models import BooleanField, Case, CharField, F, Q, Value, When
from django.db.models.expressions import ExpressionWrapper

from apps.access import scope as scopes
from apps.access.querysets import ScopedQuerySet
from apps.assessments.choices import Light
from apps.assessments.effect_choices import PUBLISHED, EffectState, Readers
from apps.divisions import codes

DUE_SOON_DAYS = 5
SEES = "view_register"


def from_above(user: Any) -> Q:
    """Rows that lie below a place of the reader's own: he belongs to those who assess them, not to the assessed."""
    where = Q(pk__in=())
    for low, high in scopes.of(user).ranges_of(SEES):
        where |= Q(division_id__gt=low, division_id__lte=high)
    return where


def from_region(user: Any) -> Q:
    """All rows for the region's own office, none for others."""
    whole = any(low == codes.WHOLE_REGION and high > low for low, high in scopes.of(user).ranges_of(SEES))
    return ~Q(pk__in=()) if whole else Q(pk__in=())


class EffectQuerySet(ScopedQuerySet):
    """Assessments of places, with what a reader may read of their results."""

    def with_shown(self, user: Any) -> Self:
        """Add `result_open` and `rank_open` and, where these hold, `shown_total`, `shown_deducted`, `shown_grade`,
        `shown_weight`, `shown_reason` and `shown_rank`; NULL or empty elsewhere.

        Those who assess read a total as soon as there is one; the assessed once it is published, unless the scheme
        keeps it at the region. A rank is read by the region, and by others only where the scheme publishes it.
        """
        published = Q(state__in=PUBLISHED) & ~Q(readers=Readers.REGION)
        above, region = from_above(user), from_region(user)
        result, rank = above | published, region | published
        shown = {
            "shown_total": F("total"),
            "shown_deducted": F("deducted"),
            "shown_weight": F("weight_counted"),
        }
        words = {"shown_grade": F("grade"), "shown_reason": F("grade_reason")}
        return self.annotate(
            result_open=ExpressionWrapper(result, BooleanField()),
            rank_open=ExpressionWrapper(rank, BooleanField()),
            **{name: Case(When(result, then=value), default=None) for name, value in shown.items()},
            **{
                name: Case(When(result, then=value), default=Value(""), output_field=CharField())
                for name, value in words.items()
            },
            shown_rank=Case(When(rank, then=F("rank")), default=None),
        )

    def with_light(self, on: datetime.date) -> Self:
        """Add `light`: red when overdue, yellow when due within five days, green otherwise; empty when over."""
        soon = on + datetime.timedelta(days=DUE_SOON_DAYS)
        return self.annotate(
            light=Case(
                When(Q(state=EffectState.RECTIFIED) | Q(due_on=None), then=Value("")),
                When(due_on__lt=on, then=Value(str(Light.RED))),
                When(due_on__lte=soon, then=Value(str(Light.YELLOW))),
                default=Value(str(Light.GREEN)),
                output_field=CharField(),
            )
        )
