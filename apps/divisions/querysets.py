"""Queries over the division tree, each one range or one key lookup."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from apps.divisions import codes
from apps.divisions.choices import Level

if TYPE_CHECKING:
    from apps.divisions.models import Division  # noqa: F401  # named below as text


class DivisionQuerySet(models.QuerySet["Division"]):
    """Divisions; unless ordered otherwise in tree order: a unit before what lies below it, zones after the real
    counties of their league."""

    def within(self, code: int) -> Self:
        """The unit and everything below it; `ValueError` when `code` is no division code."""
        return self.filter(code__range=codes.subtree(code))

    def below(self, code: int) -> Self:
        """Everything below the unit, without itself."""
        low, high = codes.subtree(code)
        return self.filter(code__gt=low, code__lte=high)

    def children_of(self, code: int) -> Self:
        """The units one level down; empty for a village."""
        return self.below(code).filter(level=codes.level(code) + 1)

    def at_level(self, level: int) -> Self:
        """Units of one level."""
        return self.filter(level=level)

    def current(self) -> Self:
        """Units that have not ended by merging or re-coding."""
        return self.filter(ended_on__isnull=True)

    def pickable(self) -> Self:
        """Units a person may choose when placing something: those that exist and hold people."""
        return self.current().filter(is_virtual=False)

    def drawn_in(self, code: int) -> Self:
        """Children of a unit as its map shows them: development zones, which have no outline of their own, are
        counted with the unit that hosts them and so left out of a league's children."""
        return self.children_of(code).filter(host__isnull=True)

    def search(self, text: str) -> Self:
        """Units whose name holds `text`, or whose code begins with it, best first (see `ranked`); nothing for a
        blank text."""
        wanted = text.strip()
        if not wanted:
            return self.none()
        if wanted.isascii() and wanted.isdigit():
            if len(wanted) > codes.DIGITS[codes.VILLAGE]:
                return self.none()
            unit = 10 ** (codes.DIGITS[codes.VILLAGE] - len(wanted))
            low = int(wanted) * unit
            return self.filter(code__range=(low, low + unit - 1))
        return self.filter(Q(name__icontains=wanted) | Q(short_name__icontains=wanted)).ranked(wanted)

    def ranked(self, text: str) -> Self:
        """Exact names first, then names beginning with `text`, higher levels first, then in tree order."""
        return self.annotate(
            rank=models.Case(
                models.When(Q(name=text) | Q(short_name=text), then=0),
                models.When(name__startswith=text, then=1),
                default=2,
            )
        ).order_by("rank", "level", "sort_key")

    def counties(self) -> Self:
        """Real counties, without the development zones that only the statistics code list has."""
        return self.filter(level=Level.COUNTY, host__isnull=True)

    def poverty_counties(self) -> Self:
        """Counties of the national or the regional list."""
        return self.exclude(poverty_tier="").filter(level=Level.COUNTY)
