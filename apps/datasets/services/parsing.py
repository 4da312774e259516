"""Rows of a data set as departments write them, turned into lines that PostgreSQL takes in.

What is read: the columns by their field names or labels, each by the parser that its field asks for. The citizen
number becomes a blind index here and is nowhere else (architecture.md 5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.common.fields import BlindIndexField, CodeArrayField, CodeField
from apps.common.numbers import citizen_key, id_facts
from apps.common.sealing import blind_index
from apps.datasets.models import DepartmentRow
from apps.datasets.models.base import KEY, NAME, PlaceField
from apps.divisions import codes
from apps.pages.imports import cells
from apps.pages.imports.cells import CellError, Parser
from apps.pages.imports.importer import Fault
from apps.pages.imports.workbook import Cell, bare, without_unit

NULL = r"\N"
# What departments call the two columns that every set has, besides the labels of the fields.
ALSO: dict[str, tuple[str, ...]] = {
    KEY: ("id_no", "证件号码", "身份证号", "身份证号码", "公民身份号码", "证件号"),
    NAME: ("姓名",),
    "spouse_key": ("spouse_id_no", "配偶身份证号"),
}
# Columns that may come along and are not kept: the number of a certificate holds the citizen number.
IGNORED = ("certificate_no", "残疾证号", "残疾人证号", "序号", "row_no")


@dataclass(frozen=True)
class Column:
    """One column of a data set: its field, how a cell of it is read, and whether a row without it is refused."""

    field: models.Field[Any, Any]
    parse: Parser
    required: bool

    @property
    def name(self) -> str:
        return str(self.field.name)

    @property
    def api_name(self) -> str:
        """What programs call it: the number is sent, its index is kept."""
        return ALSO[self.name][0] if isinstance(self.field, BlindIndexField) else self.name

    @property
    def label(self) -> str:
        """The header that people know."""
        return str(self.field.verbose_name)

    @property
    def headers(self) -> set[str]:
        """What it may be called in a file or message, in the form of `bare`."""
        others = ALSO.get(self.name, ())
        return {bare(self.name), bare(self.label), without_unit(self.label), *map(bare, others)}


@dataclass
class Parsed:
    """Rows read: lines for `COPY` in the order of `Layout.copied`, and what is wrong with the others."""

    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    read: int = 0


class Layout:
    """The columns of a data set and where they stand in one file or message."""

    def __init__(self, model: type[DepartmentRow], headers: Sequence[Any]) -> None:
        """`headers` as they are written. `missing` and `repeated` tell what is wrong with them, by label."""
        self.model = model
        self.columns = columns_of(model)
        found: dict[str, list[int]] = {}
        for number, header in enumerate(headers):
            names = {bare(header), without_unit(header)}
            for column in self.columns:
                if names & column.headers:
                    found.setdefault(column.name, []).append(number)
                    break
        self.at = {name: numbers[0] for name, numbers in found.items()}
        self.missing = [one.label for one in self.columns if one.required and one.name not in self.at]
        self.repeated = [one.label for one in self.columns if len(found.get(one.name, ())) > 1]

    @property
    def copied(self) -> list[str]:
        """The database columns of a line."""
        return ["row_no", *(str(one.field.column) for one in self.columns), *self.model.from_number]

    def read(self, rows: Iterable[tuple[int, Sequence[Cell]]]) -> Parsed:
        """Each row with its number in the file, as a line or as a fault."""
        parsed = Parsed()
        for number, row in rows:
            parsed.read += 1
            values, faults = self._values(number, row)
            if faults:
                parsed.faults += faults
            else:
                parsed.lines.append("\t".join([str(number), *values]))
                parsed.numbers.append(number)
        return parsed

    def _values(self, number: int, row: Sequence[Cell]) -> tuple[list[str], list[Fault]]:
        values: list[str] = []
        faults: list[Fault] = []
        for column in self.columns:
            at = self.at.get(column.name)
            cell = row[at] if at is not None and at < len(row) else ""
            try:
                value = None if cell == "" or cell is None else column.parse(cell)
            except CellError as error:
                faults.append(Fault(number, column.label, str(error)))
                continue
            if value is None:
                if column.required:
                    faults.append(Fault(number, column.label, _("不能为空。"), "required"))
                values.append(NULL if column.field.null else "")
            else:
                values.append(value if isinstance(column.field, BlindIndexField) else _escaped(value))
        if self.model.from_number:
            facts = told(row[self.at[KEY]] if KEY in self.at and self.at[KEY] < len(row) else "")
            values += [facts.get(name, NULL) for name in self.model.from_number]
        return values, faults


@cache
def columns_of(model: type[DepartmentRow]) -> tuple[Column, ...]:
    """All columns of a data set that are read, key and name first."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    return (
        Column(fields[KEY], token, model.of_somebody),
        Column(fields[NAME], cells.name(50), model.of_somebody),
        *(Column(one, parser_of(one), _required(one)) for one in model.columns()),
    )


def _required(one: models.Field[Any, Any]) -> bool:
    """Whether a row without this column is refused; a second number (of the spouse) always is wanted."""
    return isinstance(one, BlindIndexField) or not (one.null or one.blank)


