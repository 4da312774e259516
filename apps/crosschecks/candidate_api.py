"""The REST API of candidates beyond the generic resource: deciding one."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.sessions import requester
from apps.crosschecks.models import CandidateState
from apps.crosschecks.services import deciding
from apps.pages.api import ReadingViewSet
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once


class DecisionRequest(serializers.Serializer):
    """A decision, its ground, and the version that was read; `open` asks for a new one."""

    state = serializers.ChoiceField(choices=CandidateState.choices)
    reason = serializers.CharField(max_length=deciding.LONGEST)
    version = serializers.IntegerField(min_value=1)


class CandidateViewSet(ReadingViewSet):
    """Candidates; whoever may decide one says whether it is the same person."""

    @extend_schema(request=DecisionRequest, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    @once
    def decide(self, request: Request, key: str) -> Response:
        """Decide a candidate; the answer is the candidate as it is now. Nothing else is changed by it."""
        found = self.get_object(key)
        deciding.require(requester(request), found)
        given = valid_body(DecisionRequest, request.data)
        deciding.decide(
            found, given["state"], by=requester(request), reason=given["reason"], expected_version=given["version"]
        )
        return Response(self.current(found))
