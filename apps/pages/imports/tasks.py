"""The doorbell of imports: messages carry ids, everything else stands in the batch."""

from __future__ import annotations

from celery import shared_task

from apps.pages.imports import services


@shared_task
def work(batch_id: int, user_id: int) -> None:
    """Do the next step of a batch in the scope of who asked for it. Twice is as good as once."""
    services.process(batch_id, user_id)


@shared_task
def resume() -> None:
    """Ring again for batches whose worker died or whose message was lost."""
    for batch_id, user_id in services.resume():
        services.ring(batch_id, user_id)


@shared_task
def purge() -> None:
    """Throw away what is kept of imports after a month."""
    services.purge()
