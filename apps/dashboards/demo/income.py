"""Income of a household: what it is to come out at, and how it is made up from what its members are and do.

Everything is whole yuan and adds up: transfer and property are the sums of their parts, net is gross less cost. Each
part is there exactly when its reason is: wages with work, pensions from 60, allowances with the allowance.
"""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.lives import age_on
from apps.dashboards.demo.plan import Slot
from apps.dashboards.demo.records import HouseholdIncome, HouseholdYear, PersonYear, net_of

PENSION_MONTH = {2017: 118, 2018: 128}
# Lowest amounts that are plausible at all (rule IN-11), rounded up.
LEAST_WAGE, LEAST_ALLOWANCE = 300, 240
# The most that a month of work brings home.
WAGE_MONTH = 3_600


@dataclass(frozen=True, slots=True)
class Reasons:
    """What gives a household its income in one year."""

    born: list[datetime.date]
    persons: list[PersonYear]
    living: HouseholdYear
    able: bool
    family_planning: bool

    @property
    def workers(self) -> int:
        """Members with work or a public post."""
        return sum(1 for person in self.persons if person.work_months or person.public_job)

    @property
    def months(self) -> int:
        """Months of work and of public posts of all members together."""
        return sum(int(person.work_months or 0) + (person.public_job_months or 0) for person in self.persons)

    @property
    def dibao(self) -> bool:
        """Whether any member draws the rural allowance."""
        return any(person.dibao for person in self.persons)

    @property
    def tekun(self) -> bool:
        """Whether any member draws destitute support."""
        return any(person.tekun for person in self.persons)

    @property
    def pension(self) -> int:
        """Residents' pensions of the accounting year: from the month after 60 to September."""
        end = datetime.date(self.living.year, 9, 30)
        total = 0
        for born, person in zip(self.born, self.persons, strict=True):
            if person.pension_resident and age_on(born, end) >= 60:
                months = (end.year - born.year - 60) * 12 + end.month - born.month
                # Less than the smallest plausible pension is left to the next year.
                total += PENSION_MONTH[end.year] * min(12, months) if months else 0
        return total


def targets(chance: random.Random, slot: Slot) -> dict[int, int]:
    """Net income a head that a household is to have in both years, by its status: poor ones stay under the line, and
    from one year to the next nothing moves by more than half or so."""
    now: float
    if slot.status == "20":
        now = chance.triangular(1500, 3500, 2900)
        before = max(1250.0, now / chance.uniform(1.02, 1.25))
    elif slot.status == "50":
        now, before = chance.uniform(2900, 3450), chance.uniform(3400, 3900)
    elif slot.exit_year == figures.YEAR:
        before = chance.uniform(2950, 3320)
        now = chance.uniform(4000, 1.48 * before)
    else:
        now = chance.triangular(4000, 12000, 5400)
        before = max(3450.0, now / chance.uniform(1.02, 1.22))
    return {figures.YEAR - 1: round(before), figures.YEAR: round(now)}


def income_of(chance: random.Random, reasons: Reasons, per_head: int) -> HouseholdIncome:
    """The income of one year that comes out at `per_head` for each member, or a little above where pensions and
    wages alone are more."""
    living, roll = reasons.living, chance.random
    members = max(living.members, 1)
    pension = reasons.pension
    least = (800 if reasons.workers else 120) + (LEAST_ALLOWANCE + 100 if reasons.dibao else 0)
    destitute = LEAST_ALLOWANCE if reasons.tekun else 0
    net = max(per_head * members, round(pension * 1.15), pension + least + destitute)
    rest = net - pension
    # What the others of the household live on is not the destitute member's: least is left for it.
    tekun = max(destitute, round((rest - least) * chance.uniform(0.7, 0.9))) if reasons.tekun else 0
    rest -= tekun
    dibao = max(LEAST_ALLOWANCE, round(rest * chance.uniform(0.28, 0.52))) if reasons.dibao else 0
    if reasons.workers:
        dibao = min(dibao, rest - LEAST_WAGE - 100)
    rest -= dibao
    green = (living.forest_mu or 0) + (living.grassland_mu or 0) + (living.returned_mu or 0)
    eco = _share(chance, rest, 0.03, 0.14) if green and roll() < 0.75 else 0
    planning = 960 if reasons.family_planning and rest - eco > 2400 else 0
    rest -= eco + planning
    wage = 0
    if reasons.workers:
        wage = max(LEAST_WAGE, min(WAGE_MONTH * reasons.months, round(rest * chance.uniform(0.55, 0.88))))
    rest -= wage
    dividend = _share(chance, rest, 0.08, 0.3) if roll() < 0.3 else 0
    rent = _share(chance, rest, 0.1, 0.45) if living.cultivated_mu and roll() < (0.24 if reasons.able else 0.45) else 0
    rest -= dividend + rent
    gain = 0
    if roll() < (0.9 if reasons.able else 0.25):
        gain = round(rest * chance.uniform(0.45, 0.95))
    if gain < 150:
        gain = 0
    operating = round(gain / chance.uniform(0.56, 0.74))
    return stated(
        HouseholdIncome(
            household_id=living.household_id,
            division_id=living.division_id,
            year=living.year,
            wage=wage,
            wage_public_job=_public_part(reasons, wage),
            operating=operating,
            property=dividend + rent,
            asset_dividend=dividend,
            other_property=rent,
            transfer=planning + dibao + tekun + pension + eco + rest - gain,
            family_planning=planning,
            dibao_amount=dibao,
            tekun_amount=tekun,
            pension_amount=pension,
            eco_amount=eco,
            other_transfer=rest - gain,
            operating_cost=operating - gain,
            gross_stated=0,
            net_stated=0,
            per_capita_net_stated=0,
        ),
        members,
    )


def stated(income: HouseholdIncome, members: int) -> HouseholdIncome:
    """Write the stated totals as they come out of the parts; the quotient is rounded half away from zero."""
    net = net_of(income)
    income.gross_stated = net + int(income.operating_cost or 0)
    income.net_stated = net
    income.per_capita_net_stated = Decimal((net * 200 + members) // (2 * members)).scaleb(-2)
    return income


def _share(chance: random.Random, rest: int, low: float, high: float) -> int:
    amount = round(rest * chance.uniform(low, high))
    return amount if amount >= 20 else 0


def _public_part(reasons: Reasons, wage: int) -> int:
    """The part of the wage that comes from public posts."""
    posts = sum(1 for person in reasons.persons if person.public_job)
    return wage * posts // reasons.workers if posts else 0
