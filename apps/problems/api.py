"""The REST API of the problem ledger beyond the generic resources: one problem with its log, steps, receipts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.pages.api import ResourceViewSet, object_body
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.way_api import WayStepView, way_body
from apps.problems.choices import Kind
from apps.problems.file_api import papers_of
from apps.problems.services import letters, steps
from apps.problems.services.offices import rectifies
from apps.problems.services.way import WAY
from apps.problems.step_forms import said_of
from apps.problems.tables import LetterResource, ProblemResource


def _optional(most: int) -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, default="", allow_blank=True)


class MeasureRequest(serializers.Serializer):
    """A measure of a plan."""

    text = serializers.CharField(max_length=500)
    by_on = serializers.DateField()
    checked_by = serializers.CharField(max_length=200)


class ProblemStepRequest(serializers.Serializer):
    """A step of a problem, based on the version that was read."""

    step = serializers.ChoiceField(choices=list(WAY.steps))
    version = serializers.IntegerField(min_value=1)
    note = _optional(LONGEST_NOTE)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    unit = serializers.RegexField(r"^[0-9]{12}$", required=False)
    department = _optional(100)
    leader = _optional(50)
    due_on = serializers.DateField(required=False)
    measures = MeasureRequest(many=True, required=False)
    period = serializers.DateField(required=False)
    percent = serializers.IntegerField(min_value=0, max_value=100, required=False)
    text = _optional(2000)
    result = _optional(2000)
    opinion = _optional(2000)
    site = _optional(100)
    on = serializers.DateField(required=False)


class ReceiveRequest(serializers.Serializer):
    """The receipt of a letter; without a day today."""

    on = serializers.DateField(required=False)


class ProblemViewSet(ResourceViewSet):
    """Problems; one comes with its log, photos and files, and the steps that the requester may take."""

    def current(self, found: Any) -> dict[str, Any]:
        user = self.request.user
        return {**way_body(ProblemResource, WAY, user, found.pk), **papers_of(user, found)}


class ProblemStepView(WayStepView):
    """A step of a problem."""

    resource_of, way = ProblemResource, WAY

    @extend_schema(request=ProblemStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = self.found(request, key)
        given = valid_body(ProblemStepRequest, request.data)
        if "unit" in given:
            given["unit"] = int(given["unit"])
        steps.take(found, given["step"], by=requester(request), said=said_of(given), expected_version=given["version"])
        return Response(way_body(ProblemResource, WAY, request.user, key))


class ReceiveView(APIView):
    """Record that a letter was received; the answer is the letter."""

    @extend_schema(request=ReceiveRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = LetterResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        if not rectifies(requester(request), found):
            raise PermissionDenied(_("督办函由收函单位签收。"))
        given = valid_body(ReceiveRequest, request.data)
        letters.receive(found, by=requester(request), on=given.get("on"))
        return Response(object_body(LetterResource, request.user, key))
