"""问题导入: a workbook says what an inspection from outside found; what is in the ledger is never changed by a file."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access.scope import Scope
from apps.common.days import today
from apps.common.wording import clauses
from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.imports import cells
from apps.pages.imports.importer import Counts, Difference, Fault, Outcome, Progress, Stage, Unit
from apps.pages.imports.sheets import Column, Line, Sheet, SheetImporter, gathered, not_known
from apps.pages.imports.workbook import Table
from apps.problems.models import Problem
from apps.problems.services.raising import may_raise, raise_problem

AREAS = {
    "责任落实": "duty",
    "识别和退出": "identification",
    "帮扶措施": "help",
    "义务教育": "education",
    "基本医疗": "health",
    "住房安全": "dwelling",
    "饮水安全": "water",
    "资金使用": "funds",
    "项目管理": "projects",
    "数据质量": "data",
    "干部作风": "style",
    "其他": "other",
}
LEVELS = {"一般": "general", "较重": "serious", "严重": "grave"}

SHEET = Sheet(
    Column(
        "division", "行政区划代码", cells.identifier(12), "问题所在地的12位代码。", ("区划代码",), 18, required=True
    ),
    Column("area", "问题类别", cells.choice(AREAS), "、".join(AREAS) + "。", ("类别",), 16, required=True),
    Column("object", "问题对象", cells.text(100), "如“危房改造”。", ("对象",), 24, required=True),
    Column("fact", "问题事实", cells.text(2000), "", ("事实", "问题描述"), 50, required=True),
    Column("evidence", "证据", cells.text(2000), "可不填。", (), 30),
    Column("level", "严重程度", cells.choice(LEVELS), f"可不填，为一般：{'、'.join(LEVELS)}。", (), 12),
    Column("found_on", "发现日期", cells.date, "如2018-10-20，不晚于今天。", (), 16, required=True),
    Column("name", "督查名称", cells.text(100), "可不填，如“第三方评估”。", ("来源",), 30),
)
EXPLAINED = "一行一个问题。同一地区、发现日期和问题事实视为同一问题，已登记的不因导入而更改；有错误的行不导入。"

Key = tuple[int, str, str]


class ProblemImporter(SheetImporter):
    """问题: what checks from outside found."""

    kind = "problems"
    title = gettext_lazy("督查问题")
    sheet = SHEET
    template_url = "problem-import-template"

    def stage(self, table: Table, *, scope: Scope, year: int | None, progress: Progress) -> ProblemStage:
        return ProblemStage(table, scope, progress)


@dataclass
class Row:
    """One row of the file, and what becomes of it."""

    seq: int
    line: Line
    outcome: str = Outcome.REFUSED
    faults: list[Fault] = field(default_factory=list)

    @property
    def place(self) -> int:
        """The division that the row names, 0 when it is no code."""
        written = self.line.values.get("division", "")
        return int(written) if len(written) == 12 and written.isdigit() else 0

    @property
    def key(self) -> Key:
        """What makes two rows one problem."""
        return self.place, self.line.values["found_on"], self.line.values["fact"]

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        """A rule that the row breaks."""
        self.faults.append(Fault(self.line.row, self.line.headers.get(name, ""), message, code))


class ProblemStage(Stage):
    """One file, each row compared with the ledger."""

    def __init__(self, table: Table, scope: Scope, progress: Progress) -> None:
        self.scope = scope
        columns, unknown = SHEET.layout(table.header)
        SHEET.require(columns)
        lines = gathered(SHEET.read(table, columns), progress)
        self.rows = len(lines)
        self.warnings = not_known(unknown)
        self.found = [Row(seq, line) for seq, line in enumerate(lines, 1)]
        self.settle()

    def settle(self) -> None:
        """Compare once more with what is there now."""
        places = {row.place for row in self.found if self._may(row.place)}
        known = set(Division.objects.current().filter(code__in=places).values_list("code", flat=True))
        rows = Problem.objects.filter(division__in=known).values_list("division_id", "found_on", "fact")
        there: set[Key] = {(place, on.isoformat(), fact) for place, on, fact in rows}
        seen: dict[Key, int] = {}
        for row in self.found:
            row.faults, row.outcome = list(row.line.faults), Outcome.REFUSED
            if "division" in row.line.values and row.place not in known:
                row.refuse("division", _("没有这个行政区划，或者它不在您的范围内。"), "not_found")
            if (on := row.line.values.get("found_on")) and on > today().isoformat():
                row.refuse("found_on", _("日期不能晚于今天。"), "future")
            if row.faults:
                continue
            if row.key in seen:
                row.refuse("fact", _("与第%(row)s行是同一个问题。") % {"row": seen[row.key]}, "twice")
                continue
            seen[row.key] = row.line.row
            row.outcome = Outcome.UNCHANGED if row.key in there else Outcome.ADDED

    def _may(self, place: int) -> bool:
        try:
            return bool(place) and bool(codes.level(place)) and may_raise(self.scope, "inspection", place)
        except ValueError:  # twelve digits that are no code
            return False

    def counts(self) -> Counts:
        found = Counter(row.outcome for row in self.found)
        return Counts(*(found[outcome] for outcome in Outcome.values))

    def units(self, outcomes: Collection[str]) -> Iterator[Unit]:
        for row in self.found:
            if row.outcome not in outcomes:
                continue
            values = row.line.values
            new = row.outcome == Outcome.ADDED
            yield Unit(
                seq=row.seq,
                key=values.get("division", ""),
                title=values.get("object", ""),
                division=row.place if self._may(row.place) else None,
                row=row.line.row,
                rows=1,
                outcome=row.outcome,
                differences=[Difference("", SHEET.headers["fact"], "—", values["fact"])] if new else [],
                faults=row.faults,
            )

    def refuse(self, reasons: dict[int, str]) -> None:
        for row in self.found:
            if reason := reasons.get(row.seq):
                row.refuse("", reason, "stale")
                row.outcome = Outcome.REFUSED

    def reasons(self) -> dict[int, str]:
        refused = (row for row in self.found if row.outcome == Outcome.REFUSED)
        return {row.line.row: clauses([str(fault) for fault in row.faults]) for row in refused}

    def apply(self, *, by: Any) -> None:
        for row in self.found:
            if row.outcome != Outcome.ADDED:
                continue
            values = row.line.values
            raise_problem(
                by,
                division=row.place,
                source="inspection",
                area=values["area"],
                object=values["object"],
                fact=values["fact"],
                evidence=values.get("evidence", ""),
                level=values.get("level") or "general",
                found_on=datetime.date.fromisoformat(values["found_on"]),
                inspection_name=values.get("name", ""),
            )
