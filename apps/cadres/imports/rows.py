"""The columns of a workbook of pairings, and its rows as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.utils.translation import gettext as _

from apps.common.wording import listed
from apps.pages.imports import cells
from apps.pages.imports.cells import CellError, Parser
from apps.pages.imports.files import FileRefused
from apps.pages.imports.importer import Fault
from apps.pages.imports.workbook import Table, bare, without_unit


@dataclass(frozen=True)
class Column:
    """One column: what it is called here, in the template and elsewhere, how a cell is read, and what it is for."""

    name: str
    header: str
    parse: Parser
    words: str
    aliases: Sequence[str] = ()
    width: int = 16
    required: bool = False


COLUMNS = (
    Column(
        "national_no",
        "户编号",
        cells.identifier(20),
        "国家系统的户编号；户编号和户编码填一个即可。",
        ("国家系统户编号",),
        24,
    ),
    Column("code", "户编码", cells.identifier(17), "本平台的户编码。", ("户码",), 20),
    Column("cadre_code", "干部编码", cells.identifier(13), "填了编码，姓名和单位可以不填。", ("责任人编码",)),
    Column("person", "责任人姓名", cells.name(50), "与帮扶单位一起填写。", ("帮扶责任人", "干部姓名", "姓名")),
    Column("unit", "帮扶单位", cells.text(100), "责任人所在的帮扶单位。", ("单位", "单位名称"), 24),
    Column("phone", "责任人电话", cells.identifier(20), "以文本填写。", ("联系电话", "电话", "手机号码")),
    Column("id_no", "责任人证件号码", cells.identifier(18), "以文本填写。", ("证件号码", "身份证号码", "身份证号"), 22),
    Column("on", "开始日期", cells.date, "如2018-03-01，不晚于今天。", ("帮扶开始日期", "结对日期"), required=True),
    Column("reason", "交接原因", cells.text(200), "该户原有责任人时必填。", ("原因",), 30),
)
HOUSEHOLD, CADRE = ("national_no", "code"), ("cadre_code", "person", "unit", "phone", "id_no")


@dataclass(slots=True)
class Line:
    """One row of the file: its values by the names of columns, what is wrong with it, and what it was found to name."""

    row: int
    values: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    household: int | None = None
    cadre: int | None = None

    @property
    def on(self) -> date:
        """From when."""
        return date.fromisoformat(self.values["on"])

    @property
    def key(self) -> str:
        """The household as the file names it."""
        return self.values.get("national_no") or self.values.get("code") or ""

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        """Say what is wrong, by the header of the column."""
        self.faults.append(Fault(self.row, HEADERS.get(name, ""), message, code))


HEADERS: Mapping[str, str] = {column.name: column.header for column in COLUMNS}


@cache
def known() -> Mapping[str, Column]:
    """The columns by all their names, in the form of `workbook.bare`."""
    return {bare(name): column for column in COLUMNS for name in (column.header, *column.aliases)}


def layout(header: Sequence[str]) -> tuple[dict[int, Column], list[str]]:
    """Which column stands where, and the headers that nothing is known of; FileRefused when one is missing or twice."""
    found: dict[int, Column] = {}
    unknown = []
    for at, written in enumerate(header):
        column = known().get(bare(written)) or known().get(without_unit(written))
        if column is not None:
            found[at] = column
        elif written:
            unknown.append(written)
    names = [column.name for column in found.values()]
    if twice := sorted({HEADERS[name] for name in names if names.count(name) > 1}):
        raise FileRefused(_("有重复的列：%(names)s。") % {"names": listed(twice)}, code="columns")
    missing = [column.header for column in COLUMNS if column.required and column.name not in names]
    if not set(HOUSEHOLD) & set(names):
        missing.append(HEADERS["national_no"])
    if not {"cadre_code", "phone", "id_no"} & set(names) and not {"person", "unit"} <= set(names):
        missing += [HEADERS["person"], HEADERS["unit"]]
    if missing:
        raise FileRefused(_("缺少必需的列：%(names)s。") % {"names": listed(missing)}, code="columns")
    return found, unknown


def read(table: Table, columns: Mapping[int, Column]) -> Iterator[Line]:
    """The rows, each cell read by itself; what cannot be read is a fault of its row."""
    for number, row in table.rows:
        line = Line(number, {})
        for at, column in columns.items():
            if at >= len(row):
                continue
            try:
                value = column.parse(row[at])
            except CellError as error:
                line.refuse(column.name, str(error))
            else:
                if value is not None:
                    line.values[column.name] = value
        _require(line)
        yield line


def _require(line: Line) -> None:
    told = {fault.field for fault in line.faults}
    if not line.key and not told & {HEADERS[name] for name in HOUSEHOLD}:
        line.refuse("national_no", _("必填项为空。"), "required")
    if "on" not in line.values and HEADERS["on"] not in told:
        line.refuse("on", _("必填项为空。"), "required")
    names = line.values.keys()
    if not {"cadre_code", "phone", "id_no"} & names and not {"person", "unit"} <= names:
        line.refuse("person", _("请填写干部编码、电话、证件号码，或姓名和单位。"), "required")
