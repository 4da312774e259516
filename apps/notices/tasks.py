"""Background work of notices. Beat only rings: what is due stands in the database."""

from __future__ import annotations

from celery import shared_task

from apps.notices.services import clock


@shared_task
def advance() -> None:
    """Move notices whose day has come. Doing it twice changes nothing."""
    clock.advance()
