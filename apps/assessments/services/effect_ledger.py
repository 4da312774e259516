"""The ledger of problems, as the assessment of places asks it: what is overdue, and what was fed back."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping

from apps.accounts.models import User
from apps.assessments.models import EffectAssessment
from apps.divisions import codes
from apps.problems.choices import Area, Source
from apps.problems.models import Problem
from apps.problems.services.raising import may_raise, raise_problem


def overdue(places: Collection[int], on: datetime.date) -> Mapping[int, Collection[int]]:
    """By place the keys of the problems there and below that were to be put right before a day and are not handed in.

    One query, in the scope of whoever computes.
    """
    found: dict[int, list[int]] = defaultdict(list)
    asked = set(places)
    for place, key in Problem.objects.overdue(on).order_by("pk").values_list("division_id", "pk"):
        for above in asked.intersection((place, *codes.ancestors(place))):
            found[above].append(key)
    return found


def take_up(row: EffectAssessment, by: User) -> None:
    """Put what was fed back into the ledger, by whoever records problems there; others leave it with the assessment."""
    if not may_raise(by, Source.OTHER, row.division_id):
        return
    for one in row.problems.filter(problem=None):
        made = raise_problem(
            by, division=row.division_id, source=Source.OTHER, area=Area.OTHER, object=str(row), fact=one.text
        )
        one.problem = made.pk
        one.save()


def open_of(keys: Collection[int]) -> set[int]:
    """Which of these problems of the ledger are still open."""
    return set(Problem.objects.open().filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
