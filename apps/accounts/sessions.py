"""How long a session lasts: so long without a request, and so long altogether."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.http import HttpRequest

if TYPE_CHECKING:
    from apps.accounts.models import User

BEGAN, SEEN = "began", "last_seen"
STEP = 60  # the time of the last request is written at most once a minute


def requester(request: Any) -> User:
    """Who is signed in: every view that is not marked otherwise is closed to strangers before it runs."""
    return cast("User", request.user)


def begin(request: HttpRequest) -> None:
    """Start both clocks of a session."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def is_over(request: HttpRequest) -> bool:
    """Whether a limit has passed; otherwise the request counts as the last one seen."""
    now = int(time.time())
    began, seen = request.session.get(BEGAN), request.session.get(SEEN)
    if began is None or seen is None:  # signed in by other means than the sign-in page
        begin(request)
        return False
    if now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS:
        return True
    if now - seen >= STEP:
        request.session[SEEN] = now
    return False
