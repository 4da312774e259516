"""Problems in the search box: by their whole number."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from apps.common.numbers import normalise_number
from apps.pages.places import Places
from apps.pages.search import LIMIT, Hit
from apps.problems.models import Problem
from apps.problems.services.raising import number_of

NUMBER = re.compile(r"([0-9]{12})((?:19|20)[0-9]{2})([0-9]{4,8})")  # without the hyphens between its parts


def search_problems(user: Any, text: str) -> list[Hit]:
    """The problem of this number, if the user sees it."""
    parts = NUMBER.fullmatch(normalise_number(text))
    if parts is None:
        return []
    number = number_of(*(int(part) for part in parts.groups()))
    rows = Problem.objects.visible_to(user).filter(number=number).order_by("pk")
    found = list(rows.values_list("pk", "number", "object", "division_id")[:LIMIT])
    places = Places.of(place for *_rest, place in found)
    return [
        Hit(number, f"{object} {places.full(place)}", reverse("problem-detail", args=[key]))
        for key, number, object, place in found
    ]
