"""Night work of the problem ledger. Beat only rings: done twice it changes nothing."""

from __future__ import annotations

from celery import shared_task

from apps.problems.services import ladder


@shared_task
def climb_ladder() -> None:
    """Note which rungs of the ladder overdue problems have reached."""
    ladder.climb()
