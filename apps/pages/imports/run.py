"""One import from a file to the register, in one transaction: what the command and the worker have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, UniqueViolation

from apps.access import scope as scopes
from apps.history.services import log_access
from apps.pages.imports import report
from apps.pages.imports.importer import Importer, Outcome, Progress, Stage, Unit
from apps.pages.imports.models import ImportBatch, StagedUnit
from apps.pages.imports.workbook import open_table

if TYPE_CHECKING:
    from apps.accounts.models import User

ATTEMPTS = 3
CHUNK = 2000
# What a command tells of a file: the rest is only counted.
TOLD = (Outcome.CHANGED, Outcome.REFUSED)

T = TypeVar("T")


def quiet(rows: int) -> None:
    """No progress."""


@contextmanager
def staged(
    importer: Importer, file: BinaryIO, name: str, *, scope: scopes.Scope, year: int | None, progress: Progress = quiet
) -> Iterator[Stage]:
    """The file, read and compared with the register, for as long as the caller's transaction lasts."""
    if not scope.allows(importer.capability):
        raise PermissionDenied(_("您没有导入数据的权限。"))
    file.seek(0)
    with open_table(file, name, known=importer.known_headers()) as table:
        stage = importer.stage(table, scope=scope, year=year, progress=progress)
    yield stage


def retried(work: Callable[[], T]) -> T:
    """Do it again when another import wrote the same households in between; the second time they are found."""
    for attempt in range(ATTEMPTS):
        try:
            return work()
        except (IntegrityError, OperationalError) as error:
            if attempt == ATTEMPTS - 1 or not isinstance(error.__cause__, UniqueViolation | DeadlockDetected):
                raise
    raise AssertionError("unreachable")


def keep(batch: ImportBatch, units: Iterator[Unit]) -> None:
    """Keep what is shown of a file's households, in the place of each if it is within the scope."""
    scope = scopes.current() or scopes.ANONYMOUS
    chunk: list[StagedUnit] = []
    for unit in units:
        chunk.append(_row(batch, unit, scope))
        if len(chunk) == CHUNK:
            StagedUnit.objects.bulk_create(chunk)
            chunk.clear()
    StagedUnit.objects.bulk_create(chunk)


def _row(batch: ImportBatch, unit: Unit, scope: scopes.Scope) -> StagedUnit:
    seen = unit.division is not None and scope.allows("view_register", unit.division)
    return StagedUnit(
        batch=batch,
        division_id=(unit.division if seen else None) or batch.division_id,
        seq=unit.seq,
        key=unit.key[:20],
        title=unit.title[:50],
        row=unit.row,
        rows=unit.rows,
        outcome=unit.outcome,
        differences=[[one.who, one.field, one.before, one.after] for one in unit.differences],
        faults=[[one.row, one.field, one.message] for one in unit.faults],
        notes=unit.notes,
        digest=unit.digest,
    )


def write_report(importer: Importer, file: BinaryIO, name: str, reasons: dict[int, str], target: BinaryIO | str) -> int:
    """The error workbook of a file, read once more for it; how many rows it holds."""
    file.seek(0)
    with open_table(file, name, known=importer.known_headers()) as table:
        return report.write_refused(table, reasons, target)


def place_of(scope: scopes.Scope, importer: Importer) -> int:
    """Where a batch is placed: the first place its requester may import at."""
    return scope.ranges_of(importer.capability)[0][0]


def finish(batch: ImportBatch, stage: Stage, user: User) -> None:
    """Write what was accepted and close the batch; the access log says that it was done."""
    stage.apply(by=user)
    batch.counts = stage.counts()
    batch.state, batch.finished_at = ImportBatch.State.APPLIED, timezone.now()
    log_access(user, "import", division=batch.division_id, obj=batch, rows=batch.counts.written)


def import_at_once(
    importer: Importer, file: BinaryIO, batch: ImportBatch, user: User, *, dry_run: bool, progress: Progress
) -> tuple[Stage, list[Unit], dict[int, str]]:
    """Stage and apply without asking, in one transaction; the batch is kept as a record of it.

    Returns the stage (its counts and warnings), the households that are not simply added or unchanged, and the
    reasons by row. With `dry_run` everything is undone at the end.
    """

    def work() -> tuple[Stage, list[Unit], dict[int, str]]:
        scopes.forget(user)
        with scopes.acting(user, source="import") as scope:
            with staged(
                importer, file, batch.file_name, scope=scope, year=batch.year_given, progress=progress
            ) as stage:
                stage.settle()
                units = list(stage.units(TOLD))
                reasons = stage.reasons()
                batch.division_id, batch.year = place_of(scope, importer), stage.year
                batch.warnings, batch.rows = stage.warnings, stage.rows
                batch.pk = None
                batch.counts = stage.counts()
                if not dry_run:
                    batch.save(force_insert=True)
                    keep(batch, iter(units))
                    finish(batch, stage, user)
                    batch.save()
            if dry_run:
                transaction.set_rollback(True)
        return stage, units, reasons

    return retried(work)
