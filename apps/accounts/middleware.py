"""How long a session lasts, and what must happen before anything else."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts import sessions
from apps.accounts.sessions import requester
from apps.pages import problems


class AccountMiddleware(AuthenticationMiddleware):
    """Django's, but the account is read at once: the next middleware asks for it whatever the request is, and a lazy
    one goes through a proxy at each attribute that a page shows of it."""

    def process_request(self, request: HttpRequest) -> None:
        """Put the account, or the anonymous one, on the request."""
        super().process_request(request)
        request.user = get_user(request)


class SessionLimitMiddleware:
    """End a session after `SESSION_IDLE_SECONDS` without a request and after `SESSION_COOKIE_AGE` altogether, and hold
    everybody whose password must be changed, or who must bind a second factor, at the page (or API resource) for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        if sessions.is_over(request):
            logout(request)
            return self.get_response(request)
        sessions.keep_up(request)
        return self._held_back(request) or self.get_response(request)

    def _held_back(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to everything but the change of password, or the binding of a generator, while that is due."""
        user = requester(request)
        if settings.PASSWORD_CHANGE_REQUIRED and user.password_expired:
            due, page, resource = "password_expired", "accounts:change-password", "api:password"
            message = _("密码已到期或是初始密码，请先修改密码。")
        elif user.second_factor_needed and user.second_factor_at is None:
            # Signed in before the platform asked for one.
            due, page, resource = "second_factor_missing", "accounts:second-factor", "api:second-factor"
            message = _("请先绑定动态口令。")
        else:
            return None
        if request.path.startswith("/api/"):
            if request.path in {reverse("api:session"), reverse(resource)}:
                return None
            document = problems.problem(403, message, [problems.entry("", due, message)])
            return HttpResponse(orjson.dumps(document), status=403, content_type=problems.MEDIA_TYPE)
        allowed = {reverse(page), reverse("accounts:sign-out"), reverse("set_language")}
        if request.path in allowed or request.path.startswith(settings.STATIC_URL):
            return None
        return redirect(page)
