"""What is done every day for the diary."""

from __future__ import annotations

from celery import shared_task

from apps.visits.services import partitions, photos


@shared_task
def look_after() -> None:
    """Make the parts of the coming months, and give up uploads that were forgotten. Doing it twice changes nothing."""
    partitions.ensure()
    photos.give_up_forgotten()
