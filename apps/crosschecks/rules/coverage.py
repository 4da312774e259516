"""Where a rule that reads departments' data can speak: decided per county, never guessed (rule-semantics.md a.13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q

from apps.access.scope import Range, merge
from apps.datasets.services.freshness import InForce, covered
from apps.divisions import codes

Needs = tuple[tuple[str, ...], ...]
"""The data sets that a condition reads: all groups, of each group at least one."""

Versions = Mapping[str, Sequence[InForce]]

EVERYWHERE: tuple[Range, ...] = (codes.subtree(codes.WHOLE_REGION),)


def coverage(needs: Needs, versions: Versions) -> tuple[Range, ...]:
    """The ranges, disjoint and widest first, in which every need is met by a version in force that covers a county."""
    found = EVERYWHERE
    for group in needs:
        usable = [one for name in group for one in versions.get(name, ()) if codes.level(one.division) <= codes.COUNTY]
        found = _both(found, covered(usable))
    return found


def certain(needs: Needs, versions: Versions) -> tuple[Range, ...]:
    """The ranges in which a rule can say that there is nothing: every set is in force that could speak. Where only one
    of several is, what the others had found stands."""
    return coverage(tuple((name,) for group in needs for name in group), versions)


def of_year(versions: Versions, year: int) -> Versions:
    """Of some versions those that have rows of a year."""
    return {name: [one for one in found if year in one.years] for name, found in versions.items()}


def inside(ranges: Iterable[Range], low: int, high: int) -> tuple[Range, ...]:
    """The parts of these ranges that lie in another one."""
    return _both(ranges, [(low, high)])


def placed_in(ranges: Iterable[Range], name: str = "division_id") -> Q:
    """The condition that a row lies in one of the ranges; no row lies in none of them."""
    where = Q(pk__in=[])
    for low, high in ranges:
        where |= Q(**{f"{name}__gte": low, f"{name}__lte": high})
    return where


def _both(some: Iterable[Range], others: Iterable[Range]) -> tuple[Range, ...]:
    """What lies in both; ranges of divisions nest or are apart, so it is the smaller of each pair that meets."""
    others = list(others)
    return merge(
        (max(low, other_low), min(high, other_high))
        for low, high in some
        for other_low, other_high in others
        if low <= other_high and other_low <= high
    )
