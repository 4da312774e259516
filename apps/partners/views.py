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
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe
from oauth2_provider.views import TokenView as ToolkitTokenView

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.common.network import client_ip
from apps.pages.views import DetailPage, FormPage, ResourceView
from apps.partners import developers
from apps.partners.models import Client
from apps.partners.services import clients, limits, tally
from apps.partners.services.tokens import find_client, shut
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
        if client is None or not PRINTABLE.fullmatch(secret):
            make_password(secret[:256])  # as slow as a wrong secret
            return refused()
        own = scopes.identity(client.user_id)
        with scopes.activate(own), transaction.atomic():
            why = shut(client, address)
        if why:
            make_password(secret)
            return self._turned_away(request, client, why, refused())
        with scopes.activate(own), transaction.atomic():
            response = super().post(request, *args, **kwargs)
        return self._turned_away(request, client, "secret", response) if response.status_code == 401 else response

    @staticmethod
    def _turned_away(request: HttpRequest, client: Client, why: str, response: HttpResponse) -> HttpResponse:
        """The refusal of a client that exists goes on record; the answer tells nothing of it."""
        try:
            tally.refused(client, address=client_ip(request), what=f"POST {request.path}", why=why)
        except limits.Unavailable:
            return refused(503, "temporarily_unavailable")
        return response


@require_safe
@login_not_required
def developers_page(request: HttpRequest) -> HttpResponse:
    """How departments' programs ask; open to everybody, because it tells of nobody and departments have no sessions."""
    sections: list[tuple[Any, list[tuple[str, Any]]]] = [("", [])]
    for part in developers.parts():
        if isinstance(part, developers.Title):
            sections.append((part.text, []))
        else:
            sections[-1][1].append((type(part).__name__.lower(), part))
    base = "base.html" if request.user.is_authenticated else "bare.html"
    return render(request, "partners/developers.html", {"sections": sections, "base": base})


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
        return {"may_run": clients.may_run(requester(self.request), found), "days_kept": clients.KEY_OVERLAP.days}

    def audit_url(self, found: Client) -> str:
        """Every question of this client, for whoever may read the access log of its place."""
        if not policy.can(self.request.user, "view_audit", found):
            return ""
        return f"{reverse('access-log-list')}?{urlencode({'username': found.user.username})}"


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
    """One of the acts on a client: a new secret, a new signing key, the end of keys, closing and opening."""

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
            if self.act == "end-former-key":
                clients.end_former_key(found, by=by)
            elif self.act == "withdraw-keys":
                clients.withdraw_keys(found, by=by)
            else:
                clients.set_enabled(found, enabled=self.act == "open", by=by)
        except ServiceError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("已保存。"))
        return HttpResponseRedirect(self.resource.url("detail", key))
