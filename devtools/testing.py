"""`./dev test`: a throw-away PostgreSQL with one migrated database, which each worker of pytest clones.

Migrating takes far longer than cloning, so a stopped cluster with the migrated database is kept in .local for as long
as nothing that shapes it changes. Each run copies it: several runs at once know nothing of each other.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools import postgres, processes, secrets
from devtools.environment import digest
from devtools.paths import PYTHON, ROOT, Failure, local_folder, say
from devtools.postgres import Cluster
from devtools.servers import Servers
from devtools.valkey import Valkey

TEMPLATE = "poverty_template"
_KEPT = 2  # states of the migrated cluster


def run(arguments: list[str]) -> int:
    """Run pytest with these arguments on two workers (unless they say otherwise); its exit status."""
    with prepared() as (env, complete):
        workers = (
            []
            if any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in arguments)
            else ["-n", "2", "--dist", "worksteal"]
        )
        command = [str(PYTHON), "-m", "pytest", *workers, *arguments]
        return processes.foreground(command, env=env, ending=signal.SIGINT) or (0 if complete else 1)


@contextmanager
def prepared() -> Iterator[tuple[dict[str, str], bool]]:
    """A throw-away PostgreSQL and Valkey inside the block: the environment that pytest needs, and whether the template
    database is complete."""
    started = time.monotonic()
    words = secrets.passwords()
    place = postgres.folder_for("test", f"{os.getpid()}", under=postgres.memory())
    for folder in {place.parent, postgres.home() / "test"}:
        _sweep(folder)
    cluster = Cluster(place / "data", words["superuser"], durable=False)
    valkey = Valkey(local_folder("test-valkey", f"{os.getpid()}"), words["valkey"])
    try:
        complete = _fill(cluster.data)
        cluster.start()
        valkey.start()
        env = _servers(cluster, valkey).environment()
        env |= {"DJANGO_SETTINGS_MODULE": "config.settings.test", "TEST_ADMIN_URL": cluster.admin_url}
        env |= {"SNAPSHOT_ROOT": str(place / "snapshots")}
        # Each worker reads every test and the whole platform: compiled once for both, and for the next run.
        env |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(local_folder("pycache"))}
        env |= {"TEST_TEMPLATE": TEMPLATE, "TEST_ARTEFACTS": str(local_folder("test-artefacts"))}
        say(f"servers ready after {time.monotonic() - started:.1f} s")
        yield env, complete
    finally:
        valkey.stop()
        cluster.stop()
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(valkey.data, ignore_errors=True)


def _servers(cluster: Cluster, valkey: Valkey | None) -> Servers:
    words = secrets.passwords()
    return Servers(
        cluster.url("poverty_app", words["app"], TEMPLATE),
        cluster.url("poverty_owner", words["owner"], TEMPLATE),
        cluster.url("poverty_public", words["public"], TEMPLATE),
        valkey.url if valkey else "redis://127.0.0.1:1/0",
    )


def _fill(data: Path) -> bool:
    """Copy a stopped cluster with the migrated template database to this data folder; migrate when needed.

    False when the migrations failed: tests without a database can still run, and the run fails at its end.
    """
    kept = postgres.folder_for("template")
    folder = kept / digest(_what_shapes_it())[:16]
    with processes.locked(local_folder() / "template.lock"):
        if (folder / "done").exists():
            (folder / "done").touch()
            _copy(folder / "data", data)
            return True
        say("migrating the test database")
        shutil.rmtree(folder, ignore_errors=True)
        postgres.folder_for("template", folder.name)
        words = secrets.passwords()
        cluster = Cluster(folder / "data", words["superuser"], durable=False)
        cluster.create()
        cluster.start()
        try:
            cluster.bootstrap(TEMPLATE, words)
            servers = _servers(cluster, None)
            servers.extra = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
            command = [str(PYTHON), "-m", "devtools.migrating", "--database", "owner", "--no-input", "--skip-checks"]
            if processes.foreground([*command, "--verbosity", "0"], env=servers.environment(), ending=signal.SIGTERM):
                say("the migrations failed: no test that needs the database can pass")
            else:
                (folder / "done").touch()
        finally:
            cluster.stop()
        newest = sorted(kept.glob("*/done"), key=lambda path: path.stat().st_mtime, reverse=True)[:_KEPT]
        for other in set(kept.iterdir()) - {folder, *(done.parent for done in newest)}:
            shutil.rmtree(other, ignore_errors=True)
        _copy(folder / "data", data)
        return (folder / "done").exists()


def _what_shapes_it() -> list[Path]:
    """Every file whose change may change what the migrations leave behind."""
    patterns = (
        "apps/*/migrations/*.py",
        "apps/*/sql/*",
        "apps/*/apps.py",  # connects what runs after the migrations
        "apps/access/*.py",
        "apps/accounts/roles.py",
        "apps/common/fields.py",
        "config/settings/*.py",
        "devtools/migrating.py",
        "devtools/postgres.py",
        "devtools/testing.py",
        "requirements.lock",
    )
    return sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()})


def _copy(source: Path, target: Path) -> None:
    done = subprocess.run(["cp", "-a", source, target], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"Copying the test database failed:\n{done.stderr}")


def _sweep(folder: Path) -> None:
    """Remove what killed runs left; their servers ended with them or are stopped here."""
    for place in folder.iterdir() if folder.is_dir() else ():
        if place.name.isdigit() and not processes.alive(int(place.name), "dev"):
            Cluster(place / "data", "").stop_orphan()
            shutil.rmtree(place, ignore_errors=True)
            shutil.rmtree(local_folder("test-valkey") / place.name, ignore_errors=True)
