"""`manage.py verify_ledger`: are the sums of quotas, allocations and payments those of the ledger's entries?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.funds.services.verifying import check


class Command(BaseCommand):
    """Ends with an error where the ledger is not whole; the night asks the same and tells the region's finance desk."""

    help = "Compare the sums of quotas, allocations and payments with the entries of the ledger."

    def handle(self, *args: Any, **options: Any) -> None:
        found = check()
        if not found.whole:
            raise CommandError(
                f"quotas {found.quotas}, allocations {found.allocations}, payments {found.payments}: {found.found}"
            )
        self.stdout.write("the ledger is whole")
