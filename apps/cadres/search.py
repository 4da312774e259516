"""Cadres in the search box: by the beginning of the name, or by their code."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from apps.cadres.models import Cadre
from apps.common.numbers import normalise_name, normalise_number
from apps.pages.places import Places
from apps.pages.search import LIMIT, Hit

SHORTEST_NAME = 2


def search_cadres(user: Any, text: str) -> list[Hit]:
    """Cadres whom the user sees."""
    code, name = normalise_number(text), normalise_name(text)
    if code.startswith("G") and len(code) == 13:
        where = Q(code=code)
    elif len(name) >= SHORTEST_NAME and not any(one.isdigit() for one in name):
        where = Q(name__startswith=name)
    else:
        return []
    rows = Cadre.objects.visible_to(user).filter(where).order_by("pk")
    found = list(rows.values_list("pk", "name", "code", "division_id")[:LIMIT])
    places = Places.of(place for *_rest, place in found)
    return [
        Hit(name, f"{code} {places.full(place)}", reverse("cadre-detail", args=[key]))
        for key, name, code, place in found
    ]
