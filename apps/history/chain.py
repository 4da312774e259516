"""The chains that make a changed, missing or exchanged record of the access log show.

Each row carries HMAC-SM3 over its own content, its place in the chain and the row before, under a key that is not in
the database. There are sixteen chains, an account always in the same one: whoever writes waits only for the commits of
a sixteenth of the others, and only for their last moment, because rows are written just before the commit
(`DatabaseWrapper.before_commit`). The database moves the head of a chain on with each row and takes no row that does
not continue it.
"""

from __future__ import annotations

import datetime
import hmac
import zlib
from itertools import groupby
from typing import Any

import orjson
from django.utils import timezone

from apps.access import scope as scopes
from apps.access import session
from apps.common.sealing import key_service
from apps.history.models import AccessLog

CHAINS = 16
PURPOSE = "access log"
FORM = 1  # of the content; a changed list of fields is another form
FIELDS = (
    "user_id",
    "username",
    "post",
    "level",
    "action",
    "result",
    "division_id",
    "object_kind",
    "object_id",
    "object_key",
    "fields",
    "rows",
    "reason",
    "address",
    "device",
    "source",
    "request_id",
)


def chain_of(username: str) -> int:
    """The chain that records of an account stand in."""
    return zlib.crc32(username.encode()) % CHAINS


def content(row: Any) -> bytes:
    """A row as bytes, the same whenever it is read: its place, its time (UTC) and all that it says."""
    at = row.at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return orjson.dumps([FORM, row.chain, row.seq, at, *(getattr(row, name) for name in FIELDS)])


def append(row: Any, seq: int, previous: bytes) -> bytes:
    """Give a row its place after the one whose code is `previous`; the row's own code."""
    row.seq, row.previous = seq, previous
    row.key_id, row.mac = key_service().mac(PURPOSE, previous + content(row))
    return bytes(row.mac)


def genuine(row: Any) -> bool:
    """Whether a row still says what was written. UnsealError when its key is not here."""
    _key, mac = key_service().mac(PURPOSE, bytes(row.previous) + content(row), row.key_id)
    return hmac.compare_digest(mac, bytes(row.mac))


def collect(connection: Any, rows: list[AccessLog]) -> None:
    """Write the rows of a transaction as its last act: chains in order, so that two transactions cannot wait for each
    other in a circle."""
    for number in sorted({row.chain for row in rows}):
        seq, previous = _head(connection, number)
        now = timezone.now()
        mine = [row for row in rows if row.chain == number]
        for row in mine:
            seq, row.at = seq + 1, now
            previous = append(row, seq, previous)
        _insert(connection, mine)


def _head(connection: Any, number: int) -> tuple[int, bytes]:
    """The end of a chain, locked until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, mac FROM history_chain_head(%s::smallint)", [number])
        seq, mac = cursor.fetchone()
    return seq, bytes(mac)


def _insert(connection: Any, rows: list[AccessLog]) -> None:
    """Insert rows of one account; those of somebody else than who acts now (a failed sign-in is nobody's, an account's
    change may be the system's) in a scope for just that."""
    acting, log = session.current(), AccessLog.objects.using(connection.alias)
    for (user, place), same in groupby(rows, key=lambda row: (row.user_id, row.division_id)):
        if acting is not None and acting.user_id is not None and acting.user_id == user:
            log.bulk_create(same)
            continue
        with session.lent(connection, scopes.Scope(user_id=user, capabilities={"view_audit": ((place, place),)})):
            log.bulk_create(same)
