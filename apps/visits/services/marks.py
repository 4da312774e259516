"""Marks: what a person should look at in a visit. Computed while it is written; each is one question by an index."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Left

from apps.access import scope as scopes
from apps.access import session
from apps.households.models import Household
from apps.households.models.household import LIVE
from apps.visits import choices
from apps.visits.choices import Mark
from apps.visits.models import Visit, VisitMark, VisitPhoto

EARTH_METRES = 6_371_000
COMPARED_CHARACTERS = 2000
NEAR_BITS = 3
"""Hashes that differ in no more bits are of the same picture. One of their four parts is then equal: it finds them."""
CANDIDATES = 200

Point = tuple[float, float]


@dataclass(frozen=True)
class HouseholdFacts:
    """What marks need to know of a household: its place, position (or its village's), and whether it is registered."""

    division: int
    point: Point | None
    of_village: bool
    registered: bool

    @property
    def tolerance(self) -> int:
        """Metres within which somebody counts as having been there."""
        return choices.FAR_FROM_VILLAGE_METRES if self.of_village else choices.FAR_METRES


def facts_of(household: int) -> HouseholdFacts:
    """The facts of a household that the caller has shown to be one's own to visit.

    A helper whose pairing has ended meanwhile sees the household no more, and still hands in what he wrote while it
    was his: this one statement is the platform's own. Raises Household.DoesNotExist.
    """
    with session.lent(connection, scopes.everywhere("view_register", username="visits", source="task")):
        row = (
            Household.objects.filter(pk=household)
            .values_list("division_id", "status", "lon", "lat", "division__lon", "division__lat")
            .first()
        )
    if row is None:
        raise Household.DoesNotExist
    division, status, lon, lat, village_lon, village_lat = row
    own, village = point(lon, lat), point(village_lon, village_lat)
    return HouseholdFacts(division, own or village, own is None, status in LIVE)


def point(lon: Any, lat: Any) -> Point | None:
    """A position as numbers; None where a part is missing."""
    return None if lon is None or lat is None else (float(lon), float(lat))


def metres(one: Point, other: Point) -> int:
    """The distance of two positions (degrees of longitude and latitude) on a sphere."""
    (lon_1, lat_1), (lon_2, lat_2) = ((math.radians(a), math.radians(b)) for a, b in (one, other))
    chord = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    return round(2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(chord))))


def of_visit(visit: Visit, facts: HouseholdFacts, *, unpaired: bool) -> list[VisitMark]:
    """The marks of a visit that is just written, not yet saved."""
    found: dict[Mark, tuple[int | None, int | None]] = {}
    if visit.distance is not None and visit.distance - (visit.accuracy or 0) > facts.tolerance:
        found[Mark.FAR] = visit.distance, None
    off = visit.clock_off or 0
    happened = visit.visited_at - timedelta(seconds=off)  # as the server's clock had it
    if abs(off) > choices.CLOCK_TOLERANCE.total_seconds() or happened > visit.received_at + choices.CLOCK_TOLERANCE:
        ahead = max(abs(off), (visit.visited_at - visit.received_at).total_seconds() if off == 0 else 0)
        found[Mark.CLOCK] = round(ahead / 60), None
    if visit.received_at - happened > choices.LATE_AFTER:
        found[Mark.LATE] = round((visit.received_at - happened).total_seconds() / 3600), None
    if unpaired:
        found[Mark.UNPAIRED] = None, None
    if not facts.registered:
        found[Mark.LEFT] = None, None
    if travelled := _travel(visit):
        found[Mark.TRAVEL] = travelled
    if copied := _copied(visit):
        found[Mark.COPIED] = copied
    return [_mark(visit, kind, value, other) for kind, (value, other) in found.items()]


def of_photo(photo: VisitPhoto, visit: Visit, facts: HouseholdFacts) -> list[VisitMark]:
    """The marks of a photo that has just been read, not yet saved."""
    found: list[VisitMark] = []
    taken = point(photo.lon, photo.lat)
    if taken and facts.point and (distance := metres(taken, facts.point)) > facts.tolerance:
        found.append(_mark(visit, Mark.PHOTO_ELSEWHERE, distance, None, photo))
    if photo.taken_at and abs(photo.taken_at - visit.visited_at) > choices.PHOTO_TIME_TOLERANCE:
        hours = abs(photo.taken_at - visit.visited_at).total_seconds() / 3600
        found.append(_mark(visit, Mark.PHOTO_TIME, round(hours), None, photo))
    if repeated := same_picture(photo):
        likeness, other = repeated
        found.append(_mark(visit, Mark.PHOTO_REPEATED, likeness, other, photo))
    return found


