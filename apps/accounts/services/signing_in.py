"""The beginning of a session."""

from __future__ import annotations

from django.contrib.auth import authenticate, login
from django.http import HttpRequest

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.sessions import begin


def sign_in(request: HttpRequest, username: str, password: str) -> User | None:
    """Check name and password and begin a session; None when they do not fit or the account is locked.

    The answer to a wrong name and to a wrong password is the same.
    """
    user = authenticate(request, username=username.lower(), password=password)
    if user is None:
        return None
    with scopes.acting(user, source="page"):
        login(request, user)
    begin(request)
    return user
