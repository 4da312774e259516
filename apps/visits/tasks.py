"""Background work of the diary: reading photos, and what is done every day. Messages carry ids only."""

from __future__ import annotations

from celery import shared_task

from apps.visits.services import developing, partitions, photos


@shared_task
def develop(photo_id: int, author_id: int) -> None:
    """Read a photo that has arrived whole."""
    developing.develop(photo_id, author_id)


@shared_task
def look_after_photos() -> None:
    """Ring again for photos that nobody has read."""
    developing.ring_again(developing.waiting())


@shared_task
def look_after() -> None:
    """Make the parts of the coming months, and give up uploads that were forgotten. Doing it twice changes nothing."""
    partitions.ensure()
    photos.give_up_forgotten()
