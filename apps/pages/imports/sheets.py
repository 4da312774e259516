"""What workbooks filled in by people have in common: columns by all their names, and rows read cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access.scope import Scope
from apps.common.wording import listed
from apps.pages.imports.cells import CellError, Parser
from apps.pages.imports.files import FileRefused
from apps.pages.imports.importer import Fault, Importer, Progress, Stage
from apps.pages.imports.models import ImportBatch
from apps.pages.imports.workbook import Table, bare, without_unit

TOLD = 1000
"""After so many rows it is told how far the reading is."""
CHUNK = 5000
"""So many keys are asked for in one statement."""


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


@dataclass(slots=True)
class Line:
    """One row of the file: its values by the names of columns, and what is wrong with it."""

    row: int
    headers: Mapping[str, str]
    values: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def on(self) -> date:
        """From when, or on which day."""
        return date.fromisoformat(self.values["on"])

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        """Say what is wrong, by the header of the column."""
        self.faults.append(Fault(self.row, self.headers.get(name, ""), message, code))


class Sheet:
    """The columns of one kind of workbook; those that name whose a row is come first, and one of them is filled in."""

    def __init__(self, *columns: Column, named_by: Sequence[Column] = ()) -> None:
        self.named_by = tuple(named_by)
        self.columns = (*self.named_by, *columns)
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

    def missing(self, names: Collection[str]) -> list[str]:
        """The headers that a file with these columns lacks: required ones, and one that names whose a row is."""
        missing = [column.header for column in self.columns if column.required and column.name not in names]
        if self.named_by and not any(column.name in names for column in self.named_by):
            missing.append(self.named_by[0].header)
        return missing

    def require(self, columns: Mapping[int, Column]) -> None:
        """FileRefused when a column is missing that a file must have."""
        if missing := self.missing({column.name for column in columns.values()}):
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
        if (
            self.named_by
            and not any(column.name in line.values for column in self.named_by)
            and not told & {column.header for column in self.named_by}
        ):
            line.refuse(self.named_by[0].name, _("必填项为空。"), "required")
        for column in self.columns:
            if column.required and column.name not in line.values and column.header not in told:
                line.refuse(column.name, _("必填项为空。"), "required")


class SheetStage(Stage):
    """A file with the columns of one sheet, all its rows read; FileRefused when it cannot be used as a whole."""

    sheet: ClassVar[Sheet]
    lines: Sequence[Line]

    def __init__(self, table: Table, scope: Scope, progress: Progress) -> None:
        columns, unknown = self.sheet.layout(table.header)
        self.sheet.require(columns)
        lines = []
        for line in self.sheet.read(table, columns):
            lines.append(line)
            if len(lines) % TOLD == 0:
                progress(len(lines))
        if not lines:
            raise FileRefused(_("表头下面没有数据行。"), code="empty")
        self.scope, self.lines, self.rows = scope, lines, len(lines)
        self.warnings = not_known(unknown)


class SheetImporter(Importer):
    """A kind of import that reads a workbook of one sheet, for those who may import somewhere."""

    stages: ClassVar[type[SheetStage]]
    capability = ImportBatch.change_capability
    yearly = False
    accepts = gettext_lazy("填好的导入模板（.xlsx、.xls 或 .csv），不超过 100 MB。")

    def known_headers(self) -> Collection[str]:
        return self.stages.sheet.known.keys()

    def stage(self, table: Table, *, scope: Scope, year: int | None, progress: Progress) -> SheetStage:
        return self.stages(table, scope, progress)


def not_known(headers: Sequence[str]) -> list[str]:
    """The warning that names the headers of which nothing is known, if there are any."""
    return [_("不认识的列，未导入：%(names)s。") % {"names": listed(headers)}] if headers else []


def chunks(keys: Collection[Any]) -> Iterator[list[Any]]:
    """The keys in order, as many at once as one statement asks for."""
    every = sorted(keys)
    for at in range(0, len(every), CHUNK):
        yield every[at : at + CHUNK]
