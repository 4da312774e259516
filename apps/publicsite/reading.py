"""What the public site asks of the database: published notices and names of places, by a connection of its own.

The role of that connection may read nothing else (`apps/notices/migrations/0002_row_security.py`), so nothing that is
written here or in the views can show more. No scope and no account stand behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import QuerySet

from apps.divisions import codes
from apps.divisions.models import Division
from apps.notices.choices import Kind
from apps.notices.models import Publication
from apps.pages.paging import KeySet, Page, count
from apps.pages.places import Places

ALIAS = "public"
NEWEST = KeySet(Publication, ("posted_on", "pk"), descending=True)
SITEMAP_SIZE = 5000
"""Addresses of one sitemap; the protocol allows 50,000."""

HEADS = ("pk", "kind", "title", "division_id", "level", "posted_on", "ends_on")


@dataclass(frozen=True)
class Unit:
    """A unit one may go down to."""

    code: int
    name: str


class Wrong(ValueError):
    """A parameter that is not known or whose value is not; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Asked:
    """What a list is asked for: a place (with all below it), kinds, and a page of it."""

    place: int = codes.WHOLE_REGION
    kinds: tuple[str, ...] = ()
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, params: Any, *, place: int | None = None, known: frozenset[str] = frozenset()) -> Asked:
        """What a query string asks for; Wrong for a parameter or value that is not known. `known` are parameters that
        the caller reads himself."""
        wanted = {"kind", "after", "before"} | known | (set() if place else {"division"})
        for name in params:
            if name not in wanted or (name != "kind" and len(params.getlist(name)) > 1):
                raise Wrong(name)
        if place is None:
            place = codes.WHOLE_REGION
            if "division" in params:
                try:
                    place = codes.parse(params["division"])
                except ValueError:
                    raise Wrong("division") from None
        kinds = tuple(params.getlist("kind"))
        if set(kinds) - set(Kind.values):
            raise Wrong("kind")
        return cls(place, kinds, params.get("after", ""), params.get("before", ""))


def published() -> QuerySet[Publication]:
    """Everything that is on show."""
    return Publication.objects.using(ALIAS)


def rows_of(asked: Asked) -> QuerySet[Publication]:
    """What is on show at a place and below, of some kinds."""
    rows = published().within(asked.place)  # type: ignore[attr-defined]
    return cast("QuerySet[Publication]", rows.filter(kind__in=asked.kinds) if asked.kinds else rows)


def page(asked: Asked, size: int, *paths: str) -> Page:
    """The newest first, by key. BadCursor for a cursor that was not given out."""
    return NEWEST.page(rows_of(asked), paths, size, after=asked.after, before=asked.before)


def counted(asked: Asked) -> tuple[int, bool]:
    """How many a list has, and whether that is exact."""
    return count(rows_of(asked))


def notice(key: int) -> Publication | None:
    """One published notice."""
    return published().filter(pk=key).first()


def place(code: int) -> bool:
    """Whether there is such a unit."""
    return code == codes.WHOLE_REGION or Division.objects.using(ALIAS).filter(code=code).exists()


def names(wanted: set[int]) -> Places:
    """The names of units and of those above them."""
    known = {step for code in wanted for step in (*codes.ancestors(code), code)}
    rows = Division.objects.using(ALIAS).filter(code__in=known) if known else Division.objects.none()
    return Places(dict(rows.values_list("code", "short_name")))


def units_below(code: int) -> list[Unit]:
    """The units one level down."""
    rows = Division.objects.using(ALIAS).pickable().children_of(code)
    return [Unit(*row) for row in rows.values_list("code", "short_name")]


def sitemaps() -> Iterator[int]:
    """The first key of every sitemap: each begins where the one before has its fill."""
    keys = published().order_by("pk").values_list("pk", flat=True)
    first = keys.first()
    while first is not None:
        yield first
        first = next(iter(keys.filter(pk__gte=first)[SITEMAP_SIZE : SITEMAP_SIZE + 1]), None)


def sitemap(first: int) -> list[tuple[int, Any]]:
    """The keys of one sitemap with the day of each."""
    rows = published().filter(pk__gte=first).order_by("pk").values_list("pk", "posted_on")
    return list(rows[:SITEMAP_SIZE])
