"""Contradictions of the income rules beyond the sums (IN-02 … IN-16).

What is taken from one part of an income goes to another, so that the net stays what it was unless the net itself is to
be wrong.
"""

from __future__ import annotations

import datetime

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.income import LEAST_ALLOWANCE, LEAST_WAGE, stated
from apps.dashboards.demo.lives import age_on
from apps.dashboards.demo.planting.bed import Bed, Planted
from apps.dashboards.demo.records import HouseholdIncome, HouseholdYear, Person, net_of

LINE = figures.LINES[figures.YEAR]
PENSION_AGE = 60
# What a household is made poorer by, in this order: the total it belongs to, and what must be left of it.
TAKEN = {
    "other_transfer": ("transfer", 0),
    "eco_amount": ("transfer", 0),
    "other_property": ("property", 0),
    "asset_dividend": ("property", 0),
    "operating": ("", 0),
    "wage": ("", LEAST_WAGE),
    "tekun_amount": ("transfer", LEAST_ALLOWANCE),
    "dibao_amount": ("transfer", LEAST_ALLOWANCE),
    "pension_amount": ("transfer", LEAST_ALLOWANCE),
}


def add(income: HouseholdIncome, name: str, amount: int) -> None:
    """Add to one amount; an empty one counts as 0."""
    setattr(income, name, int(getattr(income, name) or 0) + amount)


def given(income: HouseholdIncome, amount: int) -> None:
    """More (or less) from kin: a transfer, which needs no reason."""
    add(income, "other_transfer", amount)
    add(income, "transfer", amount)


def swap(income: HouseholdIncome, name: str, amount: int) -> None:
    """Let one part of the transfers be `amount`, at the cost of what kin give where that is enough."""
    change = amount - int(getattr(income, name) or 0)
    setattr(income, name, amount)
    add(income, "transfer", change)
    given(income, -max(0, min(change, int(income.other_transfer or 0))) if change > 0 else -change)


def state(income: HouseholdIncome, living: HouseholdYear) -> None:
    """State the totals as they come out now."""
    stated(income, max(living.members, 1))


def raise_to(income: HouseholdIncome, living: HouseholdYear, a_head: int) -> None:
    """Let the income come out at no less than `a_head`."""
    given(income, max(0, a_head * max(living.members, 1) - net_of(income)))
    state(income, living)


def lower_to(income: HouseholdIncome, living: HouseholdYear, a_head: int) -> None:
    """Let the income come out at no more than `a_head`; nothing that has a reason in a member goes."""
    over = net_of(income) - a_head * max(living.members, 1)
    for name, (whole, least) in TAKEN.items():
        there = int(getattr(income, name) or 0)
        least = int(income.operating_cost or 0) if name == "operating" else least
        less = max(0, min(over, there - least))
        over -= less
        add(income, name, -less)
        if whole:
            add(income, whole, -less)
    income.wage_public_job = min(int(income.wage_public_job or 0), int(income.wage or 0))
    if over > 0:
        raise ValueError(f"household {income.household_id} cannot be made poorer")
    state(income, living)


def _sixty(bed: Bed, person: Person, day: datetime.date) -> bool:
    return person.birth_date is None or age_on(person.birth_date, day) >= PENSION_AGE


# --- the net ---


def below_the_line(bed: Bed) -> Planted:
    lower_to(bed.income, bed.living, LINE - 40 - bed.form % 200)
    return "left poverty, and under the line", None


