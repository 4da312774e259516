"""Files, places and accounts for tests of the import."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from django.core.management import call_command
from python_calamine import CalamineWorkbook

DATA = Path(__file__).resolve().parents[1] / "data"
TOWNSHIP = 150422100000
VILLAGES = (150422100200, 150422100201, 150422100202, 150422100203)
NEIGHBOUR = 150422101200  # a village of the next township

Rows = list[list[Any]]


def truth(name: str) -> dict[str, Any]:
    """What was planted in a sample."""
    return json.loads((DATA / f"{name}.truth.json").read_text(encoding="utf-8"))


def sample(name: str = "village_clean") -> Rows:
    """All rows of a sample, title and header first; row n of the file is element n - 1."""
    return CalamineWorkbook.from_path(DATA / f"{name}.xlsx").get_sheet_by_index(0).to_python(skip_empty_area=False)


def column(rows: Rows, header: str) -> int:
    return rows[1].index(header)


def put(rows: Rows, row: int, header: str, value: Any) -> None:
    """Change one cell; `row` is the number in the file."""
    rows[row - 1][column(rows, header)] = value


def put_household(rows: Rows, row: int, header: str, value: Any) -> None:
    """Change a column on all rows of the household that stands on this row."""
    at, no = column(rows, header), column(rows, "户编号")
    for one in rows[2:]:
        if one[no] == rows[row - 1][no]:
            one[at] = value


def xlsx(rows: Rows, path: Path) -> Path:
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def csv_text(rows: Rows) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def run(capsys: Any, path: Path | str, user: str, *options: str) -> tuple[int, list[str]]:
    """Run the command; its exit status and the lines it printed."""
    status = 0
    try:
        call_command("import_register", str(path), "--as", user, *options)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, capsys.readouterr().out.splitlines()


def report_rows(path: Path) -> Rows:
    """The rows of an error workbook."""
    return [[("" if cell is None else cell) for cell in row] for row in openpyxl.load_workbook(path).active.values]


def refused(rows: Rows) -> set[str]:
    """The household numbers in an error workbook."""
    return {row[column(rows, "户编号")] for row in rows[2:]}
