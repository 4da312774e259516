"""Where households can stand: the rural villages of the counties that hold registry, and how many each gets."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.calibration import apportion
from apps.divisions import codes
from apps.divisions.choices import Kind

# A village holds about this many households at small scales, so that desks and lists are not all ones and zeros.
HOUSEHOLDS_PER_VILLAGE = 6


class Unit(Protocol):
    """What is read of a division: the project's list (`divisions.reference.Unit`) and the table both fit."""

    code: int
    name: str
    short_name: str
    kind: str
    is_virtual: bool
    lon: Decimal | None
    lat: Decimal | None
    poverty_tier: str


@dataclass(frozen=True, slots=True)
class Village:
    """A village with the names above it and the point around which its households are scattered."""

    code: int
    name: str
    township: str
    county: str
    league: str
    lon: float
    lat: float
    tier: str
    pastoral: float

    @property
    def county_code(self) -> int:
        """The first six digits."""
        return self.code // 10**6

    @property
    def league_code(self) -> int:
        """The first four digits."""
        return self.code // 10**8

    @property
    def is_gacha(self) -> bool:
        """Whether it is called 嘎查: a village of Mongol herders, mostly."""
        return "嘎查" in self.name


def rural_villages(units: Iterable[Unit]) -> list[Village]:
    """The villages that may hold registry, in code order: villagers' committees outside the left-out counties.

    ValueError when a village of the demonstration accounts is not among them.
    """
    known = {unit.code: unit for unit in units}
    found = []
    for code, unit in sorted(known.items()):
        if unit.kind != Kind.VILLAGERS or unit.is_virtual or code // 10**6 in figures.WITHOUT_REGISTRY:
            continue
        league, county, township = (known[codes.at(code, level)] for level in (2, 3, 4))
        if county.kind == Kind.ZONE or township.kind == Kind.SUBDISTRICT or township.lon is None:
            continue
        six = code // 10**6
        found.append(
            Village(
                code=code,
                name=unit.short_name or unit.name,
                township=township.short_name or township.name,
                county=county.name,
                league=league.name,
                lon=float(township.lon),
                lat=float(township.lat or 0),
                tier=county.poverty_tier,
                pastoral=0.9 if six in figures.PASTORAL else 0.4 if six in figures.MIXED else 0.05,
            )
        )
    missing = set(figures.DEMO_VILLAGES) - {village.code for village in found}
    if missing:
        raise ValueError(f"not a rural village, or not loaded: {sorted(missing)}")
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """Households and persons of one league, and how many of the persons were poor at the end of 2018."""

    households: int
    persons: int
    poor_persons: int


def league_counts(scale: int) -> dict[int, Counts]:
    """The table of leagues at 1 in `scale`: every total exact, every part rounded.

    Only where the villages of the demonstration accounts need more than their leagues would hold (beyond about
    1 in 1,000) do those leagues take from the others. ValueError when the register would be smaller than that.
    """
    floor = figures.DEMO_VILLAGE_HOUSEHOLDS
    least: dict[int, int] = {}
    for code in figures.DEMO_VILLAGES:
        league = code // 10**8
        least[league] = least.get(league, 0) + floor
    households = apportion(
        figures.at_scale(figures.HOUSEHOLDS, scale),
        {code: league.households for code, league in figures.LEAGUES.items()},
        least,
    )
    usual = apportion(
        figures.at_scale(figures.HOUSEHOLDS, scale),
        {code: league.households for code, league in figures.LEAGUES.items()},
    )
    raised = households != usual
    persons = apportion(
        figures.at_scale(figures.PERSONS, scale),
        {
            code: (league.persons / league.households * households[code] if raised else league.persons)
            if households[code]
            else 0
            for code, league in figures.LEAGUES.items()
        },
        # Nobody lives in less than one household: a rounded-up household must not end up empty.
        {code: count for code, count in households.items() if count},
    )
    poor = apportion(
        figures.at_scale(figures.POOR_PERSONS_2018, scale),
        {
            code: league.poor_persons_2018 / league.persons * persons[code] if raised else league.poor_persons_2018
            for code, league in figures.LEAGUES.items()
        },
    )
    return {code: Counts(households[code], persons[code], poor[code]) for code in figures.LEAGUES}


def village_counts(villages: Iterable[Village], households: int, seed: str) -> dict[int, int]:
    """Households of one league by village: counties by their rural villages and poverty tier, villages at random."""
    by_county: dict[int, list[Village]] = {}
    for village in villages:
        by_county.setdefault(village.county_code, []).append(village)
    weights = {county: len(own) * figures.TIER_WEIGHT[own[0].tier] for county, own in by_county.items()}
    _pin(weights)
    least: dict[int, int] = {}
    for code in figures.DEMO_VILLAGES:
        if code // 10**6 in by_county:
            least[code // 10**6] = least.get(code // 10**6, 0) + figures.DEMO_VILLAGE_HOUSEHOLDS
    counts: dict[int, int] = {}
    for county, total in apportion(households, weights, least).items():
        counts |= _within_county(by_county[county], total, random.Random(f"{seed}:{county}"))  # noqa: S311
    return counts


def _pin(weights: dict[int, float]) -> None:
    """Give a county its published part of the league; the others share the rest as before."""
    for county, persons in figures.COUNTY_PERSONS.items():
        if county in weights:
            part = persons / figures.LEAGUES[county // 100].persons
            others = sum(weights.values()) - weights[county]
            weights[county] = others * part / (1 - part)


def _within_county(villages: list[Village], total: int, chance: random.Random) -> dict[int, int]:
    least = {
        village.code: figures.DEMO_VILLAGE_HOUSEHOLDS for village in villages if village.code in figures.DEMO_VILLAGES
    }
    weights = {village.code: chance.lognormvariate(0.0, 0.5) for village in villages}
    wanted = max(1, round(total / HOUSEHOLDS_PER_VILLAGE))
    if wanted < len(weights):
        # Efraimidis-Spirakis: a sample without repetition, each village with a chance in proportion to its weight.
        keys = {code: chance.random() ** (1 / weight) for code, weight in weights.items()}
        chosen = sorted(keys, key=lambda code: keys[code], reverse=True)[:wanted]
        weights = {code: weights[code] for code in sorted({*chosen, *least})}
    return apportion(total, weights, least)


def mongol_shares(counts: Mapping[int, int], villages: Mapping[int, Village]) -> dict[int, float]:
    """Share of Mongol persons by village: more in a 嘎查, less in a 村, and each league's is the calibrated one."""
    totals: dict[int, list[int]] = {}
    for code, count in counts.items():
        total = totals.setdefault(code // 10**8, [0, 0])
        total[villages[code].is_gacha] += count
    shares = {}
    for league, (plain, gacha) in totals.items():
        wanted, all_of_them = figures.LEAGUES[league].mongol, plain + gacha
        part = gacha / all_of_them if all_of_them else 0.0
        high = min(0.85, 1.8 * wanted)
        if part:
            # Never so high that nothing is left for the others.
            high = min(high, 0.75 * wanted / part + 0.25 * wanted)
        low = (wanted - part * high) / (1 - part) if part < 1 else wanted
        shares[league] = (low, high)
    return {code: shares[code // 10**8][villages[code].is_gacha] for code in counts}
