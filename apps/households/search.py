"""The register in the search box: persons by the beginning of a name or by their number, households by their code."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.access import scope as scopes
from apps.common.numbers import citizen_key, mask, normalise_name, normalise_number
from apps.common.sealing import blind_indexes
from apps.history.services import log_access
from apps.households.models import Household, Person
from apps.pages.places import Places
from apps.pages.search import LIMIT, Hit

SHORTEST_NAME = 2  # one character would find every family of that name


def search_persons(user: Any, text: str) -> list[Hit]:
    """Active persons the user sees. Asking by ID number is written to the access log, found or not."""
    number = normalise_number(text)
    if key := citizen_key(number):
        where = Q(id_no_index__in=blind_indexes("citizen", key))
    elif number.isdigit() and len(number) == 20:
        where = Q(code=number) | Q(national_no=number)
    elif len(name := normalise_name(text)) >= SHORTEST_NAME:
        where = Q(name__startswith=name)
    else:
        return []
    rows = Person.objects.visible_to(user).filter(where, is_active=True)
    if key:  # a number is not asked for where it may not be read
        rows = rows.plain_to(user)
        _log(user, key, rows)
    found = list(rows.values_list("household_id", "name", "household__code", "division_id")[:LIMIT])
    places = Places.of(place for *_rest, place in found)
    return [
        Hit(name, f"{code} {places.full(place)}", reverse("household-detail", args=[household]))
        for household, name, code, place in found
    ]


def _log(user: Any, number: str, rows: QuerySet[Any]) -> None:
    """On record: the question with the number masked, and whose it was, if the account sees that person."""
    log_access(
        user,
        "search",
        division=scopes.of(user).top or user.division_id,
        obj=rows.first(),
        kind="households.person",
        fields=["id_no"],
        reason=mask("citizen", number),
    )


def search_households(user: Any, text: str) -> list[Hit]:
    """Households by their own code or by the number of the national system, whole."""
    number = normalise_number(text)
    if not number or len(number) < 8:
        return []
    rows: QuerySet[Any] = Household.objects.visible_to(user).filter(Q(code=number) | Q(national_no=number)).with_head()
    found = list(rows.values_list("pk", "code", "head_name", "division_id")[:LIMIT])
    places = Places.of(place for *_rest, place in found)
    return [
        Hit(code, f"{head or ''} {places.full(place)}".strip(), reverse("household-detail", args=[key]))
        for key, code, head, place in found
    ]
