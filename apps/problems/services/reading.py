"""What waits for somebody in the problem ledger: as the unit that puts right, and as the office directly above it.

A problem is watched by every office above the unit; it waits at the nearest that watches at all: the county for
villages and townships, the league for counties, the region for leagues and for itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from apps.access import scope as scopes
from apps.common.days import today
from apps.divisions import codes
from apps.problems.choices import AT_WORK, State
from apps.problems.models import EscalationStep, Problem, SupervisionLetter
from apps.problems.querysets import ProblemQuerySet
from apps.problems.services.offices import RECTIFIES, REVIEWS

TO_REVIEW = (State.RAISED, State.LISTED, State.PLANNED, State.SUBMITTED, State.VERIFIED)
TO_RECTIFY = (*(state for state in AT_WORK if state != State.PLANNED), State.LONG_TERM)


def offices(user: Any, capability: str) -> list[int]:
    """The very places at which somebody holds a capability."""
    return [low for low, _high in scopes.of(user).ranges_of(capability)]


def waiting(user: Any) -> ProblemQuerySet:
    """The problems in which the next step is this account's office's."""
    rows = Problem.objects.visible_to(user).annotate(answers=Coalesce("unit_id", "division_id"))
    mine = Q(state__in=TO_RECTIFY, unit__in=offices(user, RECTIFIES))
    watched = watched_by(offices(user, REVIEWS), "answers")
    return cast("ProblemQuerySet", rows.filter(mine | (Q(state__in=TO_REVIEW) & watched)))


def owing(user: Any) -> ProblemQuerySet:
    """The problems whose report of this month is missing, with `mine` for those that this account's office owes; the
    others it watches over."""
    mine = Q(unit__in=offices(user, RECTIFIES))
    watched = watched_by(offices(user, REVIEWS), "answers")
    rows = Problem.objects.visible_to(user).owing_report(today()).annotate(answers=Coalesce("unit_id", "division_id"))
    return cast(
        "ProblemQuerySet", rows.annotate(mine=Case(When(mine, then=True), default=False)).filter(mine | watched)
    )


def watched_by(places: Iterable[int], field: str) -> Q:
    """That the place in `field` is directly below one of these offices, as they watch; nothing for none."""
    found = Q(pk__in=[])
    for place in places:
        level = codes.level(place)
        if level > codes.COUNTY:
            continue
        low, high = codes.subtree(place)
        within = Q(**{f"{field}__gte": low, f"{field}__lte": high})
        if level < codes.COUNTY:
            # The codes of the units one level down end in zeros.
            within &= Q(Q(**{f"{field}__in": _multiples(low, high, codes.SPAN[level + 1])}))
        if level != codes.REGION:
            within &= ~Q(**{field: place})
        found |= within
    return found


def _multiples(low: int, high: int, span: int) -> list[int]:
    """The codes that units of one level can have within a range: a hundred at most."""
    return list(range(low - low % span, high + 1, span))


def letters_to_receive(user: Any) -> QuerySet[Any]:
    """The letters whose receipt this account's office has to record."""
    rows = SupervisionLetter.objects.visible_to(user).outstanding()
    return rows.filter(unit__in=offices(user, RECTIFIES))


def letters_out(user: Any) -> QuerySet[Any]:
    """The letters of this account's office that nobody has received."""
    return SupervisionLetter.objects.visible_to(user).outstanding().filter(issuer__in=offices(user, REVIEWS))


def to_escalate(user: Any) -> QuerySet[Any]:
    """The rungs that problems have reached and that this account's office has to carry out."""
    rows = EscalationStep.objects.visible_to(user).filter(done_on=None, problem__state__in=AT_WORK)
    watched = watched_by(offices(user, REVIEWS), "answers")
    return rows.annotate(answers=Coalesce(F("problem__unit_id"), F("division_id"))).filter(watched)
