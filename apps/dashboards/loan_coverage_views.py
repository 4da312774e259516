"""信贷覆盖: who wants a loan and has one, by the units below a place; every figure opens the list that it counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access import policy
from apps.common.days import today
from apps.dashboards.extent import Extent
from apps.dashboards.live_views import extent_of
from apps.divisions import codes
from apps.measures import coverage
from apps.measures.coverage import NONE, Coverage
from apps.measures.models import LoanWish, SmallLoan
from apps.pages import amounts
from apps.pages.kinds import MONEY, NUMBER, PERCENT

WISHES, LOANS = "loan-wish-list", "loan-list"


def counted(user: Any, params: Any) -> tuple[Extent, dict[int, Coverage]]:
    """The place asked for, and the figures of its units; 404 and 403 as everywhere."""
    extent = extent_of(user, params)
    policy.require(user, "view_register")
    wishes, loans = extent.narrow(LoanWish.objects.visible_to(user)), extent.narrow(SmallLoan.objects.visible_to(user))
    return extent, coverage.by_unit(wishes, loans, extent.unit(), today())


class LoanCoveragePage(View):
    """信贷覆盖 of a place and its units."""

    def get(self, request: HttpRequest) -> HttpResponse:
        extent, found = counted(request.user, request.GET)
        units = [one for one in extent.children() if one.code in found or not (one.is_virtual or one.ended_on)]
        context = {
            "extent": extent,
            "heads": HEADS,
            "rows": [
                {
                    "name": one.short_name or one.name,
                    "url": f"{reverse('loan-coverage')}?division={codes.text(one.code)}",
                    "cells": cells(found.get(one.code, NONE), one.code),
                }
                for one in units
            ],
            "total": cells(sum(found.values(), NONE), extent.code),
            "on": today(),
        }
        return render(request, "dashboards/loan_coverage.html", context)


HEADS = (
    _("有贷款意愿"),
    _("已获贷款"),
    _("覆盖率"),
    _("有意愿未获贷"),
    _("贷款笔数"),
    _("贷款金额"),
    _("未还本金"),
    _("逾期笔数"),
    _("逾期本金"),
    _("户贷企用"),
)


def cells(found: Coverage, code: int | None) -> list[dict[str, Any]]:
    """The figures of a unit in the order of HEADS, each with the list behind it, if there is one."""

    def cell(text: Any, route: str = "", **asked: str) -> dict[str, Any]:
        query = {**({"division": codes.text(code)} if code else {}), **asked}
        return {"text": text, "url": f"{reverse(route)}?{urlencode(query)}" if route else ""}

    return [
        cell(NUMBER.text(found.wishes), WISHES, open="true"),
        cell(NUMBER.text(found.lent), WISHES, open="true", lent="true"),
        cell(PERCENT.html(found.share)),
        cell(NUMBER.text(found.waiting), WISHES, open="true", lent="false"),
        cell(NUMBER.text(found.loans), LOANS),
        cell(amounts.html(found.amount)),
        cell(amounts.html(found.outstanding), LOANS, running="true"),
        cell(NUMBER.text(found.late), LOANS, overdue="true"),
        cell(amounts.html(found.late_amount)),
        cell(NUMBER.text(found.by_enterprise), LOANS, **ENTERPRISE),
    ]


ENTERPRISE = {"used_by_enterprise": "true", "running": "true"}


class LoanCoverageView(APIView):
    """Who wants a loan and has one: of a place and of its units."""

    @extend_schema(parameters=[OpenApiParameter("division", OpenApiTypes.STR)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        extent, found = counted(request.user, request.query_params)
        units = [one.code for one in extent.children() if one.code in found]
        return Response(
            {
                "division": codes.text(extent.code) if extent.code else None,
                "on": today().isoformat(),
                **body(sum(found.values(), NONE)),
                "units": [{"division": codes.text(code), **body(found[code])} for code in units],
            }
        )


def body(found: Coverage) -> dict[str, Any]:
    """The figures for programs: money as text in yuan, the share between 0 and 1 with four digits."""
    return {
        "wishes": found.wishes,
        "lent": found.lent,
        "share": None if found.share is None else f"{found.share:.4f}",
        "waiting": found.waiting,
        "loans": found.loans,
        "amount": MONEY.json(found.amount),
        "outstanding": MONEY.json(found.outstanding),
        "overdue": found.late,
        "overdue_amount": MONEY.json(found.late_amount),
        "used_by_enterprise": found.by_enterprise,
    }
