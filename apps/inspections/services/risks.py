"""The risks that samples are weighed by out of the register itself: open findings, and who was not visited."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Avg, Case, Count, Exists, F, FloatField, OuterRef, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.crosschecks.models import Finding
from apps.households.models import Household
from apps.households.models.household import HELPED
from apps.inspections import weighing
from apps.inspections.choices import SampleUnit
from apps.visits.models import LastVisit

UNVISITED_DAYS = 92
"""A quarter without a visit, where one a month is asked for."""
NEVER, LONG_AGO = 3.0, 1.0
"""What a household adds that nobody ever visited, and one that nobody visited for a quarter."""
FINDINGS_OF_ONE = 5.0
"""So many open findings of a village add as much as one of a household."""


def findings_of_households(user: Any) -> QuerySet[Any, Any]:
    """Open findings by household, one each."""
    rows = Finding.objects.visible_to(user).open().filter(household__isnull=False).order_by()
    return rows.values(key=F("household_id")).annotate(risk=Count("pk"))


def findings_of_villages(user: Any) -> QuerySet[Any, Any]:
    """Open findings by village, a fifth each."""
    rows = Finding.objects.visible_to(user).open().order_by()
    return rows.values(key=F("division_id")).annotate(risk=Count("pk") / Value(FINDINGS_OF_ONE))


def unvisited_households(user: Any) -> QuerySet[Any, Any]:
    """Helped households that nobody visited for a quarter, or ever."""
    return _with_last_visit(user).values(key=F("pk"), risk=F("unvisited"))


def unvisited_villages(user: Any) -> QuerySet[Any, Any]:
    """The same as the mean over the helped households of a village."""
    return _with_last_visit(user).values(key=F("division_id")).annotate(risk=Avg("unvisited"))


def _with_last_visit(user: Any) -> QuerySet[Any, Any]:
    visits = LastVisit.objects.visible_to(user).filter(household_id=OuterRef("pk"))
    since = today() - datetime.timedelta(days=UNVISITED_DAYS)
    weight = Case(
        When(Exists(visits.filter(visited_on__gte=since)), then=Value(0.0)),
        When(Exists(visits), then=Value(LONG_AGO)),
        default=Value(NEVER),
        output_field=FloatField(),
    )
    return Household.objects.visible_to(user).filter(status__in=HELPED).order_by().annotate(unvisited=weight)


def register_own() -> None:
    """Register them; once, when the app is ready."""
    village, household = SampleUnit.VILLAGE.value, SampleUnit.HOUSEHOLD.value
    weighing.register(
        weighing.Risk(
            "findings",
            _("未办结疑点"),
            {village: findings_of_villages, household: findings_of_households},
            most=4,
        )
    )
    weighing.register(
        weighing.Risk(
            "visits",
            _("长期未走访"),
            {village: unvisited_villages, household: unvisited_households},
            most=3,
        )
    )
