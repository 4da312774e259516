"""Questions asked of cadres and duties more than once."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from apps.access.models import Pairing
from apps.access.querysets import ScopedQuerySet


class CadreQuerySet(ScopedQuerySet):
    """Helping cadres."""

    def serving(self, on: date) -> Self:
        """Those who have not left by a day."""
        return self.filter(Q(left_on=None) | Q(left_on__gt=on))

    def with_pairings(self, user: Any, on: date) -> Self:
        """Add `paired`: of the pairings that the user sees, those in force on a day."""
        seen = Pairing.objects.visible_to(user).active(on).filter(cadre_id=OuterRef("pk"))
        counted = seen.order_by().values("cadre_id").annotate(n=Count("pk")).values("n")
        return self.annotate(paired=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


class DutyQuerySet(ScopedQuerySet):
    """Duties at places."""

    def active(self, on: date) -> Self:
        """Those held on a day, both ends included."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on)
