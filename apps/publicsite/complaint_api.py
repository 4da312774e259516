"""The public REST API of complaints: handing one in, and following it by its receipt."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.errors import ServiceError
from apps.complaints.choices import Kind
from apps.complaints.models.confidential import LONGEST_CONTACT, LONGEST_NAME, LONGEST_TEXT
from apps.complaints.services import doors
from apps.divisions import codes
from apps.pages.bodies import valid_body
from apps.pages.kinds import DATE
from apps.pages.parsers import JSONParser, TooLarge
from apps.publicsite import gates, uploads

MOST_BYTES = 64 * 1024


class SmallJSONParser(JSONParser):
    """JSON of a complaint's length."""

    most = MOST_BYTES


class ComplaintRequest(serializers.Serializer):
    """A complaint about a place; name and contact may be left out."""

    division = serializers.CharField(max_length=12)
    kind = serializers.ChoiceField(choices=Kind.values)
    text = serializers.CharField(max_length=LONGEST_TEXT)
    name = serializers.CharField(max_length=LONGEST_NAME, required=False, default="", allow_blank=True)
    contact = serializers.CharField(max_length=LONGEST_CONTACT, required=False, default="", allow_blank=True)


class UnkeptView(APIView):
    """Nobody is asked who he is, and no answer may be kept."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (SmallJSONParser,)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, rendered: the middleware stands before whatever else would do it."""
        return super().finalize_response(request, response, *args, **kwargs).render()


class ComplaintsView(UnkeptView):
    """Hand in a complaint. With an `Idempotency-Key` the same one sent again is answered with the same receipt."""

    @extend_schema(
        operation_id="public_complaints_create", request=ComplaintRequest, responses={201: OpenApiTypes.OBJECT}
    )
    def post(self, request: Request) -> Response:
        if wait := gates.sending(request._request):
            raise Throttled(wait=wait)
        if uploads.announced(request._request) > MOST_BYTES:
            raise TooLarge
        given = valid_body(ComplaintRequest, request.data)
        nowhere = ServiceError(_("没有这个行政区划，或者不能在这里举报。"), field="division", code="invalid_choice")
        try:
            place = codes.parse(given["division"])
        except ValueError:
            raise nowhere from None
        words = {name: given[name] for name in ("name", "contact")}
        key = request.headers.get("Idempotency-Key", "")[:200]
        receipt = doors.receive(place, given["kind"], given["text"], key=key, **words)
        if receipt is None:
            raise nowhere
        return Response({"receipt": receipt.number, "secret": receipt.secret}, status=201)


class ComplaintStateView(UnkeptView):
    """How far a complaint is; 404 for an unknown receipt and for a wrong secret alike."""

    @extend_schema(
        operation_id="public_complaints_state",
        parameters=[OpenApiParameter("secret", str, required=True)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, receipt: str) -> Response:
        if wait := gates.asking(request._request, receipt):
            raise Throttled(wait=wait)
        found = doors.follow(receipt, request.query_params.get("secret", ""))
        if found is None:
            raise Http404
        days = ("received_on", "accepted_on", "due_on", "answered_on", "closed_on")
        return Response({"state": found.state, **{name: DATE.json(getattr(found, name)) for name in days}})
