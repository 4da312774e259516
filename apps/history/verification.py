"""Whether the access log is what was written: every record, in its place, to the last one."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson
from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.db import connections, transaction

from apps.access import scope as scopes
from apps.common.sealing import UnsealError, key_service
from apps.history import chain
from apps.history.anchors import Anchor
from apps.history.models import AccessLog, AuditChain, AuditCheckpoint

CHUNK = 2000
LOCK = 0x61756469  # of the whole log: shared by who verifies, exclusive for who purges
EVERYWHERE = scopes.everywhere("view_audit", username="audit", source="command")


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong with a chain: the record's number in it, its key (if it is there), and what."""

    chain: int
    seq: int
    pk: int | None
    what: str

    def __str__(self) -> str:
        row = f"record {self.pk}" if self.pk is not None else "no record"
        return f"chain {self.chain}, number {self.seq} ({row}): {self.what}"


@dataclass(frozen=True)
class Verdict:
    """What one chain was found to be."""

    chain: int
    records: int
    purged: int
    fault: Fault | None


def verify_all(anchors: Iterable[Anchor] = (), *, using: str = "default") -> Iterator[Verdict]:
    """Each chain in turn. Records added meanwhile wait for the next time."""
    known: dict[int, dict[int, tuple[bytes, str]]] = {}
    for anchor in anchors:
        for number, (seq, mac) in anchor.heads.items():
            known.setdefault(number, {})[seq] = (mac, anchor.at)
    for number in range(chain.CHAINS):
        with scopes.activate(EVERYWHERE), transaction.atomic(using=using):
            with connections[using].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
            yield verify(number, known.get(number, {}), using=using)


def verify(number: int, anchored: dict[int, tuple[bytes, str]], *, using: str = "default") -> Verdict:
    """One chain, in the caller's transaction and scope. `anchored`: codes by number, with when they were anchored."""
    head = AuditChain.objects.using(using).get(pk=number)
    point = AuditCheckpoint.objects.using(using).filter(chain=number).order_by("-pk").first()
    purged = point.through if point else 0
    walk = _Walk(number, point)
    fault = walk.begin()
    if fault is None:
        rows = AccessLog.objects.using(using).filter(chain=number, seq__lte=head.seq).order_by("seq")
        for row in rows.iterator(chunk_size=CHUNK):
            if fault := walk.step(row):
                break
            if row.seq in anchored and not hmac.compare_digest(anchored[row.seq][0], bytes(row.mac)):
                fault = Fault(number, row.seq, row.pk, f"is not what was anchored at {anchored[row.seq][1]}")
                break
        else:
            fault = walk.end(head)
    last = max(anchored, default=0)
    if fault is None and last > head.seq:
        fault = Fault(number, head.seq + 1, None, f"cut off; {last} records were anchored at {anchored[last][1]}")
    return Verdict(number, walk.records, purged, fault)


class _Walk:
    """The state while going along a chain."""

    def __init__(self, number: int, point: AuditCheckpoint | None) -> None:
        self.number, self.point = number, point
        self.seq, self.mac, self.pk, self.records, self.kept = 0, b"", 0, 0, 0
        self.digest = Hash(SM3())
        self.past = point is None

    def begin(self) -> Fault | None:
        if self.point is None:
            return None
        try:
            if genuine(self.point):
                return None
        except UnsealError:
            return Fault(self.number, self.point.through, None, f"the checkpoint's key {self.point.key_id} is not here")
        return Fault(self.number, self.point.through, None, "the checkpoint was changed")

    def step(self, row: AccessLog) -> Fault | None:
        """The next record of the chain."""
        beyond = self.point if not self.past and self.point is not None and row.seq > self.point.through else None
        if beyond is not None and (fault := self._pass(beyond)):
            return fault
        if self.past and row.seq != self.seq + 1:
            return Fault(self.number, self.seq + 1, None, f"missing; the next one is {row.seq}")
        try:
            if not chain.genuine(row):
                return Fault(self.number, row.seq, row.pk, "changed, or not at its place")
        except UnsealError:
            return Fault(self.number, row.seq, row.pk, f"its key {row.key_id} is not here")
        if self.past and not hmac.compare_digest(bytes(row.previous), self.mac):
            return Fault(self.number, row.seq, row.pk, "does not continue the record before it")
        if row.pk <= self.pk:
            return Fault(self.number, row.seq, row.pk, "not in the order of writing")
        self.seq, self.mac, self.pk = row.seq, bytes(row.mac), row.pk
        self.records += 1
        if not self.past:
            self.kept += 1
            self.digest.update(self.mac)
        return None

    def end(self, head: AuditChain) -> Fault | None:
        """After the last record."""
        if not self.past and self.point is not None and (fault := self._pass(self.point)):
            return fault
        if self.seq < head.seq:
            return Fault(self.number, self.seq + 1, None, f"cut off; the chain ends at {head.seq}")
        if not hmac.compare_digest(bytes(head.mac), self.mac):
            return Fault(self.number, self.seq, self.pk or None, "is not the end that the chain's head names")
        return None

    def _pass(self, point: AuditCheckpoint) -> Fault | None:
        """Leave the purged part: what remains there is exactly what the checkpoint says."""
        if self.kept != point.kept or not hmac.compare_digest(self.digest.finalize(), bytes(point.digest)):
            what = f"of the purged part {self.kept} records remain, {point.kept} were kept"
            return Fault(self.number, point.through, None, what)
        self.past, self.seq, self.mac = True, point.through, bytes(point.mac)
        return None


def seal(point: AuditCheckpoint) -> None:
    """Authenticate a checkpoint."""
    point.key_id, point.seal = key_service().mac("audit checkpoint", _content(point))


def genuine(point: AuditCheckpoint) -> bool:
    """Whether a checkpoint is what was written. UnsealError when its key is not here."""
    mac = key_service().mac("audit checkpoint", _content(point), point.key_id)[1]
    return hmac.compare_digest(mac, bytes(point.seal))


def _content(point: AuditCheckpoint) -> bytes:
    codes = [bytes(point.mac).hex(), bytes(point.digest).hex()]
    return orjson.dumps([point.chain, point.through, *codes, point.kept, point.purged, point.at])
