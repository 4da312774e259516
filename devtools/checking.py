"""`./dev check` and `./dev messages`: everything that can be said about the code without running the tests."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from devtools.paths import PYTHON, ROOT, say
from devtools.secrets import KINDS

LOCKS = ("requirements.lock", "package-lock.json")


@dataclass(frozen=True)
class Step:
    """One check: its name and what it runs (a command, or a function that returns complaints)."""

    name: str
    command: list[str] | Callable[[], list[str]]
    production: bool = False


def steps() -> list[Step]:
    """All checks, the quick ones first."""
    bin_ = PYTHON.parent
    django = [str(PYTHON), "manage.py"]
    return [
        Step("locks hold no address", _addresses_in_locks),
        Step("format", [str(bin_ / "ruff"), "format", "--check", "."]),
        Step("lint", [str(bin_ / "ruff"), "check", "."]),
        Step("import floors", [str(bin_ / "lint-imports")]),
        Step("settings for production", [*django, "check", "--deploy", "--fail-level", "WARNING"], production=True),
        Step("migrations", [*django, "makemigrations", "--check", "--dry-run"], production=True),
        Step("templates", [str(PYTHON), "-m", "devtools.templates"], production=True),
        Step("catalogues", [str(PYTHON), "-m", "devtools.catalogues", "check"]),
        Step("compose file", [str(bin_ / "docker-compose"), "-f", "docker-compose.yml", "config", "--quiet"]),
        Step("types", [str(bin_ / "mypy")]),
    ]


def check() -> int:
    """Run every check, whatever the others say; 0 when all are content."""
    failed = 0
    for step in steps():
        started = time.monotonic()
        if callable(step.command):
            complaints = step.command()
        else:
            env = production_environment() if step.production else _development_environment()
            done = subprocess.run(step.command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
            complaints = [(done.stdout + done.stderr).strip()] if done.returncode else []
        say(f"{'failed' if complaints else 'ok':6} {step.name} ({time.monotonic() - started:.1f} s)")
        for complaint in complaints:
            say("  " + complaint.replace("\n", "\n  "))
        failed += bool(complaints)
    return 1 if failed else 0


def messages() -> int:
    """Bring the catalogues up to the sources and compile them."""
    for command in (["devtools.extraction"], ["devtools.catalogues", "compile"]):
        if subprocess.run([str(PYTHON), "-m", *command], cwd=ROOT, check=False).returncode:
            return 1
    return 0


def _addresses_in_locks() -> list[str]:
    """The locks name packages and hashes, never a host: each user has their own registry."""
    return [
        f"{name}:{number}: {line.strip()}"
        for name in LOCKS
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if "://" in line
    ]


def _development_environment() -> dict[str, str]:
    return production_environment() | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}


def production_environment() -> dict[str, str]:
    """Production settings with values that are well-formed and good for nothing else."""
    rings = {
        kind: {"active": "x", "keys": {"x": base64.b64encode(hashlib.sha256(kind.encode()).digest()).decode()}}
        for kind in ("seal", *KINDS)
    }
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": "only-for-checking-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
        "FIELD_KEYS": json.dumps({"seal": rings.pop("seal"), "index": rings}),
        "ALLOWED_HOSTS": "platform.example",
        "DATABASE_URL": "postgres://poverty_app@127.0.0.1:1/none",
        "DATABASE_OWNER_URL": "",
        "DATABASE_PUBLIC_URL": "postgres://poverty_public@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PYTHONWARNINGS": "ignore:Got an error checking a consistent migration",
        # Read by the compose file, which has a default for neither.
        "PUBLIC_HOST": "platform.example",
        "SECRETS": "/run/secrets",
    }
