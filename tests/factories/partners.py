"""Departments' clients, made as administrators make them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import SET_UP
from apps.partners.models import Client
from apps.partners.services.clients import create_client
from apps.partners.services.tokens import Caller, examine


@dataclass
class Department:
    """A client with its secret, and ways to speak as it."""

    client: Client
    secret: str

    def ask_token(self, **changes: Any) -> Any:
        """POST /oauth/token/ with what is right, but for the changes."""
        body = {
            "grant_type": "client_credentials",
            "client_id": self.client.client_id,
            "client_secret": self.secret,
            **changes,
        }
        return Browser().post("/oauth/token/", {name: value for name, value in body.items() if value is not None})

    def token(self, **changes: Any) -> str:
        """A token that counts."""
        answer = self.ask_token(**changes)
        assert answer.status_code == 200, answer.content
        return answer.json()["access_token"]

    def change(self, **values: Any) -> None:
        """Write columns of the client's row, past every rule."""
        with scopes.activate(SET_UP), transaction.atomic():
            for name, value in values.items():
                setattr(self.client, name, value)
            self.client.save()


def make_department(division: int, *names: str, **fields: Any) -> Department:
    """A client at a division with these scopes (`households:verify` if none is named)."""
    values: dict[str, Any] = {
        "name": "民政局",
        "contact": "白音 0476-1234567",
        "purpose": "低保核对",
        "scopes": list(names) or ["households:verify"],
        "networks": ["127.0.0.0/8"],
        "valid_until": timezone.localdate() + datetime.timedelta(days=30),
        "rate_limit": 1000,
        **fields,
    }
    client = Client(division_id=division, **values)
    with scopes.activate(SET_UP), transaction.atomic():
        secret = create_client(client, by=None)
    return Department(client, secret)


def caller_of(token: str, address: str) -> Caller | None:
    """Who presents this token from this address; None for whoever is refused, known or not."""
    found = examine(token, address)
    return found if isinstance(found, Caller) else None
