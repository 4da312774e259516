"""`./dev walls`: take each guard and each policy away in turn; do the tests see it?

`devtools.mutation` does it, in as many processes as there are processors; this starts them and adds up what they found.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from devtools import processes, testing
from devtools.paths import PYTHON, ROOT, local_folder

# What the mutants are shown: each wall by itself, then what belongs to single pages and services.
_GUARDS = ("tests/access", "tests/accounts", "tests/crosschecks", "tests/dashboards", "tests/datasets",
           "tests/funds", "tests/households", "tests/measures", "tests/notices", "tests/pages", "tests/partners",
           "tests/publicsite", "tests/villages")  # fmt: skip
_POLICIES = ("tests/access/test_policies.py",)


def run(*, only: str, apps: list[str], limit: int, tests: list[str]) -> int:
    """Everything that is asked for, in numbers at the end; 0 when a test failed for every mutant.

    With `apps`, only their guards and tables, shown to their own tests, those of access, and the walk past their
    addresses.
    """
    of_apps = ["tests/access", *(own for app in apps if (ROOT / (own := f"tests/{app}")).exists())]
    started = time.monotonic()
    folder = local_folder("walls", str(os.getpid()))
    try:
        with testing.prepared() as (env, _complete):
            env |= {"WALK": "whole", "WALLS_ONLY": only, "WALLS_LIMIT": str(limit), "WALLS_FOLDER": str(folder)}
            env["WALLS_APPS"] = " ".join(apps)
            for mode, usual in (("guards", of_apps if apps else _GUARDS), ("policies", _POLICIES)):
                if status := _together(mode, tests or list(usual), env):
                    return status
        survivors = [*_report_guards(_told(folder, "guards")), *_report_policies(_told(folder, "policies"))]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\naltogether {_minutes(time.monotonic() - started)}", flush=True)
    return 1 if survivors else 0


def _together(mode: str, tests: list[str], env: dict[str, str]) -> int:
    """One process for each processor; they share the work through a folder. When one of them fails, all end."""
    parts = os.cpu_count() or 1
    env = {**env, "WALLS_MODE": mode, "WALLS_PARTS": str(parts)}
    # The cache of pytest belongs to one process, and the plugin itself reports.
    words = ["-p", "devtools.mutation", "-p", "no:cacheprovider", "-p", "no:randomly", "-qq", "--no-summary", *tests]
    command: list[str | Path] = [PYTHON, "-m", "pytest", *words]
    apart = [{**env, "WALLS_PART": str(part), "TEST_DATABASE": f"walls_{part}"} for part in range(parts)]
    return processes.side_by_side(command, apart, signal.SIGINT)


def _told(folder: Path, mode: str) -> list[Any]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob(f"{mode}-*.json"))]


def _report_guards(told: list[Any]) -> list[str]:
    one = told[0]
    _say("guards of the application", len(one["guards"]), one["survivors"])
    if asked := one["asked"]:
        print(f"the walk: {sum(asked.values())} asked, {one['seconds']:.0f} s of one processor")
        print("  by how the row lies to the asker:", ", ".join(f"{name} {asked[name]}" for name in sorted(asked)))
    print(f"noting who passes what took {_minutes(one['noted'])}")
    return list(one["survivors"])


def _report_policies(told: list[Any]) -> list[str]:
    found = {name: seen for one in told for name, seen in one.items()}
    for word, what in (("text", "by their text and the check at start-up"), ("rows", "by the rows that SQL reaches")):
        _say(f"policies, {what}", len(found), [name for name, seen in found.items() if word not in seen], quiet=True)
    survivors = [name for name, seen in found.items() if not seen]
    _say("policies, by either", len(found), survivors)
    return survivors


def _say(what: str, asked: int, survivors: list[str], *, quiet: bool = False) -> None:
    killed = asked - len(survivors)
    print(f"\n{what}: {killed} of {asked} killed ({100 * killed / max(asked, 1):.1f} %)")
    for name in () if quiet else survivors:
        print(f"  survived: {name}")
    sys.stdout.flush()


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"
