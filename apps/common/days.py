"""The day that work counts from."""

from __future__ import annotations

import calendar
import datetime

from django.conf import settings
from django.utils import timezone


def today() -> datetime.date:
    """The date that rules and deadlines count from: the reference date if set, else today in Asia/Shanghai."""
    return settings.REFERENCE_DATE or timezone.localdate()


def month_end(day: datetime.date) -> datetime.date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
