"""The doorbell of opening a year: messages carry ids, everything else stands in the ledger (services.rounds). And what
is done every night."""

from __future__ import annotations

from celery import shared_task

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.assessments.services import finishing, rounds


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


@shared_task
def finish() -> int:
    """Make results final whose days to appeal are over, one batch a transaction; how many. Doing it twice changes
    nothing."""
    by, done = system_account(), 0
    while True:
        with scopes.acting(by, source="task"):
            number = finishing.lapse(by)
        if not number:
            return done
        done += number
