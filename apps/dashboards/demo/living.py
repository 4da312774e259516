"""Land, livestock and dwelling of a household, for the year before and the reference year."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from decimal import Decimal

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.places import Village
from apps.dashboards.demo.plan import Slot
from apps.dashboards.demo.records import Household, HouseholdYear

DANGEROUS = ("C", "D")
RELOCATED_M2 = 25


def living_of(
    chance: random.Random, village: Village, slot: Slot, household: Household, members: dict[int, int], able: bool
) -> list[HouseholdYear]:
    """The rows of both years. `members` counts those of 30 September by year.

    Nobody who left poverty lives in a dangerous dwelling or without safe water, and every dangerous dwelling stands in
    the plan of repairs; areas keep their order (irrigated within cultivated, returned within forest and grassland).
    """
    now = _now(chance, village, slot, household, members[figures.YEAR], able)
    before = replace(
        now,
        year=figures.YEAR - 1,
        members=members[figures.YEAR - 1],
        livestock_sheep_units=int(float(now.livestock_sheep_units or 0) * chance.uniform(0.7, 1.1)),
    )
    if slot.status in ("40", "41") and slot.exit_year == figures.YEAR:
        _mend(chance, before, now)
    return [before, now]


def _now(
    chance: random.Random, village: Village, slot: Slot, household: Household, members: int, able: bool
) -> HouseholdYear:
    roll = chance.random
    herds = roll() < village.pastoral * (1.0 if village.is_gacha else 0.6)
    cultivated = 0 if herds and village.pastoral > 0.8 and roll() < 0.7 else _mu(chance, 2.6, 0.6, 90)
    grassland = _mu(chance, 6.2 if village.pastoral > 0.8 else 4.3, 0.8, 6000) if herds else 0
    forest = _mu(chance, 2.0, 0.7, 60) if roll() < 0.3 else 0
    livestock = 0
    if able or roll() < 0.3:
        livestock = chance.randint(10, 90) if herds else chance.randint(0, 12)
    grade, plan = _dwelling(chance, slot, household.is_relocated)
    people = max(members, slot.size, 1)
    housing = people * RELOCATED_M2 - chance.randint(0, 5) if household.is_relocated else 30 + 9 * people
    return HouseholdYear(
        household_id=household.id,
        division_id=household.division_id,
        year=figures.YEAR,
        cultivated_mu=cultivated,
        irrigated_mu=int(cultivated * chance.choice((0, 0, 0.2, 0.4, 0.7))),
        forest_mu=forest,
        returned_mu=int(forest * chance.choice((0, 0.3, 0.6, 1.0))),
        orchard_mu=chance.randint(1, 4) if roll() < 0.04 else 0,
        grassland_mu=grassland,
        water_mu=0,
        livestock_sheep_units=livestock,
        has_production_power=roll() < 0.98,
        road_distance_km=Decimal(chance.randint(5, 490)).scaleb(-2),
        road_type=chance.choices(("01", "02", "03", "04"), (14, 26, 48, 12))[0],
        in_cooperative=able and roll() < 0.32,
        led_by_enterprise=able and roll() < 0.18,
        led_by_person=able and roll() < 0.14,
        housing_m2=housing + (0 if household.is_relocated else chance.randint(-8, 14)),
        is_dangerous=grade in DANGEROUS,
        dwelling_grade=grade,
        repair_plan_year=plan,
        repair_done_on=None,
        has_domestic_power=True,
        has_tv=True,
        water_difficult=False,
        water_safe=True,
        fuel_type=chance.choices(("01", "02", "03", "04", "05"), (42, 22 if herds else 4, 26, 8, 1))[0],
        has_toilet=roll() < 0.45,
        members=members,
    )


def _dwelling(chance: random.Random, slot: Slot, relocated: bool) -> tuple[str, int | None]:
    """Grade, and the year in which a dangerous dwelling is to be repaired."""
    if slot.status in ("20", "50") and not relocated and chance.random() < 0.05:
        return chance.choice(DANGEROUS), figures.YEAR + 1
    return ("A" if relocated or chance.random() < 0.35 else "B"), None


def _mend(chance: random.Random, before: HouseholdYear, now: HouseholdYear) -> None:
    """Some who left poverty this year still lacked something the year before."""
    if chance.random() < 0.06:
        before.dwelling_grade, before.is_dangerous = chance.choice(DANGEROUS), True
        before.repair_plan_year = now.repair_plan_year = figures.YEAR
        now.dwelling_grade, now.is_dangerous = "A", False
        now.repair_done_on = datetime.date(figures.YEAR, chance.randint(7, 10), chance.randint(1, 28))
    if chance.random() < 0.03:
        before.water_safe, before.water_difficult = False, True


def _mu(chance: random.Random, centre: float, spread: float, most: int) -> int:
    """An area in whole mu around e to the power of `centre`, never above `most`."""
    return max(1, min(most, round(chance.lognormvariate(centre, spread))))
