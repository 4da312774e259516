"""Excel workbooks of rows, written row by row: the memory needed does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from apps.pages.columns import Reader

CHUNK = 2000
MAX_ROWS = 1_048_575  # of a sheet, less the heading

FORMATS: Mapping[str, Mapping[str, Any]] = {
    "text": {"num_format": "@"},
    "number": {"num_format": "#,##0"},
    "decimal": {"num_format": "#,##0.0#"},
    "money": {"num_format": "#,##0.00"},
    "percent": {"num_format": "0.0%"},
    "date": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm"},
}


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula, not even after being saved as CSV (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write(
    target: BinaryIO | str,
    title: str,
    reader: Reader,
    rows: Iterable[Sequence[Any]],
    notes: Mapping[str, str],
    *,
    mark: str = "",
) -> int:
    """Write rows (tuples fetched for this reader) and a sheet that says what they are; how many rows.

    `mark` (who, when, where, request) stands in the head of every printed page and, large and pale, behind it.
    """
    columns = reader.columns
    with xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        formats = [book.add_format({**FORMATS[column.kind.cell_format], "font_size": 10}) for column in columns]
        heading = book.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        sheet = book.add_worksheet(title[:31])
        for at, (column, style) in enumerate(zip(columns, formats, strict=True)):
            sheet.set_column(at, at, column.kind.width, style)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.repeat_rows(0)
        _watermark(sheet, mark)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, str(column.label), heading)
        count = 0
        for chunk in chunks(islice(rows, MAX_ROWS)):
            for cells in reader.cells(chunk):
                count += 1
                for at, (value, style) in enumerate(zip(cells, formats, strict=True)):
                    _write_cell(sheet, count, at, value, style)
        if count:
            sheet.autofilter(0, 0, count, len(columns) - 1)
        about = book.add_worksheet(_("说明"))
        _watermark(about, mark)
        about.set_column(0, 0, 16)
        about.set_column(1, 1, 80)
        for row, (name, text) in enumerate(notes.items()):
            about.write_string(row, 0, name)
            about.write_string(row, 1, safe_text(text))
    return count


def _watermark(sheet: Any, mark: str) -> None:
    """The mark in the head of each page, small and black, and once more large and pale: in a spreadsheet a watermark is
    a text of the page head that reaches down behind the cells. The foot counts the pages."""
    if not mark:
        return
    written = mark.replace("&", "&&")[:100]  # Excel takes 255 characters for the whole head
    sheet.set_header(f"&L&8{written}&C&20&KD9D9D9\n\n\n{written[:60]}", {"margin": 0.3})
    sheet.set_footer(f"&L&8{written}&R&8&P / &N")


def chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """The rows in lists of some thousand, so that what belongs to them is looked up for many at once."""
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _write_cell(sheet: Any, row: int, at: int, value: Any, style: Any) -> None:
    match value:
        case None | "":
            pass
        case bool():
            sheet.write_boolean(row, at, value, style)
        case int() | float() | Decimal():
            sheet.write_number(row, at, value, style)
        case datetime() | date():
            sheet.write_datetime(row, at, value, style)
        case _:
            sheet.write_string(row, at, safe_text(str(value)), style)
