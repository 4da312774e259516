"""Which versions count on a day, where, and how fresh each data set is (rule-semantics.md a.12 and a.13)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from apps.access.scope import Range, lies_in, merge
from apps.common.sealing import blind_index
from apps.datasets.catalogue import DataSet, datasets
from apps.datasets.models import DatasetVersion, tables
from apps.divisions import codes
from apps.divisions.models import Division


@dataclass(frozen=True)
class InForce:
    """A version that counts: of a supplier the latest one that is neither stale nor of a later day."""

    pk: int
    division: int
    as_of: datetime.date
    rows: int
    received_at: datetime.datetime
    years: tuple[int, ...] = ()

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
            assert version.received_at is not None  # noqa: S101  (it is accepted)
            one = InForce(
                version.pk, version.division_id, version.as_of, version.rows, version.received_at, tuple(version.years)
            )  # fmt: skip
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


@dataclass(frozen=True)
class Standing:
    """How one data set stands for a place: `counties` of `of` are covered by versions in force."""

    code: str
    as_of: datetime.date | None
    fresh_until: datetime.date | None
    rows: int
    versions: int
    counties: int
    of: int

    @property
    def dataset(self) -> DataSet:
        return datasets()[self.code]

    @property
    def state(self) -> str:
        """fresh, partly, stale or missing (`apps.datasets.kinds.Freshness`)."""
        if self.counties:
            return "fresh" if self.counties == self.of else "partly"
        return "missing" if self.as_of is None else "stale"


def standings(division: int, on: datetime.date) -> list[Standing]:
    """Every data set as it stands for a place on a day: what covers it or lies within it. Two queries."""
    counties = counties_of(division)
    found: dict[str, list[DatasetVersion]] = {code: [] for code in tables()}
    for version in latest(on, found):
        if codes.contains(version.division_id, division) or codes.contains(division, version.division_id):
            found[version.dataset].append(version)
    return [_standing(code, versions, counties, on) for code, versions in found.items()]


def counties_of(division: int) -> list[int]:
    """The counties at or below a place, or the one above it."""
    if codes.level(division) > codes.COUNTY:
        return [codes.at(division, codes.COUNTY)]
    rows = Division.objects.filter(level=codes.COUNTY, code__range=codes.subtree(division), ended_on=None)
    return list(rows.values_list("code", flat=True))


def _standing(code: str, versions: list[DatasetVersion], counties: list[int], on: datetime.date) -> Standing:
    oldest, key = datasets()[code].oldest(on), index_key()
    counting = [one for one in versions if one.as_of >= oldest and one.index_key == key]
    ranges = merge(codes.subtree(one.division_id) for one in counting)
    newest = max((one.as_of for one in versions), default=None)
    first_to_go = min((one.as_of for one in counting), default=None)
    return Standing(
        code=code,
        as_of=newest,
        fresh_until=first_to_go and first_to_go + datetime.timedelta(days=datasets()[code].stale_days or 0),
        rows=sum(one.rows for one in counting),
        versions=len(counting),
        counties=sum(lies_in(codes.subtree(county), ranges) for county in counties),
        of=len(counties),
    )


@dataclass(frozen=True)
class Supply:
    """A supplier's latest version of a data set, and whether it counts."""

    division: int
    as_of: datetime.date
    rows: int
    received_at: datetime.datetime | None
    counts: bool


def supplies(code: str, division: int, on: datetime.date) -> list[Supply]:
    """The suppliers of a data set whose versions cover a place or lie within it, the place's own and above first."""
    oldest, key = datasets()[code].oldest(on), index_key()
    return [
        Supply(one.division_id, one.as_of, one.rows, one.received_at, one.as_of >= oldest and one.index_key == key)
        for one in sorted(latest(on, [code]), key=lambda one: one.division_id)
        if codes.contains(one.division_id, division) or codes.contains(division, one.division_id)
    ]
