"""The templates: the columns of a workbook, ready to be filled in."""

from __future__ import annotations

import io

import xlsxwriter
from django.http import FileResponse, HttpRequest
from django.utils.translation import override

from apps.access import policy
from apps.pages.export_views import attachment
from apps.pages.imports.models import ImportBatch
from apps.pages.imports.sheets import Sheet


def write(target: io.BytesIO, title: str, columns: Sheet, explained: str) -> None:
    """Write one: title and header, each column as text so that a number keeps its digits, a sheet that explains."""
    with override("zh-hans"), xlsxwriter.Workbook(target) as book:
        required = book.add_format({"bold": True, "bg_color": "#FDE9D9", "border": 1, "text_wrap": True})
        optional = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True})
        text = book.add_format({"num_format": "@"})
        sheet, about = book.add_worksheet(title), book.add_worksheet("填写说明")
        sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
        about.set_column(0, 0, 20)
        about.set_column(1, 1, 80)
        for at, column in enumerate(columns.columns):
            sheet.set_column(at, at, column.width, text)
            sheet.write_string(1, at, column.header, required if column.required else optional)
            about.write_string(at, 0, column.header)
            about.write_string(at, 1, column.words)
        about.write_string(len(columns.columns) + 1, 1, explained)
        sheet.freeze_panes(2, 0)


def filled(request: HttpRequest, title: str, columns: Sheet, explained: str, name: str) -> FileResponse:
    """A template of these columns as a file, for those who may import somewhere."""
    policy.require(request.user, ImportBatch.change_capability)
    target = io.BytesIO()
    write(target, title, columns, explained)
    target.seek(0)
    return attachment(target, name)
