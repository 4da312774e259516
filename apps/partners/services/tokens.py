"""Whose token is this, and does it count now?"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from django.db import transaction
from oauth2_provider.models import get_access_token_model

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.partners.models import Client

CLIENT_ID = re.compile(r"[A-Za-z0-9]{40}")
TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{20,255}")


@dataclass(frozen=True)
class Caller:
    """A client that asks: with which of its scopes, and from where."""

    client: Client
    scopes: frozenset[str]
    address: str

    @property
    def user(self) -> User:
        """The client's account, carrying the client's scope."""
        return self.client.user


def find_client(client_id: str) -> Client | None:
    """The client of this id, by the one row that row-level security opens to whoever knows the id."""
    if not CLIENT_ID.fullmatch(client_id):
        return None
    with scopes.activate(scopes.signing_in(client_id)), transaction.atomic():
        return Client.objects.filter(client_id=client_id).first()


def caller_of(token: str, address: str) -> Caller | None:
    """Who presents this token from this address; None whatever the reason for which it does not count.

    The account it answers carries the client's scope: everything that asks `scope.of(user)` gets that one.
    """
    if not TOKEN.fullmatch(token):
        return None
    checksum = hashlib.sha256(token.encode()).hexdigest()
    with scopes.activate(scopes.signing_in(checksum)), transaction.atomic():
        found = get_access_token_model().objects.filter(token_checksum=checksum).first()
    if found is None or found.is_expired() or found.user_id is None:
        return None
    with scopes.activate(scopes.identity(found.user_id)), transaction.atomic():
        client = Client.objects.select_related("user").filter(pk=found.application_id, user=found.user_id).first()
    if client is None or not client.usable or not client.user.is_active or not client.allows(address):
        return None
    names = frozenset(found.scope.split()) & frozenset(client.scopes)
    client.user._scope = client.scope_of(names)  # type: ignore[attr-defined]  # where scope.of() looks first
    return Caller(client, names, address)


def revoke(client: Client) -> None:
    """Make every token of a client worthless at once."""
    with scopes.activate(scopes.identity(client.user_id)):
        get_access_token_model().objects.filter(application=client).delete()
