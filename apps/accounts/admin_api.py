"""What the API does to accounts and posts beyond the generic resources."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import services
from apps.accounts.sessions import requester
from apps.accounts.tables import PostResource, ResetResource, UserResource
from apps.pages.api import ResourceViewSet


class InitialPassword(serializers.Serializer):
    """The first password of an account, in this answer and nowhere else."""

    initial_password = serializers.CharField()


class UserViewSet(ResourceViewSet):
    """Accounts. A first password is in the answer that made it and is not repeated under an `Idempotency-Key`."""

    resource = UserResource
    http_method_names = ["get", "head", "options", "post", "patch"]

    def create(self, request: Request) -> Response:
        response = super().create(request)
        if password := getattr(self, "password", ""):
            response.data["initial_password"] = password
        return response

    def save(self, form: Any) -> Any:
        saved = super().save(form)
        self.password = form.password
        return saved

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="close")
    def close(self, request: Request, key: str) -> Response:
        """Close an account: it reaches nothing from its next request on."""
        found = self.get_object(key)
        services.close_account(found, by=requester(request))
        return Response(self.current(found))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="end-sessions")
    def end_sessions(self, request: Request, key: str) -> Response:
        """End all sessions of an account."""
        found = self.get_object(key)
        services.end_sessions(found, by=requester(request))
        return Response(self.current(found))


class ConfirmedReset(serializers.Serializer):
    """How the request stands, and the new first password where it made one: in this answer and nowhere else."""

    state = serializers.CharField()
    initial_password = serializers.CharField(required=False)


class ResetViewSet(ResourceViewSet):
    """Resets: asked for (POST) by one person, confirmed or withdrawn by another, never edited."""

    resource = ResetResource
    http_method_names = ["get", "head", "options", "post"]

    @extend_schema(request=None, responses=ConfirmedReset)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, key: str) -> Response:
        """Confirm somebody else's request. The last confirmation carries it out; for accounts that run the region it
        takes two."""
        found = self.get_object(key)
        password = services.resets.confirm(found, by=requester(request))
        body = {"state": self.get_object(key).state}
        return Response({**body, "initial_password": password} if password else body)

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, key: str) -> Response:
        """Take a request back."""
        found = self.get_object(key)
        services.resets.withdraw(found, by=requester(request))
        return Response(self.current(found))


class PostViewSet(ResourceViewSet):
    """Posts: given and ended, never edited."""

    resource = PostResource
    http_method_names = ["get", "head", "options", "post"]

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, key: str) -> Response:
        """End a post now."""
        found = self.get_object(key)
        services.end_post(found, by=requester(request))
        return Response(self.current(found))
