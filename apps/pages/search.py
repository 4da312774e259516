"""The search box: one question to every kind of row that can be found by a name, a code or a number.

The kinds are registered by the apps that own them when they are ready. Each searcher sees what the user sees and no
more; an exact ID number is asked for by POST, so that it stands in no address and no log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.access import scope as scopes
from apps.common.numbers import citizen_key, masked_text, normalise_number
from apps.history.services import log_access
from apps.pages.divisions import DivisionResource
from apps.pages.places import Places

LIMIT = 20
LONGEST = 64


@dataclass(frozen=True)
class Hit:
    """One row found: what it is called, what tells it from others of that name, and its address."""

    label: str
    detail: str
    address: str


Searcher = Callable[[Any, str], Sequence[Hit]]

_searchers: list[tuple[str | Promise, Searcher]] = []


def register(title: str | Promise, searcher: Searcher) -> None:
    """Add a kind of row to the search; called from an app's `ready()`. A searcher gives at most LIMIT hits."""
    _searchers.append((title, searcher))


def search_divisions(user: Any, text: str) -> list[Hit]:
    """Divisions by the beginning of their name, or by their twelve digits."""
    where = Q(name__startswith=text) | Q(short_name__startswith=text)
    if text.isascii() and text.isdigit() and len(text) == 12:
        where = Q(code=int(text))
    found = list(DivisionResource.rows(user).filter(where).order_by("level", "code")[:LIMIT])
    places = Places.of(division.pk for division in found)
    return [
        Hit(division.name, places.full(division.pk), reverse("division-detail", args=[division.pk]))
        for division in found
    ]


@never_cache
@require_http_methods(["GET", "POST"])
def search_page(request: HttpRequest) -> HttpResponse:
    """What was found, kind by kind; a single hit is opened at once."""
    text = request.POST.get("q", "").strip()[:LONGEST].replace("\x00", "")
    groups = []
    if text:
        searchers = [*_searchers, (_("行政区划"), search_divisions)]
        groups = [(title, hits) for title, searcher in searchers if (hits := searcher(request.user, text))]
    hits = [hit for _title, found in groups for hit in found]
    if text and not citizen_key(normalise_number(text)):  # that question is on record with the number it asked for
        user: Any = request.user
        place = scopes.of(user).top or user.division_id
        log_access(user, "search", division=place, reason=masked_text(text), rows=len(hits))
    if len(hits) == 1:
        return HttpResponseRedirect(hits[0].address)
    return render(request, "pages/search.html", {"groups": groups, "text": text, "limit": LIMIT})
