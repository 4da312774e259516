"""Import of the whole register into an empty one, and of the same file again, against COPY; reading of workbooks.

The floor is COPY of the same rows, as they stand in the file, into an unlogged table of text columns.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from apps.households.imports.columns import known_headers
from apps.pages.imports.workbook import open_table
from bench import flatfile
from bench.data import Bench, copied
from bench.measuring import interleave

COPY = "COPY of the same rows into text staging"
READ_ROWS, READ_COLUMNS = 100_000, 20
ACCOUNTS = (
    "from apps.access import scope\n"
    "from apps.accounts.services import system_account\n"
    "from apps.dashboards.demo.accounts import create_accounts\n"
    "with scope.acting(system_account()):\n"
    "    create_accounts('not-for-signing-in-1')\n"
)


def run(bench: Bench) -> None:
    """Reading first, then the register."""
    of_reading(bench)
    path, rows = flatfile.write(bench)
    size = path.stat().st_size / 1e6
    with copied(bench, "bench_import") as env:
        _python(env, "manage.py", "shell", "-c", ACCOUNTS)
        floors = [_copy(bench, path)]
        first, told = _import(env, path)
        floors.append(_copy(bench, path))
        second, told_again = _import(env, path)
        floors.append(_copy(bench, path))
        kept = _kept(bench)
    if not told_again.startswith("added 0 changed 0 "):
        raise AssertionError(f"the same file twice changes something: {told_again}")
    floor, control = sorted(floors)[1], max(floors) / min(floors)
    facts = f"{rows:,} rows, {size:,.0f} MB"
    for name, seconds, limit, note in (
        ("first", first, 25.0, f"{told}; {kept}; {facts}"),
        ("again, unchanged", second, 12.0, told_again),
    ):
        bench.report.say(
            f"imports register {name}", seconds, "s", floor=floor, floor_name=COPY, control=control, limit=limit,
            note=note,
        )  # fmt: skip


def _python(env: dict[str, str], *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode not in accepted:
        raise RuntimeError(f"{' '.join(arguments)[:100]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def _import(env: dict[str, str], path: Path) -> tuple[float, str]:
    """Seconds of the command, and its last line. Planted contradictions are refused, so 1 is a good end."""
    started = time.perf_counter()
    told = _python(env, "manage.py", "import_register", str(path), "--as", "region", accepted=(0, 1))
    return time.perf_counter() - started, told.strip().splitlines()[-1]


def _kept(bench: Bench) -> str:
    with bench.admin("bench_import") as opened:
        counts = [
            opened.execute(f"SELECT count(*) FROM households_{name}").fetchall()[0][0]
            for name in ("household", "person")
        ]
    return f"{counts[0]:,} households and {counts[1]:,} persons written"


def _copy(bench: Bench, path: Path) -> float:
    """Seconds of the floor."""
    with bench.admin("bench_import") as opened, path.open("rb") as file:
        names = ", ".join(f"c{at} text" for at in range(len(flatfile.COLUMNS)))
        opened.execute("DROP TABLE IF EXISTS bench_staging")
        opened.execute(f"CREATE UNLOGGED TABLE bench_staging ({names})")
        file.readline()  # the title; the header is one more row
        started = time.perf_counter()
        with opened.cursor().copy("COPY bench_staging FROM STDIN (FORMAT csv)") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        seconds = time.perf_counter() - started
        opened.execute("DROP TABLE bench_staging")
    return seconds


# --- Reading ---------------------------------------------------------------------------------------------------------


def of_reading(bench: Bench) -> None:
    """100,000 rows of twenty columns through the reader of imports, in its own process, against csv.reader."""
    paths = {kind: bench.folder / f"read.{kind}" for kind in ("csv", "xlsx")}
    if not all(path.exists() for path in paths.values()):
        _make(paths)
    floor = _csv_rows(paths["csv"])
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    found = interleave(
        {
            "xlsx": _table_rows(paths["xlsx"]),
            "csv": _table_rows(paths["csv"]),
            "floor": floor,
            "floor again": floor,
        },
        least=3,
        most=5,
        seconds=4.0,
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    both, control = (found["floor"] + found["floor again"]) / 2, found["floor again"] / found["floor"]
    note = f"{READ_ROWS:,} rows x {READ_COLUMNS} columns; reading process up to {max(before, peak) / 1024:.0f} MB"
    bench.report.compare("imports read xlsx", (found["xlsx"], both, control), "csv.reader", limit=10, note=note)
    bench.report.compare("imports read csv", (found["csv"], both, control), "csv.reader")


def _make(paths: dict[str, Path]) -> None:
    header = [field.header for field in flatfile.COLUMNS[:READ_COLUMNS]]
    rows = [[f"{name[:4]}{number % (at * 50 + 7)}" for at, name in enumerate(header)] for number in range(READ_ROWS)]
    with paths["csv"].open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    with xlsxwriter.Workbook(str(paths["xlsx"]), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([header, *rows]):
            sheet.write_row(number, 0, row)


def _table_rows(path: Path) -> Callable[[], Any]:
    known = known_headers().keys()

    def read() -> None:
        with path.open("rb") as file, open_table(file, path.name, known=known) as table:
            _expect(sum(1 for _row in table.rows))

    return read


def _csv_rows(path: Path) -> Callable[[], Any]:
    def read() -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            _expect(sum(1 for _row in csv.reader(file)) - 1)

    return read


def _expect(rows: int) -> None:
    if rows != READ_ROWS:
        raise AssertionError(f"{rows} rows read instead of {READ_ROWS}")
