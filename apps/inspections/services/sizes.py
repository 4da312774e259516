"""How large a sample is, and how much of it each stratum gives: plain formulas, without a row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from statistics import NormalDist

HALF = 0.25
"""p(1-p) of a share nobody knows beforehand: the largest there is, at one half."""
ROUNDING = 1e-9
"""So little above a whole number is the arithmetic's, not the sample's."""


def needed(population: int, confidence: int, margin: Decimal | float) -> int:
    """The size for a share (Cochran) with the correction for a finite population: n0 = z²·p(1-p)/e², p = 0.5, and
    n = n0 / (1 + (n0 - 1) / N), rounded up.

    `confidence` and `margin` in percent (95, 5). Never more than the population.
    """
    if population <= 0:
        return 0
    z = NormalDist().inv_cdf(0.5 + confidence / 200)
    endless = z * z * HALF / (float(margin) / 100) ** 2
    size = math.ceil(endless / (1 + (endless - 1) / population) - ROUNDING)
    return min(max(size, 1), population)


def shares(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """How many each stratum gives, proportionally by largest remainders; at least one of each where the size allows,
    never more than it has. They sum up to `size`, which is at most the sum of `counts`."""
    whole = sum(counts.values())
    if size > whole:
        raise ValueError("a sample is not larger than its population")
    exact = {name: size * count / whole for name, count in counts.items()} if whole else {}
    given = {name: math.floor(share) for name, share in exact.items()}
    left = size - sum(given.values())
    for name in sorted(exact, key=lambda one: (given[one] - exact[one], one))[:left]:
        given[name] += 1
    if size >= len(given):
        for name in sorted(one for one, number in given.items() if number == 0):
            giver = max(given, key=lambda one: (given[one] > 1, given[one] - exact[one], one))
            given[giver] -= 1
            given[name] += 1
    return given
