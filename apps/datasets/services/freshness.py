"""Which versions count on a day, where, and how fresh each data set is (rule-semantics.md a.12 and a.13)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from apps.access.scope import Range, merge
from apps.common.sealing import blind_index
from apps.datasets.catalogue import datasets
from apps.datasets.models import DatasetVersion, tables
from apps.divisions import codes


@dataclass(frozen=True)
class InForce:
    """A version that counts: of a supplier the latest one that is neither stale nor of a later day."""

    pk: int
    division: int
    as_of: datetime.date
    rows: int

    @property
    def range(self) -> Range:
        """What it covers: its supplier's place and all below."""
        return codes.subtree(self.division)


def index_key() -> str:
    """Names the key under which numbers are made unreadable now, without telling anything of it."""
    return _fingerprint(blind_index("citizen", "0" * 18))


@cache
def _fingerprint(index: bytes) -> str:
    return index[:8].hex()


def in_force(on: datetime.date, names: Iterable[str] | None = None) -> dict[str, list[InForce]]:
    """The versions that count on a day by data set (all that can be received, or some), the preferred one first:
    latest day, then the narrowest supplier, then the last received. One query.
    """
    wanted = {name: datasets()[name] for name in (tables() if names is None else names)}
    found: dict[str, list[InForce]] = {name: [] for name in wanted}
    for version in latest(on, wanted):
        if version.as_of >= wanted[version.dataset].oldest(on) and version.index_key == index_key():
            one = InForce(version.pk, version.division_id, version.as_of, version.rows)
            found[version.dataset].append(one)
    for versions in found.values():
        versions.sort(key=lambda one: (one.as_of, codes.level(one.division), one.pk), reverse=True)
    return found


def latest(on: datetime.date, names: Iterable[str]) -> list[DatasetVersion]:
    """Each supplier's latest accepted version of each data set up to a day, stale or not."""
    accepted = DatasetVersion.objects.filter(
        dataset__in=list(names), state=DatasetVersion.State.ACCEPTED, as_of__lte=on
    )
    return list(accepted.order_by("dataset", "division_id", "-as_of", "-id").distinct("dataset", "division_id"))


def covered(versions: Iterable[InForce]) -> tuple[Range, ...]:
    """The ranges that some versions cover together, widest first."""
    return merge(version.range for version in versions)
