"""Taking a snapshot: once for a run on each machine, by whoever comes first.

A department's version never changes and is written once. The register is written for each run. A folder appears under
its name when it is whole; what a killed process left behind is thrown away by the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.db import connection

from apps.crosschecks.rules.coverage import Versions
from apps.crosschecks.snapshot import engine
from apps.crosschecks.snapshot.reading import Column, columns, department_tables
from apps.crosschecks.snapshot.translation import Reads

Contents = dict[str, Any]
"""Table → {"columns": names, "files": version → file}; the register's have the version ""."""

CONTENTS = "contents.json"
LONG_GONE = 24 * 60 * 60
KEPT = 2
"""Registers that stay: that of the last whole run, and of one that may be running."""


def root() -> Path:
    """Where this machine keeps its snapshots; nobody else may look."""
    folder: Path = settings.SNAPSHOT_ROOT
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else on this machine takes a snapshot meanwhile; a process that dies lets go."""
    with (root() / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def taken() -> list[Path]:
    """The registers that are whole, the latest first."""
    found = (root() / "registers").glob(f"*/{CONTENTS}")
    return sorted((one.parent for one in found), key=lambda one: one.stat().st_mtime, reverse=True)


def take(name: str, reads: Reads, versions: Versions) -> Path:
    """Write what some rules read of the register, and of the versions in force whatever is not there yet.

    Reads through Django's connection in the scope in force, which must be that of the whole region. Call it `alone`.
    """
    home = root()
    folder, unfinished = home / "registers" / name, home / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    with engine.connect(home) as opened, ThreadPoolExecutor(1) as aside:
        # One table is packed while the next one is read; never more of them lie there as text.
        packing: Future[None] | None = None
        for table, names in sorted(reads.items()):
            for copied in _copied(table, names, versions, unfinished):
                if packing is not None:
                    packing.result()
                packing = aside.submit(_pack, opened, *copied)
        if packing is not None:
            packing.result()
    contents: Contents = {
        table: {"columns": sorted(names), "files": _names(table, names, versions)}
        for table, names in sorted(reads.items())
    }
    (unfinished / CONTENTS).write_text(json.dumps(contents))
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished.rename(folder)
    _throw_away(contents)
    return folder


def _names(table: str, names: frozenset[str], versions: Versions) -> dict[str, str]:
    """The files of a table, by version for a department's; "" stands for all of the register's, and for a set that
    nobody sent, which can be asked all the same."""
    code = department_tables().get(table)
    digest = sha256(repr([(one.name, one.type) for one in columns(table, names)]).encode()).hexdigest()[:8]
    # A database that was set back may use a number again: the moment of receipt tells the two apart.
    return {
        str(version.pk): f"{table}-{version.pk}-{version.received_at:%Y%m%d%H%M%S%f}-{digest}.parquet"
        for version in (versions.get(code, ()) if code else ())
    } or {"": f"{table}.parquet"}


def _copied(
    table: str, names: frozenset[str], versions: Versions, unfinished: Path
) -> Iterator[tuple[list[Column], Path, Path | None]]:
    """The files of a table that are not there yet, as PostgreSQL writes them: their columns, where each is to be
    packed, and for a version where it is kept then."""
    home = root() / "versions"
    home.mkdir(mode=0o700, exist_ok=True)
    wanted = columns(table, names)
    for version, name in _names(table, names, versions).items():
        if version and (home / name).exists():
            continue
        nothing = " WHERE false" if table in department_tables() else ""
        _copy(table, wanted, f" WHERE version_id = {version}" if version else nothing, unfinished / f"{name}.csv")
        yield wanted, unfinished / name, home / name if version else None


def _copy(table: str, wanted: Iterable[Column], where: str, to: Path) -> None:
    """Rows of a table as text."""
    given = ", ".join(one.given for one in wanted)
    with to.open("wb") as file, connection.cursor() as cursor:
        statement = f"COPY (SELECT {given} FROM \"{table}\"{where}) TO STDOUT (FORMAT csv, NULL '\\N')"  # noqa: S608  (names of ours)
        with cursor.copy(statement) as copy:
            for data in copy:
                file.write(data)


def _pack(opened: duckdb.DuckDBPyConnection, wanted: Iterable[Column], whole: Path, kept: Path | None) -> None:
    """That text as columns."""
    on_the_way = whole.with_name(f"{whole.name}.csv")
    kinds = ", ".join(f"'{one.name}': '{one.written}'" for one in wanted)
    read = ", ".join(one.read for one in wanted)
    opened.execute(
        f"COPY (SELECT {read} FROM read_csv({engine.literal(str(on_the_way))}, columns = {{{kinds}}}, header = false, "  # noqa: S608
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '\\N', allow_quoted_nulls = false)) "
        f"TO {engine.literal(str(whole))} (FORMAT parquet, COMPRESSION snappy)"
    )
    on_the_way.unlink()
    if kept is not None:
        whole.rename(kept)


def files(folder: Path, contents: Contents) -> dict[str, list[Path]]:
    """Where the tables of a snapshot lie."""
    versions = root() / "versions"
    return {
        table: [versions / name if version else folder / name for version, name in one["files"].items()]
        for table, one in contents.items()
    }


def _throw_away(contents: Contents) -> None:
    """Registers of earlier nights, versions that count no more, and what engines that were killed had put aside."""
    for old in taken()[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    for left in (root() / engine.SPILL).iterdir():
        with contextlib.suppress(FileNotFoundError):  # an engine that ends takes its own away
            if time.time() - left.stat().st_mtime > LONG_GONE:
                shutil.rmtree(left, ignore_errors=True)
    needed = {name for one in contents.values() for name in one["files"].values()}
    for file in (root() / "versions").glob("*.parquet"):
        if file.name not in needed:
            file.unlink(missing_ok=True)
