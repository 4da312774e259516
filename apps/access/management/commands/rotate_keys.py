"""manage.py rotate_keys: all sealed numbers and blind indexes under the active keys."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.access.capabilities import REALM_CAPABILITIES
from apps.access.scope import Scope, activate
from apps.common.rotation import BATCH, Outcome, lonely_indexes, models_with_numbers, rotate_model
from apps.divisions.codes import subtree
from apps.divisions.models import Division


class Command(BaseCommand):
    """Walks every table with sealed numbers as their owner, with the scope of the whole region."""

    help = (
        "Brings every encrypted number and blind index under the active keys of FIELD_KEYS. "
        "Can be stopped and started again at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help="rows per statement (default %(default)s)")
        parser.add_argument("--using", default="owner", help="database alias (default %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        using, batch = options["using"], options["batch"]
        if batch < 1:
            raise CommandError("--batch must be at least 1")
        roots = Division.objects.using(using).filter(parent=None).values_list("pk", flat=True)
        everywhere = tuple(subtree(code) for code in roots)
        scope = Scope(
            user_id=None,
            username="rotate_keys",
            capabilities=dict.fromkeys(REALM_CAPABILITIES.values(), everywhere),
            source="command",
        )
        failed = 0
        with activate(scope):
            for model in models_with_numbers():
                outcome = rotate_model(model, using=using, batch=batch, progress=self._progress)
                self.stdout.write(f"{outcome.table}: {outcome.rows} rows, {outcome.changed} changed")
                for key in outcome.failed:
                    self.stderr.write(f"{outcome.table}: row {key} cannot be opened")
                failed += len(outcome.failed)
        for index in lonely_indexes():
            self.stdout.write(f"{index}: no number beside it; after a new index key load its rows again")
        if failed:
            raise CommandError(f"{failed} rows could not be opened and were left as they are")

    def _progress(self, outcome: Outcome) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"{outcome.table}: {outcome.rows}", ending="\r")
