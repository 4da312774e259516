"""What every page of the shell needs: the menu, the place, the account and its post."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from apps.access import scope as scopes
from apps.common.wording import listed
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


def post_label(user: Any) -> str:
    """The posts an account holds now: role and place, for the top bar."""
    posts = list(user.posts.valid(timezone.now()).select_related("role", "division")[:3])
    return listed(f"{post.division} {post.role_label}" for post in posts)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; everything is lazy, so that a page without the shell asks nothing of the database."""
    return {
        "place": SimpleLazyObject(lambda: place_of(request)),
        "menu": SimpleLazyObject(lambda: menu.lines(request, scopes.of(request.user))),
        "post_label": SimpleLazyObject(lambda: post_label(request.user)),
        "bell": SimpleLazyObject(lambda: bell.of(request.user)),
        "reference_date": SimpleLazyObject(reference_date),
        "demo_scale": settings.DEMO_SCALE,
        "language": languages.active(),
        "languages": languages.offered(),
    }
