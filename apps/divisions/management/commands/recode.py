"""`manage.py recode OLD NEW --on DATE`: move everything of one division to another code."""

import datetime
import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common.errors import ServiceError
from apps.divisions import codes, services


class Command(BaseCommand):
    """Runs `services.recode` and reports what moved; nothing is changed when it is refused."""

    help = "Move every row placed at a division (and below it) to another code, and end the old division."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old", help="12-digit code that ends")
        parser.add_argument("new", help="12-digit code that takes over")
        parser.add_argument("--on", required=True, type=datetime.date.fromisoformat, metavar="DATE", help="YYYY-MM-DD")
        parser.add_argument("--by", default="", help="who decided it; the name of the system account by default")
        parser.add_argument("--create", action="store_true", help="make the new division when it does not exist")
        parser.add_argument("--name", default="", help="name of the division that --create makes")
        parser.add_argument("--database", default="owner", help="database alias of the owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["name"] and not options["create"]:
            raise CommandError("--name needs --create")
        try:
            done = services.recode(
                codes.parse(options["old"]),
                codes.parse(options["new"]),
                options["on"],
                options["by"] or getpass.getuser(),
                create=options["create"],
                name=options["name"],
                using=options["database"],
            )
        except (ServiceError, ValueError) as refused:
            raise CommandError(str(refused)) from refused
        for label, rows in sorted(done.moved.items()):
            self.stdout.write(f"moved {rows} {label}")
        for label, rows in sorted(done.kept.items()):
            self.stdout.write(f"kept at the old code {rows} {label}")
        self.stdout.write(
            f"divisions {len(done.units)} created {len(done.created)} "
            f"moved {sum(done.moved.values())} kept {sum(done.kept.values())}"
        )
