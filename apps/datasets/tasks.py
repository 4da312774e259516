"""Background work on deliveries: messages carry ids only."""

from __future__ import annotations

from celery import shared_task

from apps.datasets.services import files, retention


@shared_task(acks_late=True)
def receive(delivery_id: int, user_id: int) -> None:
    """Read the file of a delivery."""
    files.process(delivery_id, user_id)


@shared_task
def look_after() -> None:
    """Ring again for deliveries that nobody works on, and give up those that fell silent."""
    for delivery_id, user_id in files.resume():
        files.ring(delivery_id, user_id)


@shared_task
def purge() -> None:
    """Remove rows of versions that were replaced long ago, and old lists of refused rows."""
    retention.purge()
