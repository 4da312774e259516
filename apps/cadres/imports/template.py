"""The templates of pairings and home checks, ready to be filled in."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.cadres.imports import home_checks, rows
from apps.pages.imports.template import filled

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
