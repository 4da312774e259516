"""The templates: the columns of a workbook, ready to be filled in."""

from __future__ import annotations

import io

import xlsxwriter
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from apps.access import policy
from apps.cadres.imports import home_checks, rows
from apps.cadres.imports.sheets import Sheet
from apps.pages.export_views import attachment
from apps.pages.imports.models import ImportBatch


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


OF_PAIRINGS = (
    "一户一行；一户有几名责任人的，每人一行，户编号相同。"
    "该户原有而表中没有的责任人，在新责任人开始之日交接；一户有一行错误，整户不导入。"
)
OF_HOME_CHECKS = "每次入户核查一行。已登记的核查不因导入而更改；一户有一行错误，整户不导入。"


@require_safe
def template(request: HttpRequest) -> FileResponse:
    """`GET /pairings/import/template.xlsx`, for those who may import somewhere."""
    return filled(request, "帮扶结对", rows.SHEET, OF_PAIRINGS, _("帮扶结对导入模板"))


@require_safe
def home_check_template(request: HttpRequest) -> FileResponse:
    """`GET /home-checks/import/template.xlsx`, for those who may import somewhere."""
    return filled(request, "入户核查", home_checks.SHEET, OF_HOME_CHECKS, _("入户核查导入模板"))


def filled(request: HttpRequest, title: str, columns: Sheet, explained: str, name: str) -> FileResponse:
    """A template of these columns as a file, for those who may import somewhere."""
    policy.require(request.user, ImportBatch.change_capability)
    target = io.BytesIO()
    write(target, title, columns, explained)
    target.seek(0)
    return attachment(target, name)
