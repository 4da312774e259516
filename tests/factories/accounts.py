"""Accounts with posts, made as set-up makes them."""

from __future__ import annotations

from django.db import transaction
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import SET_UP, appoint, resets, system_account

PASSWORD = "Right-Horse-7"

_kept: list[User] = []
"""The system account of the running test, with its scope."""


def planter() -> User:
    """The system account, in whose name factories write; asked for once a test, as it is there until its end."""
    if not _kept:
        _kept.append(system_account())
    return _kept[0]


def forget_planter() -> None:
    """What a test made is gone with it."""
    _kept.clear()


def make_user(username: str, role: str | None, division: int, *, extent: str = "below", **fields: object) -> User:
    """An account at a division, with a post there if a role is named. Its scope is read afresh."""
    with scopes.activate(SET_UP), transaction.atomic():
        user = User.objects.create_user(
            username, division_id=division, password=PASSWORD, name=username, must_change_password=False, **fields
        )
        if role:
            appoint(user, role=role, division=division, extent=extent, by=None)
    return user


def reset(user: User, what: str = "password", *, by: User, reason: str = "本人遗忘") -> str:
    """What two persons do: a security administrator of the region asks, `by` confirms. The new first password."""
    with scopes.activate(SET_UP), transaction.atomic():
        known = User.objects.filter(username="asks").first()
        user = User.objects.get(pk=user.pk)
    asker = known or make_user("asks", "security_administrator", 150000000000)
    with scopes.acting(asker):
        asked = resets.ask(user, what, reason=reason, by=asker)
    with scopes.acting(by):
        return resets.confirm(asked, by=by)


def sign_in(client: Client, user: User) -> Client:
    """A test client in a session of this user, without the cost of a password."""
    with scopes.acting(user):
        client.force_login(user, "apps.access.backends.ScopedBackend")
    return client
