"""The template: the columns of the flat export with their code lists, ready to be filled in."""

from __future__ import annotations

import io

import xlsxwriter
from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from apps.access import policy
from apps.common.codes import codelist
from apps.households.imports.columns import CONDITIONAL, FIELDS, Field
from apps.households.imports.places import CAPABILITY
from apps.pages.export_views import attachment

ROWS = 2000
FIRST = 2  # title, header
TEXT = "@"


def write(target: io.BytesIO, year: int) -> None:
    """Write the template of a year: title, header, drop-down lists, and a sheet that explains every column."""
    fields = [field for field in FIELDS if field.in_template]
    with override("zh-hans"), xlsxwriter.Workbook(target) as book:
        required = book.add_format({"bold": True, "bg_color": "#FDE9D9", "border": 1, "text_wrap": True})
        optional = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True})
        text = book.add_format({"num_format": TEXT})
        sheet = book.add_worksheet("贫困人口信息")
        lists = book.add_worksheet("代码表")
        about = book.add_worksheet("填写说明")
        sheet.write_string(
            0, 0, f"建档立卡贫困人口基本信息（{year}年度）", book.add_format({"bold": True, "font_size": 14})
        )
        for at, field in enumerate(fields):
            # Text, so that a spreadsheet keeps every digit of a number; amounts stay numbers.
            sheet.set_column(at, at, field.width, text if _is_text(field) else None)
            sheet.write_string(1, at, field.header, required if _needed(field) else optional)
        sheet.freeze_panes(FIRST, 0)
        _offer_lists(sheet, lists, fields)
        _explain(about, fields)
        lists.hide()


def _is_text(field: Field) -> bool:
    return field.section != "income" and (bool(field.sealed or field.codelist) or field.name in ("national_no", "name"))


def _needed(field: Field) -> bool:
    return field.required or (field.section, field.name) in CONDITIONAL


def _is_flag(field: Field) -> bool:
    return field.section != "place" and field.model_field.get_internal_type() == "BooleanField"


def _offer_lists(
    sheet: xlsxwriter.worksheet.Worksheet, lists: xlsxwriter.worksheet.Worksheet, fields: list[Field]
) -> None:
    """Drop-down lists. Columns that take several labels are not held to the list, it is only offered."""
    columns: dict[str, str] = {}
    for at, field in enumerate(fields):
        if _is_flag(field):
            source: list[str] | str = ["是", "否"]
        elif field.codelist:
            if field.codelist not in columns:
                labels = [code.name_zh for code in codelist(field.codelist)]
                column = len(columns)
                for row, label in enumerate(labels):
                    lists.write_string(row, column, label)
                name = xlsxwriter.utility.xl_col_to_name(column)
                columns[field.codelist] = f"=代码表!${name}$1:${name}${len(labels)}"
            source = columns[field.codelist]
        else:
            continue
        several = field.section != "place" and field.model_field.get_internal_type().endswith("ArrayField")
        several = several or field.name in ("health", "cause_other")
        sheet.data_validation(
            FIRST,
            at,
            FIRST + ROWS,
            at,
            {
                "validate": "list",
                "source": source,
                "error_type": "information" if several else "stop",
                "error_title": field.header,
                "error_message": "可填多项，用顿号分开。" if several else "请从下拉列表中选择。",
            },
        )


def _explain(sheet: xlsxwriter.worksheet.Worksheet, fields: list[Field]) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, 80)
    for at, name in enumerate(("列", "必填", "说明")):
        sheet.write_string(0, at, name)
    for row, field in enumerate(fields, start=1):
        sheet.write_string(row, 0, field.header)
        sheet.write_string(row, 1, "是" if field.required else "视情况" if _needed(field) else "")
        sheet.write_string(row, 2, _words(field))


def _words(field: Field) -> str:
    if _is_flag(field):
        return "填“是”或“否”。"
    if field.codelist:
        labels = "、".join(code.name_zh for code in codelist(field.codelist))
        return ("可填多项，用顿号分开：" if field.name in ("health", "cause_other") else "填其中之一：") + labels
    return EXPLAINED.get((field.section, field.name), "")


EXPLAINED = {
    ("household", "national_no"): "国家系统的户编号；同一户各行相同，户的各列也须相同。再次导入时按它对应。",
    ("person", "national_no"): "国家系统的人编号；每人一个。",
    ("person", "id_no"): "以文本填写，18、20或22位；证件类型为“无证件”时可空。",
    ("person_year", "political"): "年满18周岁的必填。",
    ("household", "identified_on"): "如2014-06-30。脱贫属性和识别时间只在新增户时写入。",
    ("place", "village"): "填嘎查村全称或简称，须在上面的苏木乡镇之下。",
    ("person_year", "work_months"): "0至12，可有一位小数。",
}


@require_safe
def template(request: HttpRequest) -> FileResponse:
    """`GET /households/import/template.xlsx`, for those who may import somewhere."""
    policy.require(request.user, CAPABILITY)
    target = io.BytesIO()
    write(target, year=template_year())
    target.seek(0)
    return attachment(target, _("建档立卡导入模板"))


def template_year() -> int:
    """The year of the next file: last year's until the annual update in December."""
    today = settings.REFERENCE_DATE or timezone.localdate()
    return today.year if today.month == 12 else today.year - 1
