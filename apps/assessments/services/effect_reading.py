"""What is shown of a place's assessment: scores, steps and problems as far as its reader may know them; the ranking.

The rows of lists come with their results from `EffectQuerySet.with_shown`; this is the same rule for one assessment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from apps.access import scope as scopes
from apps.assessments.choices import Source
from apps.assessments.effect_choices import PUBLISHED, Readers
from apps.assessments.effect_querysets import SEES
from apps.assessments.models import EffectAssessment, EffectProblem, EffectScore
from apps.assessments.services.effect_steps import WAY
from apps.divisions import codes

BY_OFFICES = ("check", "merge", "return", "decide", "publish", "deduct")
"""Steps whose notes are those of the assessing offices until the result is known."""


@dataclass(frozen=True)
class Sight:
    """What a reader may know of one assessment: `above` (he assesses it), `region`, `result` (total, points, grade),
    `found` (what was seen on the spot, cases, notes of the offices), `compared` (the worst and best of the group)."""

    above: bool
    region: bool
    result: bool
    found: bool
    compared: bool


def sight_of(user: Any, one: EffectAssessment) -> Sight:
    """What somebody who sees the row may know of it."""
    ranges = scopes.of(user).ranges_of(SEES)
    above = any(low < one.division_id <= high for low, high in ranges)
    region = any(low == codes.WHOLE_REGION and high > low for low, high in ranges)
    published = one.state in PUBLISHED
    result = above or (published and one.readers != Readers.REGION)
    return Sight(above, region, result, above or published, region or (published and one.readers == Readers.ALL))


def scores_of(user: Any, one: EffectAssessment) -> list[EffectScore]:
    """The scores of an assessment in their order, emptied of what the reader may not know. One query."""
    sight = sight_of(user, one)
    scores = list(EffectScore.objects.visible_to(user).filter(assessment=one).order_by("position"))
    for score in scores:
        if not sight.compared:
            score.worst = score.best = None
        if not sight.result and not score.deducts:
            score.points = None
        if not sight.found and (score.source != Source.COMPUTED):
            score.value = score.numerator = score.denominator = score.points = None
            score.note, score.missing, score.counted = "", "", []
    return scores


def score_of(user: Any, key: int) -> EffectScore | None:
    """A score that the user sees, whose rows he may know of; None when there is none."""
    found = EffectScore.objects.visible_to(user).select_related("assessment").filter(pk=key).first()
    if found is None or (found.source != Source.COMPUTED and not sight_of(user, found.assessment).found):
        return None
    return found


def log_of(user: Any, one: EffectAssessment) -> list[Any]:
    """The steps that were taken, without the notes that the reader may not know."""
    lines = WAY.lines(one, user)
    if not sight_of(user, one).found:
        for line in lines:
            line.note = "" if line.step in BY_OFFICES else line.note
    return lines


def problems_of(user: Any, one: EffectAssessment) -> list[EffectProblem]:
    """What was fed back, in the order of the days."""
    return list(EffectProblem.objects.visible_to(user).filter(assessment=one).order_by("due_on", "pk"))


def years(user: Any) -> list[int]:
    """The years of which somebody sees an assessment of a place, the latest first."""
    rows = EffectAssessment.objects.visible_to(user).order_by("-year").values_list("year", flat=True)
    return list(rows.distinct())


RANKED = ("division_id", "name", "group", "total", "grade", "rank")


def ranking(user: Any, kind: str, year: int) -> list[dict[str, Any]]:
    """The published ranking of a year as far as somebody may read it, group by group, the best first.

    The region reads all of it. Where the scheme opens it, all who are in a group (or above somebody in it) read that
    group; where it does not, everybody what is his own to see and open to him. Two queries.
    """
    seen: Any = EffectAssessment.objects.visible_to(user).filter(kind=kind, year=year, state__in=PUBLISHED)
    own = seen.with_shown(user).filter(rank_open=True)
    opened = set(own.filter(readers=Readers.ALL).values_list("group", flat=True))
    found = {row["division_id"]: row for row in own.values(*RANKED)}
    if opened:
        # Names and results of the group are what the scheme publishes: lent for this question alone.
        with scopes.activate(scopes.everywhere(SEES)), transaction.atomic():
            rows = EffectAssessment.objects.filter(
                kind=kind, year=year, state__in=PUBLISHED, readers=Readers.ALL, group__in=opened
            )
            found |= {row["division_id"]: row for row in rows.order_by(F("rank")).values(*RANKED)}
    return sorted(found.values(), key=lambda row: (row["group"], row["rank"] or 0, row["division_id"]))
