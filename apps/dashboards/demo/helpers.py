"""Helping cadres and their households: three to five households of one county each, beside the demonstration's two."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable

from apps.dashboards.demo.names import Namer
from apps.dashboards.demo.records import Family, Helper, Pairing

# What the two helpers of the demonstration are paired with: both reach into two counties, none more than five.
DEMO_PAIRINGS = {
    150422100200: {"helper-1": 2},
    150422100201: {"helper-1": 1},
    150423100200: {"helper-1": 2, "helper-2": 2},
    150522100200: {"helper-2": 3},
}
_FIRST_DAY = datetime.date(2016, 3, 1)


class Pairer:
    """Deals households out to helpers in village order; keeps the helper at hand from one village to the next."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._county = 0
        self._count = 0
        self._current = ""
        self._room = 0
        self._chance = random.Random()  # noqa: S311 - made-up data; seeded anew for each county

    def pair(self, families: Iterable[Family]) -> tuple[list[Helper], list[Pairing]]:
        """Helpers that are new and the pairings of these households, all of one village."""
        helpers: list[Helper] = []
        pairings: list[Pairing] = []
        reserved: list[str] | None = None
        for family in families:
            household = family.household
            if household.division_id // 10**6 != self._county:
                self._county, self._count, self._room = household.division_id // 10**6, 0, 0
                self._chance = random.Random(f"{self._seed}:helpers:{self._county}")  # noqa: S311
            if reserved is None:
                wanted = DEMO_PAIRINGS.get(household.division_id, {})
                reserved = [name for name, count in wanted.items() for _ in range(count)]
            # Households that have left for good are not all helped any more; the others are.
            if not family.persons or (household.status == "41" and self._chance.random() < 0.5):
                continue
            if reserved:
                pairings.append(self._pairing(family, reserved.pop(0)))
                continue
            if not self._room:
                self._room = self._chance.choice((3, 4, 5, 5))
                helpers.append(self._helper())
            self._room -= 1
            pairings.append(self._pairing(family, self._current))
        return helpers, pairings

    def _helper(self) -> Helper:
        self._count += 1
        self._current = f"helper-{self._county}-{self._count:05d}"
        namer = Namer(self._chance)
        surname = namer.surname("02" if self._chance.random() < 0.2 else "01")
        sex = "1" if self._chance.random() < 0.62 else "2"
        return Helper(
            username=self._current,
            name=namer.full(surname, sex, self._chance.randint(1962, 1990)),
            division_id=self._county * 10**6,
        )

    def _pairing(self, family: Family, helper: str) -> Pairing:
        from_on = max(_FIRST_DAY, family.household.identified_on) + datetime.timedelta(self._chance.randint(0, 40))
        return Pairing(family.household.id, family.household.division_id, helper, from_on)
