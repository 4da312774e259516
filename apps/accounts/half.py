"""The half-session: the password was right, the second factor is still to come.

A signed cookie that reaches the pages of sign-in alone, for `HALF_SESSION_SECONDS`. It is no session: nobody is signed
in by it anywhere. A changed password or a reset second factor voids it.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.access.backends import ScopedBackend
from apps.accounts.models import User

COOKIE = "half_session"
PATH = "/account/"
SALT = "accounts.half-session"


def give(response: HttpResponse, user: User) -> HttpResponse:
    """Let an answer carry a half-session of this account."""
    response.set_cookie(
        COOKIE,
        signing.dumps({"user": user.pk, "state": _state(user), "nonce": secrets.token_urlsafe(12)}, salt=SALT),
        max_age=settings.HALF_SESSION_SECONDS,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def owner(request: HttpRequest) -> User | None:
    """Whose half-session a request carries; None when there is none, or it is too old, forged or overtaken."""
    try:
        value = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=settings.HALF_SESSION_SECONDS)
    except signing.BadSignature:
        return None
    user = ScopedBackend().get_user(value["user"])
    if user is None or not constant_time_compare(value["state"], _state(user)):
        return None
    return user


def digest(request: HttpRequest) -> str:
    """What names this half-session and no other: a challenge given to it counts nowhere else."""
    return salted_hmac(f"{SALT}.digest", request.COOKIES.get(COOKIE, ""), algorithm="sha256").hexdigest()


def take_away(response: HttpResponse) -> HttpResponse:
    """End the half-session: it became a session, or the person turned back."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    return response


def _state(user: User) -> str:
    """A short text that differs as soon as password, second factor or account do."""
    told = f"{user.get_session_auth_hash()}|{user.second_factor_at}"
    return salted_hmac(SALT, told, algorithm="sha256").hexdigest()[:24]
