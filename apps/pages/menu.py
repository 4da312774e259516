"""What the left menu consists of. The menu itself is written down in `config/menu.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

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
    for group in import_module("config.menu").MENU:
        drawn = [_line(entry, request.path) for entry in group.entries if entry.open_to(scope)]
        if drawn:
            found.append((group, drawn))
    return found


def _line(entry: Entry, path: str) -> Line:
    address = reverse(entry.url)
    return Line(entry, address, path == address if address == "/" else path.startswith(address))
