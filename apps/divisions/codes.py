"""Arithmetic on 12-digit division codes (GB/T 2260 with the statistics extension).

A code is written as digit groups of 2-2-2-3-3: region, league, county, township, village. The groups that are not
zero tell the level; the trailing zeros of the number do not: ``150422100200`` is a village (group ``200``), and
``150400000000`` is a league. A unit and everything below it is one closed range of numbers, so that "there and
below" is a ``BETWEEN`` on an index, and the units above a code need no query.

Codes are plain integers here, as in the database; `parse` and `text` are the border to people and files. Nothing in
this module knows which codes exist: that is the table's business. A number that cannot be a code (wrong length, or a
group set below an empty one) raises `ValueError`.
"""

import re
from collections.abc import Iterable

REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE = LEVELS = (1, 2, 3, 4, 5)

WHOLE_REGION = 150000000000
"""The autonomous region itself: every unit of the platform lies in its range."""

SPAN = {REGION: 10**10, LEAGUE: 10**8, COUNTY: 10**6, TOWNSHIP: 10**3, VILLAGE: 1}
"""How many numbers the range of one unit of a level holds; `code // SPAN[level]` is its significant prefix."""

DIGITS = {REGION: 2, LEAGUE: 4, COUNTY: 6, TOWNSHIP: 9, VILLAGE: 12}
"""How many leading digits of the written code name a unit of a level."""

_TWELVE_DIGITS = re.compile(r"[0-9]{12}", re.ASCII)


def level(code: int) -> int:
    """Level of a code, 1 (region) to 5 (village); `ValueError` when the number is no code."""
    if not 10**11 <= code < 10**12:
        raise ValueError(f"not a 12-digit division code: {code}")
    if code % 1000:
        if not code // 1000 % 1000:
            raise ValueError(f"village without township: {code}")
        found = VILLAGE
    elif code // 1000 % 1000:
        found = TOWNSHIP
    elif code // 10**6 % 100:
        found = COUNTY
    elif code // 10**8 % 100:
        found = LEAGUE
    else:
        found = REGION
    if found >= TOWNSHIP and not code // 10**6 % 100:
        raise ValueError(f"township without county: {code}")
    if found >= COUNTY and not code // 10**8 % 100:
        raise ValueError(f"county without league: {code}")
    return found


def at(code: int, wanted: int) -> int:
    """The unit of level `wanted` that holds `code`, or `code` itself; `ValueError` when `wanted` is below it."""
    own = level(code)
    if wanted not in SPAN or wanted > own:
        raise ValueError(f"{code} of level {own} has no unit of level {wanted} above it")
    return code - code % SPAN[wanted]


def parent(code: int) -> int | None:
    """The unit one level up, or None for a region."""
    own = level(code)
    return None if own == REGION else code - code % SPAN[own - 1]


def ancestors(code: int) -> list[int]:
    """The units above `code`, top down, without itself."""
    return [code - code % SPAN[upper] for upper in range(REGION, level(code))]


def subtree(code: int) -> tuple[int, int]:
    """Lowest and highest number of the unit's range, both inclusive. A village's range is itself."""
    return code, code + SPAN[level(code)] - 1


def contains(outer: int, inner: int) -> bool:
    """Whether `inner` is `outer` or lies below it."""
    level(inner)
    low, high = subtree(outer)
    return low <= inner <= high


def together(places: Iterable[int]) -> int:
    """The lowest unit that contains all of these, of which there is one at the least."""
    found = sorted(places)
    low, high = found[0], found[-1]
    return next(place for place in (low, *reversed(ancestors(low))) if contains(place, high))


def parse(written: str) -> int:
    """The number of a code as people and files write it: exactly twelve digits, surrounding blanks aside."""
    digits = written.strip()
    if not _TWELVE_DIGITS.fullmatch(digits):
        raise ValueError(f"not a 12-digit division code: {written!r}")
    code = int(digits)
    level(code)
    return code


def text(code: int) -> str:
    """The twelve digits of a code; `ValueError` when the number is none."""
    level(code)
    return str(code)
