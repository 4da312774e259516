"""Where scope is spelled: rows of a placed model that somebody may see or change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, cast

from django.db import models
from django.db.models import Q

from apps.access import scope as scopes
from apps.divisions import codes

if TYPE_CHECKING:
    from apps.access.models import PlacedModel


class ScopedQuerySet(models.QuerySet):
    """Rows placed at a division. `visible_to` and `editable_by` are the first of the two walls."""

    @property
    def placed(self) -> type[PlacedModel]:
        """The model with what it declares of its place."""
        return cast("type[PlacedModel]", self.model)

    def visible_to(self, user: Any) -> Self:
        """The rows that a user (or scope) may see: his ranges, and the households of his pairings and shares."""
        scope = scopes.of(user)
        where = self._in_ranges(scope.ranges(self.placed.realm))
        lookup = self.placed.household_lookup
        if lookup and scope.households:
            where |= Q(**{f"{lookup}__in": scope.households})
        if own := self.placed.own_lookup:
            where |= Q(**{own: scope.user_id}) if scope.user_id else Q()
        where |= self.opened_otherwise(scope)
        return self.filter(where) if where else self.none()

    def opened_otherwise(self, scope: scopes.Scope) -> Q:
        """What else opens a row of this kind, as its policy says too; nothing for most."""
        return Q()

    def editable_by(self, user: Any, capability: str | None = None) -> Self:
        """The rows on which a user holds a capability (the model's `change_capability` if none is named)."""
        scope = scopes.of(user)
        where = self._in_ranges(scope.ranges_of(capability or self.placed.change_capability))
        return self.filter(where) if where else self.none()

    def plain_to(self, user: Any) -> Self:
        """Of rows that a user sees, those whose sensitive values he reads as well (`apps.access.sight`)."""
        scope = scopes.of(user)
        where = self._in_ranges(scope.ranges_of("view_personal_data"))
        if (lookup := self.placed.household_lookup) and scope.households:
            where |= Q(**{f"{lookup}__in": scope.households})
        return self.filter(where) if where else self.none()

    def within(self, division: int) -> Self:
        """The rows placed at a division and below it."""
        return self.filter(self._in_ranges([codes.subtree(division)]))

    def _in_ranges(self, ranges: Iterable[scopes.Range]) -> Q:
        where = Q()
        for low, high in ranges:
            key = self.placed.place_attname
            # An equality on a village keeps the index order of (division, id) usable for paging.
            where |= Q(**{key: low}) if low == high else Q(**{f"{key}__gte": low, f"{key}__lte": high})
        return where


ScopedManager = models.Manager.from_queryset(ScopedQuerySet, class_name="ScopedManager")
