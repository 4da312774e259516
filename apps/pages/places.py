"""Names of divisions for pages, and the place that a request is about (`?division=`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.access.models import Pairing, Share
from apps.access.session import REALMS
from apps.divisions import codes
from apps.divisions.models import Division

Rows = TypeVar("Rows", bound="QuerySet[Any]")


class Places:
    """The names of some divisions and of the units above them, read in one query."""

    def __init__(self, names: dict[int, str]) -> None:
        self._names = names

    @classmethod
    def of(cls, wanted: Iterable[int]) -> Places:
        """Names for these codes; no query when there are none."""
        found: set[int] = set()
        for code in set(wanted):
            found.update(codes.ancestors(code), (code,))
        if not found:
            return cls({})
        return cls(dict(Division.objects.filter(code__in=found).values_list("code", "short_name")))

    def full(self, code: int) -> str:
        """The whole path below the region, or the region's own name."""
        return " ".join(self._path(code)[1:] or self._path(code))

    def short(self, code: int) -> str:
        """The last two names of the path: a village with its township, a county with its league."""
        return " ".join(self._path(code)[1:][-2:] or self._path(code))

    def _path(self, code: int) -> list[str]:
        return [self._names.get(step, str(step)) for step in (*codes.ancestors(code), code)]


def own_ranges(scope: scopes.Scope) -> tuple[scopes.Range, ...]:
    """An account's own ranges, whatever kind of rows they are for. Not all are subtrees: 本级 is one division alone."""
    return scopes.merge(r for realm in REALMS for r in scope.ranges(realm))


def tops(scope: scopes.Scope) -> tuple[int, ...]:
    """The divisions at which an account's own ranges begin, whatever kind of rows they are for."""
    return tuple(low for low, _high in own_ranges(scope))


def reached(scope: scopes.Scope, code: int) -> bool:
    """Whether a division is an account's own, or holds a household that it reaches by pairing or share."""
    if any(low <= code <= high for low, high in own_ranges(scope)):
        return True
    return bool(scope.households) and any(
        model.objects.visible_to(scope).within(code).exists() for model in (Pairing, Share)
    )


@dataclass(frozen=True)
class Place:
    """The place a page is about: `chosen` by `?division=`, or else all that the account reaches.

    `ranges` are the account's own, `tops` where they begin. A helping cadre has none: he reaches single households,
    and may choose any division that holds one of them.
    """

    ranges: tuple[scopes.Range, ...]
    chosen: int | None = None

    @property
    def tops(self) -> tuple[int, ...]:
        return tuple(low for low, _high in self.ranges)

    @classmethod
    def read(cls, user: Any, params: QueryDict) -> Place:
        """The place that a query string names; Http404 when it is no division, or none of the user's."""
        scope = scopes.of(user)
        values = params.getlist("division")
        if not values:
            return cls(own_ranges(scope))
        try:
            (written,) = values
            code = codes.parse(written)
        except ValueError:
            raise Http404(_("没有这个行政区划。")) from None
        if not reached(scope, code) or not Division.objects.filter(code=code).exists():
            raise Http404(_("没有这个行政区划。"))
        return cls(own_ranges(scope), code)

    @property
    def code(self) -> int | None:
        """The division to show: the chosen one, or the account's own if it has just one."""
        return self.chosen or (self.tops[0] if len(self.tops) == 1 else None)

    def narrow(self, rows: Rows) -> Rows:
        """The rows at the chosen place and below; all of them if none is chosen."""
        return rows.within(self.chosen) if self.chosen else rows  # type: ignore[attr-defined]

    @cached_property
    def path(self) -> list[Division]:
        """The divisions of the breadcrumb, region first; empty when the account has several places and chose none."""
        return Division.path(self.code) if self.code else []

    @cached_property
    def children(self) -> list[Division]:
        """The units one level down, or the account's own places where there is no single one."""
        if self.code:
            return [one for one in Division.objects.current().children_of(self.code) if self.reaches(one)]
        return list(Division.objects.filter(code__in=self.tops))

    def reaches(self, division: Division) -> bool:
        """Whether the account may choose this division."""
        return any(low <= division.code <= high for low, high in self.ranges)
