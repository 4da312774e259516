"""实地考核结果导入: a workbook of a third party or of those who crossed over. No file changes what is entered."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.assessments.models import SiteResult
from apps.assessments.services import effect_sites
from apps.assessments.services.effect_sites import Checkable
from apps.pages.imports import cells
from apps.pages.imports.importer import Outcome
from apps.pages.imports.rows import ComparedRows, Row
from apps.pages.imports.sheets import Column, Sheet, SheetImporter

INDICATORS = {
    "漏评率": "missed",
    "错评率": "wrong_listing",
    "错退率": "wrong_exit",
    "动态调整按期完成": "campaign",
}
LABELS = {code: label for label, code in INDICATORS.items()}
SOURCES = {"交叉考核": "cross", "第三方评估": "third_party", "上级核查": "office"}
SHEET = Sheet(
    Column("assessed", "被考核地区代码", cells.identifier(12), "盟市或旗县的12位代码。", ("地区代码",), 18, True),
    Column("year", "考核年度", cells.year(2014), "如2018。", ("年度",), 12, True),
    Column("code", "指标", cells.choice(INDICATORS), "、".join(INDICATORS) + "。", (), 20, True),
    Column("source", "来源", cells.choice(SOURCES), "、".join(SOURCES) + "。", (), 16, True),
    Column("sampled", "抽查数", cells.number(9, 0), "抽查的户数或苏木乡镇数。", ("抽查户数",), 12, True),
    Column("wrong", "有问题数", cells.number(9, 0), "其中漏评、错评、错退或未按期完成的数。", ("问题户数",), 12, True),
    Column("note", "说明", cells.text(500), "可不填。", ("备注",), 30),
)
EXPLAINED = "一行一个地区的一项指标。同一来源的同一项结果已经录入的，不因导入而更改；有错误的行不导入。"
Key = tuple[int, int, str, str]


Known = tuple[dict[tuple[int, int, str], Checkable], dict[Key, tuple[int, int]]]


class SiteStage(ComparedRows):
    """One file, each row compared with what the office has entered and may enter."""

    sheet, named, twice = SHEET, "assessed", "code"

    def look(self) -> Known:
        """The places that are this account's to check, by source; and what its offices have entered so far."""
        mine = {
            (one.assessed, one.year, str(source)): one
            for one in effect_sites.checkable(self.scope)
            for source in one.sources
        }
        rows = SiteResult.objects.filter(division__in=effect_sites.offices_of(self.scope))
        names = ("assessed_id", "year", "code", "source", "sampled", "wrong")
        return mine, {row[:4]: row[4:] for row in rows.values_list(*names)}

    def key(self, row: Row) -> Key:
        values = row.line.values
        return row.place("assessed"), int(values["year"]), values["code"], values["source"]

    def compare(self, row: Row, known: Known) -> None:
        mine, there = known
        place, year, code, source = self.key(row)
        sampled, wrong = int(row.line.values["sampled"]), int(row.line.values["wrong"])
        if (entered := there.get((place, year, code, source))) is not None:
            if entered != (sampled, wrong):
                row.refuse("wrong", _("这一来源的这项结果已经录入，与文件不同。"), "differs")
            else:
                row.outcome = Outcome.UNCHANGED
        elif (checkable := mine.get((place, year, source))) is None:
            row.refuse("assessed", _("这个地方这一年度不由本单位以这一来源考核，或者结果已经汇入。"), "not_yours")
        elif sampled < 1:
            row.refuse("sampled", _("抽查数应大于0。"))
        elif wrong > sampled:
            row.refuse("wrong", _("有问题数不能多于抽查数。"), "too_many")
        else:
            row.division = checkable.office
            result = SiteResult(
                division_id=row.division,
                assessed_id=place,
                year=year,
                code=code,
                source=source,
                sampled=sampled,
                wrong=wrong,
                note=row.line.values.get("note", ""),
            )
            row.add(result, "wrong", f"{wrong} / {sampled}")

    def title(self, row: Row) -> str:
        return LABELS.get(row.line.values.get("code", ""), "")

    def apply(self, *, by: Any) -> None:
        effect_sites.enter(self.accepted, by=by)


class SiteImporter(SheetImporter):
    """实地考核结果."""

    kind = "site-results"
    title = gettext_lazy("实地考核结果")
    stages = SiteStage
    template_url = "site-result-import-template"
