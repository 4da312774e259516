"""Passwords and keys of this checkout, made once and kept in .local with access for its owner alone."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from devtools.paths import local_folder

KINDS = ("citizen", "disability", "phone", "bank")


def passwords() -> dict[str, str]:
    """Passwords of the database roles and the queue, and the key that signs sessions."""
    names = ("superuser", "owner", "app", "public", "valkey", "secret_key")
    kept = _kept("secrets.json", lambda: {name: secrets.token_urlsafe(48) for name in names})
    if missing := set(names) - set(kept):  # of a checkout older than one of the names
        kept |= {name: secrets.token_urlsafe(48) for name in missing}
        write_private(local_folder() / "secrets.json", json.dumps(kept, indent=2))
    return kept


def field_keys() -> dict[str, Any]:
    """Keys for personal numbers, in the shape of the FIELD_KEYS setting."""
    return _kept("keys.json", lambda: {"seal": _ring(), "index": {kind: _ring() for kind in KINDS}})


def _ring() -> dict[str, Any]:
    return {"active": "k1", "keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()}}


def _kept(name: str, make: Any) -> Any:
    path = local_folder() / name
    if not path.exists():
        write_private(path, json.dumps(make(), indent=2))
    return json.loads(path.read_text())


def write_private(path: Path, text: str) -> None:
    """Write a whole file at once, readable by its owner alone."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)
    draft.replace(path)
