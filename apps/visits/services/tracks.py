"""Tracks: where one author, or the visitors of one place, were in a period, in the order of time.

A position is the cadre's and the family's personal data: it is shown where the account reads personal data, and to the
author himself.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Q, QuerySet

from apps.access import scope as scopes
from apps.access import sight as sights
from apps.visits.models import Visit

MOST = 500
"""Points of one track at most; the page says so when there are more."""

LONGEST = datetime.timedelta(days=92)


def may_ask(user: Any, author: int | None) -> bool:
    """Whether an account sees positions of anybody: by right, of its households, or as their author."""
    scope = scopes.of(user)
    return scope.allows(sights.CAPABILITY) or bool(scope.households) or (author is not None and author == user.pk)


def narrow(rows: QuerySet[Any], author: int | None, first: datetime.date, last: datetime.date) -> QuerySet[Any]:
    """Of visible visits those of the track, the earliest first: by the author's index in the months concerned."""
    own = Q() if author is None else Q(author_id=author)
    return rows.filter(own, visited_on__range=(first, last)).order_by("visited_at", "pk")


def opens(user: Any, division: int, household: int, author: int) -> bool:
    """Whether an account sees the position of a visit in its sight."""
    return author == user.pk or sights.of(user, Visit).opens(division, household)
