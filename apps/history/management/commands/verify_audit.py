"""manage.py verify_audit: is the access log what was written?"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.history import anchors, verification


class Command(BaseCommand):
    """Goes along every chain; names the first bad record of each and ends with exit code 1 if there is one."""

    help = "Finds changed, deleted and exchanged records of the access log and a cut-off end; then exit code 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--using", default="default", help="database alias (default %(default)s)")
        parser.add_argument(
            "--anchors",
            default=settings.AUDIT_ANCHOR_FOLDER,
            help="folder of anchor files to compare with (default: AUDIT_ANCHOR_FOLDER)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            known = list(anchors.read(options["anchors"])) if options["anchors"] else []
        except anchors.BadAnchor as error:
            raise CommandError(f"anchor {error} is not genuine") from error
        if not known:
            self.stderr.write("no anchors to compare with: an end cut off together with its head does not show")
        records, faults = 0, []
        for verdict in verification.verify_all(known, using=options["using"]):
            records += verdict.records
            if verdict.fault:
                faults.append(verdict.fault)
                self.stderr.write(str(verdict.fault))
        if faults:
            raise CommandError(
                f"the access log is not whole: {len(faults)} of its chains are broken; first {faults[0]}"
            )
        self.stdout.write(f"{records} records, {len(known)} anchors: the access log is whole")
