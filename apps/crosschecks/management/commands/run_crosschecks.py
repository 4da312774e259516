"""`run_crosschecks`: run the rules here and now, through the same ledger as at night."""

from __future__ import annotations

import datetime
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.errors import ServiceError
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import RunKind, UnitState
from apps.crosschecks.models import Run, RunUnit
from apps.crosschecks.services import runs
from apps.crosschecks.services.linking import find_candidates
from apps.divisions import codes
from apps.divisions.models import Division


class Command(BaseCommand):
    """Run cross-check rules over a division and write their findings."""

    help = "Run cross-check rules over a division (the region if none is named) and write their findings."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", default=str(codes.WHOLE_REGION), help="12-digit code; there and below")
        parser.add_argument("--rule", nargs="+", action="extend", default=[], metavar="ID", help="e.g. ID-04 HH-15")
        parser.add_argument("--date", help="YYYY-MM-DD; else the reference date, else today in Asia/Shanghai")

    def handle(self, *, division: str, rule: list[str], date: str | None, **options: Any) -> None:
        run = self._start(division, [name.upper() for name in rule], date)
        self.stdout.write(f"run {run.pk}: {run.division_id}, date {run.date}, register year {run.year}")
        started = time.monotonic()
        self._work(run)
        self._report(run, time.monotonic() - started)
        if run.division_id == codes.WHOLE_REGION and not rule:
            self._candidates(run)

    def _start(self, division: str, names: list[str], written: str | None) -> Run:
        try:
            code = codes.parse(division)
            date = datetime.date.fromisoformat(written) if written else None
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not Division.objects.filter(code=code).exists():
            raise CommandError(f"no division {division}; has load_divisions run?")
        with scopes.acting(system_account(), source="command"):
            try:
                run = runs.start_run(code, kind=RunKind.COMMAND, rules=names, date=date)
            except ServiceError as error:
                raise CommandError(str(error)) from error
        assert run is not None  # noqa: S101  (only night runs are unique)
        return run

    def _work(self, run: Run) -> None:
        """Work the units until none is left, also those that a worker took and did not finish."""
        show, account = self.stdout.isatty(), system_account()
        while waiting := self._units(run, state__in=runs.WAITING):
            for number, unit in enumerate(waiting, 1):
                if show:
                    self.stdout.write(f"\r{number}/{len(waiting)} {unit.rule} ", ending="")
                    self.stdout.flush()
                runs.execute(unit.pk, account)
            if any(unit.state == UnitState.RUNNING for unit in self._units(run, state__in=runs.WAITING)):
                time.sleep(0.5)
        if show:
            self.stdout.write("\r", ending="")

    def _candidates(self, run: Run) -> None:
        """What the night does after its run: search for the records of persons without a usable number."""
        found = find_candidates(run.date)
        if found is not None:
            self.stdout.write(
                f"{found.persons} persons without a usable number; candidates: new {found.added}, "
                f"changed {found.changed}, withdrawn {found.withdrawn}"
            )

    @staticmethod
    def _units(run: Run, **conditions: Any) -> list[RunUnit]:
        with scopes.acting(system_account(), source="command"):
            return list(RunUnit.objects.filter(run=run, **conditions).order_by("pk"))

    def _report(self, run: Run, seconds: float) -> None:
        units = self._units(run)
        done = [unit for unit in units if unit.state == UnitState.DONE]
        for unit in done:
            self.stdout.write(
                f"{unit.rule} {catalogue()[unit.rule].title_zh}: {unit.hits} hits "
                f"(new {unit.added}, reopened {unit.reopened}, changed {unit.changed}, cleared {unit.cleared})"
            )
        not_run: dict[str, list[str]] = {}
        for unit in units:
            if unit.state == UnitState.NOT_RUN:
                not_run.setdefault(unit.reason, []).append(unit.rule)
        for reason, names in not_run.items():
            self.stdout.write(f"not run: {' '.join(names)}: {reason}")
        failed = [unit for unit in units if unit.state == UnitState.FAILED]
        for unit in failed:
            self.stderr.write(f"failed: {unit.rule}: {unit.reason}")
        totals = {name: sum(getattr(unit, name) for unit in done) for name in ("hits", "added", "reopened", "cleared")}
        self.stdout.write(
            f"{len(done)} rules run, {sum(map(len, not_run.values()))} not run, {len(failed)} failed; "
            f"hits {totals['hits']} new {totals['added']} reopened {totals['reopened']} cleared {totals['cleared']} "
            f"in {seconds:.1f} s"
        )
        if failed:
            raise CommandError(f"{len(failed)} rules were set aside")
