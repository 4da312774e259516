"""How a department's client delivers a data set: begun, sent in pieces, completed; what was refused is asked for.

Every step may be repeated: the same piece is stored once, a delivery broken off goes on with the pieces that are
missing. A client delivers only the sets it is named for, within its division.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access import scope as scopes
from apps.datasets.models import Delivery
from apps.datasets.services import intake, reading
from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.bodies import valid_body
from apps.pages.parsers import JSONParser
from apps.partners.api import ClientAPIView
from apps.partners.choices import WRITE_DATASETS

MOST_BYTES = 8 * 1024 * 1024
FAULTS = 200
"""So many refused rows are told in one answer."""


class ChunkParser(JSONParser):
    """JSON as long as a piece of 5,000 rows may be."""

    most = MOST_BYTES


class Begin(serializers.Serializer):
    """The month with which the data end; where, if not at the client's own place."""

    period = serializers.CharField(max_length=7)
    division = serializers.CharField(min_length=12, max_length=12, required=False)


class Piece(serializers.Serializer):
    """Rows as objects, their members named as the data set's columns."""

    rows = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=intake.CHUNK)


class Complete(serializers.Serializer):
    """How many pieces and rows were sent altogether: nothing may be missing."""

    chunks = serializers.IntegerField(min_value=1)
    rows = serializers.IntegerField(min_value=1)


class DeliveringView(ClientAPIView):
    """The base: only sets that the client is named for exist, and only deliveries of its own."""

    scope = WRITE_DATASETS
    most_bytes = MOST_BYTES
    parser_classes = [ChunkParser]

    def require(self, code: str) -> None:
        """Http404 for a data set that is not the client's to deliver."""
        if code not in self.caller.client.datasets:
            raise Http404(_("没有这个数据集。"))

    def mine(self, code: str, key: int) -> Delivery:
        """A delivery of this client; Http404 otherwise. Inside its scope."""
        self.require(code)
        delivery = reading.sent_by(self.caller.user, code, key)
        if delivery is None:
            raise Http404(_("没有这次报送。"))
        return delivery

    @staticmethod
    def body(request: Request) -> dict[str, Any]:
        """The object that the request carries; 400 when it is none."""
        if not isinstance(request.data, dict):
            raise ParseError(_("请求体应为一个 JSON 对象。"))
        return request.data


def told(delivery: Delivery, user: Any) -> dict[str, Any]:
    """A delivery as its client reads it: where it stands, which pieces are here, what was refused."""
    return {
        "id": delivery.pk,
        "dataset": delivery.dataset,
        "division": codes.text(delivery.division_id),
        "period": f"{delivery.period:%Y-%m}",
        "state": delivery.state,
        "note": delivery.note,
        "chunks": reading.pieces_of(user, delivery),
        "rows": delivery.rows,
        "accepted": delivery.accepted,
        "refused": delivery.refused,
        "faults": [
            {"row": one.row_no, "field": one.field, "code": one.code, "message": one.message}
            for one in reading.faults_of(user, delivery, FAULTS)
        ],
    }


class DeliveriesView(DeliveringView):
    """POST datasets/{code}/deliveries/."""

    @extend_schema(request=Begin, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, code: str) -> Response:
        """Begin a delivery, or go on with the one that was begun for this period."""
        self.require(code)
        body = self.body(request)
        division = self._place(body.get("division"))
        given = valid_body(Begin, body)
        with scopes.acting(self.caller.user, source="api"):
            delivery = intake.open_delivery(code, division, given["period"], by=self.caller.user, source="client")
            return Response(told(delivery, self.caller.user), status=201)

    def _place(self, written: Any) -> int:
        """The place in the body, the client's own without one; Http404 outside it."""
        own: int = self.caller.client.division_id
        if written is None:
            return own
        try:
            place = codes.parse(str(written))
        except ValueError:
            raise Http404(_("没有这个行政区划。")) from None
        if not codes.contains(own, place) or not Division.objects.filter(code=place).exists():
            raise Http404(_("没有这个行政区划。"))
        return place


class DeliveryView(DeliveringView):
    """GET datasets/{code}/deliveries/{key}/."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, code: str, key: int) -> Response:
        """Where a delivery stands: the pieces that are here, and the first refused rows with their reasons."""
        with scopes.acting(self.caller.user, source="api"):
            return Response(told(self.mine(code, key), self.caller.user))


class ChunkView(DeliveringView):
    """PUT datasets/{code}/deliveries/{key}/chunks/{number}/."""

    @extend_schema(request=Piece, responses={200: OpenApiTypes.OBJECT})
    def put(self, request: Request, code: str, key: int, number: int) -> Response:
        """Send a piece. The same piece again changes nothing; another one under its number is 409."""
        with scopes.acting(self.caller.user, source="api"):
            delivery = self.mine(code, key)
            rows = valid_body(Piece, self.body(request))["rows"]
            digest = hashlib.sha256(orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)).hexdigest()
            chunk = intake.take(delivery, number, rows, digest, first=(number - 1) * intake.CHUNK + 1)
            return Response({"number": chunk.number, "rows": chunk.rows, "refused": chunk.refused})


class CompleteView(DeliveringView):
    """POST datasets/{code}/deliveries/{key}/complete/."""

    @extend_schema(request=Complete, responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request, code: str, key: int) -> Response:
        """Everything is sent: the version counts from now on, or is held for a person's word."""
        with scopes.acting(self.caller.user, source="api"):
            delivery = self.mine(code, key)
            given = valid_body(Complete, self.body(request))
            done = intake.complete(delivery, chunks=given["chunks"], rows=given["rows"], by=self.caller.user)
            return Response(told(done, self.caller.user))
