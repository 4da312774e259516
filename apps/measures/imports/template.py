"""The templates of banks' files, ready to be filled in."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.measures.imports import loans, repayments
from apps.pages.imports.template import filled

OF_LOANS = "每份贷款合同一行，超过限额的也照实填写。已登记的合同不因导入而更改；有错误的行不导入，其余照常导入。"
OF_REPAYMENTS = (
    "每笔还款一行，流水号相同的只登记一次；只报逾期的行不填还款日期和本金。"
    "同一合同以最后一行的逾期为准；有错误的行不导入，其余照常导入。"
)


@require_safe
def loan_template(request: HttpRequest) -> FileResponse:
    """`GET /loans/import/template.xlsx`, for those who may import somewhere."""
    return filled(request, "小额信贷", loans.SHEET, OF_LOANS, _("小额信贷导入模板"))


@require_safe
def repayment_template(request: HttpRequest) -> FileResponse:
    """`GET /loan-repayments/import/template.xlsx`, for those who may import somewhere."""
    return filled(request, "还款与逾期", repayments.SHEET, OF_REPAYMENTS, _("贷款还款与逾期导入模板"))
