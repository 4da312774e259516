"""A finished, clean family and what the planting functions need to reach in it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo import numbers
from apps.dashboards.demo.members import SPOUSE
from apps.dashboards.demo.records import (
    Conflict,
    Family,
    Household,
    HouseholdIncome,
    HouseholdYear,
    Person,
    PersonYear,
)

# Why the run must speak, and about whom: a member, a conflict, or the household (None).
Planted = tuple[str, Person | Conflict | None]


@dataclass(slots=True)
class Bed:
    """A family with what the planting functions need to reach."""

    family: Family
    form: int
    group: int | None
    chance: random.Random
    issuer: numbers.Issuer
    villages: Sequence[int]

    @property
    def household(self) -> Household:
        """The household row."""
        return self.family.household

    @property
    def persons(self) -> list[Person]:
        """Its members, head first."""
        return self.family.persons

    @property
    def living(self) -> HouseholdYear:
        """The year row that the run reads."""
        return self.family.years[-1]

    @property
    def income(self) -> HouseholdIncome:
        """The income row that the run reads."""
        return self.family.incomes[-1]

    def years_of(self, person: Person) -> list[PersonYear]:
        """A member's yearly rows, the latest last."""
        return [row for row in self.family.person_years if row.person_id == person.id]

    def year_of(self, person: Person) -> PersonYear:
        """A member's row of the year that the run reads."""
        return self.years_of(person)[-1]

    def age(self, person: Person) -> int:
        """Age on 31 December of the reference year."""
        assert person.birth_date  # noqa: S101 - planted before any birth date is taken away
        return figures.YEAR - person.birth_date.year

    def numbered(self) -> Person:
        """A member with an ID number, without a disability certificate if there is one."""
        known = [person for person in self.persons if person.id_no]
        return next((person for person in known if not person.disability_no), known[0])

    def grown(self) -> Person:
        """A member of 18 to 57 who has left school."""
        return next(
            person
            for person in self.persons
            if 18 <= self.age(person) <= 57 and self.year_of(person).school_stage is None
        )

    def child(self) -> Person:
        """The youngest member of 1 to 15."""
        return min((person for person in self.persons if 1 <= self.age(person) <= 15), key=self.age)

    def renumber(self, person: Person, id_no: str) -> None:
        """Give a member another ID number; a certificate follows it."""
        if person.disability_no:
            person.disability_no = id_no[:18] + person.disability_no[18:]
        person.id_no, person.id_type = id_no, "1"

    def resex(self, person: Person, sex: str) -> None:
        """Change a member's sex together with the ID number."""
        assert person.birth_date  # noqa: S101
        person.sex = sex
        if person.id_no:
            self.renumber(person, self.issuer.citizen(person.birth_date, sex))

    def partner(self, besides: Person | None = None) -> Person:
        """The spouse, or the member who can best be made one: not the head, and as old as possible."""
        others = [person for person in self.persons[1:] if person is not besides]
        return min(others, key=lambda person: (person.relation != SPOUSE, -self.age(person)))

    def pupil(self) -> Person:
        """A member of 6 to 15 on 31 August."""
        return next(person for person in self.persons if 7 <= self.age(person) <= 15)

    def safe_dwelling(self) -> None:
        """Let the dwelling be safe, and every guarantee of the year met."""
        living, guarantee = self.living, self.family.guarantees[-1]
        if living.is_dangerous:
            living.dwelling_grade, living.is_dangerous, living.repair_plan_year = "B", False, None
        guarantee.housing_ok = guarantee.water_ok = "met"
