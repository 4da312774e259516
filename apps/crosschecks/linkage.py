"""The model that weighs a person without a usable number against a record of the household register (Fellegi-Sunter).

Every probability is written down here with its reason, and none is learnt: a few hundred rows teach too little, and
the same two records must weigh the same tomorrow. `m` is how often a comparison comes out like this for one person
written down twice, `u` how often for two persons of a county. A level weighs log2(m / u).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.wording import clauses, labelled

COUNTY_POPULATION = 200_000
"""Of so many records of a county at most one is the person's own: the weight that everything begins with."""
THRESHOLD = 0.5
"""From this probability on, where it is more likely than not, a person is asked. The probability alone is not enough:
both the name and the birth date have to agree or nearly do (`AGREEING`), so that there is no match by name alone."""
AGREEING = {"name": "similar", "born_on": "digit"}
"""The least that these comparisons must come to."""
CERTAIN = 0.999
"""No score is higher: that two records are one person is for people to say."""
MOST = 3
"""Candidates that a person is shown with, the most probable ones."""
SIMILAR = 0.8
"""Jaro-Winkler similarity of two names of three characters that differ in the last one is 0.82."""


@dataclass(frozen=True)
class Level:
    """One way a comparison comes out: its name, what it says, the condition in DuckDB's SQL over `_l` (the person) and
    `_r` (the record), and how often it happens."""

    name: str
    label: str | Promise
    sql: str
    m: float
    u: float

    @property
    def weight(self) -> float:
        """In bits; above zero it speaks for the same person."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class Comparison:
    """One thing compared, its levels from the closest on; where either side is empty it weighs nothing."""

    name: str
    label: str | Promise
    levels: tuple[Level, ...]
    unknown: str

    def gamma(self, name: str) -> int:
        """Splink's number of a level: the closest has the highest, the last one 0."""
        return [level.name for level in reversed(self.levels)].index(name)

    def level(self, gamma: int) -> Level | None:
        """The level of Splink's number; none for -1, which stands for an empty side."""
        return None if gamma < 0 else self.levels[len(self.levels) - 1 - gamma]


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "name",
        _("姓名"),
        (
            # Names are written alike nine times of ten; two people of a county share one in 2,000 pairs.
            Level("exact", _("一致（不计间隔号）"), "name_l = name_r", 0.90, 0.0005),
            # One character off: a homophone, a second way to write a Mongolian name.
            Level("similar", _("相近"), f"jaro_winkler_similarity(name_l, name_r) >= {SIMILAR}", 0.07, 0.005),
            Level("other", _("不同"), "ELSE", 0.03, 0.9945),
        ),
        "name_l IS NULL OR name_r IS NULL OR name_l = '' OR name_r = ''",
    ),
    Comparison(
        "born_on",
        _("出生日期"),
        (
            # One day of sixty years.
            Level("exact", _("一致"), "born_on_l = born_on_r", 0.85, 0.00005),
            # Some twenty dates differ from one in a single digit.
            Level(
                "digit",
                _("相差一位数字"),
                "hamming(strftime(born_on_l, '%Y%m%d'), strftime(born_on_r, '%Y%m%d')) = 1",
                0.08,
                0.001,
            ),
            Level("year", _("同年"), "year(born_on_l) = year(born_on_r)", 0.05, 0.015),
            Level("other", _("不同"), "ELSE", 0.02, 0.98395),
        ),
        "born_on_l IS NULL OR born_on_r IS NULL",
    ),
    Comparison(
        "sex",
        _("性别"),
        (
            Level("same", _("相同"), "sex_l = sex_r", 0.98, 0.5),
            Level("other", _("不同"), "ELSE", 0.02, 0.5),
        ),
        "sex_l IS NULL OR sex_r IS NULL",
    ),
    Comparison(
        "place",
        _("所在地和户籍地"),
        (
            # A county has about twelve townships and a hundred and forty villages; a quarter live apart from where
            # they are registered.
            Level("village", _("同一嘎查村"), "village_l = village_r", 0.55, 0.007),
            Level("township", _("同一苏木乡镇"), "township_l = township_r", 0.20, 0.073),
            Level("county", _("同一旗县"), "ELSE", 0.25, 0.92),
        ),
        "township_l IS NULL OR township_r IS NULL",
    ),
)
BY_NAME: Mapping[str, Comparison] = {one.name: one for one in COMPARISONS}

# Only pairs of one county are looked at, and of these only those that share the name or the birth date.
BLOCKING = ("l.name = r.name AND l.county = r.county", "l.born_on = r.born_on AND l.county = r.county")


def settings() -> dict[str, Any]:
    """The model as Splink takes it."""
    return {
        "link_type": "link_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": 1 / COUNTY_POPULATION,
        "blocking_rules_to_generate_predictions": list(BLOCKING),
        "retain_intermediate_calculation_columns": True,
        "comparisons": [
            {
                "output_column_name": one.name,
                "comparison_levels": [
                    {"sql_condition": one.unknown, "label_for_charts": "unknown", "is_null_level": True},
                    *(
                        {
                            "sql_condition": level.sql,
                            "label_for_charts": level.name,
                            "m_probability": level.m,
                            "u_probability": level.u,
                        }
                        for level in one.levels
                    ),
                ],
            }
            for one in COMPARISONS
        ],
    }


def agreeing() -> str:
    """The condition in SQL that a weighed pair agrees in what it must agree in."""
    return " AND ".join(f"gamma_{name} >= {BY_NAME[name].gamma(level)}" for name, level in AGREEING.items())


def explanation(gammas: Mapping[str, int]) -> list[dict[str, Any]]:
    """What is kept of a score: of each comparison the level it reached (null where a side is empty) and its weight."""
    found = []
    for one in COMPARISONS:
        level = one.level(gammas[one.name])
        found.append(
            {
                "comparison": one.name,
                "level": level.name if level else None,
                "weight": round(level.weight, 2) if level else 0,
            }
        )
    return found


def probability(weights: Sequence[float]) -> float:
    """The probability that comes of the weights of all comparisons."""
    odds = 2 ** (sum(weights)) / (COUNTY_POPULATION - 1)
    return odds / (1 + odds)


def worded(explained: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    """(comparison's name, its label, how it came out, its weight) in words; a comparison that is no more is left
    out."""
    for part in explained:
        one = BY_NAME.get(str(part["comparison"]))
        if one is None:
            continue
        labels = {level.name: str(level.label) for level in one.levels}
        yield one.name, str(one.label), labels.get(str(part["level"]), str(_("无法比较"))), f"{part['weight']:+.1f}"


def sentence(explained: Sequence[Mapping[str, Any]]) -> str:
    """An explanation in one line."""
    return clauses(labelled(label, text) for _name, label, text, _weight in worded(explained))
