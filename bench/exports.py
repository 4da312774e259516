"""Excel export against csv.writer over the same rows: seconds and peak memory, each in a process of its own."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import django

if TYPE_CHECKING:
    from bench.data import Bench

ROWS, COLUMNS = 100_000, 20
ROUNDS = 2
MOST_SECONDS, MOST_MEMORY = 25.0, 50.0


def run(bench: Bench) -> None:
    """Persons of the region with twenty columns: writing alone, and from the database to the file."""
    for what, floor_name in (("written", "csv.writer, the same values"), ("exported", "csv.writer, the same query")):
        taken: dict[str, list[tuple[float, float, int]]] = {}
        for number in range(ROUNDS):
            kinds = ("csv", "csv again", "xlsx")
            for kind in kinds if number % 2 else reversed(kinds):
                taken.setdefault(kind, []).append(_child(bench, what, kind))
        seconds = {kind: min(one[0] for one in found) for kind, found in taken.items()}
        memory, rows = max(one[1] for one in taken["xlsx"]), taken["xlsx"][0][2]
        bench.report.say(
            f"exports {what} xlsx", seconds["xlsx"], "s", floor=seconds["csv"], floor_name=floor_name,
            control=seconds["csv again"] / seconds["csv"], limit=MOST_SECONDS,
            note=f"{rows:,} rows x {COLUMNS} columns",
        )  # fmt: skip
        bench.report.say(
            f"exports {what} peak", memory, "MB", floor=1.0, floor_name="above the idle process, in MB",
            limit=MOST_MEMORY, note=f"csv {max(one[1] for one in taken['csv']):.0f} MB",
        )  # fmt: skip


def _child(bench: Bench, what: str, kind: str) -> tuple[float, float, int]:
    """Seconds, megabytes above the start, and rows of one export in a fresh process."""
    target = bench.folder / f"export.{kind[:4].strip()}"
    command = [sys.executable, "-m", "bench.exports", what, kind[:4].strip(), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    target.unlink()
    seconds, memory, rows = done.stdout.split()
    return float(seconds), float(memory), int(rows)


# --- In the child ----------------------------------------------------------------------------------------------------


def main(what: str, kind: str, target: Path) -> None:
    """One export; prints seconds, megabytes above the start, rows."""
    django.setup()
    work = {"written": _written, "exported": _exported}[what](kind, target)
    next(work)  # everything is imported and looked up
    idle = memory()
    started = time.perf_counter()
    rows = next(work)
    seconds = time.perf_counter() - started
    print(seconds, memory() - idle, rows)


def memory() -> float:
    """The most that this process has held so far, in MB. What the system counts for a child begins with its parent's
    size, so the kernel's own figure for this program is taken where there is one."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1024)


def _written(kind: str, target: Path) -> Iterator[int]:
    """Made-up rows, nothing but the writing."""
    from apps.access.scope import ANONYMOUS  # noqa: PLC0415
    from apps.divisions.models import Division  # noqa: PLC0415
    from apps.pages import kinds, workbook  # noqa: PLC0415  # after the set-up
    from apps.pages.columns import Column, Reader  # noqa: PLC0415

    of: Mapping[type, Any] = {str: kinds.TEXT, int: kinds.NUMBER, float: kinds.Number(2), bool: kinds.BOOL}
    columns = [Column(f"c{at}", f"列{at}", kind=of[type(value)]) for at, value in enumerate(_row(0))]
    reader = Reader(columns, model=Division, user=ANONYMOUS)
    yield 0
    rows = (_row(number) for number in range(ROWS))
    if kind == "xlsx":
        yield workbook.write(str(target), "导出", reader, rows, {})
    else:
        yield _csv(target, rows)


def _row(number: int) -> tuple[Any, ...]:
    place = f"内蒙古自治区某旗县某苏木乡镇某嘎查村{number % 900}号"
    return (
        number, f"15010200{number % 900:04d}", f"H{number:012d}", "王桂英", "1599**********0123",
        f"138****{number % 10_000:04d}", place, f"{number % 12:02d}", "一般贫困户", "因病", 1 + number % 5,
        round(number * 7919 % 20_000 / 3, 2), 2014 + number % 4, 2018, f"62{number:017d}", 20.5 + number % 120,
        bool(number % 2), True, True, "2019-06-01 10:00",
    )  # fmt: skip


def _exported(kind: str, target: Path) -> Iterator[int]:
    """Persons of the region, as the export of their list reads and writes them."""
    from django.http import QueryDict  # noqa: PLC0415

    from apps.access import scope as scopes  # noqa: PLC0415
    from apps.access.querysets import ScopedQuerySet  # noqa: PLC0415
    from apps.households.tables import PersonYearResource  # noqa: PLC0415
    from apps.pages import exports, workbook  # noqa: PLC0415
    from bench.data import LEVELS, Bench  # noqa: PLC0415

    class Shorter(PersonYearResource):
        """The first hundred thousand of them."""

        @classmethod
        def exportable(cls, user: Any) -> ScopedQuerySet:
            rows = cast(ScopedQuerySet, super().exportable(user))
            keys = rows.order_by("division_id", "pk").values("pk")
            last = list(keys[ROWS - 1 : ROWS].values_list("division_id", "pk"))
            if last:
                rows = rows.filter(division_id__lte=last[0][0]).exclude(division_id=last[0][0], pk__gt=last[0][1])
            return rows

    bench = Bench()
    names = ",".join(column.name for column in PersonYearResource.columns[:COLUMNS])
    user = bench.user(LEVELS[0].username)
    with scopes.acting(user):
        selection = exports.select(Shorter, user, QueryDict(f"columns={names}"))
        list(selection.rows[:10])
        yield 0
        if kind == "xlsx":
            yield exports.write(selection, user, str(target))
            return
        paths = Shorter.reader(user, selection.columns()).paths
        rows = selection.keys.ordered(selection.rows).values_list(*paths).iterator(chunk_size=workbook.CHUNK)
        yield _csv(target, rows)


def _csv(target: Path, rows: Iterator[Any]) -> int:
    count = 0
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for count, row in enumerate(rows, start=1):  # noqa: B007  # the last number is wanted
            writer.writerow(row)
    return count


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
