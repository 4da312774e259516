"""What workbooks about households have in common: columns by all their names, and rows read cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

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


HOUSEHOLD = (
    Column(
        "national_no",
        "户编号",
        cells.identifier(20),
        "国家系统的户编号；户编号和户编码填一个即可。",
        ("国家系统户编号",),
        24,
    ),
    Column("code", "户编码", cells.identifier(17), "本平台的户编码。", ("户码",), 20),
)
"""The two columns that name a household."""


@dataclass(slots=True)
class Line:
    """One row of the file: its values by the names of columns, what is wrong with it, and what it was found to name."""

    row: int
    headers: Mapping[str, str]
    values: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    household: int | None = None
    cadre: int | None = None

    @property
    def on(self) -> date:
        """From when, or on which day."""
        return date.fromisoformat(self.values["on"])

    @property
    def key(self) -> str:
        """The household as the file names it."""
        return self.values.get("national_no") or self.values.get("code") or ""

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        """Say what is wrong, by the header of the column."""
        self.faults.append(Fault(self.row, self.headers.get(name, ""), message, code))


class Sheet:
    """The columns of one kind of workbook; those of `HOUSEHOLD` come first, where its rows name one."""

    def __init__(self, *columns: Column, of_household: bool = True) -> None:
        self.of_household = of_household
        self.columns = (*(HOUSEHOLD if of_household else ()), *columns)
        self.headers: Mapping[str, str] = {column.name: column.header for column in self.columns}

    @cached_property
    def known(self) -> Mapping[str, Column]:
        """The columns by all their names, in the form of `workbook.bare`."""
        return {bare(name): column for column in self.columns for name in (column.header, *column.aliases)}

    def layout(self, header: Sequence[str]) -> tuple[dict[int, Column], list[str]]:
        """Which column stands where, and the headers that nothing is known of; FileRefused when one is there twice."""
        found: dict[int, Column] = {}
        unknown = []
        for at, written in enumerate(header):
            column = self.known.get(bare(written)) or self.known.get(without_unit(written))
            if column is not None:
                found[at] = column
            elif written:
                unknown.append(written)
        names = [column.name for column in found.values()]
        if twice := sorted({self.headers[name] for name in names if names.count(name) > 1}):
            raise FileRefused(_("有重复的列：%(names)s。") % {"names": listed(twice)}, code="columns")
        return found, unknown

    def require(self, columns: Mapping[int, Column], more: Sequence[str] = ()) -> None:
        """FileRefused when a required column is missing, or both that name a household, or `more` by header."""
        names = {column.name for column in columns.values()}
        missing = [column.header for column in self.columns if column.required and column.name not in names]
        if self.of_household and not {"national_no", "code"} & names:
            missing.append(self.headers["national_no"])
        if missing := [*missing, *more]:
            raise FileRefused(_("缺少必需的列：%(names)s。") % {"names": listed(missing)}, code="columns")

    def read(self, table: Table, columns: Mapping[int, Column]) -> Iterator[Line]:
        """The rows, each cell read by itself; what cannot be read, and what is missing, is a fault of its row."""
        for number, row in table.rows:
            line = Line(number, self.headers)
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
            self._require(line)
            yield line

    def _require(self, line: Line) -> None:
        told = {fault.field for fault in line.faults}
        if self.of_household and not line.key and not told & {column.header for column in HOUSEHOLD}:
            line.refuse("national_no", _("必填项为空。"), "required")
        for column in self.columns:
            if column.required and column.name not in line.values and column.header not in told:
                line.refuse(column.name, _("必填项为空。"), "required")
