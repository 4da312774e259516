"""Small parts of the shell that are fetched when needed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.access import scope as scopes
from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.places import Place, own_ranges


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


@require_safe
def place_picker(request: HttpRequest) -> HttpResponse:
    """The lists of a place field: one per level from the account's own place down to the one below the chosen unit.

    `all=1` offers the whole region, for places that are no question of scope (where somebody works).
    """
    everywhere = request.GET.get("all") == "1"
    ranges = own_ranges(scopes.of(request.user))
    own = (codes.WHOLE_REGION,) if everywhere else tuple(low for low, _high in ranges)
    chosen = _code(request.GET.get("value") or request.GET.get("picked"))
    start = next((top for top in own if chosen and codes.contains(top, chosen)), own[0] if len(own) == 1 else None)
    if start is None or not chosen or not codes.contains(start, chosen):
        chosen = start if start and codes.level(start) == codes.VILLAGE else None
    steps = []
    if len(own) != 1:
        steps.append(Step(_("所在地"), "", list(Division.objects.filter(code__in=own)), start))
    path = [code for code in (*codes.ancestors(chosen), chosen) if start and code > start] if chosen else []
    for above, selected in zip([start, *path], [*path, None], strict=True) if start else ():
        below = Division.objects.pickable().children_of(above)
        units = [one for one in below if everywhere or any(low <= one.code <= high for low, high in ranges)]
        if units and above == start:
            # The account's own place can be meant as well as one below it.
            itself = Division.objects.filter(code=start)
            steps.append(Step(units[0].get_level_display(), "", [*itself, *units], selected or chosen))
        elif units:
            steps.append(Step(units[0].get_level_display(), codes.text(above), units, selected))
    name = request.GET.get("name", "division")
    only = Division.objects.filter(code=chosen).first() if chosen and not steps else None
    context = {"name": name, "chosen": chosen or "", "steps": steps, "all": everywhere, "only": only}
    answer = render(request, "generic/_picker.html", context)
    if request.headers.get("HX-Trigger-Name") == "picked":
        answer["HX-Trigger-After-Settle"] = "place-picked"  # a list that is narrowed by the place asks anew
    return answer


@dataclass(frozen=True)
class Step:
    """One list of the picker: what it is called, what "none of them" means, its units, the chosen one."""

    label: str
    back: str
    units: list[Division]
    selected: int | None


def _code(written: str | None) -> int | None:
    try:
        return codes.parse(written or "")
    except ValueError:
        return None
