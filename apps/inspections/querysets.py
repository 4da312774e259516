"""Inspections and what hangs off them: opened by place, and to whoever is on the team."""

from __future__ import annotations

from django.db.models import Q

from apps.access.querysets import ScopedQuerySet
from apps.access.scope import Scope


class InspectionQuerySet(ScopedQuerySet):
    """Inspections."""

    inspection_key = "pk"

    def opened_otherwise(self, scope: Scope) -> Q:
        """The inspections that the account is on the team of, wherever they are run."""
        from apps.inspections.models import TeamMember  # noqa: PLC0415  # models are built on the querysets

        if scope.user_id is None:
            return Q()
        mine = TeamMember.objects.filter(account_id=scope.user_id).values("inspection_id")
        return Q(**{f"{self.inspection_key}__in": mine})


class OfInspectionQuerySet(InspectionQuerySet):
    """Rows that hang off an inspection."""

    inspection_key = "inspection_id"


class TargetQuerySet(OfInspectionQuerySet):
    """Inspected places."""

    def opened_otherwise(self, scope: Scope) -> Q:
        """Those of the inspections that one's own offices run as well: once opened they lie at the inspected place,
        which a post at the office alone (本级) does not reach."""
        where = super().opened_otherwise(scope)
        for low, high in scope.ranges(self.placed.realm):
            where |= Q(run_by__gte=low, run_by__lte=high)
        return where