def save(marks: list[VisitMark]) -> None:
    """Write marks; one that stands already stays as it is."""
    VisitMark.objects.bulk_create(marks, ignore_conflicts=True)


def _mark(visit: Visit, kind: Mark, value: int | None, other: int | None, photo: VisitPhoto | None = None) -> VisitMark:
    return VisitMark(
        visit=visit,
        household_id=visit.household_id,
        division_id=visit.division_id,
        author_id=visit.author_id,
        kind=kind,
        value=value,
        other=other,
        photo=photo,
    )


def _travel(visit: Visit) -> tuple[int, int] | None:
    """The speed (km/h) from the author's visit before, or to the one after, and that visit; None for a possible one."""
    here = point(visit.lon, visit.lat)
    if here is None:
        return None
    for other_id, at, lon, lat in _neighbours(visit):
        there = point(lon, lat)
        distance = metres(here, there) if there else 0
        if distance < choices.TRAVEL_LEAST_METRES:
            continue
        hours = max(abs((visit.visited_at - at).total_seconds()), 60) / 3600
        if distance / 1000 / hours > choices.TRAVEL_KMH:
            return round(distance / 1000 / hours), other_id
    return None


def _neighbours(visit: Visit) -> Iterator[tuple[int, datetime, Any, Any]]:
    """The author's nearest visits with a position before and after this one, within two days."""
    span, wanted = timedelta(days=2), ("pk", "visited_at", "lon", "lat")
    near = _by_author(visit, span, span).exclude(lon=None)
    yield from near.filter(visited_at__lte=visit.visited_at).order_by("-visited_at").values_list(*wanted)[:1]
    yield from near.filter(visited_at__gt=visit.visited_at).order_by("visited_at").values_list(*wanted)[:1]


def _by_author(visit: Visit, before: timedelta, after: timedelta) -> Any:
    """The author's other visits of some days: asked by the index, in the months concerned only."""
    return Visit.objects.filter(
        author_id=visit.author_id,
        visited_on__range=(visit.visited_on - before, visit.visited_on + after),
        visited_at__range=(visit.visited_at - before, visit.visited_at + after),
    ).exclude(pk=visit.pk)


def _copied(visit: Visit) -> tuple[int, int] | None:
    """The likeness (percent) of the text with the most similar one of the author's latest visits, and that visit."""
    if len(visit.text.strip()) < choices.SIMILAR_LEAST:
        return None
    span = timedelta(days=choices.SIMILAR_DAYS)
    latest = _by_author(visit, span, span).order_by("-visited_at").values("pk")[: choices.SIMILAR_VISITS]
    likeness = TrigramSimilarity(Left("text", COMPARED_CHARACTERS), visit.text[:COMPARED_CHARACTERS])
    alike = _by_author(visit, span, span).filter(pk__in=latest).annotate(likeness=likeness)
    best = alike.filter(likeness__gt=choices.SIMILAR).order_by("-likeness").values_list("likeness", "pk").first()
    return (round(best[0] * 100), best[1]) if best else None


def same_picture(photo: VisitPhoto) -> tuple[int, int] | None:
    """The likeness (percent) of a photo with one of another visit, wherever that is, and that visit.

    Who copies pictures copies those of others as well: this statement is the platform's own, and tells no more of the
    other visit than its number. Hashes of pictures with little in them (a wall, the dark) say nothing.
    """
    bands = [band for band in photo.bands if band is not None]
    same = Q(sha256=photo.sha256)
    bits = sum(band.bit_count() for band in bands)
    telling = len(bands) == 4 and 8 <= bits <= 56
    if telling:
        for number, band in enumerate(bands):
            same |= Q(**{f"hash_{number}": band})
    wanted = ("visit_id", "sha256", "hash_0", "hash_1", "hash_2", "hash_3")
    with session.lent(connection, scopes.everywhere("view_register", username="visits", source="task")):
        others = VisitPhoto.objects.filter(same, state=choices.PhotoState.DONE).exclude(visit_id=photo.visit_id)
        rows = list(others.order_by("pk").values_list(*wanted)[:CANDIDATES])
    best: tuple[int, int] | None = None
    for visit_id, sha256, *theirs in rows:
        differing = 64
        if telling and None not in theirs:
            differing = sum((one ^ other).bit_count() for one, other in zip(bands, theirs, strict=True))
        if sha256 == photo.sha256:
            return 100, visit_id
        if differing <= NEAR_BITS and (best is None or 100 - differing > best[0]):
            best = 100 - differing, visit_id
    return best
