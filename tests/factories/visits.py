"""Pairings, and visits as a phone sends them."""

from __future__ import annotations

import datetime
import json
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.households.models import Household
from apps.visits.services.writing import Draft, submit
from tests.factories import cadres

URL = "/api/v1/visits/"


def pair(household: Household, helper: User, *, begun: int = 30, ended: int | None = None) -> Pairing:
    """A pairing that began so many days ago and, if told, ended so many days ago."""
    today = timezone.localdate()
    scopes.forget(helper)
    return cadres.pair(
        household,
        helper,
        from_on=today - datetime.timedelta(days=begun),
        until_on=None if ended is None else today - datetime.timedelta(days=ended),
    )


def body(household: Household | int, **fields: Any) -> dict[str, Any]:
    """What the phone sends, an hour after the visit unless told otherwise."""
    key = household if isinstance(household, int) else household.pk
    now = timezone.now()
    return {
        "client_id": str(uuid4()),
        "household": key,
        "visited_at": (now - datetime.timedelta(hours=1)).isoformat(),
        "text": "入户了解春耕准备情况，讲解了贷款贴息政策。",
        "sent_at": now.isoformat(),
        **fields,
    }


def send(client: Client, sent: dict[str, Any]) -> Any:
    """The answer to one visit."""
    return client.post(URL, json.dumps(sent), "application/json")


def make_visit(household: Household, by: User, *, now: datetime.datetime | None = None, **fields: Any) -> int:
    """A stored visit of somebody who may write it; its key."""
    values: dict[str, Any] = {"visited_at": (now or timezone.now()) - datetime.timedelta(hours=1), "text": "看望老人"}
    with scopes.acting(by):
        made = submit(Draft(client_id=uuid4(), household=household.pk, **values | fields), by=by, now=now).visit
    assert made is not None
    return made
