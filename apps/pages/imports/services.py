"""A batch's way: submitted, read and shown, confirmed, applied. The steps a person takes, and those a worker does."""

from __future__ import annotations

import hashlib
import io
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from celery import current_app
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.pages.imports import run, vault
from apps.pages.imports.files import kind_of
from apps.pages.imports.importer import Importer, Outcome, Stage
from apps.pages.imports.models import KEPT, ImportBatch, StagedUnit

logger = logging.getLogger(__name__)

TASK = "apps.pages.imports.tasks.work"
ATTEMPTS = 3
# A message that was lost is sent again after a minute; what nobody could do within a day is given up.
RING_AGAIN, GIVE_UP = timedelta(minutes=1), timedelta(days=1)
BLOCK = 1 << 20

State = ImportBatch.State
# Looking after everybody's batches takes the whole range of codes; it reads and writes batches alone.
CARETAKER = scopes.everywhere("view_register", username="imports", source="task")


def submit(user: Any, importer: Importer, file: BinaryIO, name: str, *, year: int | None, source: str) -> ImportBatch:
    """Take in a file: looked at, encrypted, and left to a worker. FileRefused when it is no readable workbook."""
    scope = scopes.of(user)
    if not scope.allows(importer.capability):
        raise PermissionDenied(_("您没有导入数据的权限。"))
    kind_of(file)
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
    file.seek(0)
    batch = ImportBatch.objects.create(
        division_id=run.place_of(scope, importer),
        kind=importer.kind,
        requested_by=user,
        source=source,
        file_name=Path(name).name[-200:],
        file_size=size,
        file_hash=digest.hexdigest(),
        stored=vault.store(file),
        year_given=year,
        rung_at=timezone.now(),
    )
    transaction.on_commit(lambda: ring(batch.pk, user.pk))
    return batch


def confirm(batch: ImportBatch, by: Any) -> ImportBatch:
    """Have a shown batch applied. ServiceError (409) when it is not waiting for that, or nothing is accepted."""
    batch = _held(batch, (State.SHOWN,))
    if not batch.counts.written:
        raise ServiceError(_("没有可以写入的数据。"), status=409, code="state")
    batch.state, batch.confirmed_at, batch.rung_at, batch.attempts = State.CONFIRMED, timezone.now(), timezone.now(), 0
    batch.save()
    transaction.on_commit(lambda: ring(batch.pk, by.pk))
    return batch


def discard(batch: ImportBatch) -> ImportBatch:
    """Give a batch up before it is applied; its file and what was shown of it go at once."""
    batch = _held(batch, (State.STAGED, State.SHOWN, State.FAILED))
    batch.state, batch.finished_at = State.DISCARDED, timezone.now()
    _clear_out(batch)
    return batch


def progress_of(batch: ImportBatch) -> int:
    """Rows read so far; kept in the cache, because the worker's transaction shows nothing until it ends."""
    return batch.rows or cache.get(_progress_key(batch.pk), 0)


def ring(batch_id: int, user_id: int) -> None:
    """Send the message to a worker. Without a queue nothing is lost: the batch is rung for again."""
    try:
        current_app.send_task(TASK, args=[batch_id, user_id])
    except OperationalError:
        logger.exception("The queue does not answer; import %s waits", batch_id)


def process(batch_id: int, user_id: int) -> None:
    """A worker's step: read the file and show it, or apply what was confirmed.

    The row's lock is the lease: a second message finds it taken and does nothing, a killed worker gives it back. A
    step is one transaction, so that it is done wholly or not at all.
    """
    with scopes.acting(scopes.identity(user_id), source="task"):
        user = get_user_model().objects.get(pk=user_id)
    if not _begin(batch_id, user):
        return
    try:
        run.retried(lambda: _step(batch_id, user))
    except (ServiceError, PermissionDenied) as error:
        _fail(batch_id, user, str(error))
    except vault.Damaged:
        logger.exception("The file of import %s does not open", batch_id)
        _fail(batch_id, user, _("暂存的文件已损坏，请重新上传。"))


def resume() -> list[tuple[int, int]]:
    """Batches that no worker holds although one should: (batch, user) of each, to be rung for again."""
    now = timezone.now()
    with scopes.acting(CARETAKER, source="task"):
        waiting = ImportBatch.objects.underway().filter(rung_at__lt=now - RING_AGAIN).order_by("pk")
        found = []
        for batch in waiting.select_for_update(skip_locked=True):
            if (batch.confirmed_at or batch.created_at) < now - GIVE_UP:
                batch.state, batch.error, batch.finished_at = State.FAILED, _("超过一天未能处理，请重新导入。"), now
            else:
                batch.rung_at = now
                found.append((batch.pk, batch.requested_by_id))
            batch.save()
    return found


