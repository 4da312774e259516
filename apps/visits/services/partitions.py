"""The months of the table of visits. The application's role may not make tables: a function of the owner does it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from apps.common.days import today

AHEAD = 3
"""So many months after the running one have their part already."""


def ensure(*days: date, ahead: int = AHEAD) -> list[date]:
    """Make the parts of the months of these days (today, and the reference date) and of `ahead` months after each.

    Returns the first days of the months that were made; a month that exists already, or whose visits lie in the part
    for all other days by now, is passed over. Raises DataError for a month before 2013 or more than two years ahead.
    """
    wanted = set()
    for day in days or (timezone.localdate(), today()):
        month = day.replace(day=1)
        for _step in range(ahead + 1):
            wanted.add(month)
            month = (month + timedelta(days=31)).replace(day=1)
    made = []
    for month in sorted(wanted):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT visits_make_month(%s)", [month])
            if cursor.fetchone()[0]:
                made.append(month)
    return made
