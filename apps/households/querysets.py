"""Questions asked of households and persons more than once."""

from __future__ import annotations

from typing import Any, Self, cast

from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.access.querysets import ScopedQuerySet


class HouseholdQuerySet(ScopedQuerySet):
    """Households and what is computed from their members."""

    def with_head(self) -> Self:
        """Add `head_name` and `head_id`: the active member with relation 01, the first if there are several."""
        heads = self._members().filter(relation="01").order_by("id")
        return self.annotate(head_id=Subquery(heads.values("id")[:1]), head_name=Subquery(heads.values("name")[:1]))

    def with_member_count(self) -> Self:
        """Add `member_count`: the number of active members, 0 for an empty household."""
        counted = self._members().order_by().values("household_id").annotate(n=Count("id")).values("n")
        return self.annotate(member_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0))

    def _members(self) -> QuerySet[Any]:
        persons = cast("type[Model]", self.model._meta.get_field("persons").related_model)
        return persons._default_manager.filter(household_id=OuterRef("pk"), is_active=True)


class PersonQuerySet(ScopedQuerySet):
    """Persons."""

    def active(self) -> Self:
        """Those who are in the register now."""
        return self.filter(is_active=True)

    def head_first(self) -> Self:
        """The head, then the spouse, then by code."""
        return self.order_by("household_id", "relation", "id")
