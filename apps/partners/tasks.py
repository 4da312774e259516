"""Delivery of answers in the background: messages carry ids, everything else stands in `services.jobs`."""

from __future__ import annotations

from celery import shared_task

from apps.partners.services import jobs


@shared_task
def deliver(job_id: int, user_id: int) -> None:
    """Deliver one job, if it is due."""
    jobs.deliver(job_id, user_id)


@shared_task
def sweep() -> None:
    """Ring for every job that is due: lost messages, dead workers, attempts after a pause."""
    jobs.ring(jobs.due())


@shared_task
def purge() -> None:
    """Throw away jobs that ended long ago."""
    jobs.purge()
