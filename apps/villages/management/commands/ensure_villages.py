"""`manage.py ensure_villages`: a profile row for every village of the division list; after `load_divisions`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.villages.services import ensure_villages


class Command(BaseCommand):
    """One statement; a second run makes none."""

    help = "Give every village of the division list its profile row; a second run changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        with scopes.acting(system_account()):
            made = ensure_villages()
        self.stdout.write(f"villages: added {made}")
