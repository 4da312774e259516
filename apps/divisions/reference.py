"""The division list that comes with the project (`apps/divisions/data`), read and checked.

`README.md` beside the files names the source, edition and licence of each.
"""

import csv
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from apps.divisions import codes, names
from apps.divisions.choices import Kind

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, slots=True)
class PovertyFacts:
    """What the poverty lists say of one county."""

    tier: str
    exit_year: int | None
    announced_on: datetime.date | None
    contiguous_area: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One division as the project's data describe it; field names are those of `Division`."""

    code: int
    parent_id: int | None
    level: int
    name: str
    short_name: str
    kind: str
    is_virtual: bool
    host_id: int | None
    lon: Decimal | None
    lat: Decimal | None
    poverty_tier: str
    exit_year: int | None
    announced_on: datetime.date | None
    contiguous_area: str
    sort_key: int


def units(folder: Path = DATA) -> list[Unit]:
    """All units in code order, parents first. `ValueError`, naming file and row, when the files contradict
    themselves: a malformed or repeated code, a parent or level other than the code's, a zone without host."""
    named = dict(_division_rows(folder))
    points = _points(folder)
    poverty = _poverty_counties(folder, named)
    hosts = _hosts(folder, named)
    found = []
    for code, name in named.items():
        kind = names.kind_of(code, name)
        if (kind == Kind.ZONE) != (code in hosts):
            raise ValueError(f"zones.csv: {code} {name} is a zone without host, or has a host and is none")
        above = [named[upper] for upper in codes.ancestors(code)]
        lon, lat = points.get(code, (None, None))
        facts = poverty.get(code)
        found.append(
            Unit(
                code=code,
                parent_id=codes.parent(code),
                level=codes.level(code),
                name=name,
                short_name=names.short_name(code, name, above),
                kind=kind.value,
                is_virtual=names.is_virtual(name),
                host_id=hosts.get(code),
                lon=lon,
                lat=lat,
                poverty_tier=facts.tier if facts else "",
                exit_year=facts.exit_year if facts else None,
                announced_on=facts.announced_on if facts else None,
                contiguous_area=facts.contiguous_area if facts else "",
                sort_key=names.sort_key(code),
            )
        )
    return found


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows with a "file:line" to name them by."""
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            yield f"{path.name}:{line}", row


def _division_rows(folder: Path) -> Iterator[tuple[int, str]]:
    seen: set[int] = set()
    for where, row in _rows(folder / "divisions.csv"):
        try:
            code = codes.parse(row["code"])
        except ValueError as wrong:
            raise ValueError(f"{where}: {wrong}") from None
        parent = codes.parent(code)
        if row["level"] != str(codes.level(code)) or row["parent_code"] != (codes.text(parent) if parent else ""):
            raise ValueError(f"{where}: level or parent is not what the code {code} says")
        if code in seen or (parent and parent not in seen):
            raise ValueError(f"{where}: {code} is repeated or comes before its parent")
        if not row["name_zh"].strip():
            raise ValueError(f"{where}: {code} has no name")
        seen.add(code)
        yield code, row["name_zh"].strip()


def _points(folder: Path) -> dict[int, tuple[Decimal, Decimal]]:
    return {
        codes.parse(row["code"]): (Decimal(row["lon"]), Decimal(row["lat"]))
        for _where, row in _rows(folder / "points.csv")
    }


def _poverty_counties(folder: Path, named: dict[int, str]) -> dict[int, PovertyFacts]:
    facts = {}
    for where, row in _rows(folder / "poverty_counties.csv"):
        code = codes.parse(row["code6"] + "000000")
        if named.get(code) != row["name"]:
            raise ValueError(f"{where}: {code} is not {row['name']} in divisions.csv")
        facts[code] = PovertyFacts(
            tier=row["tier"],
            exit_year=int(row["exit_year"]) if row["exit_year"] else None,
            announced_on=datetime.date.fromisoformat(row["announced"]) if row["announced"] else None,
            contiguous_area=row["contiguous_area"],
        )
    return facts


def _hosts(folder: Path, named: dict[int, str]) -> dict[int, int]:
    hosts = {}
    for where, row in _rows(folder / "zones.csv"):
        zone, host = codes.parse(row["code"]), codes.parse(row["host"])
        if named.get(zone) != row["name"] or host not in named or codes.parent(zone) != codes.parent(host):
            raise ValueError(f"{where}: {zone} and its host {host} are not two counties of one league")
        hosts[zone] = host
    return hosts
