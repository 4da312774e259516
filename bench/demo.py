"""Making the demonstration register against COPY of the rows it made.

Up to a tenth of the register is made anew beside its floor; what the whole register took is told as it was noted when
it was seeded, with a floor measured now.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from bench.data import Bench, copied

COPY = "COPY of the same rows"
SMALLEST = 10
MOST = 20.0


def run(bench: Bench) -> None:
    """A tenth (or less) beside its floor, then the register that is there."""
    scale = max(bench.scale, SMALLEST)
    with copied(bench, "bench_demo") as env:
        started = time.perf_counter()
        told = _seed(env, scale, str(bench.folder / "demo"))
        seconds = time.perf_counter() - started
        report = told.strip().splitlines()
        floor, again, rows = _floors(bench, "bench_demo")
    bench.report.say(
        f"demo 1 in {scale}", seconds, "s", floor=floor, floor_name=COPY, control=again / floor, limit=MOST,
        note=f"{rows:,} rows; {report[-2]}",
    )  # fmt: skip
    if bench.scale < SMALLEST:
        noted = json.loads((bench.folder / "stages.json").read_text())["demo"]
        floor, again, rows = _floors(bench, "")
        bench.report.say(
            f"demo 1 in {bench.scale}, when it was seeded", noted, "s", floor=floor, floor_name=COPY,
            control=again / floor, limit=MOST, note=f"{rows:,} rows; not interleaved",
        )  # fmt: skip


def _seed(env: dict[str, str], scale: int, folder: str) -> str:
    command = [sys.executable, "manage.py", "seed_demo", "--scale", str(scale), "--seed", "1", "--folder", folder]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def _floors(bench: Bench, database: str) -> tuple[float, float, int]:
    """Seconds to COPY all rows that seeding wrote into tables without index or rule, twice; and how many they are."""
    source, target = bench.admin(database), bench.admin(database)
    written = (
        "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_live_tup > 0 AND ("
        r"relname ~ '^(households|villages|cadres|visits)_' OR relname IN "
        "('access_pairing', 'accounts_user', 'accounts_post')) AND relname NOT LIKE '%event' ORDER BY relname"
    )
    tables = [name for (name,) in source.execute(written).fetchall()]
    times, rows = [0.0, 0.0], 0
    for table in tables:
        columns = ", ".join(
            f'"{name}"'
            for (name,) in source.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
                "AND attgenerated = '' ORDER BY attnum",
                [table],
            ).fetchall()
        )
        with source.cursor().copy(f"COPY (SELECT {columns} FROM {table}) TO STDOUT") as copy:
            blocks = [bytes(block) for block in copy]
        rows += len(blocks)
        for turn in (0, 1):
            target.execute(f"CREATE UNLOGGED TABLE bench_floor AS SELECT {columns} FROM {table} WITH NO DATA")
            started = time.perf_counter()
            with target.cursor().copy(f"COPY bench_floor ({columns}) FROM STDIN") as copy:
                for at in range(0, len(blocks), 2000):
                    copy.write(b"".join(blocks[at : at + 2000]))
            times[turn] += time.perf_counter() - started
            target.execute("DROP TABLE bench_floor")
    return times[0], times[1], rows