def purge() -> None:
    """After a month throw away what was shown of a batch, its file and its error workbook; the batch itself stays."""
    oldest = timezone.now() - KEPT
    with scopes.acting(CARETAKER, source="task"):
        kept = ~Q(stored="") | ~Q(report="") | Exists(StagedUnit.objects.filter(batch=OuterRef("pk")))
        for batch in ImportBatch.objects.filter(kept, created_at__lt=oldest):
            if batch.state == State.SHOWN:
                batch.state, batch.finished_at = State.DISCARDED, timezone.now()
            _clear_out(batch)
        known = {name for names in ImportBatch.objects.values_list("stored", "report") for name in names}
    for path in (Path(settings.MEDIA_ROOT) / "imports").glob("*"):
        if path.name not in known and path.stat().st_mtime < (timezone.now() - GIVE_UP).timestamp():
            path.unlink(missing_ok=True)


# --- a worker's steps ------------------------------------------------------------------------------------------------


def _begin(batch_id: int, user: Any) -> bool:
    """Count the attempt before it is made, so that a file which ends its worker does not do so for ever."""
    with scopes.acting(user, source="task"):
        batch = _waiting(batch_id)
        if batch is None:
            return False
        batch.attempts += 1
        if batch.attempts > ATTEMPTS:
            batch.state, batch.finished_at = State.FAILED, timezone.now()
            batch.error = _("处理多次中断，请拆分文件后重新导入，或联系系统管理员。")
        batch.save()
        return batch.state != State.FAILED


def _waiting(batch_id: int) -> ImportBatch | None:
    """The batch, held, if it still has something to be done and nobody is at it."""
    return ImportBatch.objects.underway().filter(pk=batch_id).select_for_update(skip_locked=True).first()


def _step(batch_id: int, user: Any) -> None:
    scopes.forget(user)
    with scopes.acting(user, source="import") as scope:
        batch = _waiting(batch_id)
        if batch is None:
            return
        key = _progress_key(batch_id)
        with (
            vault.opened(batch.stored) as file,
            run.staged(
                batch.importer,
                file,
                batch.file_name,
                scope=scope,
                year=batch.year_given,
                progress=lambda rows: cache.set(key, rows, 3600),
            ) as stage,
        ):
            batch.year, batch.rows, batch.warnings = stage.year, stage.rows, stage.warnings
            if batch.state == State.CONFIRMED:
                _apply(batch, stage, user)
            else:
                batch.counts, batch.state, batch.shown_at = stage.counts(), State.SHOWN, timezone.now()
            run.keep(batch, stage.units(Outcome.values))
            _keep_report(batch, stage, file)
        if batch.state == State.APPLIED:
            transaction.on_commit(lambda name=batch.stored: vault.remove(name))  # type: ignore[misc]
            batch.stored = ""
        batch.save()


def _apply(batch: ImportBatch, stage: Stage, user: Any) -> None:
    """Apply exactly what was shown: what has come to differ since is refused, to be looked at again."""
    stage.settle()
    shown = {seq: (outcome, digest) for seq, outcome, digest in batch.units.values_list("seq", "outcome", "digest")}
    stale = _("核对后登记信息又有变化，请重新导入核对。")
    reasons = {unit.seq: stale for unit in stage.units((Outcome.CHANGED,)) if unit.outcome == Outcome.CHANGED
               and shown.get(unit.seq) != (Outcome.CHANGED, unit.digest)}  # fmt: skip
    refused = {unit.seq for unit in stage.units((Outcome.REFUSED,)) if unit.outcome == Outcome.REFUSED}
    before = {seq for seq, (outcome, _digest) in shown.items() if outcome == Outcome.REFUSED}
    reasons |= dict.fromkeys(before - refused, stale)
    stage.refuse(reasons)
    batch.units.all().delete()
    run.finish(batch, stage, user)


def _keep_report(batch: ImportBatch, stage: Stage, file: BinaryIO) -> None:
    """The error workbook, encrypted like the file it comes from."""
    old = batch.report
    batch.report = ""
    if batch.refused:
        report = io.BytesIO()
        run.write_report(batch.importer, file, batch.file_name, stage.reasons(), report)
        report.seek(0)
        batch.report = vault.store(report)
    if old:
        transaction.on_commit(lambda: vault.remove(old))


def _fail(batch_id: int, user: Any, message: str) -> None:
    with scopes.acting(user, source="task"):
        batch = _waiting(batch_id)
        if batch is None:
            return
        batch.state, batch.error, batch.finished_at = State.FAILED, message[:500], timezone.now()
        _clear_out(batch)


def _held(batch: ImportBatch, states: tuple[str, ...]) -> ImportBatch:
    """The batch, held, in one of these states; ServiceError (409) otherwise."""
    held = ImportBatch.objects.filter(pk=batch.pk).select_for_update(skip_locked=True).first()
    if held is None:
        raise ServiceError(_("这个批次正在处理，请稍后再试。"), status=409, code="busy")
    if held.state not in states:
        label = State(held.state).label
        raise ServiceError(_("这个批次的状态是“%(state)s”，不能这样做。") % {"state": label}, status=409, code="state")
    return held


def _clear_out(batch: ImportBatch) -> None:
    names = (batch.stored, batch.report)
    batch.stored = batch.report = ""
    batch.units.all().delete()
    batch.save()
    for name in names:
        transaction.on_commit(lambda name=name: vault.remove(name))  # type: ignore[misc]


def _progress_key(batch_id: int) -> str:
    return f"import-progress:{batch_id}"
