"""Contradictions of the guarantees and of identification and exit (TG, ST)."""

from __future__ import annotations

import datetime

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.lives import CHRONIC, DISABLED, HEALTHY
from apps.dashboards.demo.planting.amounts import raise_to
from apps.dashboards.demo.planting.bed import Bed, Planted
from apps.dashboards.demo.records import Person

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
PRIMARY_EDUCATION = "02"
ILLNESS, DISABILITY, OTHER = "01", "02", "99"
STUDENT = "17"


def _leave_school(bed: Bed, reason: str | None) -> Person:
    """The pupil of compulsory age is at no school; what was learnt so far stands as education."""
    person = bed.pupil()
    row = bed.year_of(person)
    row.school_stage, row.school, row.education, row.dropout_reason = None, "", PRIMARY_EDUCATION, reason
    return person


def out_of_school(bed: Bed) -> Planted:
    return "of compulsory age and not at school", _leave_school(bed, (None, OTHER)[bed.form % 2])


def dropout_without_evidence(bed: Bed) -> Planted:
    person = _leave_school(bed, (ILLNESS, DISABILITY)[bed.form % 2])
    person.disability_no = None
    for row in bed.years_of(person):
        row.health = [code for code in row.health if code != DISABLED] or [HEALTHY]
    return "left school by illness or disability without a paper", person


def exited_in_danger(bed: Bed) -> Planted:
    living = bed.living
    living.dwelling_grade, living.is_dangerous = ("C", "D")[bed.form % 2], True
    living.repair_plan_year = figures.YEAR + 1
    return f"left poverty, dwelling of grade {living.dwelling_grade}", None


def danger_not_planned(bed: Bed) -> Planted:
    living = bed.living
    living.dwelling_grade, living.is_dangerous, living.repair_plan_year = ("C", "D")[bed.form % 2], True, None
    bed.family.guarantees[-1].housing_ok = NOT_MET
    return "dangerous dwelling in no plan of repairs", None


def not_insured(bed: Bed) -> Planted:
    person = bed.persons[bed.form % len(bed.persons)]
    row = bed.year_of(person)
    row.medical_resident = row.medical_employee = False
    return "no medical insurance", person


def not_insured_for_serious_illness(bed: Bed) -> Planted:
    person = bed.persons[bed.form % len(bed.persons)]
    row = bed.year_of(person)
    row.medical_resident, row.medical_employee, row.serious_illness_insured = True, False, False
    return "no insurance against serious illness", person


def no_safe_water(bed: Bed) -> Planted:
    bed.living.water_safe, bed.living.water_difficult = False, bool(bed.form % 2)
    if bed.household.exit_year != figures.YEAR:
        bed.family.guarantees[-1].water_ok = NOT_MET
    return "no safe water", None


def no_power(bed: Bed) -> Planted:
    bed.living.has_domestic_power = False
    return "no domestic power", None


def chronic_without_doctor(bed: Bed) -> Planted:
    ill = [person for person in bed.persons if CHRONIC in bed.year_of(person).health]
    person = ill[0] if ill else bed.persons[0]
    row = bed.year_of(person)
    row.contract_doctor = ""
    if not ill:
        row.health = [CHRONIC, *(code for code in row.health if code != HEALTHY)]
    return "chronically ill without a contract doctor", person


def not_assessed(bed: Bed) -> Planted:
    if bed.form % 3 == 2:
        bed.family.guarantees.pop()
        return "guarantees of the year not assessed", None
    name = ("food_ok", "clothing_ok", "education_ok", "medical_ok")[bed.form % 4]
    setattr(bed.family.guarantees[-1], name, UNKNOWN)
    return f"{name} not assessed", None


def exited_without_guarantee(bed: Bed) -> Planted:
    name = ("water_ok", "medical_ok", "education_ok")[bed.form % 3]
    setattr(bed.family.guarantees[-1], name, NOT_MET)
    return f"left poverty though {name} is not met", None


# --- identification and exit ---


def _identified_late(bed: Bed, on: datetime.date) -> None:
    """The household came in on a day after the import; events stay in order."""
    bed.household.identified_on = on
    bed.family.events[0].on = on
    bed.family.events = sorted(
        (event for event in bed.family.events if event.kind != "imported"), key=lambda event: event.on
    )


def only_a_student(bed: Bed) -> Planted:
    """Identified on the facts of the year before the reference year: a student, enough income, nobody weak."""
    household, year = bed.household, figures.YEAR - 1
    household.cause_main, household.cause_other = "03", []
    _identified_late(bed, datetime.date(year, 11, 1 + bed.form % 25))
    student = bed.grown()
    for person in bed.persons:
        for row in bed.years_of(person):
            if row.year == year:
                row.health, row.dibao, row.tekun = [HEALTHY], False, False
                if person is student:
                    row.school_stage, row.education = STUDENT, None
    raise_to(bed.family.incomes[0], bed.family.years[0], figures.LINES[year] + 65)
    raise_to(bed.income, bed.living, 1900)
    guarantee = bed.family.guarantees[0]
    guarantee.housing_ok = guarantee.water_ok = MET
    return "identified only because of a student", None


def exit_not_after_identification(bed: Bed) -> Planted:
    year = bed.household.exit_year or figures.YEAR
    _identified_late(bed, datetime.date(year, 3, 1 + bed.form % 25))
    return "left poverty in the year of identification", None


def no_path(bed: Bed) -> Planted:
    person = bed.persons[bed.form % len(bed.persons)]
    bed.year_of(person).five_path = None
    return "no path of help", person
