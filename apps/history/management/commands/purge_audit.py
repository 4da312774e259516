"""manage.py purge_audit DAYS: throw away old records of the access log."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.history import retention


class Command(BaseCommand):
    """Refuses fewer than 180 days and a log that does not verify; keeps exports and shares for three years."""

    help = "Throws away records of the access log older than DAYS (at least 180); exports and shares stay three years."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("days", type=int)
        parser.add_argument("--using", default="owner", help="database alias (default %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            purged = retention.purge(options["days"], using=options["using"])
        except (ValueError, retention.Broken) as error:
            raise CommandError(str(error)) from error
        gone, kept = sum(one.gone for one in purged), sum(one.kept for one in purged)
        self.stdout.write(f"{gone} records thrown away, {kept} of the same time kept")
