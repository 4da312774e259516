"""The error workbook: the refused rows as they came, with a column that says why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from apps.pages.imports.workbook import Cell, Table
from apps.pages.workbook import safe_text

REASON_WIDTH = 60


def write_refused(table: Table, reasons: dict[int, str], target: BinaryIO | str) -> int:
    """Copy the rows named in `reasons` (row number → why) into a workbook of the same shape; how many there were."""
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    bold = book.add_format({"bold": True})
    text = book.add_format({"num_format": "@"})
    red = book.add_format({"font_color": "#b42318", "text_wrap": True})
    sheet = book.add_worksheet(_("未导入的数据"))
    last = len(table.header)
    sheet.set_column(0, last - 1, 14)
    sheet.set_column(last, last, REASON_WIDTH)
    sheet.write_string(0, 0, safe_text(table.title), bold)
    for column, name in enumerate((*table.header, _("拒绝原因"))):
        sheet.write_string(1, column, safe_text(name), bold)
    sheet.freeze_panes(2, 0)
    line = 2
    for number, cells in table.rows:
        reason = reasons.get(number)
        if reason is None:
            continue
        _write(sheet, line, cells[:last], text)
        sheet.write_string(line, last, safe_text(reason), red)
        line += 1
    book.close()
    return line - 2


def _write(sheet: xlsxwriter.worksheet.Worksheet, line: int, cells: Iterable[Cell], text: object) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, bool):
            sheet.write_boolean(line, column, cell)
        elif isinstance(cell, float | int):
            sheet.write_number(line, column, cell)
        elif cell != "":
            sheet.write_string(line, column, safe_text(cell), text)
