"""Counts of the register and its findings for all units of a desk at once: one aggregate query per kind of row.

Every count starts from the rows that its list shows (`visible_to`, the same place), so that the two agree; nothing is
counted unit by unit, so that a region costs as many queries as a village.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, Max, Model, OuterRef, Q, QuerySet, Subquery, Sum

from apps.access import scope as scopes
from apps.crosschecks.choices import ENDED, Severity
from apps.crosschecks.models import Finding, FindingLog, Run
from apps.dashboards.extent import Extent
from apps.divisions import codes
from apps.households.models import EXITED, POOR, REGISTERED, Household, Person, StatusEvent
from apps.villages.models import Village, VillageYear

Counts = dict[str, int]

CACHE_SECONDS = 120
CACHED_LEVELS = (codes.REGION, codes.LEAGUE)
"""Where counting reads a large part of the register; below, it is cheaper than asking the cache's conditions."""

NOT_YET_LEFT = ("10", "30")
"""Statuses of a poor village that has not left poverty."""


def tallies(user: Any, extent: Extent, on: datetime.date) -> dict[int, Counts]:
    """Counts by unit code. Rows placed at the place itself stand under its own code, rows outside under `ELSEWHERE`.

    Wide places are counted once for a while; a change in what the account sees makes the answer anew.
    """
    if extent.level not in CACHED_LEVELS:
        return _tallies(user, extent, on)
    key = _cache_key(scopes.of(user), extent, on)
    found: dict[int, Counts] | None = cache.get(key)
    if found is None:
        found = _tallies(user, extent, on)
        cache.set(key, found, CACHE_SECONDS)
    return found


def total(found: Mapping[int, Counts]) -> Counts:
    """The counts of all units together."""
    added: Counts = defaultdict(int)
    for counts in found.values():
        for name, count in counts.items():
            added[name] += count
    return added


def _tallies(user: Any, extent: Extent, on: datetime.date) -> dict[int, Counts]:
    found: dict[int, Counts] = defaultdict(lambda: defaultdict(int))
    for rows, counted in (
        (Household.objects.visible_to(user), _households(on)),
        (Person.objects.visible_to(user).filter(is_active=True), _persons(on)),
        (Finding.objects.visible_to(user).exclude(state__in=ENDED), _findings(on)),
        (Village.objects.visible_to(user), _villages(on)),
        (_latest_years(user), {"population": Sum("population")}),
    ):
        for unit, *values in _grouped(extent, rows, counted):
            for name, value in zip(counted, values, strict=True):
                found[unit][name] += value or 0
    return {unit: dict(counts) for unit, counts in found.items()}


def _grouped(extent: Extent, rows: QuerySet[Any], counted: Mapping[str, Any]) -> QuerySet[Any]:
    narrowed = extent.narrow(rows).order_by()
    return narrowed.values(unit=extent.unit()).annotate(**counted).values_list("unit", *counted)


def _households(on: datetime.date) -> dict[str, Any]:
    year = on.year
    exited = Q(status__in=EXITED)
    return {
        "poor_households": Count("pk", filter=Q(status__in=POOR)),
        "poor_households_before": Count("pk", filter=_poor_before("", year)),
        "exited_households": Count("pk", filter=exited & Q(exit_year=year)),
        "exited_households_before": Count("pk", filter=exited & Q(exit_year=year - 1)),
        "planned_households": Count("pk", filter=Q(status__in=REGISTERED, plan_exit_year=year)),
        "registered_households": Count("pk", filter=Q(status__in=REGISTERED)),
        "all_households": Count("pk"),
    }


def _persons(on: datetime.date) -> dict[str, Any]:
    poor, poor_before = Q(household__status__in=POOR), _poor_before("household__", on.year)
    # Incidence is told of villages whose population is known, and of nobody else.
    known = Q(division_id__in=VillageYear.objects.filter(population__gt=0).values("division_id"))
    return {
        "poor_persons": Count("pk", filter=poor),
        "poor_persons_before": Count("pk", filter=poor_before),
        "poor_persons_known": Count("pk", filter=poor & known),
        "poor_persons_known_before": Count("pk", filter=poor_before & known),
        "exited_persons": Count("pk", filter=Q(household__status__in=EXITED, household__exit_year=on.year)),
        "registered_persons": Count("pk", filter=Q(household__status__in=REGISTERED)),
    }


def _poor_before(prefix: str, year: int) -> Q:
    """Households that were poor when last year ended, told from where they stand now and what happened this year.

    Poor now and no newcomer or returner of this year; or out of poverty in this year; or struck off this year without
    ever having left poverty. Members are today's.
    """
    end = datetime.date(year - 1, 12, 31)
    known = Q(**{f"{prefix}identified_on__lte": end}) | Q(**{f"{prefix}identified_on": None})
    stayed = Q(**{f"{prefix}status__in": POOR}) & (
        Q(**{f"{prefix}returned_on": None}) | Q(**{f"{prefix}returned_on__lte": end})
    )
    left = Q(**{f"{prefix}status__in": EXITED, f"{prefix}exit_year": year})
    ended = StatusEvent.objects.filter(
        household_id=OuterRef(f"{prefix}pk"),
        kind__in=(StatusEvent.Kind.REMOVED, StatusEvent.Kind.CLOSED),
        on__gt=end,
    )
    struck = Q(**{f"{prefix}status__in": ("60", "70"), f"{prefix}exit_year": None}) & Exists(ended)
    return known & (stayed | left | struck)


def _findings(on: datetime.date) -> dict[str, Any]:
    overdue = Q(due_on__lt=on)
    critical = Q(severity=Severity.CRITICAL)
    return {
        "open_findings": Count("pk"),
        "open_critical_findings": Count("pk", filter=critical),
        "overdue_findings": Count("pk", filter=overdue),
        "overdue_critical_findings": Count("pk", filter=overdue & critical),
    }


def _villages(on: datetime.date) -> dict[str, Any]:
    return {
        "poor_villages": Count("pk", filter=Q(village_status__in=NOT_YET_LEFT)),
        "poor_villages_before": Count(
            "pk", filter=Q(village_status__in=NOT_YET_LEFT) | Q(village_status="40", exit_year=on.year)
        ),
    }


def _latest_years(user: Any) -> QuerySet[Any]:
    """Each visible village's latest year that states a population."""
    stated = VillageYear.objects.visible_to(user).filter(population__gt=0)
    newest = VillageYear.objects.filter(village_id=OuterRef("village_id"), population__gt=0).order_by("-year")
    return stated.filter(pk=Subquery(newest.values("pk")[:1]))


def _cache_key(scope: scopes.Scope, extent: Extent, on: datetime.date) -> str:
    """The scope, the place, the day, and the latest changes that the scope can see."""
    tracked = (Household, Person, Village, VillageYear)
    changes = [_events(model).aggregate(last=Max("pgh_id")) for model in tracked]
    changes += [model.objects.aggregate(last=Max("pk")) for model in (Finding, FindingLog)]
    changes.append(Run.objects.aggregate(last=Max("finished_at")))
    parts = [scope.cache_key, extent.code, on, *(change["last"] for change in changes)]
    return "desk:" + hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def _events(model: type[Model]) -> QuerySet[Any]:
    return model._meta.get_field("events").related_model.objects.all()  # type: ignore[union-attr]
