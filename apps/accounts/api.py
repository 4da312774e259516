"""Sessions and one's own password over the API."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout, update_session_auth_hash
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access import scope as scopes
from apps.accounts import services
from apps.accounts.sessions import requester
from apps.divisions import codes


class SignIn(serializers.Serializer):
    """User name and password."""

    username = serializers.CharField(max_length=60)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class SessionState(serializers.Serializer):
    """The CSRF token of the session, and who signed in."""

    csrf = serializers.CharField()
    username = serializers.CharField()
    name = serializers.CharField()
    division = serializers.CharField(allow_null=True)


class PasswordChange(serializers.Serializer):
    """The old password and the new one."""

    old_password = serializers.CharField(max_length=200, trim_whitespace=False)
    new_password = serializers.CharField(max_length=200, trim_whitespace=False)


class SessionView(APIView):
    """Begin (POST), look at (GET) and end (DELETE) a session."""

    def get_permissions(self) -> Any:
        return [AllowAny()] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(responses=SessionState)
    def get(self, request: Request) -> Response:
        return Response(_state(request))

    @extend_schema(request=SignIn, responses=SessionState)
    def post(self, request: Request) -> Response:
        form = SignIn(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.sign_in(request._request, **form.validated_data)
        if user is None:
            if getattr(request._request, "axes_locked_out", False):
                raise Throttled(detail=_("登录失败次数过多，请15分钟后再试。"))
            raise AuthenticationFailed(_("用户名或密码不正确。"))
        request.user = user
        return Response(_state(request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordView(APIView):
    """Change one's own password; other sessions of the account end with it, this one gets a new CSRF token."""

    @extend_schema(request=PasswordChange, responses=SessionState)
    def post(self, request: Request) -> Response:
        form = PasswordChange(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        services.change_password(requester(request), old=data["old_password"], new=data["new_password"])
        update_session_auth_hash(request._request, requester(request))
        return Response(_state(request))


def _state(request: Request) -> dict[str, str | None]:
    user = requester(request)
    top = scopes.of(user).top
    return {
        "csrf": get_token(request._request),
        "username": user.username,
        "name": user.name,
        "division": codes.text(top) if top else None,
    }
