"""Counts of the register and its findings for all units of a desk at once.

Whoever sees a place whole reads the counts stored by village (`models`), brought up to date first; single households
reached by pairing or share are counted as they are. Every count is over the rows that its list shows, so that the two
agree; nothing is asked unit by unit, so that a region costs as many queries as a village.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.crosschecks.choices import ENDED, Severity
from apps.crosschecks.models import Finding
from apps.dashboards.extent import Extent
from apps.dashboards.models import Mark, Tally
from apps.households.models import EXITED, POOR, REGISTERED, Household, Person, StatusEvent
from apps.villages.models import Village, VillageYear

Counts = dict[str, int]

NOT_YET_LEFT = ("10", "30")
"""Statuses of a poor village that has not left poverty."""

MANY = 500
"""So many villages are named in a query one by one; for more, their whole range is read."""

_LOCK = 0x7A11
"""Key of the lock under which marked villages are counted anew, one counter at a time."""


def tallies(user: Any, extent: Extent, on: datetime.date) -> dict[int, Counts]:
    """Counts by unit code. Rows placed at the place itself stand under its own code, rows outside under `ELSEWHERE`."""
    found: dict[int, Counts] = defaultdict(lambda: defaultdict(int))
    for rows, counted in _sources(user, extent, on):
        # A count may have the name of the column it sums.
        named = {f"n_{name}": count for name, count in counted.items()}
        grouped = rows.order_by().values(unit=extent.unit()).annotate(**named)
        for unit, *values in grouped.values_list("unit", *named):
            for name, value in zip(counted, values, strict=True):
                found[unit][name] += value or 0
    return {unit: dict(counts) for unit, counts in found.items()}


def total(found: Mapping[int, Counts]) -> Counts:
    """The counts of all units together."""
    added: Counts = defaultdict(int)
    for counts in found.values():
        for name, count in counts.items():
            added[name] += count
    return added


def _sources(user: Any, extent: Extent, on: datetime.date) -> Iterable[tuple[QuerySet[Any], Mapping[str, Any]]]:
    """The rows to count, each kind with its counts."""
    if extent.is_own:
        refresh(user, extent, on)
        yield extent.narrow(Tally.objects.visible_to(user)), STORED
    if outside := _outside(user, extent):
        households = Household.objects.visible_to(user).filter(pk__in=outside)
        persons = Person.objects.visible_to(user).filter(household__in=outside, is_active=True)
        yield extent.narrow(households), _households(on)
        yield extent.narrow(persons), _persons(on)
    yield extent.narrow(Finding.objects.visible_to(user).exclude(state__in=ENDED)), _findings(on)


def _outside(user: Any, extent: Extent) -> list[int]:
    """The single households that the account reaches beyond its own places, where the desk counts them at all."""
    scope = scopes.of(user)
    if not scope.households or (extent.is_own and extent.code):
        return []
    reached = Household.objects.filter(pk__in=scope.households)
    return [pk for pk, place in reached.values_list("pk", "division_id") if not scope.allows("view_register", place)]


# --- What is stored ---------------------------------------------------------------------------------------------------

COUNTERS = tuple(field.name for field in Tally._meta.concrete_fields if field.name not in ("id", "division", "year"))
_KNOWN = Q(population__gt=0)
STORED: dict[str, Any] = {
    **{name: Sum(name) for name in COUNTERS},
    # Incidence is told of villages whose population is known, and of nobody else.
    "poor_persons_known": Sum("poor_persons", filter=_KNOWN),
    "poor_persons_known_before": Sum("poor_persons_before", filter=_KNOWN),
}


def refresh(user: Any, extent: Extent, on: datetime.date) -> int:
    """Count the villages of the desk that were written since, or stand for another year; how many there were.

    Marks go first and counting follows: what somebody else commits in between leaves a mark of its own. One counter
    works at a time, so that a count made earlier never replaces a later one.
    """
    other_year = extent.narrow(Tally.objects.visible_to(user)).filter(Q(year__lt=on.year) | Q(year__gt=on.year))
    if not extent.narrow(Mark.objects.visible_to(user)).exists() and not other_year.exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        villages = set(other_year.values_list("division_id", flat=True))
        for low, high in extent.ranges():
            cursor.execute(
                "DELETE FROM dashboards_mark WHERE division_id BETWEEN %s AND %s RETURNING division_id", [low, high]
            )
            villages.update(village for (village,) in cursor.fetchall())
    _store(sorted(villages), on)
    return len(villages)


def _store(villages: list[int], on: datetime.date) -> None:
    """Count these villages by one query for each kind of row, and keep the counts by one statement."""
    if not villages:
        return
    found: dict[int, Counts] = {village: dict.fromkeys(COUNTERS, 0) for village in villages}
    where = (
        Q(division_id__in=villages)
        if len(villages) <= MANY
        else Q(division_id__gte=villages[0], division_id__lte=villages[-1])
    )
    for rows, counted in (
        (Household.objects.all(), _households(on)),
        (Person.objects.filter(is_active=True), _persons(on)),
        (Village.objects.all(), _villages(on)),
        (_latest_years(), {"population": Sum("population")}),
    ):
        counts = rows.filter(where).order_by().values("division_id").annotate(**counted)
        for village, *values in counts.values_list("division_id", *counted):
            if village in found:
                found[village].update(zip(counted, (value or 0 for value in values), strict=True))
    columns = ", ".join(COUNTERS)
    arrays = ", ".join(["%s::bigint[]", *("%s::integer[]" for _name in COUNTERS)])
    replaced = ", ".join(f"{name} = excluded.{name}" for name in ("year", *COUNTERS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Tally._meta.db_table} (year, division_id, {columns})"  # noqa: S608  # names of our own
            f" SELECT %s, * FROM unnest({arrays})"
            f" ON CONFLICT (division_id) DO UPDATE SET {replaced}",
            [on.year, villages, *([found[village][name] for village in villages] for name in COUNTERS)],
        )


# --- What is counted --------------------------------------------------------------------------------------------------


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
        "unhelped_households": Count("pk", filter=Q(~Exists(_open_pairings()), status__in=POOR)),
    }


def _open_pairings() -> QuerySet[Pairing]:
    """The pairings of a household that have not been ended."""
    return Pairing.objects.filter(household_id=OuterRef("pk"), until_on=None)


def _persons(on: datetime.date) -> dict[str, Any]:
    return {
        "poor_persons": Count("pk", filter=Q(household__status__in=POOR)),
        "poor_persons_before": Count("pk", filter=_poor_before("household__", on.year)),
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
    struck = Q(Exists(ended), **{f"{prefix}status__in": ("60", "70"), f"{prefix}exit_year": None})
    return known & (stayed | left | struck)


def _villages(on: datetime.date) -> dict[str, Any]:
    return {
        "poor_villages": Count("pk", filter=Q(village_status__in=NOT_YET_LEFT)),
        "poor_villages_before": Count(
            "pk", filter=Q(village_status__in=NOT_YET_LEFT) | Q(village_status="40", exit_year=on.year)
        ),
    }


def _latest_years() -> QuerySet[VillageYear]:
    """Each village's latest year that states a population."""
    newest = VillageYear.objects.filter(village_id=OuterRef("village_id"), population__gt=0).order_by("-year")
    return VillageYear.objects.filter(population__gt=0, pk=Subquery(newest.values("pk")[:1]))


def _findings(on: datetime.date) -> dict[str, Any]:
    overdue = Q(due_on__lt=on)
    critical = Q(severity=Severity.CRITICAL)
    return {
        "open_findings": Count("pk"),
        "open_critical_findings": Count("pk", filter=critical),
        "overdue_findings": Count("pk", filter=overdue),
        "overdue_critical_findings": Count("pk", filter=overdue & critical),
    }
