"""What clients asked, day by day, and the record of every refusal. Both are written in the client's own name."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import F
from django.utils import timezone

from apps.access import scope as scopes
from apps.history.services import log_access
from apps.partners.models import Client, ClientDay
from apps.partners.services import limits

# Records of refusals a minute and client; what comes faster is only counted, so that nobody can flood the log.
MOST_RECORDS = 60


def count(client: Client, *, questions: int = 0, hits: int = 0, refusals: int = 0) -> None:
    """Add to the client's numbers of today; inside the transaction of whoever acts as the client."""
    here = {"client_id": client.pk, "day": timezone.localdate()}
    more = {"division_id": client.division_id, "user_id": client.user_id}
    ClientDay.objects.get_or_create(**here, defaults=more)
    ClientDay.objects.filter(**here).update(
        questions=F("questions") + questions, hits=F("hits") + hits, refusals=F("refusals") + refusals
    )


def refused(client: Client, *, address: str, what: str, why: str) -> None:
    """Record that a client was turned away: `what` is method and path, `why` one word. Raises `limits.Unavailable`."""
    quiet = limits.spend(f"refused:{client.pk}", 1, MOST_RECORDS)
    with scopes.acting(replace(scopes.identity(client.user_id), source="api")):
        count(client, refusals=1)
        if not quiet:
            log_access(
                client.user,
                "refused",
                division=client.division_id,
                obj=client,
                key=client.name,
                reason=f"{what} {why}",
                address=address or None,
                result="refused",
            )
