"""What a phone needs to work without network: the key of its account, and the households to choose among."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.access import scope as scopes
from apps.access import sight
from apps.access.models import Pairing
from apps.history.services import log_access
from apps.households.models import Household
from apps.pages.places import Places
from apps.visits.models import PhoneKey, Visit
from apps.visits.services import marks
from apps.visits.services.writing import CAPABILITY

KEY_BYTES = 32
OFFERED = 300
"""So many households are handed to a phone; a village has fewer."""

REMEMBERED = timedelta(days=400)
"""How far back the last visit to a household is looked for."""

Place = dict[str, Any]


@dataclass(frozen=True)
class Offered:
    """A household to write about. `lon`, `lat`: degrees, its own position, if that is for the account to read, or else
    its village's (`of_village`).

    `promise`, `problem`: what was said at the last visit that the account reads in full, the problem only if it was not
    solved by then; `visited_on`: the day of that visit.
    """

    id: int
    code: str
    head: str
    place: str
    paired: bool
    lon: float | None
    lat: float | None
    of_village: bool
    visited_on: str
    promise: str
    problem: str


def key_of(user: Any) -> bytes:
    """The key of an account's phones, made when it is first asked for. Only the account itself sees its row."""
    kept = PhoneKey.objects.filter(user=user).first()
    if kept is None:
        # Of two phones that ask at the same moment one writes it, and the other reads that.
        kept, _made = PhoneKey.objects.get_or_create(
            user=user, defaults={"secret": secrets.token_hex(KEY_BYTES).upper()}
        )
    return bytes.fromhex(kept.secret.clear())


def households_of(user: Any, words: str = "") -> list[Offered]:
    """The households that an account may write about: its own pairings first, then those of its places, at most
    `OFFERED`; with `words`, those whose code or head's name contains them. Six queries; written to the access log,
    because a copy of it stays on the phone.
    """
    today = timezone.localdate()
    paired = set(
        Pairing.objects.visible_to(user).filter(helper=user.pk).active(today).values_list("household_id", flat=True)
    )
    seen = Household.objects.visible_to(user)
    found = _rows(seen.filter(pk__in=paired), words, OFFERED)
    if len(found) < OFFERED:
        found += _rows(seen.editable_by(user, CAPABILITY).exclude(pk__in=paired), words, OFFERED - len(found))
    opens = sight.of(user, Household).opens
    for row in found:
        if not opens(row["division_id"], row["pk"]):  # where a family lives is not for everybody who may write of it
            row["lon"] = row["lat"] = None
    places, last = Places.of(row["division_id"] for row in found), _last_visits(user, [row["pk"] for row in found])
    if found:
        top = scopes.of(user).top or found[0]["division_id"]
        log_access(user, "view", division=top, kind="households.household", fields=["offline"], rows=len(found))
    return [_offered(row, row["pk"] in paired, places, last.get(row["pk"])) for row in found]


def as_body(offered: list[Offered]) -> list[dict[str, Any]]:
    """As the phone reads it."""
    return [asdict(one) for one in offered]


def _rows(rows: QuerySet[Household], words: str, most: int) -> list[dict[str, Any]]:
    rows = rows.with_head()  # type: ignore[attr-defined]  # of HouseholdQuerySet
    if words:
        rows = rows.filter(Q(code__contains=words) | Q(head_name__contains=words))
    wanted = ("pk", "code", "head_name", "division_id", "lon", "lat", "division__lon", "division__lat")
    return list(rows.order_by("division_id", "pk").values(*wanted)[:most])


def _last_visits(user: Any, households: list[int]) -> dict[int, dict[str, Any]]:
    """The latest visit to each household, of those that the account reads in full."""
    if not households:
        return {}
    since = timezone.localdate() - REMEMBERED
    rows = Visit.objects.visible_to(user).filter(household_id__in=households, visited_on__gte=since)
    read = rows.plain_to(user) | rows.filter(author_id=user.pk)
    latest = read.order_by("household_id", "-visited_on", "-pk").distinct("household_id")
    return {row["household_id"]: row for row in latest.values("household_id", *SAID)}


SAID = ("visited_on", "help_given", "problem", "problem_solved")


def _offered(row: dict[str, Any], paired: bool, places: Places, last: dict[str, Any] | None) -> Offered:
    own = marks.point(row["lon"], row["lat"])
    here = own or marks.point(row["division__lon"], row["division__lat"])
    return Offered(
        id=row["pk"],
        code=row["code"],
        head=row["head_name"] or "",
        place=places.short(row["division_id"]),
        paired=paired,
        lon=here[0] if here else None,
        lat=here[1] if here else None,
        of_village=own is None,
        visited_on=f"{last['visited_on']:%Y-%m-%d}" if last else "",
        promise=last["help_given"] if last else "",
        problem=last["problem"] if last and last["problem_solved"] is not True else "",
    )
