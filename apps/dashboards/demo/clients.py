"""The departments' clients of the demonstration: at a league and at two counties, callable from this machine."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import SET_UP
from apps.divisions import codes
from apps.partners.models import Client
from apps.partners.services.clients import create_client

DAYS = 3 * 365
HERE = ["127.0.0.0/8", "::1/128"]


@dataclass(frozen=True, slots=True)
class Department:
    """A demonstration client: the department, its place, its scopes, what it asks for."""

    name: str
    division: int
    scopes: tuple[str, ...]
    purpose: str
    datasets: tuple[str, ...] = ()


CIVIL_AFFAIRS = ("CA-DB", "CA-TK", "CA-CR", "CA-MR")
DEPARTMENTS = (
    Department("赤峰市民政局", 150400000000, ("households:verify", "datasets:write"), "低保对象核对", CIVIL_AFFAIRS),
    Department("巴林左旗医疗保障局", 150422000000, ("households:verify", "households:details"), "医疗救助对象核对"),
    Department("科尔沁左翼后旗教育局", 150522000000, ("households:verify",), "教育资助对象核对"),
)


def create_clients() -> list[dict[str, Any]]:
    """Make the clients; their part of `.local/demo.json`, secrets included. In the caller's transaction."""
    until = timezone.localdate() + datetime.timedelta(days=DAYS)
    made = []
    with scopes.activate(SET_UP):
        for one in DEPARTMENTS:
            client = Client(
                name=one.name,
                division_id=one.division,
                scopes=list(one.scopes),
                datasets=list(one.datasets),
                networks=HERE,
                valid_until=until,
                contact="演示数据",
                purpose=one.purpose,
                rate_limit=600,
            )
            secret = create_client(client, by=None)
            made.append(
                {
                    "id": client.client_id,
                    "secret": secret,
                    "division": codes.text(one.division),
                    "scopes": list(one.scopes),
                }
            )
    return made
