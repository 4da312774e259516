"""The rules of income, guarantees and status as plain functions over generated records; see `oracle`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from apps.dashboards.demo.records import Family, Person

DAY, YEAR = datetime.date(2018, 12, 31), 2018
LINES = {2013: 2736, 2014: 2800, 2015: 2968, 2016: 3146, 2017: 3335, 2018: 3535}
G6 = ("food_ok", "clothing_ok", "education_ok", "medical_ok", "housing_ok", "water_ok")


def of_year(rows, year: int = YEAR):
    return next((row for row in rows if row.year == year), None)


def years_old(born: datetime.date, day: datetime.date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def net(income) -> Decimal | None:
    parts = [income.wage, income.operating, income.property, income.transfer]
    if all(part is None for part in parts):
        return income.net_stated
    return sum((Decimal(part or 0) for part in parts), Decimal(0)) - Decimal(income.operating_cost or 0)


def a_head(family: Family, year: int) -> Fraction | None:
    income, living = of_year(family.incomes, year), of_year(family.years, year)
    heads = living.members if living and living.members is not None else len(family.persons)
    if income is None or net(income) is None or not heads:
        return None
    return Fraction(net(income)) / heads


def of_household(family: Family) -> Iterator[str]:
    household = family.household
    yield from _of_net(family, household.status)
    income = of_year(family.incomes)
    rows = [row for row in family.person_years if row.year == YEAR]
    if income is not None:
        yield from _of_income(family, income, rows)
    living = of_year(family.years)
    if _over(living.irrigated_mu, living.cultivated_mu) or (
        (living.forest_mu, living.grassland_mu) != (None, None)
        and _over(living.returned_mu, (living.forest_mu or 0) + (living.grassland_mu or 0))
    ):
        yield "IN-14"
    yield from _of_living(household.status, living)
    verdicts = of_year(family.guarantees)
    known = [getattr(verdicts, name) for name in G6] if verdicts else ["unknown"]
    if household.status in ("20", "30", "40", "50") and "unknown" in known:
        yield "TG-11"
    if household.status in ("40", "41") and household.exit_year == YEAR and "not_met" in known:
        yield "TG-12"
    if _only_a_student(family):
        yield "ST-01"
    if household.status in ("40", "41") and household.identified_on:
        began = 2013 if household.identified_on.year == 2014 else household.identified_on.year
        if household.exit_year is not None and household.exit_year <= began:
            yield "ST-07"


def _over(one, other) -> bool:
    return one is not None and other is not None and one > other


def _of_net(family: Family, status: str) -> Iterator[str]:
    now, before = a_head(family, YEAR), a_head(family, YEAR - 1)
    verdicts = of_year(family.guarantees)
    if now is not None and status in ("40", "41") and now < LINES[YEAR]:
        yield "IN-02"
    met = verdicts is not None and all(getattr(verdicts, name) == "met" for name in G6)
    if now is not None and status in ("20", "50") and now >= Fraction(3, 2) * LINES[YEAR] and met:
        yield "IN-03"
    if now is not None and before is not None and abs(now - before) > max(1000, abs(before) / 2):
        yield "IN-12"
    since = family.household.identified_on
    if now is None and status in ("20", "30", "40", "50") and (since is None or since <= datetime.date(YEAR, 11, 30)):
        yield "IN-16"


def _of_income(family: Family, income, rows) -> Iterator[str]:
    household = family.household
    if _over(income.operating_cost, income.operating):
        yield "IN-05"
    for rule, amount, somebody in (
        ("IN-06", income.dibao_amount, any(row.dibao for row in rows)),
        ("IN-07", income.tekun_amount, any(row.tekun for row in rows)),
        ("IN-10", income.wage, any((row.work_months or 0) > 0 or row.public_job for row in rows)),
    ):
        if amount is not None and (amount > 0) != somebody:
            yield rule
    yield from _of_pension(family, income)
    if (income.family_planning or 0) > 0 and not (household.is_only_child_family or household.is_two_daughter_family):
        yield "IN-09"
    least = {"wage": 300, "dibao_amount": 200, "tekun_amount": 200, "pension_amount": 88, "family_planning": 100}
    if any(0 < (getattr(income, name) or 0) < low for name, low in least.items()) or (income.wage or 0) > 300_000:
        yield "IN-11"
    living = of_year(family.years)
    green = [living.returned_mu, living.grassland_mu, living.forest_mu]
    if (
        (income.eco_amount or 0) > 0
        and any(area is not None for area in green)
        and not sum(area or 0 for area in green)
    ):
        yield "IN-13"


def _of_pension(family: Family, income) -> Iterator[str]:
    born = {person.id: person.birth_date for person in family.persons}
    rows = {row.person_id: row for row in family.person_years if row.year == YEAR}
    amount, begin = income.pension_amount, datetime.date(YEAR - 1, 10, 1)
    if amount is None:
        return
    if amount > 0:
        known = all(born.values())
        old = any(day and years_old(day, DAY) >= 60 for day in born.values())
        if known and not old and not any(row.pension_employee for row in rows.values()):
            yield "IN-08"
    elif any(rows[key].pension_resident and day and years_old(day, begin) >= 60 for key, day in born.items()):
        yield "IN-08"


def _of_living(status: str, living) -> Iterator[str]:
    if status in ("30", "40", "41") and living.dwelling_grade in ("C", "D", "N"):
        yield "TG-03"
    if status in ("20", "30", "40", "50") and living.dwelling_grade in ("C", "D") and living.repair_plan_year is None:
        yield "TG-04"
    if status in ("20", "30", "40", "50") and living.water_safe is False:
        yield "TG-07"
    if living.has_domestic_power is False:
        yield "TG-08"


def _only_a_student(family: Family) -> bool:
    household = family.household
    if household.cause_main != "03" or household.cause_other or household.identified_on is None:
        return False
    day = household.identified_on
    year = day.year if day.month >= 10 else day.year - 1
    rows = [row for row in family.person_years if row.year == year]
    verdicts, income = of_year(family.guarantees, year), a_head(family, year)
    return (
        any(row.school_stage and 13 <= int(row.school_stage) <= 25 for row in rows)
        and not any({"02", "03", "04"} & set(row.health) or row.dibao or row.tekun for row in rows)
        and verdicts is not None
        and all(getattr(verdicts, name) == "met" for name in G6)
        and income is not None
        and income >= LINES[year]
    )


def of_person(family: Family, person: Person) -> Iterator[str]:
    row = next((one for one in family.person_years if one.person_id == person.id and one.year == YEAR), None)
    if row is None:
        return
    august = datetime.date(YEAR, 8, 31)
    at_school = row.school_stage not in (None, "01")
    if person.birth_date and 6 <= years_old(person.birth_date, august) <= 15 and not at_school:
        if row.dropout_reason not in ("01", "02"):
            yield "TG-01"
        elif not person.disability_no:
            yield "TG-02"
    if row.medical_resident is False and not row.medical_employee:
        yield "TG-05"
    if row.serious_illness_insured is False and not row.medical_employee:
        yield "TG-06"
    if "02" in row.health and not row.contract_doctor:
        yield "TG-09"
    if family.household.status in ("20", "30", "50") and row.five_path is None:
        yield "ST-12"
