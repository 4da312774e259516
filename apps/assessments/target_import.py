"""减贫计划导入: a workbook of what leagues or counties are to reach in a year. No file changes what is entered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.assessments.models import EffectAssessment, EffectTarget
from apps.assessments.services import effect_sites
from apps.pages.imports import cells
from apps.pages.imports.importer import Outcome
from apps.pages.imports.rows import ComparedRows, Row
from apps.pages.imports.sheets import Column, Sheet, SheetImporter

PLANNED = ("exit_persons", "exit_villages", "removed_counties", "income_growth")
SHEET = Sheet(
    Column("division", "行政区划代码", cells.identifier(12), "盟市或旗县的12位代码。", ("地区代码",), 18, True),
    Column("year", "年度", cells.year(2014), "如2018。", (), 12, True),
    Column("exit_persons", "计划减贫人数", cells.number(9, 0), "可不填。", (), 16),
    Column("exit_villages", "计划退出贫困村数", cells.number(9, 0), "可不填。", (), 18),
    Column("removed_counties", "计划摘帽旗县数", cells.number(9, 0), "可不填。", (), 16),
    Column("income_growth", "计划收入增长（%）", cells.number(4, 1, most=100), "如10，可不填。", (), 18),
)
EXPLAINED = "一行一个盟市或旗县的年度计划。已经录入的计划不因导入而更改；有错误的行不导入。"
Key = tuple[int, int]
Known = tuple[set[int], dict[Key, tuple[Any, ...]], set[Key]]


class TargetStage(ComparedRows):
    """One file, each row compared with the plans that are there."""

    sheet, titled, twice = SHEET, "year", "division"

    def look(self) -> Known:
        """The places that this account hands plans down to, the plans that are there, and the years that are open."""
        places = self.places(lambda place: effect_sites.plannable(self.scope, place))
        plans = EffectTarget.objects.filter(division__in=places).values_list("division_id", "year", *PLANNED)
        opened = EffectAssessment.objects.filter(division__in=places).values_list("division_id", "year")
        return places, {row[:2]: row[2:] for row in plans}, set(opened)

    def key(self, row: Row) -> Key:
        return row.place("division"), int(row.line.values["year"])

    def compare(self, row: Row, known: Known) -> None:
        places, plans, opened = known
        values = row.line.values
        planned = tuple(
            None if name not in values else Decimal(values[name]) if name == "income_growth" else int(values[name])
            for name in PLANNED
        )
        key = self.key(row)
        if key[0] not in places:
            row.refuse("division", _("没有这个行政区划，或者计划不由您下达。"), "not_found")
        elif (entered := plans.get(key)) is not None:
            if entered != planned:
                row.refuse("division", _("这一年度的计划已经录入，与文件不同。"), "differs")
            else:
                row.outcome = Outcome.UNCHANGED
        elif key in opened:
            row.refuse("year", _("这一年度的成效考核已经开展，计划不能再改。"), "used")
        elif all(one is None for one in planned):
            row.refuse("exit_persons", _("请至少填写一项计划。"), "required")
        else:
            row.division, year = key
            target = EffectTarget(division_id=row.division, year=year, **dict(zip(PLANNED, planned, strict=True)))
            row.add(target, "exit_persons")

    def apply(self, *, by: Any) -> None:
        for one in self.accepted:
            effect_sites.save_target(one, by=by)


class TargetImporter(SheetImporter):
    """减贫计划."""

    kind = "effect-targets"
    title = gettext_lazy("减贫计划")
    stages = TargetStage
    template_url = "effect-target-import-template"
