"""The doorbell of cross-checking: messages carry ids, everything else stands in the ledger (services.runs)."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from celery import shared_task
from kombu.exceptions import OperationalError

from apps.crosschecks.models import Run
from apps.crosschecks.services import runs

logger = logging.getLogger(__name__)


@shared_task
def nightly() -> None:
    """Open the night run of the business day, once, however often this is called."""
    run = runs.start_nightly()
    if run is not None:
        ring(runs.to_ring(run))


@shared_task
def execute(unit_id: int) -> None:
    """Work one unit, if it still waits."""
    runs.execute(unit_id)


@shared_task
def sweep() -> None:
    """Look after units that were left lying: dead workers, lost messages."""
    ring(runs.sweep())


def ring(unit_ids: Iterable[int]) -> None:
    """Send a message for each unit. Without a queue nothing is lost: the sweeper rings again."""
    for unit_id in unit_ids:
        try:
            execute.delay(unit_id)
        except OperationalError:
            logger.exception("The queue does not answer; units wait for the sweeper")
            return


def ring_for(run: Run) -> None:
    """Ring for all units of a run that has been committed."""
    ring(runs.to_ring(run))
