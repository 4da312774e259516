"""The ends of the chains, told to the outside every hour: what was anchored cannot be cut off unnoticed any more."""

from __future__ import annotations

import hmac
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from apps.common.sealing import UnsealError, key_service
from apps.history.models import AuditChain

PURPOSE = "audit anchor"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Anchor:
    """What the end of each chain was at a moment: chain → (number of the last record, its code)."""

    at: str
    heads: dict[int, tuple[int, bytes]]


class BadAnchor(ValueError):
    """A line of an anchor file that this platform did not write."""


def write() -> str:
    """Write the heads of all chains to the log and to a file of the month below AUDIT_ANCHOR_FOLDER; the line."""
    now = timezone.now()
    heads = [
        [number, seq, bytes(mac).hex()]
        for number, seq, mac in AuditChain.objects.order_by("number").values_list("number", "seq", "mac")
    ]
    told = {"at": now.isoformat(timespec="seconds"), "heads": heads}
    key, mac = key_service().mac(PURPOSE, _bytes(told))
    line = json.dumps({**told, "key": key, "mac": mac.hex()})
    if settings.AUDIT_ANCHOR_FOLDER:
        folder = Path(settings.AUDIT_ANCHOR_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(folder / f"heads-{now:%Y-%m}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        with os.fdopen(opened, "a", encoding="ascii") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
    log.info("audit anchor %s", line)
    return line


def read(folder: str) -> Iterator[Anchor]:
    """All anchors below a folder, oldest first. Raises BadAnchor with file and line for one that is not genuine."""
    for path in sorted(Path(folder).glob("heads-*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                yield _read(line)
            except (ValueError, KeyError, TypeError, UnsealError) as error:
                raise BadAnchor(f"{path.name}:{number}") from error


def _read(line: str) -> Anchor:
    found = json.loads(line)
    key, mac = found.pop("key"), bytes.fromhex(found.pop("mac"))
    if not hmac.compare_digest(key_service().mac(PURPOSE, _bytes(found), key)[1], mac):
        raise ValueError("not ours")
    return Anchor(found["at"], {number: (seq, bytes.fromhex(head)) for number, seq, head in found["heads"]})


def _bytes(told: Mapping[str, object]) -> bytes:
    return json.dumps([told["at"], told["heads"]]).encode()
