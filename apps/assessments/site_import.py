"""实地考核结果导入: a workbook of a third party or of those who crossed over. No file changes what is entered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access.scope import Scope
from apps.assessments.effect_choices import SiteSource
from apps.assessments.models import SiteResult
from apps.assessments.services import effect_sites
from apps.assessments.services.effect_sites import Checkable
from apps.cadres.imports.families import gathered
from apps.cadres.imports.sheets import Column, Line, Sheet
from apps.common.wording import clauses, listed
from apps.pages.imports import cells
from apps.pages.imports.importer import Counts, Difference, Fault, Importer, Outcome, Progress, Stage, Unit
from apps.pages.imports.models import ImportBatch
from apps.pages.imports.workbook import Table

INDICATORS = {
    "漏评率": "missed",
    "错评率": "wrong_listing",
    "错退率": "wrong_exit",
    "动态调整按期完成": "campaign",
}
SOURCES = {"交叉考核": "cross", "第三方评估": "third_party", "上级核查": "office"}
SHEET = Sheet(
    Column("assessed", "被考核地区代码", cells.identifier(12), "盟市或旗县的12位代码。", ("地区代码",), 18, True),
    Column("year", "考核年度", cells.year(2014), "如2018。", ("年度",), 12, True),
    Column("code", "指标", cells.choice(INDICATORS), "、".join(INDICATORS) + "。", (), 20, True),
    Column("source", "来源", cells.choice(SOURCES), "、".join(SOURCES) + "。", (), 16, True),
    Column("sampled", "抽查数", cells.number(9, 0), "抽查的户数或苏木乡镇数。", ("抽查户数",), 12, True),
    Column("wrong", "有问题数", cells.number(9, 0), "其中漏评、错评、错退或未按期完成的数。", ("问题户数",), 12, True),
    Column("note", "说明", cells.text(500), "可不填。", ("备注",), 30),
    named_by=(),
)
EXPLAINED = "一行一个地区的一项指标。同一来源的同一项结果已经录入的，不因导入而更改；有错误的行不导入。"
Key = tuple[int, int, str, str]


class SiteImporter(Importer):
    """实地考核结果."""

    kind = "site-results"
    title = gettext_lazy("实地考核结果")
    capability = ImportBatch.change_capability
    template_url = "site-result-import-template"
    yearly = False
    accepts = gettext_lazy("填好的导入模板（.xlsx、.xls 或 .csv），不超过 100 MB。")

    def known_headers(self) -> Collection[str]:
        return SHEET.known.keys()

    def stage(self, table: Table, *, scope: Scope, year: int | None, progress: Progress) -> SiteStage:
        return SiteStage(table, scope, progress)


@dataclass
class Row:
    """One row of the file, the result that it makes, and what becomes of it."""

    seq: int
    line: Line
    outcome: str = Outcome.REFUSED
    result: SiteResult | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def place(self) -> int:
        """The division that the row names, 0 when it is no code."""
        written = self.line.values.get("assessed", "")
        return int(written) if len(written) == 12 and written.isdigit() else 0

    @property
    def key(self) -> Key:
        """What makes two rows one result."""
        values = self.line.values
        return self.place, int(values["year"]), values["code"], values["source"]

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        """A rule that the row breaks."""
        self.faults.append(Fault(self.line.row, self.line.headers.get(name, ""), message, code))


class SiteStage(Stage):
    """One file, each row compared with what the office has entered and may enter."""

    def __init__(self, table: Table, scope: Scope, progress: Progress) -> None:
        self.scope = scope
        columns, unknown = SHEET.layout(table.header)
        SHEET.require(columns)
        lines = gathered(SHEET.read(table, columns), progress)
        self.rows = len(lines)
        self.warnings = [_("不认识的列，未导入：%(names)s。") % {"names": listed(unknown)}] if unknown else []
        self.found = [Row(seq, line) for seq, line in enumerate(lines, 1)]
        self.settle()

    def settle(self) -> None:
        """Compare once more with what is there now."""
        mine = {
            (one.assessed, one.year, str(source)): one
            for one in effect_sites.checkable(self.scope)
            for source in one.sources
        }
        there = self._there()
        seen: dict[Key, int] = {}
        for row in self.found:
            row.faults, row.result, row.outcome = list(row.line.faults), None, Outcome.REFUSED
            if row.faults:
                continue
            if row.key in seen:
                row.refuse("code", _("与第%(row)s行是同一项结果。") % {"row": seen[row.key]}, "twice")
                continue
            seen[row.key] = row.line.row
            self._compare(row, mine.get((row.place, row.key[1], row.key[3])), there)

    def _there(self) -> dict[Key, tuple[int, int]]:
        """What the offices of whoever imports have entered so far."""
        rows = SiteResult.objects.filter(division__in=effect_sites.offices_of(self.scope))
        names = ("assessed_id", "year", "code", "source", "sampled", "wrong")
        return {row[:4]: row[4:] for row in rows.values_list(*names)}

    @staticmethod
    def _compare(row: Row, mine: Checkable | None, there: dict[Key, tuple[int, int]]) -> None:
        values = row.line.values
        sampled, wrong = int(values["sampled"]), int(values["wrong"])
        if (known := there.get(row.key)) is not None:
            if known != (sampled, wrong):
                row.refuse("wrong", _("这一来源的这项结果已经录入，与文件不同。"), "differs")
            else:
                row.outcome = Outcome.UNCHANGED
        elif mine is None:
            row.refuse("assessed", _("这个地方这一年度不由本单位以这一来源考核，或者结果已经汇入。"), "not_yours")
        elif sampled < 1:
            row.refuse("sampled", _("抽查数应大于0。"))
        elif wrong > sampled:
            row.refuse("wrong", _("有问题数不能多于抽查数。"), "too_many")
        else:
            row.result = SiteResult(
                division_id=mine.office,
                assessed_id=row.place,
                year=mine.year,
                code=values["code"],
                source=SiteSource(values["source"]),
                sampled=sampled,
                wrong=wrong,
                note=values.get("note", ""),
            )
            row.outcome = Outcome.ADDED

    def counts(self) -> Counts:
        found = Counter(row.outcome for row in self.found)
        return Counts(*(found[outcome] for outcome in Outcome.values))

    def units(self, outcomes: Collection[str]) -> Iterator[Unit]:
        labels = {code: label for label, code in INDICATORS.items()}
        for row in self.found:
            if row.outcome not in outcomes:
                continue
            values = row.line.values
            said = f"{values.get('wrong', '')} / {values.get('sampled', '')}"
            yield Unit(
                seq=row.seq,
                key=values.get("assessed", ""),
                title=labels.get(values.get("code", ""), ""),
                division=row.result.division_id if row.result else None,
                row=row.line.row,
                rows=1,
                outcome=row.outcome,
                differences=[Difference("", SHEET.headers["wrong"], "—", said)] if row.result else [],
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
        effect_sites.enter([row.result for row in self.found if row.result and row.outcome == Outcome.ADDED], by=by)
