"""`manage.py seed_demo`: a made-up register with accounts, calibrated and reproducible, for demonstration and tests."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from apps.common.errors import ServiceError
from apps.dashboards.demo import writing
from apps.dashboards.demo.accounts import description, new_password, write_private

DEFAULT_URL = "http://127.0.0.1:8000/"
# In the order in which they happen; generation runs beside copying and inserting.
PHASES = (
    "plan",
    "accounts",
    "copy",
    "insert",
    "villages",
    "departments",
    "officials",
    "visits",
    "assessments",
    "notices",
    "problems",
    "effects",
    "analyse",
)


class Command(BaseCommand):
    """Fills an empty register, in one transaction; refuses where there already is one."""

    help = "Fill an empty register with demonstration data at 1 in SCALE of the register of 2016."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=int, default=100, help="1 in this many households (default 100)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same register (default 1)")
        parser.add_argument(
            "--folder",
            type=Path,
            default=Path(settings.BASE_DIR) / ".local",
            help="where demo.json (accounts) and demo-truth.json (planted contradictions) are written",
        )

    def handle(self, *, scale: int, seed: int, folder: Path, **options: Any) -> None:
        started = time.perf_counter()
        password, url = _kept(folder / "demo.json")
        try:
            made = writing.seed(scale, seed, password, show=self._show if self.stdout.isatty() else None)
        except (ServiceError, ValueError) as error:
            raise CommandError(str(error)) from error
        write_private(folder / "demo-truth.json", [asdict(truth) for truth in made.truths])
        write_private(folder / "demo.json", description(scale, password, url, made.clients))
        self._analyse(made)
        self._report(made, scale, seed, time.perf_counter() - started)

    def _show(self, done: int, total: int) -> None:
        self.stdout.write(f"\r{done}/{total} households ", ending="\n" if done == total else "")
        self.stdout.flush()

    @staticmethod
    def _analyse(made: writing.Seeded) -> None:
        """Tell the planner what is there; only the owner of the tables may."""
        if "owner" not in connections:
            return
        started = time.perf_counter()
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(sorted(made.rows))}")
        made.seconds["analyse"] = time.perf_counter() - started

    def _report(self, made: writing.Seeded, scale: int, seed: int, total: float) -> None:
        for table, rows in made.rows.items():
            self.stdout.write(f"{table}: {rows} rows")
        found = Counter(truth.rule for truth in made.truths)
        self.stdout.write(f"planted: {len(made.truths)} findings of {len(found)} rules")
        phases = ", ".join(f"{phase} {made.seconds.get(phase, 0.0):.1f} s" for phase in PHASES)
        self.stdout.write(f"{phases}; whole {total:.1f} s, {total / made.seconds['copy']:.1f} times the copy")
        self.stdout.write(
            f"1 in {scale}, seed {seed}: {made.plan.households} households, {made.plan.persons} persons; all invented"
        )


def _kept(path: Path) -> tuple[str, str]:
    """Password and address of this installation, from before if there was one."""
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        return known["password"], known["url"]
    return new_password(), DEFAULT_URL
