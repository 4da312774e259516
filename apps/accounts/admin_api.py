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
from apps.accounts.tables import PostResource, UserResource
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

    @extend_schema(request=None, responses=InitialPassword)
    @action(detail=True, methods=["post"], url_path="reset")
    def reset(self, request: Request, key: str) -> Response:
        """A new first password; the sessions of the account end."""
        return Response({"initial_password": services.reset_password(self.get_object(key), by=requester(request))})

    @extend_schema(request=None, responses=InitialPassword)
    @action(detail=True, methods=["post"], url_path="open")
    def open(self, request: Request, key: str) -> Response:
        """Open a closed account again, with a new first password."""
        password = services.set_active(self.get_object(key), active=True, by=requester(request))
        return Response({"initial_password": password})

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="close")
    def close(self, request: Request, key: str) -> Response:
        """Close an account: it reaches nothing from its next request on."""
        found = self.get_object(key)
        services.set_active(found, active=False, by=requester(request))
        return Response(self.current(found))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="reset-factor")
    def reset_factor(self, request: Request, key: str) -> Response:
        """Forget the second factor of an account; its sessions end, the next sign-in binds a new one."""
        found = self.get_object(key)
        services.second_factor.reset(found, by=requester(request))
        return Response(self.current(found))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="end-sessions")
    def end_sessions(self, request: Request, key: str) -> Response:
        """End all sessions of an account."""
        found = self.get_object(key)
        services.end_sessions(found, by=requester(request))
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
