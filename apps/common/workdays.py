"""Working days (工作日): neither Saturday nor Sunday nor a public holiday.

Holidays are those announced by the State Council for the region's years of work (`data/holidays.csv`, extended when the
next year is announced). A Saturday that is worked in exchange for a holiday still counts as no working day: a deadline
is never shorter than people expect.
"""

from __future__ import annotations

import csv
import datetime
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "holidays.csv"
SATURDAY = 5
DAY = datetime.timedelta(days=1)


@cache
def holidays() -> frozenset[datetime.date]:
    """Every day off of the file."""
    found: set[datetime.date] = set()
    with FILE.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            day, last = datetime.date.fromisoformat(row["from"]), datetime.date.fromisoformat(row["to"])
            while day <= last:
                found.add(day)
                day += DAY
    return frozenset(found)


def is_working(day: datetime.date) -> bool:
    """Whether people work on a day."""
    return day.weekday() < SATURDAY and day not in holidays()


def after(day: datetime.date, number: int) -> datetime.date:
    """The last of so many working days that follow a day, which itself does not count; the day itself for none."""
    while number > 0:
        day += DAY
        number -= is_working(day)
    return day
