"""DuckDB over a snapshot's files: it reads them, knows nothing else, and cannot reach anything else."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow
from django.conf import settings
from duckdb.func import PythonUDFType

from apps.crosschecks.snapshot.translation import NORMALIZED

SPILL = "spill"


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """An engine that reads and writes below one folder and nowhere else.

    What does not fit into its memory goes to files there. It takes all processors that this process may use.
    """
    (folder / SPILL).mkdir(mode=0o700, exist_ok=True)
    # DuckDB makes and removes it; two engines in one would write over each other.
    spill = str(folder / SPILL / uuid4().hex)
    opened = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": settings.SNAPSHOT_MEMORY,
            "threads": len(os.sched_getaffinity(0)),
            "temp_directory": spill,
            "max_temp_directory_size": settings.SNAPSHOT_SPILL,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        },
    )
    opened.create_function(NORMALIZED, _normalized, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW)
    opened.execute("SET TimeZone = 'UTC'")
    opened.execute(f"SET allowed_directories = [{literal(str(folder))}]")
    opened.execute("SET enable_external_access = false")
    opened.execute("SET lock_configuration = true")
    return opened


def _normalized(texts: pyarrow.Array) -> pyarrow.Array:
    return pyarrow.array([text and unicodedata.normalize("NFKC", text) for text in texts.to_pylist()], pyarrow.string())


def view(opened: duckdb.DuckDBPyConnection, tables: Mapping[str, Sequence[Path]]) -> None:
    """Name the files after the tables that they hold."""
    for table, files in tables.items():
        opened.execute(f'CREATE OR REPLACE VIEW "{table}" AS {_all_of(files)}')


def hold(opened: duckdb.DuckDBPyConnection, tables: Mapping[str, Sequence[Path]]) -> None:
    """Read tables into memory, for whoever has many questions to them."""
    for table, files in tables.items():
        opened.execute(f'CREATE TABLE "{table}" AS {_all_of(files)}')


def _all_of(files: Sequence[Path]) -> str:
    return f"SELECT * FROM read_parquet([{', '.join(literal(str(file)) for file in files)}])"  # noqa: S608


def literal(text: str) -> str:
    """A text as a literal: some statements take no parameters."""
    return "'" + text.replace("'", "''") + "'"
