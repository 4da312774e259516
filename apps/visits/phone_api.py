"""What the phone page asks for besides visits: the key of its account, and the households to choose among."""

from __future__ import annotations

import base64

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.visits.services import phone

NEVER_KEPT = {"Cache-Control": "no-store"}
LONGEST_WORDS = 60


class PhoneKeyState(serializers.Serializer):
    """The account, and 32 bytes in Base64 that its phones encrypt with."""

    account = serializers.IntegerField()
    key = serializers.CharField()


class OfferedHousehold(serializers.Serializer):
    """A household to write about, with what was promised there last time."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    head = serializers.CharField()
    place = serializers.CharField()
    paired = serializers.BooleanField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    of_village = serializers.BooleanField()
    visited_on = serializers.CharField()
    promise = serializers.CharField()
    problem = serializers.CharField()


class OfferedHouseholds(serializers.Serializer):
    """All that are kept on a phone, one's own pairings first."""

    results = OfferedHousehold(many=True)


class PhoneKeyView(APIView):
    """The key of one's own phones; the same one whenever it is asked for."""

    @extend_schema(request=None, responses=PhoneKeyState)
    def post(self, request: Request) -> Response:
        """By POST, so that no other site's page can have it asked for, and nothing on the way keeps it."""
        user = requester(request)
        key = base64.b64encode(phone.key_of(user)).decode()
        return Response({"account": user.pk, "key": key}, headers=NEVER_KEPT)


class PhoneHouseholdsView(APIView):
    """The households that one may write about, at most 300."""

    @extend_schema(parameters=[OpenApiParameter("words", str)], responses=OfferedHouseholds)
    def get(self, request: Request) -> Response:
        """`words`: a part of the code or of the head's name."""
        words = request.query_params.get("words", "").strip().replace("\0", "")[:LONGEST_WORDS]
        found = phone.as_body(phone.households_of(requester(request), words))
        return Response({"results": found}, headers=NEVER_KEPT)
