"""`manage.py ensure_negative_list`: the usual negative list of poverty money, at the region; after `load_divisions`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.funds.services.negative import ensure_list


class Command(BaseCommand):
    """What the region changed or switched off stays as it is; a second run enters nothing."""

    help = "Enter the entries of the usual negative list that are not there yet; a second run changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        with scopes.acting(system_account()), transaction.atomic():
            made = ensure_list()
        self.stdout.write(f"negative list: added {made}")
