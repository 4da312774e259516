"""Contradictions of the identity rules (ID)."""

from __future__ import annotations

import datetime

from apps.dashboards.demo import numbers
from apps.dashboards.demo.lives import DISABLED, HEALTHY
from apps.dashboards.demo.planting.bed import Bed, Planted
from apps.dashboards.demo.records import Conflict, Person
from apps.divisions import codes


def wrong_length(bed: Bed) -> Planted:
    person = bed.numbered()
    number = person.id_no or ""
    form = bed.form % 3
    person.id_no = (number[:-1], number[:6] + number[8:17], number + "0")[form]
    return f"ID number of {len(person.id_no)} characters", person


def wrong_check(bed: Bed) -> Planted:
    person = bed.numbered()
    bed.renumber(person, numbers.wrong_check_char(person.id_no or ""))
    return "check character of the ID number wrong", person


def registered_twice(bed: Bed) -> Planted:
    person, here = bed.numbered(), bed.household.division_id
    near = [code for code in bed.villages if code != here and code // 10**6 == here // 10**6] if bed.form % 2 else []
    refused = bed.chance.choice(near or [code for code in bed.villages if code != here])
    shared = max(set(codes.ancestors(here)) & set(codes.ancestors(refused)))
    conflict = Conflict(shared, person.id_no or "", here, refused)
    bed.family.conflicts.append(conflict)
    return "the same ID number was refused at a second place", conflict


def wrong_sex(bed: Bed) -> Planted:
    person = bed.numbered()
    assert person.birth_date  # noqa: S101
    bed.renumber(person, bed.issuer.citizen(person.birth_date, "2" if person.sex == "1" else "1"))
    return "sex contradicts the ID number", person


def wrong_birth(bed: Bed) -> Planted:
    person = bed.numbered()
    assert person.birth_date and person.sex  # noqa: S101
    if bed.form % 3 == 2 and len(bed.persons) == 1 and bed.age(person) >= 62:
        person.birth_date = datetime.date(1900 + bed.form % 6, 3, 9)
        bed.renumber(person, bed.issuer.citizen(person.birth_date, person.sex))
        return "more than 110 years old", person
    day = f"{person.birth_date.year}{('0230', '0431', '1305')[bed.form % 3]}"
    bed.renumber(person, bed.issuer.citizen(day, person.sex))
    # What is no date cannot be stored as one.
    person.birth_date = None
    return f"birth date {day} in the ID number is none", person


def _disable(bed: Bed, person: Person) -> None:
    """Record a disability in all years."""
    for row in bed.years_of(person):
        if DISABLED not in row.health:
            row.health = [*(code for code in row.health if code != HEALTHY), DISABLED]


def malformed_certificate(bed: Bed) -> Planted:
    known = [person for person in bed.persons if person.id_no]
    person = next((one for one in known if one.disability_no), known[0])
    number = person.id_no or ""
    _disable(bed, person)
    wrong = (f"{number}83", f"{number}4", f"{number}47", f"{number}42C1", f"{number[:16]}{number[17]}{number[16]}42")
    tail = wrong[bed.form % 5]
    # Two equal last characters would not differ when changed over.
    person.disability_no = wrong[0] if tail[:18] == number and len(tail) == 20 and tail.endswith("42") else tail
    return "disability certificate number malformed", person


def certificate_and_health(bed: Bed) -> Planted:
    without = next((person for person in bed.persons if person.id_no and not person.disability_no), None)
    if without is None:
        bed.persons[0].disability_no = None
        return "disabled without a certificate number", bed.persons[0]
    if bed.form % 2:
        without.disability_no = numbers.disability_no(without.id_no or "", 4, 3)
        return "certificate number without disability", without
    _disable(bed, without)
    return "disabled without a certificate number", without


def illegal_name(bed: Bed) -> Planted:
    person = bed.persons[bed.form % len(bed.persons)]
    name = person.name.replace("·", "")
    forms = (
        f"{name}2",
        f"{name[0]}?",
        f"{name}（小）",
        name[0],
        f"{name[0]}··{name[1:] or name}",
        f"{name}A",
        f"*{name}",
    )
    person.name = forms[bed.form % len(forms)]
    return "name with characters that no name has, or too short", person


def blank(bed: Bed) -> Planted:
    """One required field empty; the finding is the household's."""
    head = bed.persons[0]
    latest = bed.year_of(head)
    blanks: list[tuple[object, str]] = [
        (bed.household, "cause_main"),
        (bed.living, "water_safe"),
        (head, "ethnicity"),
        (latest, "labour"),
        (bed.living, "housing_m2"),
        (bed.household, "identification_standard"),
        (latest, "serious_illness_insured"),
        (bed.living, "has_tv"),
        (latest, "political"),
        (bed.household, "household_type"),
        (bed.living, "cultivated_mu"),
        (head, "sex"),
        (bed.living, "dwelling_grade"),
        (bed.living, "has_domestic_power"),
    ]
    where, name = blanks[bed.form % len(blanks)]
    setattr(where, name, None)
    if name == "cultivated_mu":
        bed.living.irrigated_mu = None
    return f"{name} is empty", None
