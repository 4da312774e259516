"""The rule catalogue: all 167 rules with their severity, acting level, deadline and source (data/rules.csv).

The catalogue knows every rule, `apps.crosschecks.rules` those that can run. A rule that cannot is shown as *not run*
with what it waits for, never as clean.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.wording import clauses, listed
from apps.crosschecks.choices import Group, Level, Severity
from apps.datasets.catalogue import datasets, in_language

DATA = Path(__file__).parent / "data"

# Records that rules read and that later parts of the platform will keep.
RECORDS: dict[str, str | Promise] = {
    "next": _("规则所需数据已具备，将在下一批规则中启用"),
    "history": _("需要历史区划代码表（GB/T 2260），尚未导入"),
    "measures": _("需要帮扶措施台账"),
    "identification": _("需要识别工作流程记录"),
    "exit": _("需要退出工作流程记录"),
    "annual_plan": _("需要年度减贫计划"),
    "monitoring": _("需要监测对象记录"),
    "relocation": _("需要易地搬迁台账"),
    "education_aid": _("需要教育资助记录"),
    "pv": _("需要光伏电站台账"),
    "cadres": _("需要帮扶干部和驻村工作队记录"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of the catalogue."""

    id: str
    group: Group
    severity: Severity
    title_zh: str
    title_en: str
    text: str
    condition: str
    data_sets: tuple[str, ...]
    level: Level
    actor: str
    due_days: int
    waits_for: tuple[str, ...]
    source: str

    @property
    def title(self) -> str:
        """The rule's name in the active language."""
        return in_language(self.title_zh, self.title_en)

    @property
    def reason(self) -> str:
        """Why the rule cannot run, in the active language; empty when it can."""
        records = [str(RECORDS[name]) for name in self.waits_for if name in RECORDS]
        names = [datasets()[name].name for name in self.waits_for if name not in RECORDS]
        if names:
            records.append(gettext("需要部门数据：%(names)s") % {"names": listed(names)})
        return clauses(records)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def catalogue() -> dict[str, Entry]:
    """All rules by id, in the order of the catalogue; ValueError for a row that makes no sense."""
    entries = [
        Entry(
            id=row["id"],
            group=Group(row["group"]),
            severity=Severity(row["severity"]),
            title_zh=row["title_zh"],
            title_en=row["title_en"],
            text=row["text"],
            condition=row["condition"],
            data_sets=_parts(row["data_sets"]),
            level=Level(int(row["level"])),
            actor=row["actor"],
            due_days=int(row["due_days"]),
            waits_for=_parts(row["waits_for"]),
            source=row["source"],
        )
        for row in _rows("rules.csv")
    ]
    found = {entry.id: entry for entry in entries}
    if len(found) != len(entries):
        raise ValueError("a rule stands twice in the catalogue")
    return found
