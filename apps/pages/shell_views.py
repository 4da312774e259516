"""Small parts of the shell that are fetched when needed."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from apps.divisions.models import Division
from apps.pages.places import Place


@require_safe
def place_menu(request: HttpRequest) -> HttpResponse:
    """The switch of place: the units above and below the chosen one, each as an address of the page it came from."""
    place = Place.read(request.user, request.GET)
    back = request.GET.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, None):
        back = "/"
    above = [division for division in place.path[:-1] if place.reaches(division)]
    if place.chosen in place.tops:
        above = []
    context = {
        "place": place,
        "upward": [(division, moved(back, division)) for division in above],
        "downward": [(division, moved(back, division)) for division in place.children],
    }
    return render(request, "shell/_place.html", context)


def moved(address: str, division: Division) -> str:
    """The same page at another place: its filters stay, its position in a list does not."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("division", "after", "before")]
    return f"{parts.path}?{urlencode([*kept, ('division', division.code_text)])}"
