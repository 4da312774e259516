"""Villages of the demonstration register: which were poor and have left, and the facts of one year.

A village's population follows from its registered persons, so that the incidence of a league is the calibrated one at
every scale; where the scale leaves a village without any, its population stays unknown.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Avg, Count

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.sealing import blind_index, seal
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo import places
from apps.dashboards.demo.names import Namer
from apps.divisions.models import Division
from apps.households.models import POOR, Household, Person
from apps.villages.models import Village, VillageYear
from apps.villages.services import ensure_villages

# Villages of the list of 2016, by league (2,834; only Hulunbuir's figure is published).
LISTED = {
    1501: 110, 1502: 60, 1503: 3, 1504: 606, 1505: 470, 1506: 50,
    1507: 280, 1508: 105, 1509: 560, 1522: 440, 1525: 120, 1529: 30,
}  # fmt: skip
# Where they stood at the end of 2018: 676 were still to leave in 2019. The split over earlier years is an estimate.
EXITS = {2016: 0.20, 2017: 0.26, 2018: 0.302}
STILL_POOR = 676 / 2_834
# Rural population behind 152,400 poor persons and an incidence of 1.06 per cent.
RURAL_POPULATION = figures.POOR_PERSONS_2018 / 0.0106
PEOPLE_A_REGISTERED = RURAL_POPULATION / figures.PERSONS
MEAN_FAMILY = 2.6
LEAST_INCIDENCE = 3
"""Per cent of poor persons at which a village may not leave the list."""
SMALLEST = 120
"""People of a village at least, where its league has room for that."""

BORDER = frozenset(
    {
        150223, 150725, 150726, 150727, 150781, 150784, 150824, 150825, 150929, 152201, 152221,
        152501, 152522, 152523, 152524, 152525, 152921, 152922, 152923,
    }
)  # fmt: skip
OLD_BASES = frozenset({150124, 150125, 150223, 150902, 150921, 150925, 150926, 150927, 150929, 150981})
UNITS = (
    "农牧局",
    "水务局",
    "林业和草原局",
    "交通运输局",
    "教育局",
    "卫生健康局",
    "财政局",
    "供电分公司",
    "农村信用联社",
)

PROFILE = {
    "attributes": "text",  # an array in braces: arrays of arrays must be rectangular
    "village_status": "text",
    "exit_year": "smallint",
    "development_type": "text",
    "terrain": "text",
    "leader": "text",
    "leader_title": "text",
    "leader_phone": "bytea",
    "leader_phone_index": "bytea",
    "lon": "numeric",
    "lat": "numeric",
}


def fill_villages(scale: int, seed: int | str) -> int:
    """Give every rural village its profile and the facts of the reference year; the number of years written.

    Call it after the households are there. The same seed gives the same villages. Repeating it changes profiles back
    and leaves years alone that exist.
    """
    with nullcontext() if scopes.current() else scopes.acting(system_account()):
        ensure_villages()
        rural = places.rural_villages(Division.objects.current())
        persons = Person.objects.filter(is_active=True).order_by().values_list("division_id")
        registered = dict(persons.annotate(n=Count("pk")))
        poor = dict(persons.filter(household__status__in=POOR).annotate(n=Count("pk")))
        centres = {
            code: (float(lon), float(lat))
            for code, lon, lat in Household.objects.exclude(lon=None)
            .order_by()
            .values_list("division_id")
            .annotate(middle_lon=Avg("lon"), middle_lat=Avg("lat"))
        }
        people = populations(registered, str(seed))
        status = left_in_order(listed_status(rural, registered, str(seed)), poor, people)
        profiles, years = [], []
        for serial, village in enumerate(rural, start=1):
            chance = random.Random(f"{seed}:village:{village.code}")  # noqa: S311  # invented data, no secrets
            place = village.code
            made = Maker(village, people.get(place), centres.get(place), status.get(place), chance)
            profiles.append({"division_id": village.code, **made.profile(serial)})
            years.append({"division_id": village.code, **made.facts()})
        _write_profiles(profiles)
        return _write_years(years)


def populations(registered: Mapping[int, int], seed: str) -> dict[int, int]:
    """People of the villages where somebody is registered: as many to a registered person as in the whole region, a
    third more or less in each village and no tiny ones; every league's total is exact, and so is its incidence."""
    found: dict[int, int] = {}
    for league in sorted({village // 10**8 for village in registered}):
        chance = random.Random(f"{seed}:people:{league}")  # noqa: S311
        own = {village: people for village, people in sorted(registered.items()) if village // 10**8 == league}
        total = round(sum(own.values()) * PEOPLE_A_REGISTERED)
        weights = {village: people * chance.uniform(0.7, 1.3) for village, people in own.items()}
        found |= figures.apportion(total, weights, dict.fromkeys(own, min(SMALLEST, total // (2 * len(own)))))
    return found


def listed_status(
    rural: Sequence[places.Village], registered: Mapping[int, int], seed: str
) -> dict[int, tuple[str, int | None]]:
    """(status, year of exit) of the villages on the list: each league's number, the poorest counties first."""
    chance = random.Random(f"{seed}:listed")  # noqa: S311
    found: dict[int, tuple[str, int | None]] = {}
    for league, wanted in LISTED.items():
        own = [village for village in rural if village.league_code == league]
        weight = {
            village.code: (1 + registered.get(village.code, 0)) ** 0.5
            * figures.TIER_WEIGHT[village.tier] ** 2
            * chance.lognormvariate(0.0, 0.6)
            for village in own
        }
        chosen = sorted(own, key=lambda village: weight[village.code], reverse=True)[:wanted]
        chance.shuffle(chosen)
        shares = figures.apportion(len(chosen), {**EXITS, 0: STILL_POOR * 0.6, -1: STILL_POOR * 0.4})
        kinds = [kind for kind, count in shares.items() for _one in range(count)]
        for village, kind in zip(chosen, kinds, strict=True):
            found[village.code] = ("40", kind) if kind > 0 else ("10" if kind == 0 else "30", None)
    return found


def left_in_order(
    status: Mapping[int, tuple[str, int | None]], poor: Mapping[int, int], people: Mapping[int, int]
) -> dict[int, tuple[str, int | None]]:
    """The same, but a village in which too many are poor for one that left this year left the year before: what the
    incidence was then nobody asks (rule ST-14)."""
    return {
        village: (kind, figures.YEAR - 1)
        if exit_year == figures.YEAR and 100 * poor.get(village, 0) >= LEAST_INCIDENCE * people.get(village, 0) > 0
        else (kind, exit_year)
        for village, (kind, exit_year) in status.items()
    }


class Maker:
    """Makes one village up, from its place, its registered persons and its own stream of chance."""

    def __init__(
        self,
        village: places.Village,
        population: int | None,
        centre: tuple[float, float] | None,
        status: tuple[str, int | None] | None,
        chance: random.Random,
    ) -> None:
        self.village, self.centre, self.status, self.chance = village, centre, status, chance
        self.namer = Namer(chance)
        self.mongol = min(0.95, figures.LEAGUES[village.league_code].mongol * (1.8 if village.is_gacha else 0.7))
        self.pastoral = chance.random() < village.pastoral
        self.population = population
        self.households = round(self.population / MEAN_FAMILY) if self.population else None

    def yes(self, share: float) -> bool:
        return self.chance.random() < share

    def part(self, whole: int | None, share: float) -> int | None:
        """About this share of a whole, half as much more or less; unknown of an unknown whole."""
        return None if whole is None else min(whole, round(whole * share * self.chance.uniform(0.5, 1.5)))

    def name(self) -> str:
        people = "02" if self.yes(self.mongol) else "01"
        return self.namer.full(
            self.namer.surname(people), "1" if self.yes(0.8) else "2", self.chance.randint(1958, 1985)
        )

    def profile(self, serial: int) -> dict[str, Any]:
        """Columns of `Village`."""
        chance, county = self.chance, self.village.county_code
        attributes = ["01"] if self.status else ["02"]
        if self.status and self.yes(0.15 if self.village.tier == "national" else 0.03):
            attributes.append("03")
        if self.yes(self.mongol):
            attributes.append("04")
        if self.status and self.yes(0.5):
            attributes.append("05")
        if self.status and self.yes(0.12):
            attributes.append("06")
        if county in BORDER and self.yes(0.12):
            attributes.append("07")
        if county in OLD_BASES and self.yes(0.35):
            attributes.append("08")
        status, exit_year = self.status or (None, None)
        farming = ("01", "01", "01", "02", "03", "05", "07")
        # Where no household says where the village lies, it is somewhere around the township's seat.
        lon, lat = self.centre or (
            self.village.lon + max(-0.14, min(0.14, chance.gauss(0, 0.06))),
            self.village.lat + max(-0.10, min(0.10, chance.gauss(0, 0.045))),
        )
        phone = f"160{serial:08d}"
        return {
            "attributes": "{" + ",".join(attributes) + "}",
            "village_status": status,
            "exit_year": exit_year,
            "development_type": "02" if self.pastoral else chance.choice(farming),
            "terrain": chance.choice(("05", "05", "06", "04") if self.pastoral else ("01", "02", "02", "03", "04")),
            "leader": self.name(),
            "leader_title": "党支部书记兼主任" if self.yes(0.6) else "党支部书记",
            "leader_phone": seal("phone", phone),
            "leader_phone_index": blind_index("phone", phone),
            "lon": round(lon, 6),
            "lat": round(lat, 6),
        }

    def facts(self) -> dict[str, Any]:
        """Columns of `VillageYear`."""
        return {
            "year": figures.YEAR,
            **self._people(),
            **self._land(),
            **self._means(),
            **self._works(),
            **self._services(),
            **self._organisation(),
        }

    def _people(self) -> dict[str, Any]:
        people, families = self.population, self.households
        minority = self.part(people, self.mongol)
        return {
            "natural_villages": self.chance.randint(1, 8),
            "households": families,
            "population": people,
            "dibao_households": self.part(families, 0.07),
            "dibao_persons": self.part(people, 0.06),
            "tekun_households": self.part(families, 0.02),
            "tekun_persons": self.part(people, 0.01),
            "minority": minority,
            "mongol": minority,
            "women": self.part(people, 0.0) if people is None else round(people * self.chance.uniform(0.44, 0.51)),
            "disabled": self.part(people, 0.04),
            "labourers": self.part(people, 0.52),
            "migrants": self.part(people, 0.18),
            "party_members": self.part(people, 0.03),
            "graduate_officials": int(self.yes(0.12)),
        }

    def _land(self) -> dict[str, Any]:
        chance = self.chance
        size = self.households or chance.randint(60, 300)
        cultivated = round(size * (chance.uniform(0, 12) if self.pastoral else chance.uniform(8, 32)))
        forest = round(size * chance.uniform(0, 14))
        return {
            "cultivated": cultivated,
            "irrigated": round(cultivated * chance.uniform(0.05, 0.6)),
            "forest": forest,
            "returned": round(forest * chance.uniform(0, 0.4)),
            "orchard": round(size * chance.uniform(0, 0.6)),
            "grassland": round(size * (chance.uniform(400, 2_500) if self.pastoral else chance.uniform(0, 45))),
            "water": round(size * chance.uniform(0, 0.5)),
        }

    def _means(self) -> dict[str, Any]:
        chance = self.chance
        # 1,674 villages earned less than 50,000 yuan by themselves.
        earned = chance.uniform(0, 50_000) if self.yes(0.45 if self.status else 0.1) else chance.uniform(5e4, 4e5)
        return {
            "per_capita_net": _yuan(chance.gauss(9_600 if self.status else 11_800, 1_400)),
            "collective_income": _yuan(earned * chance.uniform(1.0, 1.6)),
            "collective_operating_income": _yuan(earned),
        }

    def _works(self) -> dict[str, Any]:
        paved = self.yes(0.97)
        natural = self.chance.randint(0, 1)
        return {
            "paved_to_township": paved,
            "bus": self.yes(0.93),
            "unpaved_natural_villages": natural,
            "unpaved_km": _yuan(self.chance.uniform(0.5, 9)) if natural else Decimal(0),
            "unpaved_to_township_km": Decimal(0) if paved else _yuan(self.chance.uniform(1, 25)),
            "unsafe_water_households": self.part(self.households, 0.01) if self.yes(0.12) else self.none(),
            "difficult_water_households": self.part(self.households, 0.008) if self.yes(0.08) else self.none(),
            "powered_natural_villages": 1,
            "unpowered_households": self.part(self.households, 0.01)
            if self.pastoral and self.yes(0.1)
            else self.none(),
            "production_power": self.yes(0.94),
            "dangerous_households": self.part(self.households, 0.015) if self.yes(0.3) else self.none(),
        }

    def none(self) -> int | None:
        """0 of a known number of households."""
        return None if self.households is None else 0

    def _services(self) -> dict[str, Any]:
        chance, people, families = self.chance, self.population, self.households
        clinic = self.yes(0.96)
        tourism = self.yes(0.07)
        return {
            "insured_medical": None if people is None else round(people * chance.uniform(0.95, 1.0)),
            "insured_pension": self.part(people, 0.42),
            "insured_pension_employee": self.part(people, 0.03),
            "clinics": int(clinic),
            "doctors": chance.randint(1, 2) if clinic else 0,
            "toilets": chance.randint(0, 4),
            "waste_points": chance.randint(1, 8),
            "clinic_standard_met": clinic and self.yes(0.94),
            "libraries": int(self.yes(0.9)),
            "cooperatives": chance.randint(0, 6),
            "tourism_households": self.part(families, 0.03) if tourism else self.none(),
            "tourism_workers": self.part(people, 0.03) if tourism else (None if people is None else 0),
            "farmstays": self.part(families, 0.01) if tourism else self.none(),
            "farmstay_income": _yuan(chance.gauss(32_000, 6_000)) if tourism and families else None,
            "broadband_households": self.part(families, 0.4),
            "broadband_schools": int(self.yes(0.2)),
            "mobile_households": self.part(families, 0.55),
            "information_officers": int(self.yes(0.7)),
        }

    def _organisation(self) -> dict[str, Any]:
        listed, chance = self.status is not None, self.chance
        helped = listed or self.yes(0.35)
        return {
            "first_secretary": self.name() if listed and self.yes(0.97) else "",
            "task_force": listed or self.yes(0.55),
            "helping_unit": self.village.county + chance.choice(UNITS) if helped else "",
            "leader_assignment": self.name() if helped else "",
            "plan": self.yes(0.95 if listed else 0.7),
            "good_team": self.yes(0.93),
            "supervisors": 10 if listed and self.yes(0.9) else chance.randint(0, 9),
            "weak_branch": self.yes(0.058),
            "stars": chance.choice((2, 3, 3, 3, 4, 4, 5)),
            "secretary_filed": self.yes(0.98),
            "reserves": chance.randint(1, 3),
            "pv": listed and self.yes(0.33),
            "tourism": self.yes(0.05),
            "ecommerce": self.yes(0.25),
            "collective_project": self.yes(0.6 if listed else 0.25),
        }


def _yuan(value: float) -> Decimal:
    return Decimal(max(0.0, value)).quantize(Decimal("0.01"))


def _write_profiles(rows: Sequence[Mapping[str, Any]]) -> None:
    """One statement, so that history has one set of events."""
    columns = ", ".join(f"{name} = new.{name}{'::text[]' if name == 'attributes' else ''}" for name in PROFILE)
    names = ("division_id", *PROFILE)
    arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *PROFILE.values()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Village._meta.db_table} AS old SET {columns}"  # noqa: S608  # names of our own
            f" FROM unnest({arrays}) AS new({', '.join(names)}) WHERE old.division_id = new.division_id",
            [[row[name] for row in rows] for name in names],
        )


def _write_years(rows: Sequence[Mapping[str, Any]]) -> int:
    """One statement; columns that are not given here have the defaults of a row nobody has edited."""
    names = [name for name in rows[0] if name != "division_id"]
    kinds = {
        name: (VillageYear._meta.get_field(name).db_type(connection) or "").split("(")[0].removesuffix(" CHECK")
        for name in names
    }
    arrays = ", ".join(["%s::bigint[]", *(f"%s::{kinds[name]}[]" for name in names)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {VillageYear._meta.db_table}"  # noqa: S608  # names of our own
            f" (village_id, division_id, version, created_at, updated_at, {', '.join(names)})"
            f" SELECT village.id, village.division_id, 1, now(), now(), {', '.join('new.' + name for name in names)}"
            f" FROM unnest({arrays}) AS new(division_id, {', '.join(names)})"
            f" JOIN {Village._meta.db_table} AS village USING (division_id)"
            " ON CONFLICT (village_id, year) DO NOTHING",
            [[row[name] for row in rows] for name in ("division_id", *names)],
        )
        return cursor.rowcount
