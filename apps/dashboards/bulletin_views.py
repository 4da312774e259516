"""督查整改月报: as a page to print, as a document, and for programs."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access import policy
from apps.accounts.sessions import requester
from apps.common.days import today
from apps.dashboards import bulletin, bulletin_document
from apps.dashboards.field_summary import Period
from apps.divisions import codes
from apps.history.services import log_access
from apps.pages.export_views import attachment
from apps.pages.places import Places
from apps.problems.standing_views import place_of

ASKED = frozenset({"division", "month"})
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


class Question:
    """What is asked: a place (the highest of one's own if none is said) and a month that has begun (the running one).

    404 for a place of others, 403 for an account without any view of supervision, BadRequest for what cannot be
    answered.
    """

    def __init__(self, user: Any, params: Any) -> None:
        self.user = user
        self.division = place_of(user, params, ASKED)
        month = params.get("month", "")
        found = _MONTH.fullmatch(month)
        if month and not found:
            raise BadRequest(_("查询条件有误。"))
        self.month = Period(int(found[1]), int(found[2])) if found else Period(today().year, today().month)
        if self.month.first > today():
            raise BadRequest(_("这个月份还没有开始。"))

    def sections(self) -> list[bulletin.Section]:
        return bulletin.sections(self.user, self.division, self.month)

    @property
    def title(self) -> str:
        return f"{_('督查整改月报')} {self.month.text}"

    @property
    def place_name(self) -> str:
        return Places.of([self.division]).full(self.division)


def _counted_at() -> str:
    return timezone.localtime().strftime("%Y-%m-%d %H:%M")


class BulletinPage(View):
    """督查整改月报 of a place."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = Question(request.user, request.GET)
        before = bulletin.previous(asked.month)
        context = {
            "asked": asked,
            "title": asked.title,
            "sections": asked.sections(),
            "counted_at": _counted_at(),
            "before_url": f"{reverse('bulletin')}?division={codes.text(asked.division)}&month={before.text}",
            "may_export": policy.can(request.user, "export_register", asked.division),
        }
        return render(request, "dashboards/bulletin.html", context)

    def post(self, request: HttpRequest) -> FileResponse:
        """The same as a document, with the export in the access log."""
        asked, user = Question(request.user, request.GET), requester(request)
        if not policy.can(user, "export_register", asked.division):
            raise PermissionDenied(_("您没有导出这些数据的权限。"))
        line = f"{asked.place_name} · {_counted_at()}"
        sections = asked.sections()
        file = bulletin_document.written(asked.title, line, sections)
        rows = sum(len(section.rows) for section in sections)
        log_access(user, "export", division=asked.division, kind="problems.problem", fields=["bulletin"], rows=rows)
        return attachment(file, f"{_('督查整改月报')}_{asked.month.text}_{codes.text(asked.division)}", suffix="docx")


class BulletinView(APIView):
    """The bulletin of a place and month: its sections, each with a sentence and a table of texts."""

    @extend_schema(
        parameters=[OpenApiParameter("division", OpenApiTypes.STR), OpenApiParameter("month", OpenApiTypes.STR)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        asked = Question(request.user, request.query_params)
        return Response(
            {
                "division": codes.text(asked.division),
                "month": asked.month.text,
                "sections": [
                    {
                        "name": one.name,
                        "title": one.title,
                        "text": one.text,
                        "heads": list(one.heads),
                        "rows": [list(row) for row in one.rows],
                    }
                    for one in asked.sections()
                ],
            }
        )
