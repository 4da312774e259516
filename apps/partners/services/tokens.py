"""Whose token is this, and does it count now?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from oauth2_provider.models import get_access_token_model

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.partners.choices import SCOPES
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


@dataclass(frozen=True)
class Unfit:
    """A client that is known and refused: which, and why. The reason goes to the record, never into the answer."""

    client: Client
    why: str


def examine(token: str, address: str) -> Caller | Unfit | None:
    """Who presents this token from this address. A token that is nobody's (None) is told from one whose client is known
    and refused, which goes to the record.

    The account it answers carries the client's scope: everything that asks `scope.of(user)` gets that one.
    """
    if not TOKEN.fullmatch(token):
        return None
    checksum = hashlib.sha256(token.encode()).hexdigest()
    with scopes.activate(scopes.signing_in(checksum)), transaction.atomic():
        found = get_access_token_model().objects.filter(token_checksum=checksum).first()
    if found is None or found.user_id is None:
        return None
    with scopes.activate(scopes.identity(found.user_id)), transaction.atomic():
        client = Client.objects.select_related("user").filter(pk=found.application_id, user=found.user_id).first()
    if client is None:
        return None
    if why := "token" if found.is_expired() else shut(client, address):
        return Unfit(client, why)
    return as_caller(client, found.scope.split(), address)


def as_caller(client: Client, names: Iterable[str], address: str) -> Caller:
    """A client with those of these scopes that it still has; its account carries the scope that they give."""
    held = frozenset(names) & frozenset(client.scopes) & frozenset(SCOPES)
    client.user._scope = client.scope_of(held)  # type: ignore[attr-defined]  # where scope.of() looks first
    return Caller(client, held, address)


def shut(client: Client, address: str) -> str:
    """Why a client may not call from an address now; empty when it may."""
    if not client.usable or not client.user.is_active:
        return "closed"
    return "" if client.allows(address) else "address"


def revoke(client: Client) -> None:
    """Make every token of a client worthless at once."""
    with scopes.activate(scopes.identity(client.user_id)):
        get_access_token_model().objects.filter(application=client).delete()
