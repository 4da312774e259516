"""Contradictions of the household and income rules (HH, IN)."""

from __future__ import annotations

from decimal import Decimal

from apps.dashboards.demo import numbers
from apps.dashboards.demo.income import stated
from apps.dashboards.demo.lives import HEALTHY, LOST, NONE, ORDINARY, SKILLED, WEAK
from apps.dashboards.demo.members import DAUGHTER, FATHER, HEAD, MOTHER, SIBLING, SON, SPOUSE
from apps.dashboards.demo.planting.bed import Bed, Planted

OTHER = "99"
GRANDFATHER, GRANDMOTHER = "17", "18"


def no_head(bed: Bed) -> Planted:
    bed.persons[0].relation = OTHER
    return "no head", None


def two_heads(bed: Bed) -> Planted:
    bed.partner().relation = HEAD
    return "two heads", None


def two_spouses(bed: Bed) -> Planted:
    first = bed.partner()
    other = "2" if bed.persons[0].sex == "1" else "1"
    for person in (first, bed.partner(besides=first)):
        person.relation = SPOUSE
        if person.sex != other:
            bed.resex(person, other)
    return "two spouses", None


def spouse_of_same_sex(bed: Bed) -> Planted:
    spouse, head = bed.partner(), bed.persons[0]
    spouse.relation = SPOUSE
    if spouse.sex != head.sex:
        bed.resex(spouse, head.sex or "1")
    return "head and spouse of the same sex", None


def wrong_count(bed: Bed) -> Planted:
    count = len(bed.persons)
    bed.household.member_count_stated = count - 1 if bed.form % 2 and count > 1 else count + 1 + bed.form % 2
    return f"{bed.household.member_count_stated} members stated, {count} registered", None


def empty(bed: Bed) -> Planted:
    return "no members", None


def wrong_kinship(bed: Bed) -> Planted:
    person = bed.partner()
    ahead = bed.age(person) - bed.age(bed.persons[0])
    if person.relation == SPOUSE or ahead > -15:
        # A spouse, brother or parent recorded as a child.
        person.relation = SON if person.sex == "1" else DAUGHTER
    else:
        person.relation = FATHER if person.sex == "1" else MOTHER
    return "kinship contradicts the ages", person


def minor_head(bed: Bed) -> Planted:
    child = bed.child()
    for person in bed.persons:
        older = bed.age(person) - bed.age(child)
        pair = (GRANDFATHER, GRANDMOTHER) if older >= 45 else (FATHER, MOTHER) if older >= 19 else (SIBLING, SIBLING)
        wanted = pair[person.sex == "2"]
        taken = wanted != SIBLING and any(one.relation == wanted for one in bed.persons if one is not person)
        person.relation = OTHER if taken else wanted
    child.relation = HEAD
    return "head under 16 while adults live in the household", None


def education_and_school(bed: Bed) -> Planted:
    person = bed.grown()
    row = bed.year_of(person)
    if bed.form % 2:
        row.school_stage = "20"
        return "education and school stage both filled", person
    row.education = None
    return "education and school stage both empty", person


def wrong_stage(bed: Bed) -> Planted:
    person = bed.child()
    age = bed.age(person)
    row = bed.year_of(person)
    row.school_stage = "03" if age < 6 else "07" if age <= 10 else "13"
    row.education = None
    return f"school stage {row.school_stage} at {age}", person


def healthy_without_labour(bed: Bed) -> Planted:
    person = bed.grown()
    person.disability_no = None
    for row in bed.years_of(person):
        row.health = [HEALTHY]
        if row.labour not in (ORDINARY, SKILLED):
            row.labour = ORDINARY
    bed.year_of(person).labour = (WEAK, LOST, NONE)[bed.form % 3]
    return "healthy, of working age, and without labour", person


def child_labour(bed: Bed) -> Planted:
    person = bed.child()
    bed.year_of(person).labour = (ORDINARY, SKILLED)[bed.form % 2]
    return f"labourer at {bed.age(person)}", person


def work_without_place(bed: Bed) -> Planted:
    person = bed.grown()
    row = bed.year_of(person)
    if row.work_region:
        row.work_region = row.work_place_id = None
        return "months of work without a place", person
    row.work_region = "03"
    return "place of work without months", person


def too_many_months(bed: Bed) -> Planted:
    person = next(one for one in bed.persons if bed.year_of(one).work_months and bed.age(one) <= 57)
    bed.year_of(person).work_months = Decimal(("13.0", "14.5", "18.0")[bed.form % 3])
    return "more than twelve months of work", person


def bad_phone(bed: Bed) -> Planted:
    household = bed.household
    if bed.group is not None:
        # Numbers beyond every household's own.
        household.phone = numbers.phone(10_000_000 + bed.group)
        return "telephone shared by six households", None
    if bed.form % 2:
        household.phone = (household.phone or "")[:-2]
        return "telephone number too short", None
    household.phone = None
    return "telephone missing", None


def bad_account(bed: Bed) -> Planted:
    household = bed.household
    if bed.group is not None:
        household.bank_account = numbers.bank_account(10_000_000 + bed.group)
        return "bank account shared by two households", None
    household.bank_account = None
    return "bank account missing", None


def two_insurances(bed: Bed) -> Planted:
    person = bed.persons[bed.form % len(bed.persons)]
    row = bed.year_of(person)
    row.medical_resident = row.medical_employee = True
    return "both medical insurances", person


def unbalanced(bed: Bed) -> Planted:
    income, form = bed.income, bed.form % 5
    assert income.gross_stated is not None and income.net_stated is not None  # noqa: S101
    assert income.per_capita_net_stated is not None  # noqa: S101
    if form == 0:
        income.gross_stated += 500
        return "stated gross income is not the sum of its parts", None
    if form == 1:
        income.net_stated -= 300
        return "stated net income is not gross less cost", None
    if form == 2:
        income.per_capita_net_stated += 120
        return "stated income a head is not net by members", None
    if form == 3:
        income.other_transfer = (income.other_transfer or 0) + 260
        return "transfer income is not the sum of its parts", None
    income.other_property = (income.other_property or 0) + 180
    return "property income is not the sum of its parts", None


def no_cost(bed: Bed) -> Planted:
    income = bed.income
    if income.operating:
        income.operating -= income.operating_cost or 0
    else:
        # Taken from what is given by kin, so that the net stays what it was.
        moved = min(600, income.other_transfer or 0)
        income.other_transfer, income.transfer = (income.other_transfer or 0) - moved, (income.transfer or 0) - moved
        income.operating = moved or 600
    income.operating_cost = None if bed.form % 2 else 0
    stated(income, max(bed.living.members, 1))
    return "operating income without cost", None
