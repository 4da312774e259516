"""A delivery by file: stored sealed, read by a process of its own, taken in by pieces, resumed where it stopped."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson
from celery import current_app
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.common.wording import listed
from apps.datasets.models import Delivery
from apps.datasets.services import intake
from apps.datasets.services.parsing import Layout, columns_of, known_headers
from apps.pages.imports import vault
from apps.pages.imports.files import FileRefused, Limits, kind_of
from apps.pages.imports.workbook import open_table

logger = logging.getLogger(__name__)

TASK = "apps.datasets.tasks.receive"
LIMITS = Limits(rows=5_000_000, seconds=1800)
ATTEMPTS = 3
RING_AGAIN, GIVE_UP = timedelta(minutes=1), timedelta(days=1)
# Looking after everybody's deliveries takes the whole range of codes; it reads and writes deliveries alone.
CARETAKER = scopes.everywhere("load_datasets", username="datasets", source="task")


def submit(
    dataset: str, division: int, period: str, file: BinaryIO, name: str, *, by: Any, source: str = "page"
) -> Delivery:
    """Take in a file: looked at, encrypted, and left to a worker. Raises as `open_delivery`, FileRefused."""
    kind_of(file, limits=LIMITS)
    digest = hashlib.file_digest(cast("Any", file), "sha256").hexdigest()
    file.seek(0)
    delivery = intake.open_delivery(
        dataset, division, period, by=by, source=source, file_name=Path(name).name, file_hash=digest
    )
    delivery.stored, delivery.rung_at = vault.store(file), timezone.now()
    delivery.save(update_fields=["stored", "rung_at"])
    transaction.on_commit(lambda: ring(delivery.pk, by.pk))
    return delivery


def receive_at_once(
    dataset: str,
    division: int,
    period: str,
    file: BinaryIO,
    name: str,
    *,
    by: Any,
    progress: Callable[[int], None] = lambda rows: None,
) -> Delivery:
    """The same in this process: for the command. Each piece is a transaction; a file that was broken off is given up by
    hand or sent whole again after it."""
    kind_of(file, limits=LIMITS)
    digest = hashlib.file_digest(cast("Any", file), "sha256").hexdigest()
    with scopes.acting(by, source="command"):
        delivery = intake.open_delivery(
            dataset, division, period, by=by, source="command", file_name=Path(name).name, file_hash=digest
        )
    try:
        return _read(delivery, file, by, progress)
    except BaseException:
        with scopes.acting(by, source="command"):
            if Delivery.objects.get(pk=delivery.pk).is_open:
                intake.abandon(delivery, by=by)
        raise


def ring(delivery_id: int, user_id: int) -> None:
    """Send the message to a worker. Without a queue nothing is lost: the delivery is rung for again."""
    try:
        current_app.send_task(TASK, args=[delivery_id, user_id])
    except OperationalError:
        logger.exception("The queue does not answer; delivery %s waits", delivery_id)


def process(delivery_id: int, user_id: int) -> None:
    """A worker's step: read the stored file from its beginning, passing over the pieces that are here already.

    Killed in the middle, it is rung for again and goes on; two workers at once store every piece once.
    """
    with scopes.acting(scopes.identity(user_id), source="task"):
        user = get_user_model().objects.get(pk=user_id)
    with scopes.acting(user, source="task"):
        delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
        if delivery is None or delivery.state != Delivery.State.RECEIVING or not delivery.stored:
            return
        delivery.attempts += 1
        delivery.rung_at = timezone.now()
        delivery.save(update_fields=["attempts", "rung_at"])
        if delivery.attempts > ATTEMPTS:
            intake.refuse(delivery, _("处理多次中断，请拆分文件后重新报送，或联系系统管理员。"))
            return
    try:
        with vault.opened(delivery.stored) as file:
            _read(delivery, file, user, lambda rows: None)
    except (ServiceError, vault.Damaged) as error:
        why = str(error) if isinstance(error, ServiceError) else _("暂存的文件已损坏，请重新上传。")
        with scopes.acting(user, source="task"):
            if Delivery.objects.get(pk=delivery_id).state == Delivery.State.RECEIVING:
                intake.refuse(delivery, why)


def _read(delivery: Delivery, file: BinaryIO, user: Any, progress: Callable[[int], None]) -> Delivery:
    """Take the whole file in, a transaction a piece, and complete the delivery."""
    model = intake.table_of(delivery.dataset)
    file.seek(0)
    try:
        with open_table(file, delivery.file_name, known=known_headers(model), limits=LIMITS) as table:
            layout = Layout(model, table.header)
            intake.check_headers(layout, table.header, strict=False)
            chunks = rows = 0
            for piece in _pieces(table.rows):
                chunks += 1
                rows += len(piece)
                digest = hashlib.sha256(orjson.dumps(piece)).hexdigest()
                with scopes.acting(user, source="import"):
                    intake.take_rows(delivery, chunks, lambda piece=piece: layout.read(piece), layout, digest)
                progress(rows)
    except FileRefused as error:
        if error.code != "no_header":
            raise
        needed = listed(one.label for one in columns_of(model) if one.required)
        raise ServiceError(_("没有找到表头。表头应含：%(names)s。") % {"names": needed}, field="file") from None
    with scopes.acting(user, source="import"):
        return intake.complete(delivery, chunks=chunks, rows=rows, by=user)


def _pieces(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while piece := list(islice(source, intake.CHUNK)):
        yield piece


def resume() -> list[tuple[int, int]]:
    """Deliveries by file that have stood still for a minute: (delivery, user) of each, to be rung for again.

    Those of a client that fell silent are given up after a day.
    """
    now = timezone.now()
    with scopes.acting(CARETAKER, source="task"):
        waiting = Delivery.objects.filter(state=Delivery.State.RECEIVING).order_by("pk")
        found = []
        for delivery in waiting.select_for_update(skip_locked=True):
            last = delivery.rung_at or delivery.created_at
            if last < now - GIVE_UP:
                intake.refuse(delivery, _("超过一天没有完成，请重新报送。"))
            elif delivery.stored and last < now - RING_AGAIN:
                delivery.rung_at = now
                delivery.save(update_fields=["rung_at"])
                found.append((delivery.pk, delivery.by_id))
    return found
