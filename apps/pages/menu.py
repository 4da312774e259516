"""What the left menu consists of. The menu itself is written down in `config/menu.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.access.scope import Scope


@dataclass(frozen=True)
class Entry:
    """A line of the menu: label, icon, name of the URL it opens, and who sees it.

    Shown to those who see rows of `realm` somewhere ("" for everybody), or who hold `capability` if one is named.
    """

    label: str | Promise
    icon: str
    url: str
    realm: str = "register"
    capability: str = ""

    def open_to(self, scope: Scope) -> bool:
        """Whether somebody of this scope sees the entry."""
        if self.capability:
            return scope.allows(self.capability)
        return not self.realm or bool(scope.ranges(self.realm) or (self.realm == "register" and scope.households))


@dataclass(frozen=True)
class Group:
    """A group of the menu; without a label its entries stand by themselves."""

    label: str | Promise
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Line:
    """An entry as it is drawn: its address, and whether the page shown belongs to it."""

    entry: Entry
    address: str
    here: bool


def lines(request: HttpRequest, scope: Scope) -> list[tuple[Group, list[Line]]]:
    """The menu of one account on one page."""
    found = []
    for group in _menu():
        drawn = [_line(entry, request.path) for entry in group.entries if entry.open_to(scope)]
        if drawn:
            found.append((group, drawn))
    return found


def html(request: HttpRequest, scope: Scope, place: int | None) -> SafeString:
    """The same as it is drawn, its lines keeping the chosen place."""
    shown = tuple((line.entry.url, line.here) for _group, some in lines(request, scope) for line in some)
    return _html(shown, place, get_language())


@lru_cache(maxsize=1024)
def _html(shown: tuple[tuple[str, bool], ...], place: int | None, language: str | None) -> SafeString:
    """Drawn once for all who are shown the same: nothing goes into it but what is named here (and the menu itself).

    `shown`: the entries by the names of their URLs, with whether the page shown belongs to them.
    """
    here, query = dict(shown), f"?division={place}" if place else ""
    groups = [
        (group, [Line(one, _address(one.url) + query, here[one.url]) for one in group.entries if one.url in here])
        for group in _menu()
    ]
    return render_to_string("shell/_lines.html", {"groups": [pair for pair in groups if pair[1]]})


def _menu() -> Sequence[Group]:
    menu: Sequence[Group] = import_module("config.menu").MENU
    return menu


def _line(entry: Entry, path: str) -> Line:
    address = _address(entry.url)
    return Line(entry, address, path == address if address == "/" else path.startswith(address))


_address = cache(reverse)  # of the entries, which take no keys
