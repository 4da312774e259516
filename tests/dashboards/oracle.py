"""The rules of the night run as plain functions over generated records: a second opinion, without a database.

Written from the wording of the rules, not from the queries; what both find must be the same.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from apps.common import numbers
from apps.dashboards.demo.records import Family, Person
from tests.dashboards import oracle_facts

DAY = datetime.date(2018, 12, 31)
YEAR = 2018
Hit = tuple[str, str, str]
TRANSFERS = ("family_planning", "dibao_amount", "tekun_amount", "pension_amount", "eco_amount", "other_transfer")
REQUIRED_OF_HOUSEHOLD = ("household_type", "identification_standard", "cause_main")
REQUIRED_OF_YEAR = ("cultivated_mu", "housing_m2", "dwelling_grade", "water_safe", "has_domestic_power", "has_tv")


def age(born: datetime.date | None, day: datetime.date = DAY) -> int | None:
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def gap(older: Person, younger: Person) -> int | None:
    if older.birth_date is None or younger.birth_date is None:
        return None
    return age(older.birth_date, younger.birth_date) if older.birth_date <= younger.birth_date else -1


def findings(families: Iterable[Family]) -> Counter[Hit]:
    """(rule, kind, code) of everything that the rules say; a conflict by its place."""
    everybody = list(families)
    phones = Counter(one.household.phone for one in everybody if numbers.phone_ok(one.household.phone))
    banks = Counter(one.household.bank_account for one in everybody if one.household.bank_account)
    found: Counter[Hit] = Counter()
    for family in everybody:
        household = family.household
        assert household.status in ("20", "30", "40", "41", "50")
        for rule in (*_of_household(family), *oracle_facts.of_household(family)):
            found[rule, "household", household.code] += 1
        phone = household.phone
        if not numbers.phone_ok(phone) or phones[phone] > 5:
            found["HH-15", "household", household.code] += 1
        if not household.bank_account or banks[household.bank_account] > 1:
            found["HH-16", "household", household.code] += 1
        for person in family.persons:
            for rule in (*_of_person(family, person), *oracle_facts.of_person(family, person)):
                found[rule, "person", person.code] += 1
        for conflict in family.conflicts:
            for place in (conflict.registered_division, conflict.refused_division):
                found["ID-03", "conflict", str(place)] += 1
    return found


def _head(family: Family) -> Person | None:
    heads = [person for person in family.persons if person.relation == "01"]
    return heads[0] if len(heads) == 1 else None


def _year(family: Family, person: Person):
    return next((row for row in family.person_years if row.person_id == person.id and row.year == YEAR), None)


def _of_household(family: Family) -> Iterator[str]:
    household, persons, head = family.household, family.persons, _head(family)
    relations = Counter(person.relation for person in persons)
    year = next(row for row in family.years if row.year == YEAR)
    if _blank_somewhere(family, year):
        yield "ID-10"
    if persons and not relations["01"]:
        yield "HH-01"
    if relations["01"] > 1:
        yield "HH-02"
    if relations["02"] > 1:
        yield "HH-03"
    if head and head.sex in ("1", "2") and any(one.relation == "02" and one.sex == head.sex for one in persons):
        yield "HH-04"
    if persons and household.member_count_stated != len(persons):
        yield "HH-05"
    if not persons:
        yield "HH-06"
    minor = head is not None and head.birth_date is not None and (age(head.birth_date) or 0) <= 15
    if minor and any((age(one.birth_date) or 0) >= 18 for one in persons if one is not head):
        yield "HH-08"
    income = next((row for row in family.incomes if row.year == YEAR), None)
    if income is None:
        return
    if _unbalanced(income, year.members or len(persons)):
        yield "IN-01"
    if (income.operating or 0) > 0 and (income.operating_cost is None or income.operating_cost <= 0):
        yield "IN-04"


def _blank_somewhere(family: Family, year) -> bool:
    if any(getattr(family.household, name) is None for name in REQUIRED_OF_HOUSEHOLD):
        return True
    if family.household.status == "50" and family.household.return_cause is None:
        return True
    if any(getattr(year, name) is None for name in REQUIRED_OF_YEAR):
        return True
    for person in family.persons:
        row = _year(family, person)
        if row is None or person.sex not in ("1", "2") or not person.name or not person.relation:
            return True
        if not person.ethnicity or not person.id_type or (not person.id_no and person.id_type != "9"):
            return True
        if not row.health or not row.labour or row.serious_illness_insured is None:
            return True
        if row.political is None and (age(person.birth_date) or 0) >= 18:
            return True
    return False


def _unbalanced(income, members: int) -> bool:
    def off(stated, computed) -> bool:
        return stated is not None and abs(Decimal(stated) - Decimal(computed)) > 1

    def total(*names: str) -> Decimal:
        return sum((Decimal(getattr(income, name) or 0) for name in names), Decimal(0))

    gross = total("wage", "operating", "property", "transfer")
    return (
        off(income.gross_stated, gross)
        or off(income.transfer, total(*TRANSFERS))
        or off(income.property, total("asset_dividend", "other_property"))
        or off(income.net_stated, gross - total("operating_cost"))
        or (
            members > 0
            and income.net_stated is not None
            and off(income.per_capita_net_stated, Decimal(income.net_stated) / members)
        )
    )


def _of_person(family: Family, person: Person) -> Iterator[str]:
    yield from _of_number(person)
    row, years, head = _year(family, person), age(person.birth_date), _head(family)
    if row.health and ("04" in row.health) != bool(person.disability_no):
        yield "ID-08"
    if not (2 <= len(person.name) <= 50 and re.fullmatch(r"[㐀-䶿一-鿿豈-﫿〇]+(·[㐀-䶿一-鿿豈-﫿〇]+)*", person.name)):
        yield "ID-09"
    if head and person is not head:
        up, down = gap(person, head), gap(head, person)
        if up is not None and down is not None:
            if person.relation in ("11", "12", "13", "14", "15", "16") and up < 15:
                yield "HH-07"
            if person.relation in ("03", "04") and down < 15:
                yield "HH-07"
            if person.relation in ("07", "08", "09", "10") and down < 30:
                yield "HH-07"
    stage = int(row.school_stage) if row.school_stage else None
    if bool(row.education) == bool(stage):
        yield "HH-09"
    if years is not None:
        if stage is not None and (
            (stage == 3 and not 6 <= years <= 14)
            or (4 <= stage <= 6 and not 11 <= years <= 18)
            or (7 <= stage <= 12 and not 14 <= years <= 22)
            or (stage >= 13 and years < 16)
        ):
            yield "HH-10"
        if 16 <= years < 60 and row.health == ["01"] and not stage and row.labour in ("03", "04", "05"):
            yield "HH-11"
    minor = years is not None and years < 16 and (row.labour in ("01", "02") or (row.work_months or 0) > 0)
    if minor or (stage and 3 <= stage <= 12 and (row.work_months or 0) > 3):
        yield "HH-12"
    if bool(row.work_region) != ((row.work_months or 0) > 0):
        yield "HH-13"
    if row.work_months is not None and not 0 <= row.work_months <= 12:
        yield "HH-14"
    if row.medical_resident and row.medical_employee:
        yield "HH-17"


def _of_number(person: Person) -> Iterator[str]:
    number = person.id_no
    if number and len(number) not in (18, 20, 22):
        yield "ID-01"
    elif number:
        if not number[:17].isdigit() or numbers.citizen_check_char(number[:17]) != number[17]:
            yield "ID-02"
        if person.sex in ("1", "2") and (int(number[16]) % 2 == 1) != (person.sex == "1"):
            yield "ID-04"
        try:
            born = datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        except ValueError:
            yield "ID-05"
        else:
            if born > DAY or (age(born) or 0) >= 111:
                yield "ID-05"
    certificate, key = person.disability_no, numbers.citizen_key(number)
    if certificate and key and not (certificate[:18] == key and re.fullmatch(r"[1-7][1-4](B[1-9])?", certificate[18:])):
        yield "ID-07"
