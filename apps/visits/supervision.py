"""What visits add to the lists of households, cadres and units: the latest visit, and who was not visited or visited
nobody in a month.

A month counts for whoever had a pairing in force in it. For the running month the latest visits are asked, for earlier
ones the visits of that month alone; both are one statement inside the scope.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Exists, F, Func, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext_lazy as _

from apps.access.models import Pairing
from apps.cadres.models import Cadre
from apps.cadres.tables import CadreResource, HelpingUnitResource
from apps.common.days import month_end, today
from apps.households.tables import HouseholdResource
from apps.pages.additions import add
from apps.pages.columns import Column
from apps.pages.filters import WholeNumberFilter
from apps.pages.kinds import DATE, NUMBER
from apps.visits.filters import MonthFilter
from apps.visits.models import LastVisit, Visit


def pairings_in(user: Any, first: datetime.date, last: datetime.date) -> QuerySet[Pairing]:
    """The pairings in sight that were in force on some day of a period."""
    ended = Q(until_on=None) | Q(until_on__gte=first)
    return Pairing.objects.visible_to(user).filter(ended, from_on__lte=last)


def visits_in(user: Any, first: datetime.date, last: datetime.date) -> QuerySet[Any]:
    """Rows that say who visited whom in a period: the latest visits while it runs, else the visits of its months."""
    if first <= today() <= last:
        return LastVisit.objects.visible_to(user).filter(visited_on__gte=first)
    return Visit.objects.visible_to(user).filter(visited_on__range=(first, last))


def not_visited(rows: QuerySet[Any], user: Any, first: datetime.date, last: datetime.date) -> QuerySet[Any]:
    """Of these households those that had a helper in a period and were visited by nobody."""
    paired = pairings_in(user, first, last).filter(household_id=OuterRef("pk"))
    visited = visits_in(user, first, last).filter(household_id=OuterRef("pk"))
    return rows.filter(Exists(paired), ~Exists(visited))


def visited_nobody(rows: QuerySet[Any], user: Any, first: datetime.date, last: datetime.date) -> QuerySet[Any]:
    """Of these cadres those who had households in a period and visited none in sight (零签到, R-079).

    Who has no account cannot sign in, and counts.
    """
    paired = pairings_in(user, first, last).filter(cadre_id=OuterRef("pk"))
    visited = visits_in(user, first, last).filter(author_id=OuterRef("account_id"))
    return rows.filter(Exists(paired), ~Exists(visited))


def unit_visited_nobody(rows: QuerySet[Any], user: Any, first: datetime.date, last: datetime.date) -> QuerySet[Any]:
    """Of these units those with households in a period none of whose cadres visited anybody in sight."""
    cadres = Cadre.objects.visible_to(user).filter(unit_id=OuterRef("pk"))
    paired = pairings_in(user, first, last).filter(cadre_id=OuterRef("pk"))
    visited = visits_in(user, first, last).filter(author_id=OuterRef("account_id"))
    return rows.filter(Exists(cadres.filter(Exists(paired))), ~Exists(cadres.filter(Exists(visited))))


class OfMonth(MonthFilter):
    """A condition on a month, given as YYYY-MM."""

    def __init__(self, condition: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.condition = condition

    def filter(self, qs: QuerySet[Any], value: datetime.date | None) -> QuerySet[Any]:
        return qs if value is None else self.condition(qs, self.parent.user, value, month_end(value))


class DaysWithoutVisit(WholeNumberFilter):
    """Households that nobody visited for so many days, or ever."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value is None:
            return qs
        since = today() - datetime.timedelta(days=int(min(value, 100_000)))
        seen = LastVisit.objects.visible_to(self.parent.user).filter(household_id=OuterRef("pk"), visited_on__gt=since)
        return qs.filter(~Exists(seen))


class OfHelper(django_filters.CharFilter):
    """Households with a helper in force today, by his name or that of his unit."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.path = path

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        helpers = pairings_in(self.parent.user, today(), today()).filter(household_id=OuterRef("pk"))
        return qs.filter(Exists(helpers.filter(**{f"{self.path}__startswith": value.strip()})))


def month_filter(condition: Any, label: Any) -> OfMonth:
    """A filter by a month, with the browser's own field for one."""
    return OfMonth(condition, label=label, widget=forms.TextInput(attrs={"type": "month", "maxlength": 7}))


def _latest(user: Any, by: str, key: str) -> Subquery:
    """The latest visit in sight of what `key` of the outer row is in the latest visits' `by`."""
    rows = LastVisit.objects.visible_to(user).filter(**{by: OuterRef(key)}).order_by().values(by)
    return Subquery(rows.annotate(latest=Max("visited_on")).values("latest"))


def of_households(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Households with their latest visit, the days since, and the names of their helpers today."""
    helpers = pairings_in(user, today(), today()).filter(household_id=OuterRef("pk")).order_by().values("household_id")
    # Of two dates the database makes a number of days; the ORM's own minus would make an interval.
    days = Func(
        Value(today()), F("last_visit_on"), template="(%(expressions)s)", arg_joiner=" - ", output_field=IntegerField()
    )
    return rows.annotate(
        last_visit_on=_latest(user, "household_id", "pk"),
        days_without_visit=days,
        helper_names=Subquery(helpers.annotate(names=StringAgg("name", "、", order_by="name")).values("names")),
    )


def of_cadres(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Cadres with the day of their latest visit."""
    return rows.annotate(last_visit_on=_latest(user, "author_id", "account_id"))


LATEST = Column("last_visit_on", _("最近走访"), kind=DATE, holds="last_visits__visited_on")


def add_all() -> None:
    """Add to the lists; once, when the app is ready."""
    add(
        HouseholdResource,
        columns=(
            LATEST,
            Column("days_without_visit", _("未走访天数"), kind=NUMBER, default=False, holds=LATEST.holds),
            Column("helper_names", _("帮扶责任人"), default=False, holds="pairings__name"),
        ),
        filters={
            "not_visited": month_filter(not_visited, _("当月未走访")),
            "days_without_visit": DaysWithoutVisit(label=_("未走访满（天）"), min_value=0),
            "helper_name": OfHelper("name", label=_("帮扶责任人姓名")),
            "helper_unit": OfHelper("unit_name", label=_("帮扶单位")),
        },
        rows=of_households,
    )
    add(
        CadreResource,
        columns=(replace(LATEST, holds=""),),
        filters={"zero_sign_in": month_filter(visited_nobody, _("当月零签到"))},
        rows=of_cadres,
    )
    add(
        HelpingUnitResource,
        filters={"zero_sign_in": month_filter(unit_visited_nobody, _("当月零签到"))},
    )
