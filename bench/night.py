"""The whole night: a snapshot, every rule, findings and ledger, by one worker and by two, against conditions by hand.

The floor is the sum of the rules' conditions written by hand, each run once over the region past row-level security
and without evidence (`rules_floor`). The findings of the benchmarked database are thrown away and found anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from apps.access import scope as scopes
from apps.crosschecks.choices import RunKind, UnitState
from apps.crosschecks.models import RunUnit
from apps.crosschecks.rules import RULES, Context, Rule
from apps.crosschecks.services import runs, writing
from apps.crosschecks.snapshot import building
from apps.crosschecks.snapshot.asking import Snapshot, all_that_rules_read
from bench import departments
from bench.data import Bench
from bench.measuring import against
from bench.rules import REGION, into_table
from bench.rules_floor import floor_of

BY_HAND = "conditions by hand in PostgreSQL"
AIM = 0.33
# The same question by hand: how many persons of each league are older than the rule says.
TRIED = """
SELECT p.division_id - p.division_id % 100000000 AS unit, count(*) FROM households_person p
JOIN households_household h ON h.id = p.household_id
WHERE p.is_active AND h.status IN ('20', '30', '50', '40', '41') AND p.id_length IN (18, 20, 22)
  AND (NOT p.id_birth_ok OR p.id_birth_ok AND (p.birth_date > '{day}' OR p.birth_date <= '{oldest}'))
