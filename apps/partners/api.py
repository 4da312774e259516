"""What departments ask over the API, and clients as their administrators run them there."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, ParseError, Throttled
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access import scope as scopes
from apps.accounts.sessions import requester
from apps.common.network import client_ip
from apps.pages.api import ResourceViewSet
from apps.pages.bodies import valid_body
from apps.pages.parsers import JSONParser, TooLarge
from apps.partners.choices import FIELDS, VERIFY
from apps.partners.models import Client
from apps.partners.services import clients, limits, signing, tally
from apps.partners.services.tokens import Caller, Unfit, examine
from apps.partners.services.verifying import BATCH, verify
from apps.partners.tables import ClientResource

REFUSED = {403: "scope", 429: "limit"}  # what a client that is known was refused, as the record says it


def turned_away(request: Request, client: Client, why: str) -> None:
    """Put the refusal of a client on record."""
    tally.refused(client, address=client_ip(request._request), what=f"{request.method} {request.path}", why=why)


class ClientAuthentication(BaseAuthentication):
    """`Authorization: Bearer …` of a department's client, signed if the client has a key; one refusal for all."""

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        kind, _blank, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        found = examine(token.strip(), client_ip(request._request))
        if isinstance(found, Caller) and not signing.is_signed(found.client, request._request):
            found = Unfit(found.client, "signature")
        if isinstance(found, Unfit):
            turned_away(request, found.client, found.why)
        if not isinstance(found, Caller):
            raise AuthenticationFailed
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class BearerScheme(OpenApiAuthenticationExtension):
    """How the schema names it."""

    target_class = ClientAuthentication
    name = "departmentClient"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class ForClients(BasePermission):
    """Departments' clients with the view's scope; officials have other ways, with their own records."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Caller) and view.scope in request.auth.scopes


class StrictJSONParser(JSONParser):
    """JSON of moderate size."""

    most = limits.MOST_BYTES


class ClientAPIView(APIView):
    """The base of what clients may use: everything else of the API does not know their tokens."""

    authentication_classes = [ClientAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated, ForClients]
    parser_classes = [StrictJSONParser]
    refusals = (413, 429)
    scope = ""
    most_bytes = limits.MOST_BYTES
    known: Caller | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > self.most_bytes:
            raise TooLarge
        super().initial(request, *args, **kwargs)
        self.spend(1)

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if isinstance(request.auth, Caller):
            self.known = request.auth

    @property
    def caller(self) -> Caller:
        """The client that asks: whoever else comes does not get as far as where this is read."""
        assert self.known is not None  # noqa: S101
        return self.known

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if self.known is not None and response.status_code in REFUSED:
            turned_away(self.request, self.known.client, REFUSED[response.status_code])
        return response

    def check_permissions(self, request: Request) -> None:
        """What nobody may do here is 405 for whoever is known, an official too; then the right to do it."""
        if request.user.is_authenticated and request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        super().check_permissions(request)

    def spend(self, amount: int) -> None:
        """Count so many questions of this client; Throttled when it has none left in this minute."""
        client = self.caller.client
        if wait := limits.spend(f"client:{client.pk}", amount, client.rate_limit):
            raise Throttled(wait=wait)


class Question(serializers.Serializer):
    """One number, or several under `id_nos`; what it is asked for, and which fields are wanted."""

    id_no = serializers.CharField(max_length=40, required=False)
    id_nos = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=BATCH, required=False
    )
    purpose = serializers.CharField(max_length=200)
    fields = serializers.ListField(  # type: ignore[assignment]  # a declared field; the metaclass takes it away
        child=serializers.CharField(max_length=40), max_length=len(FIELDS), required=False
    )


def parsed(body: dict[str, Any]) -> dict[str, Any]:
    """What is asked, as `id_nos`, `purpose`, `fields`; ValidationError (422) with all that is wrong."""
    if ("id_no" in body) == ("id_nos" in body):
        raise ValidationError({"id_no": ValidationError(_("请给出 id_no 或 id_nos 之一。"), code="required")})
    data = valid_body(Question, body)
    return {
        "id_nos": data["id_nos"] if "id_nos" in data else [data["id_no"]],
        "purpose": data["purpose"],
        "fields": data.get("fields", []),
    }


class VerifyView(ClientAPIView):
    """POST households/verify/."""

    scope = VERIFY

    @extend_schema(request=Question, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Whether a number belongs to a registered household at the client's place, and the fields asked for."""
        body = request.data
        if not isinstance(body, dict):
            raise ParseError(_("请求体应为一个 JSON 对象。"))
        question = parsed(body)
        numbers = question["id_nos"]
        if len(numbers) > 1:
            self.spend(len(numbers) - 1)
        with scopes.acting(self.caller.user, source="api"):
            answers = verify(self.caller, numbers, purpose=question["purpose"], fields=question["fields"])
        return Response({"results": answers} if "id_nos" in body else answers[0])


class Secret(serializers.Serializer):
    """A secret or a key, in this answer and nowhere else."""

    secret = serializers.CharField()


class ClientViewSet(ResourceViewSet):
    """Clients. A secret is in the answer that made it and is not repeated under an `Idempotency-Key`."""

    resource = ClientResource
    http_method_names = ["get", "head", "options", "post", "patch"]

    def create(self, request: Request) -> Response:
        response = super().create(request)
        if secret := getattr(self, "made", ""):
            response.data["secret"] = secret
        return response

    def save(self, form: Any) -> Any:
        saved = super().save(form)
        self.made = form.secret
        return saved

    @extend_schema(request=None, responses=Secret)
    @action(detail=True, methods=["post"], url_path="secret", url_name="secret")
    def rotate(self, request: Request, key: str) -> Response:
        """A new secret; the old one and all tokens are worthless."""
        return Response({"secret": clients.rotate_secret(self.get_object(key), by=requester(request))})

    @extend_schema(request=None, responses=Secret)
    @action(detail=True, methods=["post"], url_path="signing-key", url_name="signing-key")
    def signing_key(self, request: Request, key: str) -> Response:
        """A new signing key; requests must be signed from now on, and the key before counts for seven days more."""
        return Response({"secret": clients.give_signing_key(self.get_object(key), by=requester(request))})

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="end-former-key", url_name="end-former-key")
    def end_former_key(self, request: Request, key: str) -> Response:
        """End the key before the last one now."""
        found = self.get_object(key)
        clients.end_former_key(found, by=requester(request))
        return Response(self.current(found))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="withdraw-keys", url_name="withdraw-keys")
    def withdraw_keys(self, request: Request, key: str) -> Response:
        """End every signing key; the client is refused until it is given a new one."""
        found = self.get_object(key)
        clients.withdraw_keys(found, by=requester(request))
        return Response(self.current(found))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, key: str) -> Response:
        """Let a closed client in again."""
        return self._switch(request, key, enabled=True)

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, key: str) -> Response:
        """Close a client: it is refused from its next request on."""
        return self._switch(request, key, enabled=False)

    def _switch(self, request: Request, key: str, *, enabled: bool) -> Response:
        found = self.get_object(key)
        clients.set_enabled(found, enabled=enabled, by=requester(request))
        return Response(self.current(found))
