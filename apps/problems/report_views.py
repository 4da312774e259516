"""Having the public report of rectification prepared, from the page of how far a place is, and by programs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.notices.api import notice_body
from apps.notices.tables import NoticeResource
from apps.pages.idempotency import once
from apps.problems.services import publishing
from apps.problems.standing_views import place_of


class ReportPage(View):
    """Prepares the report of a place as of today, and opens it."""

    def post(self, request: HttpRequest) -> HttpResponse:
        division = place_of(request.user, request.GET)
        try:
            made = publishing.prepare(division, today(), by=requester(request))
        except ServiceError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(f"{reverse('problem-standing')}?division={division}")
        messages.success(request, _("公告已拟好，请核对后送他人审核。"))
        return HttpResponseRedirect(NoticeResource.url("detail", made.pk))


class ReportView(APIView):
    """Have the report of a place as of today prepared; the answer is the notice."""

    @extend_schema(
        request=None,
        parameters=[OpenApiParameter("division", OpenApiTypes.STR)],
        responses={201: OpenApiTypes.OBJECT},
    )
    @once
    def post(self, request: Request) -> Response:
        division = place_of(request.user, request.query_params)
        made = publishing.prepare(division, today(), by=requester(request))
        return Response(notice_body(request.user, made.pk), status=201)
