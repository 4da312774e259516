"""The doorbell of opening a year: messages carry ids, everything else stands in the ledger (services.rounds)."""

from __future__ import annotations

from celery import shared_task

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.assessments.services import rounds


@shared_task
def work(key: int) -> None:
    """Do what is left of one round."""
    rounds.work(key, system_account())


@shared_task
def look_after() -> None:
    """Go on with rounds that were interrupted: dead workers, lost messages."""
    with scopes.acting(system_account(), source="task"):
        waiting = rounds.left_lying()
    for key in waiting:
        work.delay(key)
