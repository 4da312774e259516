"""What a rule is asked about: a date, a register year, and the rows under test (rule-semantics.md a.1-a.6).

`households`, `persons` and `conflicts` are the rows under test; a rule narrows one of them. `members` and
`registered` are for looking round: the active members of the households under test, and all live households of the
region that the acting scope sees. Nothing here reads the clock.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    DateField,
    DecimalField,
    Expression,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from apps.access.models import Pairing
from apps.cadres.models import Cadre, Duty
from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.conditions import IsAnyOf
from apps.crosschecks.rules.coverage import Versions
from apps.crosschecks.rules.parameters import Settings
from apps.datasets.models import tables
from apps.divisions.models import Division
from apps.funds.models import Asset, Beneficiary, Payment, Project, Quota
from apps.households.models import LIVE, REGISTERED, Household, NaturalChange, Person, RegistrationConflict
from apps.notices.models import PublicNotice
from apps.villages.models import Village
from apps.visits.models import Visit

Rows = TypeVar("Rows", bound="QuerySet[Any]")

HEAD = "01"
NAMED = "pg_temp.crosschecks_named_households"
IN_NAMED = RawSQL(f"SELECT household_id FROM {NAMED}", [])  # noqa: S608, S611  (a name of ours)
MONEY: dict[ObjectKind, Any] = {
    ObjectKind.QUOTA: Quota,
    ObjectKind.PROJECT: Project,
    ObjectKind.PAYMENT: Payment,
    ObjectKind.NOTICE: PublicNotice,
    ObjectKind.ASSET: Asset,
}
# What sums are divided by; a decimal, so that nothing is divided in whole numbers.
HEADS: DecimalField[Any, Any] = DecimalField(max_digits=6, decimal_places=0)


def register_year(on: datetime.date) -> int:
    """The register year of a date: its own from 1 December on, else the year before (rule-semantics.md a.1)."""
    return on.year if on.month == 12 else on.year - 1


def accounting_year(on: datetime.date) -> int:
    """The accounting year of a date: from 1 October that of the date, else the year before (rule-semantics.md a.2)."""
    return on.year if on.month >= 10 else on.year - 1


def years_before(day: datetime.date, years: int) -> datetime.date:
    """The same day `years` earlier, 29 February falling back to the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


