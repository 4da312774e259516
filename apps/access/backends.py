"""Authentication under row-level security: the user's own row is all that can be read before the scope is known."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest

from apps.access import scope as scopes


class ScopedBackend(ModelBackend):
    """Django's password backend inside a transaction that opens exactly one user row."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Any:
        with scopes.activate(scopes.signing_in((username or "").lower())), transaction.atomic():
            return super().authenticate(request, username=(username or "").lower(), password=password, **kwargs)

    def get_user(self, user_id: int) -> Any:
        with scopes.activate(scopes.identity(user_id)), transaction.atomic():
            user = super().get_user(user_id)
            scopes.of(user)  # kept on the user; in the transaction that is open anyway
            return user
