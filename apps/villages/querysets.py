"""Questions asked of villages more than once: poor villages, and what the register says of them."""

from __future__ import annotations

from typing import Any, Self, cast

from django.db.models import (
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    IntegerField,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, NullIf

from apps.access.querysets import ScopedQuerySet
from apps.households.models import POOR, Household, Person

RATE = DecimalField(max_digits=9, decimal_places=4)


def _counted(rows: QuerySet) -> Coalesce:
    """The number of rows at the outer row's place, 0 when there are none."""
    here = rows.filter(division_id=OuterRef("division_id")).order_by()
    counted = here.values("division_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def poor_households() -> Coalesce:
    """Expression: poor households now at the row's place (status 20, 30, 50)."""
    return _counted(Household.objects.filter(status__in=POOR))


def poor_persons() -> Coalesce:
    """Expression: active members of poor households now at the row's place."""
    return _counted(Person.objects.filter(is_active=True, household__status__in=POOR))


def rate(part: str, whole: str) -> ExpressionWrapper:
    """Expression: `part` / `whole` as a share of 1, null where the whole is unknown or 0."""
    return ExpressionWrapper(
        Cast(F(part), RATE) / NullIf(F(whole), Value(0)), output_field=DecimalField(max_digits=12, decimal_places=6)
    )


class VillageQuerySet(ScopedQuerySet):
    """Villages, and what the register and the latest year say of them."""

    def listed(self) -> Self:
        """The poor villages of the list, those that have left included."""
        return self.filter(attributes__contains=["01"])

    def still_poor(self) -> Self:
        """The poor villages that have not left."""
        return self.listed().exclude(village_status="40")

    def with_poverty(self) -> Self:
        """Add `poor_households`, `poor_persons`, `population` (latest year that states one) and `incidence` (share)."""
        stated = self._years().exclude(population=None).order_by("-year").values("population")[:1]
        return self.annotate(
            poor_households=poor_households(),
            poor_persons=poor_persons(),
            population=Subquery(stated, output_field=IntegerField()),
        ).annotate(incidence=rate("poor_persons", "population"))

    def with_latest(self, *fields: str, **named: str) -> Self:
        """Add facts of the latest year, under their own or a given name; null for a village without any year."""
        years = self._years().order_by("-year")
        wanted = {**{name: name for name in fields}, **named}
        return self.annotate(**{name: Subquery(years.values(field)[:1]) for name, field in wanted.items()})

    def _years(self) -> QuerySet[Any]:
        years = cast("type[Model]", self.model._meta.get_field("years").related_model)
        return years._default_manager.filter(village_id=OuterRef("pk"))


class VillageYearQuerySet(ScopedQuerySet):
    """Years of villages."""

    def with_poverty(self) -> Self:
        """Add `poor_households`, `poor_persons` (the register as it stands now) and `incidence` (share of 1)."""
        return self.annotate(poor_households=poor_households(), poor_persons=poor_persons()).annotate(
            incidence=rate("poor_persons", "population")
        )
