"""Write the document for departments' programmers anew from what the page shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from apps.partners import developers


class Command(BaseCommand):
    help = "Write docs/api-for-departments.md, in English, from apps/partners/developers.py."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs/api-for-departments.md"
        with translation.override("en"):
            path.write_text(developers.markdown(), encoding="utf-8")
        self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
