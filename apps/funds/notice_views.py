"""Notices on the pages of money: the list of those about a row, and having one prepared with one click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.funds.services import publicity
from apps.funds.services.publicity import Row
from apps.notices.api import notice_body
from apps.notices.kinds import STATE
from apps.notices.models import PublicNotice
from apps.notices.tables import NoticeResource
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.kinds import DATE
from apps.pages.places import Places
from apps.pages.resources import Resource


def notices_on_page(resource: type[Resource], row: Row, user: Any) -> dict[str, Any]:
    """The context of `funds/_notices.html`: the notices about a row, and those that one may have prepared."""
    found, offered = publicity.notices_of(row, user), publicity.offers(row, user)
    places = Places.of([*(one.notice.division_id for one in found), *(one.place for one in offered)])
    return {
        "notices": [
            {
                "notice": one.notice,
                "title": one.title,
                "url": NoticeResource.url("detail", one.notice.pk) if one.visible else "",
                "place": places.short(one.notice.division_id),
                "state": STATE.html(one.notice.state),
            }
            for one in found
        ],
        "notice_offers": [(codes.text(one.place), one.label, places.short(one.place)) for one in offered],
        "notice_url": reverse(f"{resource.name}-notice", args=[row.pk]),
    }


def notices_in_body(row: Row, user: Any) -> list[dict[str, Any]]:
    """The same for the API."""
    return [
        {
            "id": one.notice.pk,
            "division": codes.text(one.notice.division_id),
            "title": one.title,
            "state": one.notice.state,
            "days": one.notice.days,
            "posted_on": DATE.json(one.notice.posted_on),
            "ends_on": DATE.json(one.notice.ends_on),
        }
        for one in publicity.notices_of(row, user)
    ]


def _found(resource: type[Resource], user: Any, by: Any, key: int) -> Row:
    """The row, if it is one of the requester's and he prepares notices about it; Http404 or PermissionDenied else."""
    row: Row | None = resource.rows(user).filter(pk=key).first()
    if row is None:
        raise Http404(_("没有这条记录，或者它不在您的范围内。"))
    if not publicity.may_prepare(row, by):
        raise PermissionDenied(_("您没有拟这项公示的权限。"))
    return row


def _prepared(row: Row, written: Mapping[str, Any], by: Any) -> PublicNotice:
    try:
        place = codes.parse(str(written.get("division", "")))
    except ValueError as error:
        raise ServiceError(_("公示不在这个地方张贴。"), field="division", code="place") from error
    return publicity.prepare(row, place, by=by)


class NoticePreparePage(View):
    """Has a notice about a row prepared, and opens it."""

    resource_of: type[Resource] = Resource

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        by = requester(request)
        row = _found(self.resource_of, request.user, by, key)
        try:
            made = _prepared(row, request.POST, by)
        except ServiceError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(f"{self.resource_of.url('detail', row.pk)}#notices")
        messages.success(request, _("公示已拟好，请核对后送他人审核。"))
        return HttpResponseRedirect(NoticeResource.url("detail", made.pk))


class NoticePrepareRequest(serializers.Serializer):
    """Where the notice is to hang: the code of a place."""

    division = serializers.CharField(max_length=12)


class NoticePrepareView(APIView):
    """Have a notice about a row prepared at a place; the answer is the notice."""

    resource_of: type[Resource] = Resource

    @extend_schema(request=NoticePrepareRequest, responses={201: OpenApiTypes.OBJECT})
    @once
    def post(self, request: Request, key: int) -> Response:
        by = requester(request)
        row = _found(self.resource_of, request.user, by, key)
        made = _prepared(row, valid_body(NoticePrepareRequest, request.data), by)
        return Response(notice_body(request.user, made.pk), status=201)
