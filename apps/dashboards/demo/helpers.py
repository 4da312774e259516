"""Helping cadres and their households: three to five households of one county each, beside the demonstration's two."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.common.numbers import helper_code
from apps.dashboards.demo.accounts import ACCOUNTS
from apps.dashboards.demo.names import Namer
from apps.dashboards.demo.numbers import helper_phone
from apps.dashboards.demo.records import Cadre, Counter, Family, Helper, Pairing, Unit

# What the two helpers of the demonstration are paired with: both reach into two counties, none more than five.
DEMO_PAIRINGS = {
    150422100200: {"helper-1": 2},
    150422100201: {"helper-1": 1},
    150423100200: {"helper-1": 2, "helper-2": 2},
    150522100200: {"helper-2": 3},
}
_FIRST_DAY = datetime.date(2016, 3, 1)
# What each county's helpers belong to: name, whose unit, of what kind.
_UNITS = (
    ("农牧局", "3", "office"),
    ("教育局", "3", "office"),
    ("卫生健康委员会", "3", "office"),
    ("中心医院", "3", "institution"),
    ("农村信用合作联社", "3", "state"),
    ("盟市直属机关工作委员会", "2", "office"),
)
_POSTS = ("科员", "科员", "副股长", "股长", "副主任", "副局长")
# The two helpers of the demonstration have the first code of their counties.
_FIRST_OF_HELPERS = 2
# Codes go on beyond all that made-up helpers may have.
_LAST_SERIAL = 9_999


@dataclass(slots=True)
class Dealt:
    """What pairing one village's households makes: rows that are new, and the pairings."""

    units: list[Unit] = field(default_factory=list)
    counters: list[Counter] = field(default_factory=list)
    helpers: list[Helper] = field(default_factory=list)
    cadres: list[Cadre] = field(default_factory=list)
    pairings: list[Pairing] = field(default_factory=list)


class Pairer:
    """Deals households out to helpers in village order; keeps the helper at hand from one village to the next."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._county = 0
        self._count = 0
        self._current = ""
        self._room = 0
        self._chance = random.Random()  # noqa: S311 - made-up data; seeded anew for each county
        self._known: dict[str, Cadre] = {}

    def begin(self) -> Dealt:
        """The files of the two helpers of the demonstration, whose accounts are there already."""
        dealt = Dealt()
        for account in ACCOUNTS:
            if account.role == "helper":
                county = account.division // 10**6
                dealt.units += _units(county)
                sex = "2" if account.username.endswith("2") else "1"
                dealt.cadres.append(self._cadre(account.username, county, 1, account.name, sex, 0))
        return dealt

    def pair(self, families: Iterable[Family]) -> Dealt:
        """Helpers that are new and the pairings of these households, all of one village."""
        dealt = Dealt()
        reserved: list[str] | None = None
        for family in families:
            household = family.household
            if household.division_id // 10**6 != self._county:
                self._county, self._count, self._room = household.division_id // 10**6, 0, 0
                self._chance = random.Random(f"{self._seed}:helpers:{self._county}")  # noqa: S311
                dealt.counters.append(Counter(self._county * 10**6, _LAST_SERIAL))
                if not any(cadre.division_id == self._county * 10**6 for cadre in self._known.values()):
                    dealt.units += _units(self._county)
            if reserved is None:
                wanted = DEMO_PAIRINGS.get(household.division_id, {})
                reserved = [name for name, count in wanted.items() for _ in range(count)]
            # Households that have left for good are not all helped any more; the others are.
            if household.status == "41" and self._chance.random() < 0.5:
                continue
            if reserved:
                dealt.pairings.append(self._pairing(family, reserved.pop(0)))
                continue
            if not self._room:
                self._room = self._chance.choice((3, 4, 5, 5))
                self._helper(dealt)
            self._room -= 1
            dealt.pairings.append(self._pairing(family, self._current))
        return dealt

    def _helper(self, dealt: Dealt) -> None:
        self._count += 1
        self._known.pop(self._current, None)
        self._current = f"helper-{self._county}-{self._count:05d}"
        namer = Namer(self._chance)
        surname = namer.surname("02" if self._chance.random() < 0.2 else "01")
        sex = "1" if self._chance.random() < 0.62 else "2"
        name = namer.full(surname, sex, self._chance.randint(1962, 1990))
        dealt.helpers.append(Helper(username=self._current, name=name, division_id=self._county * 10**6))
        serial = self._count + _FIRST_OF_HELPERS - 1
        dealt.cadres.append(self._cadre(self._current, self._county, serial, name, sex, self._count))

    def _cadre(self, account: str, county: int, serial: int, name: str, sex: str, turn: int) -> Cadre:
        """The file behind an account. Nothing of it is left to chance: who is paired with whom stays as it was."""
        cadre = self._known[account] = Cadre(
            account=account,
            division_id=county * 10**6,
            code=helper_code(county, serial),
            unit=_UNITS[turn % len(_UNITS)][0],
            name=name,
            sex=sex,
            phone=helper_phone(county, serial),
            rank="4" if turn % 11 == 0 else "5",
            post=_POSTS[turn % len(_POSTS)],
            bilingual=turn % 4 == 0,
            rural_experience=turn % 29 != 0,
        )
        return cadre

    def _pairing(self, family: Family, helper: str) -> Pairing:
        from_on = max(_FIRST_DAY, family.household.identified_on) + datetime.timedelta(self._chance.randint(0, 40))
        cadre = self._known[helper]
        household = family.household
        return Pairing(household.id, household.division_id, helper, cadre.name, cadre.unit, cadre.phone, from_on)


def _units(county: int) -> list[Unit]:
    return [Unit(county * 10**6, name, level, kind) for name, level, kind in _UNITS]
