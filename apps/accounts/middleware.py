"""How long a session lasts, and what must happen before anything else."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

IDLE_KEY = "last_seen"
STEP = 60  # the time of the last request is written at most once a minute


class SessionLimitMiddleware:
    """End a session after `SESSION_IDLE_SECONDS` without a request (the absolute limit is the cookie's age), and
    hold everybody whose password must be changed at the page that does it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        last = request.session.get(IDLE_KEY, now)
        if now - last > settings.SESSION_IDLE_SECONDS:
            logout(request)
            return self.get_response(request)
        if now - last >= STEP or IDLE_KEY not in request.session:
            request.session[IDLE_KEY] = now
        if settings.PASSWORD_CHANGE_REQUIRED and request.user.password_expired:
            allowed = {reverse("accounts:change-password"), reverse("accounts:sign-out")}
            if request.path not in allowed and not request.path.startswith((settings.STATIC_URL, "/api/")):
                return redirect("accounts:change-password")
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response
