"""The figures that the demonstration register is made to match.

Published totals: 357,000 households and 802,000 persons in 90 counties after the re-check of 2016, 152,400 persons
still poor at the end of 2018, 21,775 corrected records in one cleaning. League values add up to these totals; only
Hulunbuir's are published, the others are estimates. Shares are of households unless they say persons.
"""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

HOUSEHOLDS = 357_000
PERSONS = 802_000
POOR_PERSONS_2018 = 152_400
FINDINGS = 21_775

REFERENCE = datetime.date(2018, 12, 31)
YEAR = REFERENCE.year
YEARS = (YEAR - 1, YEAR)

# Poverty line used for exits: 2,300 yuan of 2010 carried on by 6 % a year; for 150000000000, to be confirmed locally.
LINES = {2013: 2736, 2014: 2800, 2015: 2968, 2016: 3146, 2017: 3335, 2018: 3535, 2019: 3747, 2020: 4000}

# Persons who left poverty in each year, from the series 802,000 - 562,000 - 380,000 - 152,400.
EXITS = {2016: 240_000, 2017: 182_000, 2018: 227_600}


@dataclass(frozen=True, slots=True)
class League:
    """One league or city: its part of the register, and shares of persons."""

    households: int
    persons: int
    poor_persons_2018: int
    mongol: float
    labour: float = 0.50


LEAGUES = {
    1501: League(16_050, 36_000, 3_600, 0.10),
    1502: League(7_130, 16_000, 1_000, 0.04),
    1503: League(150, 340, 0, 0.04),
    1504: League(90_440, 200_000, 38_000, 0.20),
    1505: League(57_960, 130_000, 24_000, 0.45, labour=0.58),
    1506: League(4_900, 11_000, 700, 0.10),
    1507: League(25_660, 61_660, 11_000, 0.10),
    1508: League(11_590, 26_000, 1_800, 0.04),
    1509: League(89_170, 200_000, 52_000, 0.03),
    1522: League(38_340, 86_000, 16_000, 0.45),
    1525: League(14_270, 32_000, 4_000, 0.30),
    1529: League(1_340, 3_000, 300, 0.20),
}

# 90 of the 103 counties hold registry; these urban districts and cities with the fewest rural villages do not.
WITHOUT_REGISTRY = frozenset(
    {
        150102, 150103, 150203, 150204, 150206, 150302, 150304,
        150603, 150702, 150703, 150781, 150785, 152501,
    }
)  # fmt: skip

# Weight of a rural village by the county's place on the poverty lists.
TIER_WEIGHT = {"national": 2.2, "regional": 1.5, "": 0.7}
# Zhuozi county: 12,179 registered persons are published.
COUNTY_PERSONS = {150921: 12_179}

# Counties where herding comes before farming, and those that do both.
PASTORAL = frozenset(
    {
        150223, 150623, 150624, 150724, 150725, 150726, 150727, 150824, 150825, 150929, 152522, 152523, 152524,
        152525, 152526, 152528, 152529, 152530, 152921, 152922, 152923,
    }
)  # fmt: skip
MIXED = frozenset({150421, 150422, 150423, 150425, 150426, 150521, 150522, 150524, 150525, 150526, 150625, 150626,
                   152221, 152222, 152223})  # fmt: skip

# Villages of the demonstration accounts; each holds at least this many households whatever the scale.
DEMO_VILLAGES = (150422100200, 150422100201, 150422101200, 150423100200, 150522100200)
DEMO_VILLAGE_HOUSEHOLDS = 20

SIZES = {1: 0.300, 2: 0.380, 3: 0.150, 4: 0.100, 5: 0.048, 6: 0.016, 7: 0.006}

CAUSES = {
    "01": 42.2, "09": 17.0, "08": 13.3, "07": 12.0, "02": 6.0, "03": 3.0, "04": 3.0, "05": 1.5, "11": 1.0,
    "06": 0.4, "10": 0.3, "12": 0.1, "13": 0.1, "99": 0.1,
}  # fmt: skip

# Persons by path of help: production, relocation, ecology, education, social-security floor.
PATHS = {"1": 54.1, "2": 15.5, "3": 5.0, "4": 6.3, "5": 19.1}

# Peoples other than Han and Mongol, share of persons by league, and by banner where one is at home.
PEOPLES: dict[int, dict[str, float]] = {
    1501: {"03": 0.02, "11": 0.01},
    1502: {"03": 0.01, "11": 0.01},
    1503: {"03": 0.03},
    1504: {"11": 0.05, "03": 0.01},
    1505: {"11": 0.03, "03": 0.01, "10": 0.002},
    1506: {"03": 0.005},
    1507: {"11": 0.03, "31": 0.02, "45": 0.01, "03": 0.01, "44": 0.005, "10": 0.005},
    1508: {"03": 0.01},
    1509: {"03": 0.01, "11": 0.01},
    1522: {"11": 0.04, "10": 0.01},
    1525: {"11": 0.02, "03": 0.01},
    1529: {"03": 0.03},
}
PEOPLES_OF_COUNTY: dict[int, dict[str, float]] = {
    150722: {"31": 0.22, "45": 0.02, "11": 0.03},
    150723: {"52": 0.08, "45": 0.03, "31": 0.03, "11": 0.03},
    150724: {"45": 0.15, "31": 0.10},
}

_Key = TypeVar("_Key", bound=Hashable)


def apportion(total: int, weights: Mapping[_Key, float], minimum: Mapping[_Key, int] | None = None) -> dict[_Key, int]:
    """Share a total out in whole numbers by largest remainders; parts below their minimum are raised to it.

    The parts add up to the total exactly. Keys of weight 0 without a minimum get nothing. ValueError when the
    minima alone exceed the total, or nothing can take what is left.
    """
    least = minimum or {}
    fixed: dict[_Key, int] = {}
    while True:
        free = {key: weight for key, weight in weights.items() if key not in fixed and weight > 0}
        rest, whole = total - sum(fixed.values()), sum(free.values())
        if rest < 0 or (rest and not free):
            raise ValueError(f"{total} cannot be shared out: the minima need {sum(fixed.values())}")
        short = {
            key: wanted
            for key, wanted in least.items()
            if key not in fixed and rest * free.get(key, 0.0) / (whole or 1) < wanted
        }
        if not short:
            break
        fixed.update(short)
    exact = {key: rest * weight / whole for key, weight in free.items()}
    parts = {key: int(value) for key, value in exact.items()}
    order = sorted(free, key=lambda key: (parts[key] - exact[key], str(key)))
    for key in order[: rest - sum(parts.values())]:
        parts[key] += 1
    return {key: fixed.get(key, parts.get(key, 0)) for key in weights}


def at_scale(figure: int, scale: int) -> int:
    """A published figure at 1 in `scale`."""
    return round(figure / scale)
