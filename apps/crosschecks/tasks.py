"""The doorbell of cross-checking: messages carry ids, everything else stands in the ledger (services.runs)."""

from __future__ import annotations

from celery import shared_task

from apps.crosschecks.services import linking, runs


@shared_task
def nightly() -> None:
    """Open the night run of the business day, once, however often this is called."""
    run = runs.start_nightly()
    if run is not None:
        runs.ring(runs.to_ring(run))


@shared_task
def find_candidates() -> None:
    """Search for the records of persons without a usable number; of two at once the second has nothing to do."""
    linking.find_candidates()


@shared_task
def execute(unit_id: int) -> None:
    """Work one unit, if it still waits."""
    runs.execute(unit_id)


@shared_task
def sweep() -> None:
    """Look after units that were left lying: dead workers, lost messages."""
    runs.ring(runs.sweep())
