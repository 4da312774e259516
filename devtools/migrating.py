"""Migrates a database of ours without drawing the whole picture anew at every step (`python -m devtools.migrating`).

Django renders again, with every operation, all models that are related to the one it names; here nearly all are, since
every row has a division, so that an index more costs the rendering of hundreds of classes. The statements that an
operation writes need the named model alone. What runs Python on historical models asks for a fresh picture itself.

For the databases of development, tests and benchmarks: an empty one takes half a minute instead of five.
`manage.py migrate`, which installations use, is Django's own.
"""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line
from django.db.migrations.state import ProjectState


def _named_alone(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
    self.is_delayed = True  # whoever needs the others as well has them all rendered
    return {(app_label, model_name.lower())}


def main() -> None:
    """Run `migrate` with the given options."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    ProjectState._find_reload_model = _named_alone  # type: ignore[attr-defined]  # Django's own, not in its stubs
    execute_from_command_line(["manage.py", "migrate", *sys.argv[1:]])


if __name__ == "__main__":
    main()