def far_above(bed: Bed) -> Planted:
    bed.safe_dwelling()
    raise_to(bed.family.incomes[0], bed.family.years[0], 4300)
    raise_to(bed.income, bed.living, LINE * 3 // 2 + 1 + bed.form % 400)
    return "poor, and far above the line with all guarantees met", None


def large_change(bed: Bed) -> Planted:
    now = net_of(bed.income) // max(bed.living.members, 1)
    raise_to(bed.family.incomes[0], bed.family.years[0], 2 * now + 2100)
    return "income a head fell by more than half", None


def not_collected(bed: Bed) -> Planted:
    bed.family.incomes.pop()
    return "income of the year not collected", None


# --- its parts ---


def cost_above_income(bed: Bed) -> Planted:
    income, over = bed.income, 150 + 50 * (bed.form % 9)
    if not income.operating:
        income.operating, income.operating_cost = 600, 600
    over += int(income.operating) - int(income.operating_cost or 0)
    add(income, "operating_cost", over)
    given(income, over)
    state(income, bed.living)
    return "operating cost above operating income", None


def planning_without_reason(bed: Bed) -> Planted:
    household, income = bed.household, bed.income
    household.is_only_child_family = household.is_two_daughter_family = False
    if not income.family_planning:
        swap(income, "family_planning", 120)
        state(income, bed.living)
    return "family-planning money without the attribute", None


def implausible(bed: Bed) -> Planted:
    income = bed.income
    if int(income.wage or 0) > LEAST_WAGE:
        given(income, int(income.wage or 0) - 120)
        income.wage = 120
        income.wage_public_job = min(int(income.wage_public_job or 0), 120)
    elif income.pension_amount:
        swap(income, "pension_amount", 60)
    else:
        bed.household.is_two_daughter_family = True
        swap(income, "family_planning", 50)
    state(income, bed.living)
    return "an amount too small to be true", None


def eco_without_land(bed: Bed) -> Planted:
    living, income = bed.living, bed.income
    living.forest_mu = living.grassland_mu = living.returned_mu = 0
    if not income.eco_amount:
        swap(income, "eco_amount", 200)
        state(income, bed.living)
    return "eco money without land", None


def irrigated_above_cultivated(bed: Bed) -> Planted:
    living = bed.living
    if bed.form % 2:
        living.returned_mu = int(living.forest_mu or 0) + int(living.grassland_mu or 0) + 3
        return "more returned than there is forest and grassland", None
    living.irrigated_mu = int(living.cultivated_mu or 0) + 4
    return "more irrigated than cultivated", None


# --- its reasons ---


def allowance_and_member(bed: Bed) -> Planted:
    return _money_or_member(bed, "dibao", "dibao_amount")


def support_and_member(bed: Bed) -> Planted:
    return _money_or_member(bed, "tekun", "tekun_amount")


def _money_or_member(bed: Bed, flag: str, amount: str) -> Planted:
    """The flag goes where there is money, and comes where there is none."""
    if getattr(bed.income, amount):
        for person in bed.persons:
            setattr(bed.year_of(person), flag, False)
        return f"{amount} without a member", None
    setattr(bed.income, amount, 0)
    setattr(bed.year_of(bed.persons[0]), flag, True)
    return f"a member without {amount}", None


def pension_and_age(bed: Bed) -> Planted:
    begin, income = datetime.date(figures.YEAR - 1, 10, 1), bed.income
    if not any(_sixty(bed, person, figures.REFERENCE) for person in bed.persons):
        for person in bed.persons:
            row = bed.year_of(person)
            row.pension_employee = False
        swap(income, "pension_amount", 240)
        state(income, bed.living)
        return "a pension without anybody of 60", None
    elder = max(bed.persons, key=lambda person: bed.age(person))
    if not _sixty(bed, elder, begin):
        # Sixty within the year only: then the pension of the year is a matter of months.
        assert elder.birth_date and elder.sex  # noqa: S101
        elder.birth_date = elder.birth_date.replace(year=figures.YEAR - 62)
        bed.renumber(elder, bed.issuer.citizen(elder.birth_date, elder.sex))
    bed.year_of(elder).pension_resident = True
    swap(income, "pension_amount", 0)
    state(income, bed.living)
    return "sixty for the whole year, and no pension", None


def wage_and_worker(bed: Bed) -> Planted:
    income = bed.income
    if income.wage:
        given(income, int(income.wage))
        income.wage = income.wage_public_job = 0
        state(income, bed.living)
        return "work without a wage", None
    income.wage = LEAST_WAGE
    given(income, -min(LEAST_WAGE, int(income.other_transfer or 0)))
    state(income, bed.living)
    return "a wage without work", None
