"""What the processes of one run tell each other: files in a folder that they share."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


def asked_for(app: str, text: str) -> bool:
    """Whether a mutant is among those that this run is about: of one of the apps that are named, and with the text."""
    apps = os.environ["WALLS_APPS"].split()
    return (not apps or app in apps) and os.environ["WALLS_ONLY"] in text


class Shared:
    """The folder, as one of the processes sees it."""

    def __init__(self) -> None:
        self.folder = Path(os.environ["WALLS_FOLDER"])
        self.part, self.parts = int(os.environ["WALLS_PART"]), int(os.environ["WALLS_PARTS"])

    def claim(self, phase: str, name: str) -> bool:
        """Whether this piece of a phase is ours to do: the first who asks has it."""
        try:
            os.close(os.open(self._path("claim", phase, name), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True

    def claimed(self, phase: str, names: Iterable[str]) -> Iterator[str]:
        """Those of these pieces that are ours, one after the other."""
        return (name for name in names if self.claim(phase, name))

    def mark(self, kind: str, name: str, text: str) -> None:
        """Tell the others something of a piece."""
        self._path(kind, "", name).write_text(text)

    def marked(self, kind: str, name: str) -> bool:
        """Whether anybody has told that of a piece."""
        return self._path(kind, "", name).exists()

    def together(self, phase: str, told: Any = None) -> list[Any]:
        """Wait until all processes have come this far; what each of them had to tell."""
        draft = self.folder / f"draft-{self.part}"
        draft.write_text(json.dumps(told))
        draft.rename(self.folder / f"{phase}-{self.part}.json")
        paths = [self.folder / f"{phase}-{part}.json" for part in range(self.parts)]
        while not all(path.exists() for path in paths):  # whoever started us ends us when one of them fails
            time.sleep(0.1)
        return [json.loads(path.read_text()) for path in paths]

    def _path(self, kind: str, phase: str, name: str) -> Path:
        return self.folder / f"{kind}-{hashlib.sha256(f'{phase} {name}'.encode()).hexdigest()[:24]}"
