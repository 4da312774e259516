"""How many households of which size, status and cause stand in which village, and which of them contradict a rule.

Everything that has to be exact over a league is decided here, before any household is made: the plan is a list of
slots, and what fills a slot depends on the slot and the seed alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.calibration import apportion
from apps.dashboards.demo.contradictions import CARRIERS, Plant, finding_counts, plants
from apps.dashboards.demo.places import (
    Counts,
    Unit,
    Village,
    league_counts,
    mongol_shares,
    rural_villages,
    village_counts,
)

SCHOOLING = "03"
# Contradictions that every village of a demonstration account shows, so that its desk has something to do.
FINDINGS_PER_DEMO_VILLAGE = 3


@dataclass(slots=True)
class Slot:
    """One household to be made."""

    size: int
    cause: str
    status: str = ""
    exit_year: int | None = None
    plant: Plant | None = None


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """A village, its share of Mongol persons, and its households to be made."""

    village: Village
    mongol: float
    slots: list[Slot]


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole register to be made, villages in code order."""

    scale: int
    seed: str
    villages: list[VillagePlan]

    @property
    def households(self) -> int:
        """Households of the plan."""
        return sum(len(one.slots) for one in self.villages)

    @property
    def persons(self) -> int:
        """Persons of the plan."""
        return sum(slot.size for one in self.villages for slot in one.slots)


def make_plan(units: Iterable[Unit], scale: int, seed: int | str) -> Plan:
    """The plan at 1 in `scale`. ValueError when the scale is no positive number or leaves too few households."""
    if scale < 1:
        raise ValueError("the scale is 1 or more")
    villages = rural_villages(units)
    findings = finding_counts(scale)
    counts = league_counts(scale)
    empty = apportion(findings["HH-06"], {code: league.households for code, league in counts.items()})
    plan: list[VillagePlan] = []
    left = 0
    # Smallest leagues first: what one league cannot split into whole households, a larger one makes good.
    for code in sorted(counts, key=lambda league: counts[league].households):
        chance = random.Random(f"{seed}:plan:{code}")  # noqa: S311 - made-up data, nothing secret
        own = [village for village in villages if village.league_code == code]
        slots, left = _slots(chance, counts[code], empty[code], left)
        plan += _dealt(own, slots, f"{seed}:villages")
    if left:
        raise ValueError(f"a register at 1 in {scale} is too small: {left} poor persons have no household")
    plan.sort(key=lambda one: one.village.code)
    _plant(plan, findings, random.Random(f"{seed}:plants"))  # noqa: S311
    return Plan(scale, str(seed), plan)


def _dealt(villages: Sequence[Village], slots: list[Slot], seed: str) -> list[VillagePlan]:
    """Slots in village order, as many to each village as it is to hold."""
    counts = {code: count for code, count in village_counts(villages, len(slots), seed).items() if count}
    known = {village.code: village for village in villages}
    mongol = mongol_shares(counts, known)
    dealt, start = [], 0
    for code in sorted(counts):
        dealt.append(VillagePlan(known[code], mongol[code], slots[start : start + counts[code]]))
        start += counts[code]
    return dealt


def _slots(chance: random.Random, counts: Counts, empty: int, left: int) -> tuple[list[Slot], int]:
    """The households of one league in random order, and the poor persons that did not come out even."""
    sizes = _sizes(chance, counts.households - empty, counts.persons)
    slots = [Slot(size, cause) for size, cause in zip(sizes, _causes(chance, sizes), strict=True)]
    slots += [Slot(0, "01", "40", 2016) for _ in range(empty)]
    chance.shuffle(slots)
    wanted = counts.poor_persons + left
    order = [slot for slot in slots if not slot.status]
    chance.shuffle(order)
    for slot in order:
        if 0 < slot.size <= wanted:
            wanted -= slot.size
            slot.status = "50" if chance.random() < 0.02 else "20"
    years, weights = list(figures.EXITS), list(figures.EXITS.values())
    for slot in slots:
        if slot.status == "50":
            slot.exit_year = 2016
        elif not slot.status:
            slot.exit_year = chance.choices(years, weights)[0]
            slot.status = "41" if slot.exit_year == years[0] and chance.random() < 0.06 else "40"
    return slots, wanted


def _sizes(chance: random.Random, households: int, persons: int) -> list[int]:
    """Household sizes in random order, by the calibrated shares, moved until they add up to the persons."""
    counts = apportion(households, figures.SIZES)
    missing = persons - sum(size * count for size, count in counts.items())
    step = 1 if missing > 0 else -1
    movable = [size for size in figures.SIZES if size + step in figures.SIZES]
    while missing:
        weights = [counts[size] for size in movable]
        if not any(weights):
            raise ValueError(f"{persons} persons do not fit {households} households")
        size = chance.choices(movable, weights)[0]
        counts[size] -= 1
        counts[size + step] += 1
        missing -= step
    sizes = [size for size, count in counts.items() for _ in range(count)]
    chance.shuffle(sizes)
    return sizes


def _causes(chance: random.Random, sizes: Sequence[int]) -> list[str]:
    """Main causes by the calibrated shares; schooling only where there can be a pupil beside two adults."""
    counts = apportion(len(sizes), figures.CAUSES)
    families = [place for place, size in enumerate(sizes) if size >= 3]
    pupils = set(families[: counts[SCHOOLING]])
    others = [cause for cause, count in counts.items() if cause != SCHOOLING for _ in range(count)]
    others += ["01"] * (len(sizes) - len(pupils) - len(others))
    chance.shuffle(others)
    rest = iter(others)
    return [SCHOOLING if place in pupils else next(rest) for place in range(len(sizes))]


def _plant(plan: Sequence[VillagePlan], findings: dict[str, int], chance: random.Random) -> None:
    """Choose a household for every contradiction, at most one for each; villages of demo accounts get some first."""
    # Those that fewest households can carry come first.
    seeds = sorted(
        plants(findings),
        key=lambda plant: (-CARRIERS[plant.rule].size, not CARRIERS[plant.rule].status, chance.random()),
    )
    first: list[Slot] = []
    usual: list[Slot] = []
    last: list[Slot] = []
    for one in plan:
        slots = list(one.slots)
        if one.village.code in figures.DEMO_VILLAGES:
            chance.shuffle(slots)
            filled = [slot for slot in slots if slot.size]
            first += filled[:FINDINGS_PER_DEMO_VILLAGE]
            last += [*filled[FINDINGS_PER_DEMO_VILLAGE:], *(slot for slot in slots if not slot.size)]
        else:
            usual += slots
    chance.shuffle(usual)
    free = [*last, *usual, *first]  # taken from the end
    empty = [slot for slot in free if not slot.size]
    for plant in seeds:
        if plant.rule == "HH-06":
            empty.pop().plant = plant
            continue
        fits = CARRIERS[plant.rule].fits
        place = next(
            (at for at in reversed(range(len(free))) if fits(free[at].size, free[at].status, free[at].exit_year)), None
        )
        if place is None:
            raise ValueError(f"no household left for a contradiction of {plant.rule}")
        free.pop(place).plant = plant
