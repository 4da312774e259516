"""What every page of the shell needs: the menu, the place, the work that waits."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from apps.access import scope as scopes
from apps.pages import bell, languages, menu
from apps.pages.places import Place


def reference_date() -> datetime.date:
    """The day the data stand at: today, or the fixed day of a demonstration register."""
    return settings.REFERENCE_DATE or timezone.localdate()


def place_of(request: HttpRequest) -> Place:
    """The place shown in the top bar; an address that names a wrong place is answered by its view, not here."""
    try:
        return Place.read(request.user, request.GET)
    except Http404:
        return Place(())


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; everything is lazy, so that a page without the shell asks nothing of the database."""
    place = SimpleLazyObject(lambda: place_of(request))
    return {
        "place": place,
        "menu": SimpleLazyObject(lambda: menu.html(request, scopes.of(request.user), place.chosen)),
        "bell": SimpleLazyObject(lambda: bell.of(request.user)),
        "reference_date": SimpleLazyObject(reference_date),
        "demo_scale": settings.DEMO_SCALE,
        "language": languages.active(),
        "languages": languages.offered(),
    }
