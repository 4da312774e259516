"""Inspections in the search box: by their whole number, for who runs them and for who was told of them."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from apps.common.numbers import normalise_number
from apps.inspections.models import Inspection, InspectionTarget
from apps.pages.places import Places
from apps.pages.search import LIMIT, Hit

NUMBER = re.compile(r"DC[0-9]{16,24}")


def search_inspections(user: Any, text: str) -> list[Hit]:
    """The inspection of this number, or what the user's places are told of it."""
    number = normalise_number(text)
    if not NUMBER.fullmatch(number):
        return []
    for model, page in ((Inspection, "inspection-detail"), (InspectionTarget, "inspection-target-detail")):
        rows: Any = model.objects.visible_to(user).filter(number=number).order_by("pk")
        found = list(rows.values_list("pk", "title", "division_id")[:LIMIT])
        if found:
            places = Places.of(place for *_rest, place in found)
            return [
                Hit(title, f"{number} {places.full(place)}", reverse(page, args=[key])) for key, title, place in found
            ]
    return []
