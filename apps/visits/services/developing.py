"""Reading the photos that have arrived whole: in the background, by a process of its own, outside of anybody's request.

The state in the database says what waits; a message only rings. What was not read, because a worker died or the disk
was full, is rung for again every minute, and its bytes stay where they were gathered until then.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from celery import current_app
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.access import scope as scopes
from apps.common import pictures
from apps.visits.choices import PhotoState, Refusal
from apps.visits.models import Visit, VisitPhoto
from apps.visits.services import marks, storage

logger = logging.getLogger(__name__)

RUNG_AGAIN_AFTER = timedelta(minutes=1)
BEHIND_ALL_OTHERS = 9
"""The priority of the message, the last that the queue knows: an evening's photos do not hold up anybody's export."""

RUNG_AT_ONCE = 500
"""So many of those that wait are rung for in one round, the oldest first."""

# What waits is looked up whoever sent it.
CARETAKER = scopes.everywhere("view_register", username="visits", source="task")


def ring(photo: int, author: int) -> None:
    """Send the message to a worker. Without a queue nothing is lost: the photo is rung for again."""
    try:
        current_app.send_task("apps.visits.tasks.develop", args=[photo, author], priority=BEHIND_ALL_OTHERS)
    except OperationalError:
        logger.exception("The queue does not answer; photo %s waits", photo)


def waiting() -> list[tuple[int, int]]:
    """Photos, with their authors, that have been whole for a minute and were not read."""
    before = timezone.now() - RUNG_AGAIN_AFTER
    with scopes.acting(CARETAKER, source="task"):
        left = VisitPhoto.objects.filter(state=PhotoState.WHOLE, finished_at__lt=before).order_by("finished_at")
        return list(left.values_list("pk", "author_id")[:RUNG_AT_ONCE])


def ring_again(photos: Iterable[tuple[int, int]]) -> None:
    """Ring for each of these photos."""
    for photo, author in photos:
        ring(photo, author)


def develop(photo_id: int, author_id: int) -> None:
    """Read a photo that is whole: keep the picture, or say why not. Whatever is not whole, or in other hands, is left.

    Works as the photo's author, whose account may have been closed since. Raises NoSpace for a full disk, with the
    photo still waiting.
    """
    with scopes.acting(scopes.identity(author_id), source="task"):
        waiting = VisitPhoto.objects.select_for_update(skip_locked=True).filter(state=PhotoState.WHOLE)
        photo = waiting.filter(pk=photo_id).first()
        if photo is not None:
            _develop(photo)


def _develop(photo: VisitPhoto) -> None:
    path = storage.part_of(photo)
    try:
        picture = _read(path, photo.sha256)
    except FileNotFoundError:
        # A disk that was brought back from an older copy: the phone begins anew.
        photo.state, photo.received, photo.finished_at = PhotoState.RECEIVING, 0, None
        photo.save(update_fields=["state", "received", "finished_at"])
        return
    except pictures.PictureRefused as refused:
        photo.state, photo.refusal = PhotoState.REFUSED, Refusal(refused.reason)
        photo.save(update_fields=["state", "refusal"])
    else:
        _keep(photo, picture)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _read(path: Path, sha256: str) -> pictures.Picture:
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise pictures.PictureRefused(Refusal.OTHER_CONTENT)
    return pictures.read(path)


def _keep(photo: VisitPhoto, picture: pictures.Picture) -> None:
    """Store the picture and what it said, with its marks; its files go again when the row is not written."""
    photo.state = PhotoState.DONE
    photo.width, photo.height, photo.taken_at = picture.width, picture.height, picture.taken_at
    if picture.lon is not None and picture.lat is not None:
        photo.lon, photo.lat = Decimal(str(picture.lon)), Decimal(str(picture.lat))
    photo.hash_0, photo.hash_1, photo.hash_2, photo.hash_3 = picture.bands
    try:
        with storage.enough_space():
            photo.image.save("photo.jpg", ContentFile(picture.image), save=False)
            photo.thumbnail.save("photo.jpg", ContentFile(picture.thumbnail), save=False)
        photo.save(update_fields=[*VisitPhoto.PROGRESS])
        visit = Visit.objects.get(pk=photo.visit_id)
        marks.save(marks.of_photo(photo, visit, marks.facts_of(visit.household_id)))
    except BaseException:
        for file in (photo.image, photo.thumbnail):
            if file.name:
                file.storage.delete(file.name)
        raise
