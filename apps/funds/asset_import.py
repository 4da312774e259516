"""存量资产导入: a workbook says what a survey found (R-115); what is in the register is never changed by a file."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access.scope import Scope
from apps.common.days import today
from apps.common.wording import clauses
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.models import Asset
from apps.funds.services import assets
from apps.pages.imports import cells
from apps.pages.imports.importer import Counts, Difference, Fault, Outcome, Progress, Stage, Unit
from apps.pages.imports.sheets import Column, Line, Sheet, SheetImporter, chunks, gathered, not_known
from apps.pages.imports.workbook import Cell, Table

KINDS = {"公益类资产": "public", "经营类资产": "operating", "到户类资产": "household"}
FORMS = {
    "房屋建筑物": "building",
    "道路桥梁": "road",
    "水利饮水设施": "water",
    "光伏和电力设施": "power",
    "大棚圈舍": "greenhouse",
    "机器设备": "machinery",
    "牲畜": "livestock",
    "股权债权": "shares",
    "其他资产": "other",
}
SOURCES = {
    "财政专项扶贫资金": "special",
    "统筹整合涉农涉牧资金": "consolidated",
    "三到村三到户引导资金": "seed",
    "产业扶贫基金": "industry",
    "京蒙扶贫协作资金": "beijing",
    "定点帮扶资金": "designated",
    "企业帮扶资金": "enterprise",
    "光伏扶贫资金": "pv",
    "彩票公益金": "lottery",
}
CENT = Decimal("0.01")


def _yuan(cell: Cell) -> str | None:
    """Yuan above zero and exact to the cent: money is refused, not rounded."""
    value = cells.number(16, 6)(cell)
    if value is None:
        return None
    amount = Decimal(value)
    if amount < CENT:
        raise cells.CellError(_("金额应大于0。"))
    if amount != amount.quantize(CENT) or amount >= 10**14:
        raise cells.CellError(_("金额最多两位小数。"))
    return f"{amount:.2f}"


SHEET = Sheet(
    Column(
        "division", "行政区划代码", cells.identifier(12), "所属嘎查村、乡镇或旗县的12位代码。", ("区划代码",), 18, True
    ),
    Column("name", "资产名称", cells.text(100), "如“育肥羊标准化棚圈”。", ("名称",), 30, True),
    Column("kind", "资产类别", cells.choice(KINDS), f"可不填，由乡镇核查分类：{'、'.join(KINDS)}。", (), 16),
    Column("form", "资产形态", cells.choice(FORMS), "、".join(FORMS) + "。", (), 16, True),
    Column("value", "资产原值（元）", _yuan, "大于0，最多两位小数。", ("原值", "资产原值"), 16, True),
    Column("year", "资金年度", cells.year(2011), "如2014。", ("年度",), 12, True),
    Column("source", "资金来源", cells.choice(SOURCES), "、".join(SOURCES) + "。", (), 22, True),
    Column("acquired_on", "形成日期", cells.date, "如2014-10-20，不晚于今天。", ("建成日期", "购置日期"), 16, True),
    Column("site", "坐落或存放地点", cells.text(200), "", ("坐落地点", "存放地点"), 24, True),
    Column("owner", "所有者", cells.text(100), "可不填，由旗县确权。", ("权属单位",), 24),
    Column("manager", "管护责任人", cells.text(60), "可不填。", (), 16),
    Column("company", "公司化管理试点", cells.flag, "填是或否，可不填。", (), 14),
    Column("note", "说明", cells.text(500), "可不填。", ("备注",), 30),
)
EXPLAINED = (
    "一行一项资产。同一地区、名称、资金年度和形成日期的资产视为同一项，已登记的不因导入而更改；有错误的行不导入。"
)


class AssetImporter(SheetImporter):
    """存量资产: what surveys found."""

    kind = "assets"
    title = gettext_lazy("存量资产")
    sheet = SHEET
    template_url = "asset-import-template"

    def stage(self, table: Table, *, scope: Scope, year: int | None, progress: Progress) -> AssetStage:
        return AssetStage(table, scope, progress)


@dataclass
class Row:
    """One row of the file, the asset that it makes, and what becomes of it."""

    seq: int
    line: Line
    outcome: str = Outcome.REFUSED
    asset: Asset | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def place(self) -> int:
        """The division that the row names, 0 when it is no code."""
        written = self.line.values.get("division", "")
        return int(written) if len(written) == 12 and written.isdigit() else 0

    @property
    def key(self) -> tuple[int, str, int, str]:
        """What makes two rows one asset."""
        values = self.line.values
        return self.place, values["name"], int(values["year"]), values["acquired_on"]

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        """A rule that the row breaks."""
        self.faults.append(Fault(self.line.row, self.line.headers.get(name, ""), message, code))


class AssetStage(Stage):
    """One file, each row compared with the register."""

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
        there = self._there(known)
        seen: dict[tuple[int, str, int, str], int] = {}
        for row in self.found:
            row.faults, row.asset, row.outcome = list(row.line.faults), None, Outcome.REFUSED
            if "division" in row.line.values and row.place not in known:
                row.refuse("division", _("没有这个行政区划，或者它不在您的范围内。"), "not_found")
            if (on := row.line.values.get("acquired_on")) and on > today().isoformat():
                row.refuse("acquired_on", _("日期不能晚于今天。"), "future")
            if row.faults:
                continue
            if row.key in seen:
                row.refuse("name", _("与第%(row)s行是同一项资产。") % {"row": seen[row.key]}, "twice")
                continue
            seen[row.key] = row.line.row
            self._compare(row, there)

    def _may(self, place: int) -> bool:
        try:
            return bool(place) and codes.level(place) in assets.ALL and assets.may_enter(self.scope, place)
        except ValueError:  # twelve digits that are no code
            return False

    @staticmethod
    def _there(places: Collection[int]) -> dict[tuple[int, str, int, str], Decimal]:
        """The values of the assets of these places, by what makes them the same."""
        found: dict[tuple[int, str, int, str], Decimal] = {}
        for some in chunks(places):
            rows = Asset.objects.filter(division__in=some).values_list(
                "division_id", "name", "year", "acquired_on", "value"
            )
            found |= {(place, name, year, on.isoformat()): value for place, name, year, on, value in rows}
        return found

    @staticmethod
    def _compare(row: Row, there: Mapping[tuple[int, str, int, str], Decimal]) -> None:
        values = row.line.values
        value = Decimal(values["value"])
        if (known := there.get(row.key)) is not None:
            if known != value:
                row.refuse("value", _("该资产已经登记，原值与文件不同，请在页面上更正。"), "differs")
            else:
                row.outcome = Outcome.UNCHANGED
            return
        texts = {name: values.get(name, "") for name in ("kind", "owner", "manager", "note")}
        row.asset = Asset(
            **texts,
            division_id=row.place,
            name=values["name"],
            form=values["form"],
            source=values["source"],
            site=values["site"],
            value=value,
            year=int(values["year"]),
            acquired_on=datetime.date.fromisoformat(values["acquired_on"]),
            company_managed=values.get("company") == "t",
        )
        row.outcome = Outcome.ADDED

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
                title=values.get("name", ""),
                division=row.place if self._may(row.place) else None,
                row=row.line.row,
                rows=1,
                outcome=row.outcome,
                differences=[Difference("", SHEET.headers["value"], "—", values["value"])] if new else [],
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
        assets.enter([row.asset for row in self.found if row.asset and row.outcome == Outcome.ADDED], by=by)
