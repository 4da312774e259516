"""Background work of money. Beat only rings: what was done stands in the database; done twice it changes nothing."""

from __future__ import annotations

from celery import shared_task

from apps.funds.services import closing, reconciling, verifying


@shared_task
def reconcile() -> None:
    """Compare the finance department's payments with the platform's."""
    reconciling.reconcile()


@shared_task
def verify_ledger() -> None:
    """Ask the sums of the ledger anew from its entries."""
    verifying.check()


@shared_task
def close_last_year() -> None:
    """Carry over what is left of last year wherever nobody has closed it."""
    closing.close_last_year()
