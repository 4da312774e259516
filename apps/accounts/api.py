"""Sessions, one's own password and second factor over the API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed, NotFound, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access import scope as scopes
from apps.accounts import services, sessions
from apps.accounts.lockout import locked_out
from apps.accounts.models import User
from apps.accounts.sessions import requester
from apps.common.errors import Refused, ServiceError
from apps.divisions import codes


class SignIn(serializers.Serializer):
    """User name and password; with them a code of the generator, or a recovery code, where one is needed."""

    username = serializers.CharField(max_length=60)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class SessionState(serializers.Serializer):
    """The CSRF token of the session, and who signed in; by the number `account` a phone keeps entries apart."""

    csrf = serializers.CharField()
    account = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    division = serializers.CharField(allow_null=True)


class PasswordChange(serializers.Serializer):
    """The old password and the new one."""

    old_password = serializers.CharField(max_length=200, trim_whitespace=False)
    new_password = serializers.CharField(max_length=200, trim_whitespace=False)


class Code(serializers.Serializer):
    """A code of the generator, or a recovery code."""

    code = serializers.CharField(max_length=40)


class FactorCode(serializers.Serializer):
    """The first code of a new generator, the token of its offer, a code of the generator that it replaces."""

    code = serializers.CharField(max_length=40)
    token = serializers.CharField(max_length=500)
    current = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class FactorState(serializers.Serializer):
    """Since when a second factor is bound, and how many recovery codes are left."""

    bound_at = serializers.DateTimeField(allow_null=True)
    codes_left = serializers.IntegerField()


class FactorOffer(serializers.Serializer):
    """A secret, its address for a generator, and the token that brings it back."""

    secret = serializers.CharField()
    uri = serializers.CharField()
    token = serializers.CharField()


class RecoveryCodes(serializers.Serializer):
    """Recovery codes, in this answer and nowhere else."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class OwnSession(serializers.Serializer):
    """A live session; `this` is the one that asks."""

    key = serializers.IntegerField()
    began_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()
    address = serializers.CharField()
    device = serializers.CharField()
    this = serializers.BooleanField()


class SessionView(APIView):
    """Begin (POST), look at (GET) and end (DELETE) a session."""

    refusals = (429,)

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
            if locked_out(request._request):
                raise Throttled(detail=_("登录失败次数过多，请15分钟后再试。"))
            raise AuthenticationFailed(_("用户名、密码或动态口令不正确。"))
        request.user = user
        return Response(_state(request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT, headers={"Clear-Site-Data": sessions.FORGET})


class PasswordView(APIView):
    """Change one's own password; other sessions of the account end with it, this one gets a new CSRF token."""

    refusals = (429,)

    @extend_schema(request=PasswordChange, responses=SessionState)
    def post(self, request: Request) -> Response:
        form = PasswordChange(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        user = requester(request)
        with scopes.activate(scopes.of(user, source="api")):
            # Its transactions are its own: the count of a wrong old password outlives the refusal.
            services.change_own_password(request._request, user, old=data["old_password"], new=data["new_password"])
            sessions.renew(request._request)
            return Response(_state(request))


class SecondFactorView(APIView):
    """One's own second factor: how it stands (GET), a secret for a generator (POST), its first code (PUT), new recovery
    codes (PATCH), giving it up where one may (DELETE)."""

    refusals = (429,)

    @extend_schema(responses=FactorState)
    def get(self, request: Request) -> Response:
        user = requester(request)
        left = services.second_factor.codes_left(user) if user.second_factor_at else 0
        return Response(FactorState({"bound_at": user.second_factor_at, "codes_left": left}).data)

    @extend_schema(request=None, responses=FactorOffer)
    def post(self, request: Request) -> Response:
        """Nothing is stored before a code of this secret comes back by PUT with the token, within 15 minutes."""
        return Response(FactorOffer(services.second_factor.offer(requester(request))).data)

    @extend_schema(request=FactorCode, responses=RecoveryCodes)
    def put(self, request: Request) -> Response:
        """Bind the generator; in place of an earlier one with a code of that in `current`."""
        form = FactorCode(data=request.data)
        form.is_valid(raise_exception=True)
        user, data = requester(request), form.validated_data
        with scopes.activate(scopes.of(user, source="api")):
            if user.second_factor_at is not None:
                self._prove(request, user, data["current"], "current")
            codes = services.second_factor.enrol(user, data["token"], data["code"])
            sessions.end_all(user, but=request.session.session_key)
        return Response({"recovery_codes": codes})

    @extend_schema(request=Code, responses=RecoveryCodes)
    def patch(self, request: Request) -> Response:
        """Ten new recovery codes, against a code; those before count no more."""
        user = self._proven(request)
        return Response({"recovery_codes": services.second_factor.renew_codes(user)})

    @extend_schema(request=Code, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Give it up, against a code; 403 where the platform asks for one."""
        if settings.SECOND_FACTOR_REQUIRED:
            raise Refused(_("按规定必须使用动态口令，不能解除绑定。"))
        services.second_factor.remove(self._proven(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _proven(self, request: Request) -> User:
        form = Code(data=request.data)
        form.is_valid(raise_exception=True)
        user = requester(request)
        self._prove(request, user, form.validated_data["code"], "code")
        return user

    @staticmethod
    def _prove(request: Request, user: User, code: str, field: str) -> None:
        if services.check_code(request._request, user, code):
            return
        if locked_out(request._request):
            raise Throttled(detail=_("登录失败次数过多，请15分钟后再试。"))
        raise ServiceError(_("动态口令或恢复码不正确，或已经用过。"), field=field, code="wrong")


class OwnSessionsView(APIView):
    """One's own live sessions (GET); ending all but this one (DELETE)."""

    @extend_schema(responses=OwnSession(many=True))
    def get(self, request: Request) -> Response:
        found = sessions.of(requester(request), this=request.session.session_key)
        return Response(OwnSession(found, many=True).data)

    @extend_schema(operation_id="sessions_destroy_others", responses={204: None})
    def delete(self, request: Request) -> Response:
        sessions.end_all(requester(request), but=request.session.session_key)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OwnSessionView(APIView):
    """One of one's own sessions: its end."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: int) -> Response:
        if not sessions.end_one(requester(request), key):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)


def _state(request: Request) -> dict[str, str | int | None]:
    user = requester(request)
    top = scopes.of(user).top
    return {
        "csrf": get_token(request._request),
        "account": user.pk,
        "username": user.username,
        "name": user.name,
        "division": codes.text(top) if top else None,
    }
