"""问题导入: a workbook says what an inspection from outside found; what is in the ledger is never changed by a file."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from apps.pages.imports import cells
from apps.pages.imports.importer import Outcome
from apps.pages.imports.rows import ComparedRows, Row
from apps.pages.imports.sheets import Column, Sheet, SheetImporter
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
Known = tuple[set[int], set[Key]]


class ProblemStage(ComparedRows):
    """One file, each row compared with the ledger."""

    sheet, titled, twice = SHEET, "object", "fact"

    def look(self) -> Known:
        """The places where this account raises problems, and what their ledger holds."""
        places = self.places(lambda place: may_raise(self.scope, "inspection", place))
        rows = Problem.objects.filter(division__in=places).values_list("division_id", "found_on", "fact")
        return places, {(place, on.isoformat(), fact) for place, on, fact in rows}

    def check(self, row: Row, known: Known) -> None:
        self.require_place(row, known[0])
        row.require_come("found_on")

    def key(self, row: Row) -> Key:
        return row.place("division"), row.line.values["found_on"], row.line.values["fact"]

    def compare(self, row: Row, known: Known) -> None:
        if self.key(row) in known[1]:
            row.outcome = Outcome.UNCHANGED
            return
        values = row.line.values
        said = {
            "division": row.division,
            "source": "inspection",
            "area": values["area"],
            "object": values["object"],
            "fact": values["fact"],
            "evidence": values.get("evidence", ""),
            "level": values.get("level") or "general",
            "found_on": datetime.date.fromisoformat(values["found_on"]),
            "inspection_name": values.get("name", ""),
        }
        row.add(said, "fact")

    def apply(self, *, by: Any) -> None:
        for said in self.accepted:
            raise_problem(by, **said)


class ProblemImporter(SheetImporter):
    """问题: what checks from outside found."""

    kind = "problems"
    title = gettext_lazy("督查问题")
    stages = ProblemStage
    template_url = "problem-import-template"
