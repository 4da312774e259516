"""Where things lie in this checkout."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOGS = LOCAL / "logs"


class Failure(Exception):
    """Something a person has to put right; the message is a plain sentence for them."""


def say(text: str) -> None:
    """A line of progress on the terminal, at once."""
    print(text, flush=True)


def site_packages() -> Path:
    """The folder in which the environment keeps its packages."""
    found = sorted(VENV.glob("lib/python3*/site-packages"))
    if not found:
        raise Failure(f"{VENV} holds no packages; remove it and run the command again.")
    return found[-1]


def local_folder(*parts: str) -> Path:
    """A folder under .local, made when missing. Others (the server's account) may step into .local, not list it."""
    LOCAL.mkdir(mode=0o711, exist_ok=True)
    folder = LOCAL.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
