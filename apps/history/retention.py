"""How long the access log is kept (网络安全法 21: six months at least; PIPL 56: three years for what was handed on)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.db import connections, transaction
from django.utils import timezone

from apps.access import scope as scopes
from apps.history import chain, verification
from apps.history.models import LONG_KEPT, AccessLog, AuditCheckpoint

SHORTEST = 180


class Broken(Exception):
    """The chain is not what was written; nothing is thrown away before that is looked into."""


@dataclass(frozen=True)
class Purged:
    """What a purge did to one chain."""

    chain: int
    gone: int
    kept: int


def purge(days: int, *, using: str = "owner") -> list[Purged]:
    """Throw away what is older than so many days, except exports, downloads and shares of the last three years.

    ValueError below 180 days (the database refuses as well), Broken when a chain does not verify. Each chain gets a
    checkpoint from which it can be verified on. Connects as the owner: the application may not delete.
    """
    if days < SHORTEST:
        raise ValueError(f"the access log is kept for at least {SHORTEST} days")
    before = timezone.now() - datetime.timedelta(days=days)
    with scopes.activate(verification.EVERYWHERE), transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [verification.LOCK])
        return [_purge(number, before, using) for number in range(chain.CHAINS)]


def _purge(number: int, before: datetime.datetime, using: str) -> Purged:
    verdict = verification.verify(number, {}, using=using)
    if verdict.fault:
        raise Broken(str(verdict.fault))
    rows = AccessLog.objects.using(using).filter(chain=number)
    point = AuditCheckpoint.objects.using(using).filter(chain=number).order_by("-pk").first()
    through, mac = (point.through, bytes(point.mac)) if point else (0, b"")
    young = rows.filter(seq__gt=through, at__gte=before).order_by("seq").values_list("seq", flat=True).first()
    old = rows.filter(seq__gt=through, at__lt=before)
    old = old.filter(seq__lt=young) if young is not None else old
    if last := old.order_by("-seq").values_list("seq", "mac").first():
        through, mac = last[0], bytes(last[1])
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT history_purge(%s::smallint, %s, %s)", [number, through, list(LONG_KEPT)])
        gone = cursor.fetchone()[0]
    digest, kept = Hash(SM3()), 0
    for code in rows.filter(seq__lte=through).order_by("seq").values_list("mac", flat=True).iterator():
        digest.update(bytes(code))
        kept += 1
    if gone:
        made = AuditCheckpoint(
            chain=number,
            through=through,
            mac=mac,
            kept=kept,
            digest=digest.finalize(),
            purged=gone,
            at=timezone.now(),
        )
        verification.seal(made)
        made.save(using=using)
    return Purged(number, gone, kept)
