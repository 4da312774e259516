"""Accounts with posts, made as set-up makes them."""

from __future__ import annotations

from django.db import transaction
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import SET_UP, appoint

PASSWORD = "Right-Horse-7"


def make_user(username: str, role: str | None, division: int, **fields: object) -> User:
    """An account at a division, with a post there if a role is named. Its scope is read afresh."""
    with scopes.activate(SET_UP), transaction.atomic():
        user = User.objects.create_user(
            username, division_id=division, password=PASSWORD, name=username, must_change_password=False, **fields
        )
        if role:
            appoint(user, role=role, division=division, by=None)
    return user


def sign_in(client: Client, user: User) -> Client:
    """A test client in a session of this user, without the cost of a password."""
    with scopes.acting(user):
        client.force_login(user, "apps.access.backends.ScopedBackend")
    return client
