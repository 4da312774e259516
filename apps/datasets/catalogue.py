"""The departments' data sets: who supplies what, how often, and after how many days it counts no more.

Columns and precise readings: rule-semantics.md (b). Those without a limit are named by rules and not received yet.
"""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import models
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from apps.common.wording import labelled

DATA = Path(__file__).parent / "data"


class Refresh(models.TextChoices):
    """How often a department supplies a data set anew."""

    MONTH = "month", _("每月")
    QUARTER = "quarter", _("每季度")
    TERM = "term", _("每学期")
    HALF_YEAR = "half-year", _("每半年")
    YEAR = "year", _("每年")


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set that a department supplies; `stale_days` after its period it counts no more (None: not received)."""

    code: str
    department_zh: str
    department_en: str
    name_zh: str
    name_en: str
    refresh: str
    stale_days: int | None

    @property
    def department(self) -> str:
        """The department that supplies it, in the active language."""
        return in_language(self.department_zh, self.department_en)

    @property
    def title(self) -> str:
        """Its name in the active language, without the department."""
        return in_language(self.name_zh, self.name_en)

    @property
    def name(self) -> str:
        """Its name in the active language, in Chinese after the department."""
        return in_language(labelled(self.department_zh, self.name_zh), self.name_en)

    def oldest(self, on: datetime.date) -> datetime.date:
        """The earliest last day of a period that still counts on a day; the limit day itself is fresh (a.12)."""
        return on - datetime.timedelta(days=self.stale_days or 0)


def in_language(chinese: str, english: str) -> str:
    """A name that the catalogues of rules and data sets keep in two languages; in others it is translated."""
    language = get_language() or "zh-hans"
    if language.startswith("zh"):
        return chinese
    return english if language.startswith("en") else gettext(chinese)


@cache
def datasets() -> dict[str, DataSet]:
    """Departments' data sets by code."""
    with (DATA / "datasets.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: DataSet(
                row["code"],
                row["department_zh"],
                row["department_en"],
                row["name_zh"],
                row["name_en"],
                row["refresh"],
                int(row["stale_days"]) if row["stale_days"] else None,
            )
            for row in csv.DictReader(file)
        }
