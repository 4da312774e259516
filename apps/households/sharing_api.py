"""Shares in the API: opening a household to an account, 紧急查阅, withdrawing."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access import policy
from apps.accounts.sessions import requester
from apps.common.network import client_ip
from apps.households import services
from apps.households.services.sharing import HOURS
from apps.households.tables import ShareResource
from apps.pages.api import ReadingViewSet, object_body
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once


class ShareRequest(serializers.Serializer):
    """To whom, for how long, and why."""

    username = serializers.CharField(max_length=60)
    hours = serializers.ChoiceField(choices=HOURS)
    reason = serializers.CharField(max_length=200)


class UrgentRequest(serializers.Serializer):
    """Which household by its code, and why."""

    code = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=200)


class SharingViewSet(ReadingViewSet):
    """Shares; ending one is an act of its own."""

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    @once
    def withdraw(self, request: Request, key: str) -> Response:
        """End a share now."""
        found = self.get_object(key)
        services.withdraw(found, by=requester(request), address=client_ip(request._request))
        return Response(self.current(found))


class SharingActions:
    """What the households' API can do about shares."""

    @extend_schema(request=ShareRequest, responses={201: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    @once
    def share(self: Any, request: Request, key: str) -> Response:
        """Open the household to an account for some hours; needs `change_register` there."""
        found = self.get_object(key)
        policy.require(request.user, "change_register", found)
        given = valid_body(ShareRequest, request.data)
        made = services.share(found, **given, by=requester(request), address=client_ip(request._request))
        return Response(object_body(ShareResource, request.user, made.pk), status=201)

    @extend_schema(request=UrgentRequest, responses={201: OpenApiTypes.OBJECT})
    @action(detail=False, methods=["post"])
    @once
    def urgent(self: Any, request: Request) -> Response:
        """Open a household outside one's own places to oneself for three hours; needs `open_urgently`."""
        policy.require(request.user, "open_urgently")
        given = valid_body(UrgentRequest, request.data)
        made = services.open_urgently(**given, by=requester(request), address=client_ip(request._request))
        return Response(object_body(ShareResource, request.user, made.pk), status=201)
