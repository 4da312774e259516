"""The token endpoint, and what administrators do to clients beyond the generic pages."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.views import TokenView as ToolkitTokenView

from apps.access import scope as scopes
from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.common.network import client_ip
from apps.pages.views import DetailPage, FormPage, ResourceView
from apps.partners.models import Client
from apps.partners.services import clients, limits
from apps.partners.services.tokens import find_client
from apps.partners.tables import ClientResource

PRINTABLE = re.compile(r"[\x20-\x7e]{1,256}")


def refused(status: int = 401, error: str = "invalid_client", **headers: str) -> JsonResponse:
    """A refusal in the words of RFC 6749, the same whatever did not fit."""
    return JsonResponse({"error": error}, status=status, headers={"Cache-Control": "no-store", **headers})


@method_decorator([csrf_exempt, login_not_required, sensitive_post_parameters("client_secret")], name="dispatch")
class TokenView(ToolkitTokenView):
    """POST /oauth/token/: an access token for a client's id and secret, given in the body. Never HTTP Basic."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = client_ip(request)
        try:
            wait = limits.spend(f"token:{address}", 1, settings.TOKEN_REQUESTS_PER_MINUTE)
        except limits.Unavailable:
            return refused(503, "temporarily_unavailable")
        if wait:
            return refused(429, "temporarily_unavailable", **{"Retry-After": str(int(wait) + 1)})
        if "Authorization" in request.headers or request.GET:
            return refused()
        client = find_client(request.POST.get("client_id", ""))
        secret = request.POST.get("client_secret", "")
        if client is None or not PRINTABLE.fullmatch(secret) or not client.allows(address):
            make_password(secret[:256])  # as slow as a wrong secret
            return refused()
        with scopes.activate(scopes.identity(client.user_id)), transaction.atomic():
            return super().post(request, *args, **kwargs)


def _show_once(request: HttpRequest, found: Client, label: str, value: str) -> HttpResponse:
    """The page that shows a secret, once: it is in this answer and nowhere else."""
    context = {
        "object": found,
        "label": label,
        "value": value,
        "back_url": ClientResource.url("detail", found.pk),
        "title": label,
    }
    return render(request, "partners/secret_once.html", context)


class ClientPage(DetailPage):
    """A client, and what the requester may do to it."""

    def more(self, found: Client) -> dict[str, Any]:
        return {"may_run": clients.may_run(requester(self.request), found)}


class ClientFormPage(FormPage):
    """A new client is answered with its secret instead of a redirect."""

    def form(self, data: Any = None, files: Any = None) -> ModelForm[Any]:
        self.opened = super().form(data, files)
        return self.opened

    def post(self, request: HttpRequest, key: int | None = None) -> HttpResponse:
        response = super().post(request, key)
        secret = self.opened.secret  # type: ignore[attr-defined]
        return _show_once(request, self.opened.instance, _("客户端密钥"), secret) if secret else response


class ClientActionPage(ResourceView):
    """One of the acts on a client: a new secret, a new signing key, closing and opening."""

    page = "action"
    act = ""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        by = requester(request)
        try:
            if self.act == "secret":
                return _show_once(request, found, _("客户端密钥"), clients.rotate_secret(found, by=by))
            if self.act == "signing-key":
                return _show_once(request, found, _("签名密钥"), clients.give_signing_key(found, by=by))
            clients.set_enabled(found, enabled=self.act == "open", by=by)
        except ServiceError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("已保存。"))
        return HttpResponseRedirect(self.resource.url("detail", key))
