"""`manage.py load_divisions`: the 15,938 divisions of the project's list into the database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from apps.divisions import services


class Command(BaseCommand):
    """Adds what is missing and corrects what differs; a second run reports no change. One transaction."""

    help = "Load the administrative divisions that come with the project; a second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--database", default="default", help="database alias to write through")
        parser.add_argument(
            "--historical-codes",
            type=Path,
            metavar="CSV",
            help="also load a history of GB/T 2260 codes: code6,name,from_year,to_year (empty: still in force)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        using, history = options["database"], options["historical_codes"]
        try:
            self._report("divisions", services.load(using=using))
            if history:
                self._report("historical codes", services.load_historical_codes(history, using=using))
        except (OSError, ValueError, IntegrityError) as wrong:
            raise CommandError(str(wrong)) from wrong

    def _report(self, what: str, done: services.Loaded) -> None:
        self.stdout.write(
            f"{what}: added {done.added} changed {done.changed} unchanged {done.unchanged} others {done.others}"
        )