@dataclass(frozen=True)
class Context:
    """One question to the rules.

    `low`, `high`: the range of division codes under test. `only`: the households under test on save and import, which
    may then also be in status 10. `settings`: the thresholds that divisions have set. `versions`: the departments' data
    in force, the preferred version first; none on save. `named`: only the households of NAMED are looked at, a
    table of the transaction: a snapshot has said where to look.
    """

    date: datetime.date
    year: int
    low: int = 10**11
    high: int = 10**12 - 1
    only: tuple[int, ...] | None = None
    settings: Settings = field(default_factory=Settings)
    versions: Versions = field(default_factory=dict)
    named: bool = False

    @classmethod
    def at(cls, day: datetime.date, **more: Any) -> Context:
        """A context of a date with its own register year."""
        return cls(date=day, **{"year": register_year(day), **more})

    def what_if(self, **overrides: Decimal) -> Context:
        """The same question with some thresholds changed everywhere."""
        return dataclasses.replace(self, settings=self.settings.only(overrides))

    @property
    def year_end(self) -> datetime.date:
        """31 December of the register year: the day on which ages are taken."""
        return datetime.date(self.year, 12, 31)

    # --- Rows under test ---------------------------------------------------------------------------------------------

    def rows(self, kind: ObjectKind, statuses: tuple[str, ...] = ()) -> QuerySet[Any]:
        """The rows of one kind under test; `statuses` only where the rule names some (a.3)."""
        match kind:
            case ObjectKind.CONFLICT:
                return self.conflicts()
            case ObjectKind.CHANGE:
                return self.changes(statuses)
            case ObjectKind.VILLAGE:
                return self.villages()
            case ObjectKind.CADRE:
                return self.cadres()
            case ObjectKind.DUTY:
                return self.duties()
            case ObjectKind.DIVISION:
                return self.places()
            case _ if kind in MONEY:
                return self.money(kind)
            case ObjectKind.BENEFIT:
                return self.benefits()
            case ObjectKind.PAIRING:
                return self.pairings(statuses)
            case ObjectKind.VISIT:
                return self.visits(statuses)
            case ObjectKind.HOUSEHOLD:
                return self.households(statuses)
        return self.persons(statuses)

    def households(self, statuses: tuple[str, ...] = ()) -> QuerySet[Household]:
        """Households under test."""
        return self._narrow(Household.objects.filter(status__in=statuses or self.statuses), "pk")

    def persons(self, statuses: tuple[str, ...] = ()) -> QuerySet[Person]:
        """Active persons of households under test (a.4)."""
        rows = Person.objects.filter(is_active=True, household__status__in=statuses or self.statuses)
        return self._narrow(rows, "household_id")

    def changes(self, statuses: tuple[str, ...] = ()) -> QuerySet[NaturalChange]:
        """Natural changes of households under test."""
        rows = NaturalChange.objects.filter(household__status__in=statuses or self.statuses)
        return self._narrow(rows, "household_id")

    def pairings(self, statuses: tuple[str, ...] = ()) -> QuerySet[Pairing]:
        """Pairings of households under test that are in force on the date."""
        rows = Pairing.objects.active(self.date).filter(household__status__in=statuses or self.statuses)
        return self._narrow(rows, "household_id")

    def visits(self, statuses: tuple[str, ...] = ()) -> QuerySet[Visit]:
        """Visits up to the date to households under test."""
        rows = Visit.objects.filter(visited_on__lte=self.date, household__status__in=statuses or self.statuses)
        return self._narrow(rows, "household_id")

    def villages(self) -> QuerySet[Village]:
        """Villages with a profile. They belong to no household: none on save."""
        return self._placed(Village.objects.all())

    def cadres(self) -> QuerySet[Cadre]:
        """Helping cadres, at the place that keeps their file. They belong to no household: none on save."""
        return self._placed(Cadre.objects.all())

    def duties(self) -> QuerySet[Duty]:
        """Duties in force on the date, where they are held. They belong to no household: none on save."""
        return self._placed(Duty.objects.active(self.date))

    def places(self) -> QuerySet[Division]:
        """Divisions that exist, each at itself (`division`). They belong to no household: none on save."""
        return self._placed(Division.objects.filter(ended_on=None).annotate(division=F("code")))

    def money(self, kind: ObjectKind) -> QuerySet[Any]:
        """Quotas, projects, payments, notices or assets. They belong to no household: none on save."""
        return self._placed(MONEY[kind].objects.all())

    def benefits(self) -> QuerySet[Beneficiary]:
        """Those whom projects help, whatever their household is now; what was withdrawn or stopped helps nobody."""
        return self._narrow(Beneficiary.objects.filter(is_active=True, project__isnull=False), "household_id")

    def _placed(self, rows: Rows) -> Rows:
        return rows.none() if self.only is not None else rows.filter(division__gte=self.low, division__lte=self.high)

    @property
    def month(self) -> tuple[datetime.date, datetime.date]:
        """First and last day of the last whole month: that of the date on its last day, else the one before."""
        last = (self.date + datetime.timedelta(days=1)).replace(day=1) - datetime.timedelta(days=1)
        return last.replace(day=1), last

    @property
    def statuses(self) -> tuple[str, ...]:
        """Statuses that a rule covers which names none: the register; on save a household may also be in 10 (a.3)."""
        return REGISTERED if self.only is None else LIVE

    def conflicts(self) -> QuerySet[RegistrationConflict]:
        """Open registration conflicts. They are noted by the region and belong to no household: none on save."""
        rows = RegistrationConflict.objects.filter(state=RegistrationConflict.State.OPEN)
        return rows.none() if self.only is not None else rows

    # --- Looking round -----------------------------------------------------------------------------------------------

    def members(self) -> QuerySet[Person]:
        """Active members of the households under test, whatever the status: `n(h)` and its kind count these."""
        return self._narrow(Person.objects.filter(is_active=True), "household_id")

    def registered(self) -> QuerySet[Household]:
        """All households of `L` in the region, for what several of them share."""
        return Household.objects.filter(status__in=LIVE)

    def alike(self, name: str) -> QuerySet[Household]:
        """Those of `registered` that can share a value with a household under test: mostly just a few."""
        rows = self.registered()
        if self.only is None and not self.named:
            return rows
        tested: Any = IN_NAMED if self.named else self.only
        return rows.filter(**{f"{name}__in": Household.objects.filter(pk__in=tested).values(name)})

    def members_of(self, household: str = "pk") -> QuerySet[Person]:
        """Active members of the outer row's household, `household` being the outer path of its key."""
        return Person.objects.filter(is_active=True, household_id=OuterRef(household))

    def heads_of(self, household: str = "pk") -> QuerySet[Person]:
        """Members of the outer row's household who are written as its head."""
        return self.members_of(household).filter(relation=HEAD)

    def head_name(self, household: str = "pk") -> Subquery:
        """Name of the outer household's head, the first if there are several; for evidence."""
        return Subquery(self.heads_of(household).order_by("pk").values("name")[:1])

    def member_count(self, household: str = "pk", **conditions: Any) -> Coalesce:
        """`n(h)` of the outer household, or how many of its members meet conditions; for evidence and single rows."""
        counted = self.members_of(household).filter(**conditions).order_by().values("household_id")
        return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)

    # --- Departments' data -------------------------------------------------------------------------------------------

    def in_force(self, code: str) -> bool:
        """Whether any version of a data set is in force."""
        return bool(self.versions.get(code))

    def department(self, code: str) -> QuerySet[Any]:
        """All rows of a data set in the versions in force, whichever place supplied them."""
        table: Any = tables()[code]
        return table.objects.filter(version_id__in=[one.pk for one in self.versions.get(code, ())])

    def versions_list(self, code: str) -> str:
        """The versions of a data set in force, for the few questions that are written by hand; none is 0."""
        return ", ".join(str(one.pk) for one in self.versions.get(code, ())) or "0"

    def department_rows(self, code: str, key: str = "id_no_index") -> QuerySet[Any]:
        """`rows(S, k)`: those with the outer row's key, `key` being the outer path of its blind index (a.12).

        A null key meets nothing, neither as a hit nor as a match: conditions on absence ask for a key besides (a.8).
        """
        return self.department(code).filter(key=OuterRef(key))

    def member_rows(self, code: str, household: str = "pk") -> QuerySet[Any]:
        """`rows(S, k)` over all active members of the outer household, `household` being the outer path of its key.

        Their keys are gathered first, whatever the planner thinks of the table: it could begin with the whole of it.
        """
        members = Person.objects.filter(is_active=True, household_id=OuterRef(OuterRef(household)))
        return self.department(code).filter(IsAnyOf(F("key"), ArraySubquery(members.values("id_no_index"))))

    def known_to(self, code: str) -> Q:
        """The condition that a data set has a row of an active member of the household; for many households at once."""
        keys = self.department(code).values("key")
        return Q(pk__in=Person.objects.filter(is_active=True, id_no_index__in=keys).values("household_id"))

    def preference(self, code: str) -> tuple[Expression | str, ...]:
        """The order in which rows of a data set are preferred: those of the latest day, then of the narrowest
        supplier, the last version, the first row."""
        rank = [When(version_id=one.pk, then=Value(number)) for number, one in enumerate(self.versions.get(code, ()))]
        return (Case(*rank, output_field=IntegerField()), "row_no") if len(rank) > 1 else ("row_no",)

    def chosen(self, code: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of some rows of a data set the preferred one; as a subquery of one row."""
        return rows.order_by(*self.preference(code))[:1]

    def chosen_row(self, code: str, key: str = "id_no_index") -> QuerySet[Any]:
        """`S[k]`: the preferred one of the outer row's key."""
        return self.chosen(code, self.department_rows(code, key))

    # --- Yearly facts ------------------------------------------------------------------------------------------------

    def with_year(self, rows: QuerySet[Any], year: int | None = None, name: str = "y") -> QuerySet[Any]:
        """Add the yearly row of a person or household as `y` (all null where there is none)."""
        relation = "years" if rows.model is Person else "householdyear"
        return self._joined(rows, relation, year, name)

    def with_income(self, rows: QuerySet[Any], year: int | None = None, name: str = "inc") -> QuerySet[Any]:
        """Add a household's income of a year as `inc`."""
        return self._joined(rows, "householdincome", year, name)

    def with_guarantees(self, rows: QuerySet[Any], year: int | None = None, name: str = "g") -> QuerySet[Any]:
        """Add a household's guarantees of a year as `g`."""
        return self._joined(rows, "guaranteestatus", year, name)

    def heads(self, kept: str) -> Coalesce:
        """What income is divided by: the active members of 30 September kept at `kept`, while unset those of now."""
        return Coalesce(kept, self.member_count(), output_field=HEADS)

    def _joined(self, rows: QuerySet[Any], relation: str, year: int | None, name: str) -> QuerySet[Any]:
        condition = Q(**{f"{relation}__year": self.year if year is None else year})
        return rows.alias(**{name: FilteredRelation(relation, condition=condition)})

    # --- Thresholds --------------------------------------------------------------------------------------------------

    def born_by(self, age: int | str, on: datetime.date | None = None) -> Expression | datetime.date:
        """The last birth date of those who are `age` on a day (31 December of the year); a number, or a threshold."""
        day = on or self.year_end
        if isinstance(age, int):
            return years_before(day, age)
        return self.settings.expression(age, DateField(), lambda value: years_before(day, int(value)))

    def born_after(self, age: str, on: datetime.date | None = None) -> Expression:
        """The last birth date of those who are already older than the threshold `age`: `age + 1` on that day."""
        day = on or self.year_end
        return self.settings.expression(age, DateField(), lambda value: years_before(day, int(value) + 1))

    def days_ago(self, name: str) -> Expression:
        """The day that lies a threshold's number of days before the run's date."""
        return self.settings.expression(
            name, DateField(), lambda value: self.date - datetime.timedelta(days=int(value))
        )

    def number(self, name: str) -> Expression:
        """A threshold as a number."""
        return self.settings.expression(name, DecimalField(max_digits=12, decimal_places=2))

    def whole(self, name: str) -> Expression:
        """A threshold as a whole number."""
        return self.settings.expression(name, IntegerField(), int)

    def line(self, year: int) -> Expression:
        """The poverty line of a year for each row by its `division`: the nearest one of that year, else of the latest
        earlier year (rule-semantics.md a.11); null where there is none."""
        return self.settings.line(year)

    # -----------------------------------------------------------------------------------------------------------------

    def _narrow(self, rows: Rows, household: str) -> Rows:
        if self.only is not None:
            return rows.filter(**{f"{household}__in": self.only})
        if self.named:
            rows = rows.filter(**{f"{household}__in": IN_NAMED})
        return rows.filter(division__gte=self.low, division__lte=self.high)


Narrow = Callable[[Any, Context], "QuerySet[Any]"]
