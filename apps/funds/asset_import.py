"""存量资产导入: a workbook says what a survey found (R-115); what is in the register is never changed by a file."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.funds.models import Asset
from apps.funds.services import assets
from apps.pages.imports import cells
from apps.pages.imports.importer import Outcome
from apps.pages.imports.rows import ComparedRows, Row
from apps.pages.imports.sheets import Column, Sheet, SheetImporter, chunks
from apps.pages.imports.workbook import Cell

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
Key = tuple[int, str, int, str]
Known = tuple[set[int], dict[Key, Decimal]]


class AssetStage(ComparedRows):
    """One file, each row compared with the register."""

    sheet, titled, twice = SHEET, "name", "name"

    def look(self) -> Known:
        """The places whose assets this account enters, and the values of those that are there."""
        places = self.places(lambda place: assets.may_enter(self.scope, place))
        there: dict[Key, Decimal] = {}
        for some in chunks(places):
            rows = Asset.objects.filter(division__in=some).values_list(
                "division_id", "name", "year", "acquired_on", "value"
            )
            there |= {(place, name, year, on.isoformat()): value for place, name, year, on, value in rows}
        return places, there

    def check(self, row: Row, known: Known) -> None:
        self.require_place(row, known[0])
        row.require_come("acquired_on")

    def key(self, row: Row) -> Key:
        values = row.line.values
        return row.place("division"), values["name"], int(values["year"]), values["acquired_on"]

    def compare(self, row: Row, known: Known) -> None:
        values = row.line.values
        value = Decimal(values["value"])
        if (entered := known[1].get(self.key(row))) is not None:
            if entered != value:
                row.refuse("value", _("该资产已经登记，原值与文件不同，请在页面上更正。"), "differs")
            else:
                row.outcome = Outcome.UNCHANGED
            return
        texts = {name: values.get(name, "") for name in ("kind", "owner", "manager", "note")}
        asset = Asset(
            **texts,
            division_id=row.place("division"),
            name=values["name"],
            form=values["form"],
            source=values["source"],
            site=values["site"],
            value=value,
            year=int(values["year"]),
            acquired_on=datetime.date.fromisoformat(values["acquired_on"]),
            company_managed=values.get("company") == "t",
        )
        row.add(asset, "value")

    def apply(self, *, by: Any) -> None:
        assets.enter(self.accepted, by=by)


class AssetImporter(SheetImporter):
    """存量资产: what surveys found."""

    kind = "assets"
    title = gettext_lazy("存量资产")
    stages = AssetStage
    template_url = "asset-import-template"
