"""Questions asked of assets and of the income that comes of them more than once."""

from __future__ import annotations

import datetime
from typing import Any, Self

from django.db.models import Exists, Expression, OuterRef, Q, QuerySet

from apps.access.querysets import ScopedQuerySet
from apps.funds.asset_choices import CREATES_NOTHING, UNREGISTERED, AssetKind, AssetState, DistributionState
from apps.funds.choices import ProjectState
from apps.funds.project_querysets import row_number, row_sum

BUILT = (
    ProjectState.FINISHED,
    ProjectState.ACCEPTED,
    ProjectState.NOTICED_AFTER,
    ProjectState.SETTLED,
    ProjectState.EVALUATED,
    ProjectState.CLOSED,
)
"""A project in these states has been built."""


class AssetQuerySet(ScopedQuerySet):
    """Assets by what is wrong with them, and what they earned."""

    def registered(self) -> Self:
        """Those that stand in the ledger: numbered, and not written off."""
        return self.exclude(state__in=(*UNREGISTERED, AssetState.WRITTEN_OFF)).exclude(number="")

    def idle(self) -> Self:
        """Operating ones that nobody uses (FP-16)."""
        return self.registered().filter(kind=AssetKind.OPERATING, state=AssetState.IDLE)

    def unshared(self, year: int) -> Self:
        """Operating ones whose yield of a year was not distributed; asked for from the year after they came to be,
        since nothing earns in its first (FP-16)."""
        model: Any = self.model._meta.get_field("distributions").related_model
        shared = model._default_manager.filter(
            asset=OuterRef("pk"), year=year, state=DistributionState.DISTRIBUTED
        ).order_by()
        earning = self.registered().filter(kind=AssetKind.OPERATING, acquired_on__lt=datetime.date(year, 1, 1))
        return earning.filter(~Exists(shared))

    def with_income(self, year: int) -> Self:
        """Add `year_yield` and `year_shared` in yuan: received of a year, and distributed of it."""
        received = Q(year=year, cancelled_on=None)
        shared = Q(year=year, state=DistributionState.DISTRIBUTED)
        return self.annotate(
            year_yield=row_sum(self.model, "yields", "amount", received),
            year_shared=row_sum(self.model, "distributions", "amount", shared),
        )


class DistributionQuerySet(ScopedQuerySet):
    """Distributions with what hangs off them."""

    def with_households(self) -> Self:
        """Add `households`: how many get something, among those in scope."""
        return self.annotate(households=row_number(self.model, "lines"))


def without_asset(projects: QuerySet[Any], before: datetime.date | Expression) -> QuerySet[Any]:
    """Those of some projects that were finished before a day, leave an asset behind, and have none in the register;
    unregistered surveys and what was written off since count as being there (FP-15)."""
    model: Any = projects.model._meta.get_field("assets").related_model
    built = projects.filter(state__in=BUILT, finished_on__lt=before).exclude(kind__in=CREATES_NOTHING)
    return built.filter(~Exists(model._default_manager.filter(project=OuterRef("pk")).order_by()))
