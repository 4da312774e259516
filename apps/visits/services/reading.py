"""What hangs off a visit, for whoever may see it: one question each, for pages and API alike."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.visits.models import Visit, VisitConflict, VisitCorrection, VisitMark


def marks_of(user: Any, visit: int) -> QuerySet[VisitMark]:
    """What should be looked at in a visit."""
    return VisitMark.objects.visible_to(user).filter(visit=visit).order_by("kind", "pk")


def corrections_of(user: Any, visit: int) -> QuerySet[VisitCorrection]:
    """What the author said later, the oldest first."""
    return VisitCorrection.objects.visible_to(user).filter(visit=visit).order_by("pk")


def conflicts_of(user: Any, visit: int) -> QuerySet[VisitConflict]:
    """Other content that came under the visit's id, the oldest first."""
    return VisitConflict.objects.visible_to(user).filter(visit=visit).order_by("pk")


def seen_among(user: Any, keys: set[int]) -> set[int]:
    """Of these visits, those that the user sees."""
    return set(Visit.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
