"""Whose a problem is: the unit that puts it right, and the offices above that watch over it.

The unit is the place itself or one above it. Whoever lists, assigns, urges, verifies or closes sits strictly above the
unit (above the place, as long as no unit is named): nobody closes what his own unit answers for. Above the region there
is nobody here, so what the region answers for is watched by its inspectors, who put nothing right themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.divisions import codes
from apps.pages.ways import holds
from apps.problems.models import Problem

REVIEWS, RECTIFIES, INSPECTS = "review_rectification", "rectify", "inspect"


def watching(place: int, levels: Sequence[int] = ()) -> list[int]:
    """The offices that watch over what a place answers for, top down; of these levels only, if any are named."""
    above = codes.ancestors(place) or [place]
    return [office for office in above if not levels or codes.level(office) in levels]


def is_own(user: User | scopes.Scope, unit: int | None) -> bool:
    """Whether somebody works for the very unit that answers."""
    return unit is not None and holds(user, RECTIFIES, unit)


def reviews(user: User | scopes.Scope, place: int, unit: int | None, levels: Sequence[int] = ()) -> bool:
    """Whether somebody sits in an office that watches over a problem, and not in the unit that answers for it."""
    answers = unit or place
    if is_own(user, answers):
        return False
    return any(holds(user, REVIEWS, office) for office in watching(answers, levels))


def office_of(user: User | scopes.Scope, row: Problem) -> int:
    """The office in whose name a reviewer acts: the lowest he sits in above the unit; the problem's own place for one
    who sits in none."""
    mine = [one for one in watching(row.unit_id or row.division_id) if holds(user, REVIEWS, one)]
    return mine[-1] if mine else row.division_id


def rectifies(user: User | scopes.Scope, row: Any) -> bool:
    """Whether somebody acts for the unit that answers for a problem."""
    return is_own(user, row.unit_id)
