"""举一反三: problems that read like one another, and the same looked into elsewhere."""

from __future__ import annotations

from typing import Any

from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.ways import holds
from apps.problems.models import Problem
from apps.problems.services.offices import INSPECTS

COMPARED = 400
"""So many of the newest problems of the same area are compared."""
ALIKE = 0.3
"""From this likeness on two texts say the same thing in other words; measured on the demonstration's ledger."""
SHOWN = 6


def pairs(text: str) -> frozenset[str]:
    """The pairs of characters of a text: Chinese has no words to split by."""
    bare = "".join(one for one in text if one.isalnum())
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two texts share, from 0 to 1 (Dice's coefficient of their pairs)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def similar(row: Problem, user: Any) -> list[tuple[Problem, float]]:
    """The problems like this one that a user sees, the most alike first. One query."""
    own = pairs(row.object + row.fact)
    rows = Problem.objects.visible_to(user).filter(area=row.area).exclude(pk=row.pk).order_by("-pk")[:COMPARED]
    found = ((one, likeness(own, pairs(one.object + one.fact))) for one in rows)
    alike = [pair for pair in found if pair[1] >= ALIKE]
    return sorted(alike, key=lambda pair: (-pair[1], pair[0].pk))[:SHOWN]


def beside(row: Problem, user: Any) -> list[Division]:
    """The places beside that of a problem, directly below the same unit, where a user may record problems and the same
    was not looked into yet."""
    parent = codes.parent(row.division_id)
    if parent is None:
        return []
    known = Problem.objects.visible_to(user).filter(alike=row).values("division_id")
    places = Division.objects.pickable().filter(parent=parent).exclude(pk=row.division_id).exclude(pk__in=known)
    return [place for place in places.order_by("code") if _may(user, place.pk)]


def _may(user: Any, place: int) -> bool:
    return any(holds(user, INSPECTS, office) for office in (*codes.ancestors(place), place))
