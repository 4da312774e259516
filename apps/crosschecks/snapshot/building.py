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
    opened = engine.connect(home)
    try:
        contents: Contents = {
            table: {"columns": sorted(names), "files": _files(opened, table, names, versions, unfinished)}
            for table, names in sorted(reads.items())
        }
    finally:
        opened.close()
    (unfinished / CONTENTS).write_text(json.dumps(contents))
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished.rename(folder)
    _throw_away(contents)
    return folder


def _files(
    opened: duckdb.DuckDBPyConnection, table: str, names: frozenset[str], versions: Versions, unfinished: Path
) -> dict[str, str]:
    """The files of a table, by version for a department's; "" stands for all of the register's."""
    wanted = columns(table, names)
    code = department_tables().get(table)
    if code is None:
        _write(opened, table, wanted, "", unfinished, f"{table}.parquet")
        return {"": f"{table}.parquet"}
    home = root() / "versions"
    home.mkdir(mode=0o700, exist_ok=True)
    digest = sha256(repr([(one.name, one.type) for one in wanted]).encode()).hexdigest()[:8]
    found = {}
    for version in versions.get(code, ()):
        # A database that was set back may use a number again: the moment of receipt tells the two apart.
        name = f"{table}-{version.pk}-{version.received_at:%Y%m%d%H%M%S%f}-{digest}.parquet"
        if not (home / name).exists():
            _write(opened, table, wanted, f" WHERE version_id = {version.pk}", unfinished, name)
            (unfinished / name).rename(home / name)
        found[str(version.pk)] = name
    if not found:  # a set that nobody sent can be asked all the same
        _write(opened, table, wanted, " WHERE false", unfinished, f"{table}.parquet")
        found[""] = f"{table}.parquet"
    return found


def _write(
    opened: duckdb.DuckDBPyConnection, table: str, wanted: Iterable[Column], where: str, folder: Path, name: str
) -> None:
    """Rows of a table as a file: written by PostgreSQL as text, read and packed by DuckDB."""
    wanted = list(wanted)
    given = ", ".join(one.given for one in wanted)
    on_the_way, whole = folder / f"{name}.csv", folder / name
    with on_the_way.open("wb") as file, connection.cursor() as cursor:
        statement = f"COPY (SELECT {given} FROM \"{table}\"{where}) TO STDOUT (FORMAT csv, NULL '\\N')"  # noqa: S608  (names of ours)
        with cursor.copy(statement) as copy:
            for data in copy:
                file.write(data)
    kinds = ", ".join(f"'{one.name}': '{one.written}'" for one in wanted)
    read = ", ".join(one.read for one in wanted)
    opened.execute(
        f"COPY (SELECT {read} FROM read_csv({engine.literal(str(on_the_way))}, columns = {{{kinds}}}, header = false, "  # noqa: S608
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '\\N', allow_quoted_nulls = false)) "
        f"TO {engine.literal(str(whole))} (FORMAT parquet, COMPRESSION zstd)"
    )
    on_the_way.unlink()


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
