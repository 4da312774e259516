"""`manage.py build_maps`: derive `static/maps/` from the topologies in `apps/divisions/data`."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.divisions import maps, reference, topology


class Command(BaseCommand):
    """Writes every map; the same data give the same bytes."""

    help = "Derive the maps that browsers load from the boundary data of the project."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when a file is missing, stale or too many"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "static"
        wanted = {folder / name: text for name, text in texts()}
        known = set((folder / maps.FOLDER).glob("*.json"))
        stale = [path for path, text in wanted.items() if path not in known or path.read_text("utf-8") != text]
        extra = known - set(wanted)
        if options["check"]:
            if stale or extra:
                raise CommandError(f"{len(stale)} maps are stale, {len(extra)} have no source; run build_maps")
        else:
            (folder / maps.FOLDER).mkdir(parents=True, exist_ok=True)
            for path in stale:
                path.write_text(wanted[path], "utf-8")
            for path in extra:
                path.unlink()
        self.stdout.write(f"maps {len(wanted)} written {len(stale)} removed {len(extra)}")


def texts() -> list[tuple[str, str]]:
    """Every map as (static name, file content)."""
    boundaries = json.loads((reference.DATA / "boundaries.topo.json").read_text("utf-8"))
    cells = json.loads((reference.DATA / "townships_approx.topo.json").read_text("utf-8"))
    documents = maps.documents(
        reference.units(),
        topology.decode(boundaries, "leagues"),
        topology.decode(boundaries, "counties"),
        topology.decode(cells, "townships"),
    )
    return [
        (name, json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n") for name, document in documents
    ]
