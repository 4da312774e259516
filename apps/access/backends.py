"""Authentication under row-level security: the user's own row is all that can be read before the scope is known."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest

from apps.access import scope as scopes
from apps.common.prepared import Given, Prepared

_ACCOUNT = Prepared(lambda: get_user_model().objects.filter(pk=Given("user")))


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
        with scopes.activate(scopes.identity(user_id)), transaction.atomic(savepoint=False):
            user = next(iter(_ACCOUNT.rows(user=user_id)), None)
            if user is None or not self.user_can_authenticate(user):
                return None
            scopes.of(user)  # kept on the user; in the transaction that is open anyway
            return user