GROUP BY 1"""


def run(bench: Bench) -> None:
    """Snapshot, questions, a first night, a night without changes, two workers, and what if."""
    departments.enlarge(bench)
    with scopes.acting(bench.system, source="system"):
        context = writing.nightly_context(low=REGION[0], high=REGION[1])
    floors = by_hand(bench, context)
    shutil.rmtree(settings.SNAPSHOT_ROOT, ignore_errors=True)
    with scopes.acting(bench.system, source="system"):
        folder = of_snapshot(bench, context, floors)
        of_asking(bench, Snapshot(folder, held=True), context, floors)
        of_what_if(bench, Snapshot(folder), context)
    shutil.rmtree(settings.SNAPSHOT_ROOT / "registers")
    emptied(bench)
    for name, workers in (
        ("first run, all findings new", 1),
        ("run, nothing changed", 1),
        ("run, nothing changed, by two workers", 2),
    ):
        night = of_night(bench, workers)
        bench.report.say(
            f"night: {name}", night.seconds, "s", floor=floors, floor_name=BY_HAND, limit=AIM,
            note=f"{night.hits:,} hits; worker at most {night.worker_mb:,.0f} MB, database {night.database_mb:,.0f} MB",
        )  # fmt: skip


def by_hand(bench: Bench, context: Context) -> float:
    """Seconds of all conditions by hand, each once after a first time that only warms."""
    admin = bench.admin()
    total, number = 0.0, 0
    for rule in runnable(context):
        ask = into_table(admin, floor_of(rule.id, context))
        ask()
        started = time.perf_counter()
        ask()
        total, number = total + time.perf_counter() - started, number + 1
    bench.report.say(f"night: {number} {BY_HAND}", total, "s")
    return total


def runnable(context: Context) -> list[Rule]:
    """The rules that a night over the region asks."""
    return [
        rule for rule in RULES.values()
        if not rule.waits_for() and (not rule.needs or rule.coverage(context.versions, context.year))
    ]  # fmt: skip


def of_snapshot(bench: Bench, context: Context, floors: float) -> Path:
    """Taking one with every version to be written, as once a month, and one of the register alone, as every night."""
    for name in ("register and all departments' versions", "register"):
        started = time.perf_counter()
        folder = building.take(name.replace(" ", "-").replace("'", ""), all_that_rules_read(RULES.values(), context),
                               context.versions)  # fmt: skip
        size = sum(file.stat().st_size for file in settings.SNAPSHOT_ROOT.rglob("*.parquet")) / 1e6
        bench.report.say(
            f"night: snapshot of {name}", time.perf_counter() - started, "s", floor=floors, floor_name=BY_HAND,
            note=f"{size:,.0f} MB of files",
        )  # fmt: skip
    return folder


def of_asking(bench: Bench, snapshot: Snapshot, context: Context, floors: float) -> None:
    """What the snapshot says to all rules, and whether PostgreSQL says the same."""
    slowest: list[tuple[float, str]] = []
    for rule in runnable(context):
        started = time.perf_counter()
        named = snapshot.objects(rule, context)
        slowest.append((time.perf_counter() - started, rule.id))
        if named is not None:
            found = {row[2] for rows in rule.hits(context) for row in rows}
            assert named >= found if rule.suspects else named == found, (
                f"{rule.id}: the snapshot names {len(named)}, PostgreSQL {len(found)}"
            )
    slowest.sort(reverse=True)
    bench.report.say(
        f"night: {len(slowest)} rules asked of the snapshot", sum(seconds for seconds, _ in slowest), "s",
        floor=floors, floor_name=BY_HAND,
        note="same objects; slowest " + ", ".join(f"{rule} {seconds:.2f} s" for seconds, rule in slowest[:5]),
    )  # fmt: skip


def of_what_if(bench: Bench, snapshot: Snapshot, context: Context) -> None:
    """One rule tried over the region, and the same question written by hand to the same files."""
    day = context.date.isoformat()
    asked = TRIED.format(day=day, oldest=f"{context.year - 111}-12-31")
    rule = RULES["ID-05"]
    ours = snapshot.by_unit(rule, context, 10**8)
    assert ours == dict(snapshot.opened.execute(asked).fetchall()), "the two questions differ"
    found = against(
        lambda: snapshot.by_unit(rule, context, 10**8), lambda: snapshot.opened.execute(asked).fetchall(), least=9
    )
    bench.report.compare("night: what if, ID-05 over the region", found, "DuckDB by hand", limit=1.5)


# --- Whole nights -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Night:
    """What a whole run took."""

    seconds: float
    hits: int
    worker_mb: float
    database_mb: float


def emptied(bench: Bench) -> None:
    """Throw all findings away."""
    bench.admin().execute("TRUNCATE crosschecks_findinglog, crosschecks_finding")


def of_night(bench: Bench, workers: int) -> Night:
    """A run of all rules over the region by so many processes that stand ready, as workers do, from its opening to the
    end of the last unit."""
    command = [sys.executable, "-m", "bench.worker"]
    ours = [
        subprocess.Popen(command, env=os.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    for one in ours:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    server = Memory(int(bench.admin().info.backend_pid))
    server.start()
    started = time.perf_counter()
    with scopes.acting(bench.system, source="system"):
        opened = runs.start_run(REGION[0] - REGION[0] % 10**10, kind=RunKind.COMMAND)
    assert opened is not None
    for one in ours:
        assert one.stdin is not None
        one.stdin.write(f"{opened.pk}\n")
        one.stdin.close()
    peaks = [os.wait4(one.pid, 0)[2].ru_maxrss / 1024 for one in ours]
    seconds = time.perf_counter() - started
    server.stop()
    with scopes.acting(bench.system, source="system"):
        units = list(RunUnit.objects.filter(run=opened))
    if left := [unit.rule for unit in units if unit.state not in (UnitState.DONE, UnitState.NOT_RUN)]:
        raise AssertionError(f"not done: {left}")
    return Night(seconds, sum(unit.hits or 0 for unit in units), max(peaks), server.peak_mb)


class Memory(threading.Thread):
    """Watches what all processes of a database server hold of their own, beside its shared buffers."""

    def __init__(self, backend: int) -> None:
        super().__init__(daemon=True)
        self.postmaster = self._parent(backend)
        self.peak_mb = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.1):
            self.peak_mb = max(self.peak_mb, sum(map(self._held, self._children())) / 1024)

    def stop(self) -> None:
        """Look no more."""
        self.over.set()
        self.join()

    def _children(self) -> list[int]:
        try:
            tasks = Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children").read_text()
        except OSError:
            return []
        return [int(pid) for pid in tasks.split()]

    @staticmethod
    def _held(pid: int) -> int:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))

    @staticmethod
    def _parent(pid: int) -> int:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("PPid:"))
