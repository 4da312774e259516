"""Households and persons written in the scope of the system account; numbers carry the prefix 1599."""

from __future__ import annotations

import datetime
from itertools import count
from typing import Any

from apps.access import scope as scopes
from apps.common import numbers
from apps.households.models import Household, HouseholdYear, Person, PersonYear
from apps.households.services import issue_household_codes, next_person_code, write_number_facts, write_phone_fact
from tests.factories.accounts import planter

_sequence = count(1)


def citizen_number(birth: datetime.date = datetime.date(1962, 3, 15), sex: str = "1", serial: int | None = None) -> str:
    """A valid number nobody has: prefix 1599, the sex in the 17th digit."""
    serial = next(_sequence) if serial is None else serial
    order = (serial * 2 + (1 if sex == "1" else 0)) % 1000
    first = f"1599{serial // 500 % 100:02d}{birth:%Y%m%d}{order:03d}"
    return first + numbers.citizen_check_char(first)


def make_household(division: int, **fields: Any) -> Household:
    """A household of a village, complete enough that no rule of the identity and household groups speaks of it."""
    serial = next(_sequence)
    values: dict[str, Any] = {
        "household_type": "01",
        "identification_standard": "1",
        "cause_main": "01",
        "status": "20",
        "identified_on": datetime.date(2014, 6, 1),
        "phone": f"138{serial:08d}",
        "bank_account": f"6217{serial:012d}",
        **fields,
    }
    with scopes.acting(planter()):
        household = Household(division_id=division, code=issue_household_codes(division)[0], **values)
        write_phone_fact(household)
        household.save()
    return household


def make_person(household: Household, **fields: Any) -> Person:
    """An active member; the head unless told otherwise."""
    sex = fields.get("sex", "1")
    birth = fields.pop("birth", datetime.date(1962, 3, 15))
    values: dict[str, Any] = {
        "name": "王建国",
        "sex": sex,
        "id_type": "1",
        "id_no": citizen_number(birth, sex),
        "relation": "01",
        "ethnicity": "01",
        **fields,
    }
    with scopes.acting(planter()):
        taken = list(Person.objects.filter(household=household).values_list("code", flat=True))
        person = Person(
            household=household,
            division_id=household.division_id,
            code=next_person_code(household.code, taken),
            **values,
        )
        write_number_facts(person)
        person.save()
    return person


def make_person_year(person: Person, year: int = 2018, **fields: Any) -> PersonYear:
    """One ordinary year of a person."""
    values: dict[str, Any] = {
        "political": "13",
        "education": "02",
        "health": ["01"],
        "labour": "01",
        "medical_resident": True,
        "serious_illness_insured": True,
        "five_path": "1",
        **fields,
    }
    with scopes.acting(planter()):
        return PersonYear.objects.create(person=person, year=year, **values)


def make_household_year(household: Household, year: int = 2018, **fields: Any) -> HouseholdYear:
    """One ordinary year of a household."""
    values: dict[str, Any] = {
        "cultivated_mu": 10,
        "housing_m2": 60,
        "dwelling_grade": "A",
        "water_safe": True,
        "has_domestic_power": True,
        "has_tv": True,
        **fields,
    }
    with scopes.acting(planter()):
        return HouseholdYear.objects.create(household=household, division_id=household.division_id, year=year, **values)
