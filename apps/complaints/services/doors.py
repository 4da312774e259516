"""The public site's side of complaints: handing one in, following it, and the published numbers.

Everything goes through three functions of the owner (`migrations/0002_row_security`), which are all that the role of
the public site may call: it can neither read nor write a row. Names and contacts are sealed before they reach the
database.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connections, transaction
from psycopg.errors import UniqueViolation

from apps.common import workdays
from apps.common.days import today
from apps.common.pictures import Picture
from apps.common.sealing import Sealed
from apps.complaints.choices import REGISTER_DAYS, Kind
from apps.complaints.models.confidential import hidden, photo_path
from apps.complaints.services import receipts
from apps.complaints.services.counting import hide_small

ALIAS = "public"


@dataclass(frozen=True)
class Followed:
    """How far a complaint is."""

    state: str
    received_on: datetime.date
    accepted_on: datetime.date | None
    due_on: datetime.date | None
    answered_on: datetime.date | None
    closed_on: datetime.date | None


def receive(
    concerned: int,
    kind: str,
    text: str,
    *,
    name: str = "",
    contact: str = "",
    pictures: Sequence[Picture] = (),
    key: str = "",
) -> receipts.Receipt | None:
    """Hand in a complaint about a place; None when it is none that anybody above could handle. The pictures were drawn
    anew; their files go again when the complaint is not written.

    `key`: the sender's own name for this attempt. The same complaint under the same key is one complaint, and has the
    same receipt: it follows from them, so that nothing need be kept of it.
    """
    receipt = receipts.following(key, concerned, kind, text, name, contact) if key else receipts.new()
    day = today()
    kept = _keep(pictures)
    try:
        with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
            # The role only reads unless it says otherwise.
            cursor.execute("SET TRANSACTION READ WRITE")
            cursor.execute(
                "SELECT complaints_receive(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    *(receipt.number, concerned, kind, text.strip(), _blob(hidden(name)), _blob(hidden(contact))),
                    *(receipts.digest(receipt.secret), day, workdays.after(day, REGISTER_DAYS), json.dumps(kept)),
                ],
            )
            (taken,) = cursor.fetchone()
    except BaseException as error:
        _throw_away(kept)
        if key and isinstance(error, IntegrityError) and isinstance(error.__cause__, UniqueViolation):
            return receipt
        raise
    if not taken:
        _throw_away(kept)
        return None
    return receipt


def follow(number: str, secret: str) -> Followed | None:
    """How far the complaint of this number is; None for an unknown number and for a wrong secret alike."""
    written = number.strip().upper()
    if not receipts.NUMBER.fullmatch(written):
        return None
    rows = _asked(
        "SELECT state, received_on, accepted_on, due_on, answered_on, closed_on FROM complaints_follow(%s, %s)",
        [written, receipts.digest(secret[:200])],
    )
    return Followed(*rows[0]) if rows else None


@dataclass(frozen=True)
class Numbers:
    """What was handed in of a quarter in the region and what of it is closed; None for what is too few to be told."""

    first: datetime.date
    received: int | None
    closed: int | None
    kinds: dict[str, tuple[int | None, int | None]]


def numbers() -> Numbers:
    """The published numbers: of the latest quarter that is over (its last day counts as over)."""
    first = _last_quarter(today())
    rows: dict[str, tuple[int | None, int | None]] = {
        kind: (received, closed)
        for kind, received, closed in _asked("SELECT kind, received, closed FROM complaints_numbers(%s)", [first])
    }
    whole = rows.pop("", (None, None))
    received = hide_small({kind: rows.get(kind, (None, None))[0] for kind in Kind.values})
    closed = hide_small({kind: rows.get(kind, (None, None))[1] for kind in Kind.values})
    return Numbers(first, *whole, {kind: (received[kind], closed[kind]) for kind in Kind.values})


def _last_quarter(day: datetime.date) -> datetime.date:
    """The first day of the latest quarter whose last day is not to come."""
    following = day + datetime.timedelta(days=1)
    begun = following.replace(month=(following.month - 1) // 3 * 3 + 1, day=1)
    before = begun - datetime.timedelta(days=1)
    return before.replace(month=before.month - 2, day=1)


def _asked(statement: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall()


def _blob(sealed: Sealed | None) -> bytes | None:
    return sealed.blob if sealed else None


def _keep(pictures: Sequence[Picture]) -> list[dict[str, Any]]:
    return [
        {
            "width": one.width,
            "height": one.height,
            "image": default_storage.save(photo_path(None, ""), ContentFile(one.image)),
        }
        for one in pictures
    ]


def _throw_away(kept: Iterable[dict[str, Any]]) -> None:
    for one in kept:
        default_storage.delete(one["image"])