def known_headers(model: type[DepartmentRow]) -> set[str]:
    """All headers that a file of this data set may have, in the form of `bare`."""
    return {name for column in columns_of(model) for name in column.headers} | {bare(one) for one in IGNORED}


def rows_of(model: type[DepartmentRow], objects: Sequence[Mapping[str, Any]], first: int) -> tuple[Layout, list[Any]]:
    """A message's objects as rows under the headers that they name together."""
    headers = list(dict.fromkeys(name for one in objects for name in one))
    rows = [(number, [_cell(one.get(name)) for name in headers]) for number, one in enumerate(objects, first)]
    return Layout(model, headers), rows


def unknown_headers(model: type[DepartmentRow], headers: Iterable[Any]) -> list[str]:
    """Those that no column is known by."""
    known = known_headers(model)
    return [
        str(one) for one in headers if str(one).strip() and bare(one) not in known and without_unit(one) not in known
    ]


# --- Parsers ----------------------------------------------------------------------------------------------------------


def token(cell: Cell) -> str | None:
    """The blind index of a citizen number; an old one of 15 digits counts as its 18 (rule-semantics.md a.8).

    What is no citizen number refuses the row: it could never meet anybody of the register.
    """
    written = cells.identifier(40)(cell)
    if written is None:
        return None
    key = citizen_key(written, upgrade_15=True)
    if key is None:
        raise CellError(_("不是有效的身份证号码。"))
    return rf"\\x{blind_index('citizen', key).hex()}"


def told(cell: Cell) -> dict[str, str]:
    """What a citizen number tells by itself: `born_on` and `sex`; nothing where the number is not valid."""
    written = str(cell)
    facts = id_facts(citizen_key(written, upgrade_15=True))
    if not facts.check_ok or facts.birth_date is None or facts.sex is None:
        return {}
    return {"born_on": facts.birth_date.isoformat(), "sex": facts.sex}


def place(cell: Cell) -> str | None:
    """A division's code: 12 digits, or the first 2, 4, 6 or 9 of one; of any province."""
    written = cells.clean(cell).replace(" ", "")
    if written in cells.BLANKS:
        return None
    if not (written.isascii() and written.isdigit() and len(written) in (6, 9, 12)):
        raise CellError(_("“%(text)s”不是 6、9 或 12 位区划代码。") % {"text": cells.said(written)})
    code = written.ljust(12, "0")
    try:
        codes.level(int(code))
    except ValueError:
        raise CellError(_("“%(text)s”不是 6、9 或 12 位区划代码。") % {"text": cells.said(written)}) from None
    return code


def parser_of(one: models.Field[Any, Any]) -> Parser:
    """How a cell of this field is read; TypeError for a kind of field that no data set has."""
    for kind, parser in _PARSERS:
        if isinstance(one, kind):
            return parser(one)
    raise TypeError(f"nobody knows how to read {one!r}")


def _several(one: CodeArrayField) -> Parser:
    """Several codes in one cell, as themselves or by their labels."""
    by_label, known = cells.codes(one.list_name), one.codelist.codes

    def parse(cell: Cell) -> str | None:
        parts = [part for part in re.split(r"[\s、,，;；]+", cells.clean(cell)) if part]
        if parts and set(parts) <= set(known):
            return "{" + ",".join(code for code in known if code in parts) + "}"
        return by_label(cell)

    return parse


def _coded(by_label: Parser, known: set[str]) -> Parser:
    """Codes as themselves, else by their labels."""

    def parse(cell: Cell) -> str | None:
        written = cells.clean(cell)
        return written if written in known else by_label(cell)

    return parse


def _one_of(one: models.CharField[Any, Any]) -> Parser:
    """One of a few values, written as itself or as its Chinese label."""

    with override("zh-hans"):
        labels = {str(label): str(value) for value, label in one.flatchoices}
    values = {value: value for value in labels.values()}
    by_label, by_value = cells.choice(labels), cells.choice(values)

    def parse(cell: Cell) -> str | None:
        return by_value(cell) if cells.clean(cell) in values else by_label(cell)

    return parse


def _text(one: Any) -> Parser:
    return _one_of(one) if one.choices else cells.text(one.max_length)


def _small_number(one: Any) -> Parser:
    return cells.year(1990) if one.name.endswith("year") else cells.number(5, 0, most=32767)


# Particular kinds before those that they are made from.
_PARSERS: tuple[tuple[type[models.Field[Any, Any]], Callable[[Any], Parser]], ...] = (
    (BlindIndexField, lambda one: token),
    (PlaceField, lambda one: place),
    (CodeArrayField, _several),
    (CodeField, lambda one: _coded(cells.code(one.list_name), set(one.codelist.codes))),
    (models.CharField, _text),
    (models.DateField, lambda one: cells.date),
    (models.BooleanField, lambda one: cells.flag),
    (models.DecimalField, lambda one: cells.number(one.max_digits, one.decimal_places, least=None)),
    (models.PositiveSmallIntegerField, _small_number),
    (models.PositiveIntegerField, lambda one: cells.number(9, 0)),
)


def _cell(value: Any) -> Cell:
    """A JSON value as a cell; what has no place in one becomes a text that no parser accepts."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(map(str, value))
    return value if isinstance(value, str | int | float) else str(value)


def _escaped(text: str) -> str:
    """A value for `COPY`."""
    return text.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")
