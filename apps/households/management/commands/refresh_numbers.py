"""`manage.py refresh_numbers`: what rules know of registered numbers, after a history of codes was loaded."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.households.services.numbers import refresh_division_known


class Command(BaseCommand):
    """Tests every registered number against the loaded history of GB/T 2260 codes; a second run changes nothing."""

    help = "Test registered ID numbers against the loaded history of division codes (rule ID-06)."

    def handle(self, *args: Any, **options: Any) -> None:
        with scopes.acting(system_account()):
            self.stdout.write(f"changed {refresh_division_known()}")
