"""`./dev bench`: the benchmarks, on servers and data of their own, seeded once per scale."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from devtools import postgres, processes, running, servers
from devtools.paths import LOCAL, PYTHON, Failure, local_folder, say
from devtools.servers import DATABASE, Servers

EMPTY = "poverty_empty"


def run(names: list[str], *, scale: int, fresh: bool) -> int:
    """Run `python -m bench`; each scale keeps its own cluster, files and results under `.local/bench-N`."""
    name = f"bench-{scale}"
    folder = local_folder(name)
    if fresh:
        throw_away(name)
    ours = servers.own(name)
    try:
        admin = _admin_url(ours)
        ours.extra |= {
            "MEDIA_ROOT": str(folder / "media"),
            "SNAPSHOT_ROOT": str(folder / "snapshots"),
            "BENCH_SCALE": str(scale),
            "BENCH_FOLDER": str(folder),
            "BENCH_ADMIN_URL": admin,
            "BENCH_EMPTY": EMPTY,
        }
        _prepare(ours, scale, admin)
        command = [str(PYTHON), "-m", "bench", *names]
        return processes.foreground(command, env=ours.environment(), ending=signal.SIGINT)
    finally:
        ours.stop()


def throw_away(name: str) -> None:
    """Remove the servers' data and the files of this name."""
    lock = processes.try_lock(LOCAL / f"{name}.lock")
    if lock is None:
        raise Failure(f"The servers of {name} are running; stop them before making them anew.")
    with lock:
        cluster = postgres.home() / "postgres" / name
        postgres.Cluster(cluster / "data", "").stop_orphan()
        for folder in (cluster, LOCAL / "valkey" / name, LOCAL / name):
            shutil.rmtree(folder, ignore_errors=True)
        local_folder(name)


def _admin_url(ours: Servers) -> str:
    """The superuser's way into the benchmarked database: floors are measured without row-level security."""
    if ours.cluster is not None:
        return ours.cluster.url(postgres.SUPERUSER, ours.cluster.password, DATABASE)
    if os.environ.get("DATABASE_OWNER_URL"):
        raise Failure("The benchmarks need a superuser: give DATABASE_URL alone, or neither.")
    given = urlsplit(os.environ["DATABASE_URL"])
    return given._replace(path=given.path if given.path.strip("/") else f"/{DATABASE}").geturl()


def _prepare(ours: Servers, scale: int, admin: str) -> None:
    """The benchmarked database, and beside it one with divisions only, which imports and demo data are written to."""
    folder = LOCAL / f"bench-{scale}"
    say("migrating")
    servers.migrate(ours)
    if (folder / running.STAGES).exists() and _has(admin, EMPTY):
        servers.migrate(_on(ours, EMPTY))
    demo = ["seed_demo", "--scale", str(scale), "--seed", "1", "--folder", str(folder)]
    running.once(
        folder / running.STAGES,
        {
            "divisions": lambda: running.command(ours, "load_divisions"),
            "empty": lambda: _copy(admin),
            "demo": lambda: running.command(ours, *demo),
            "crosschecks": lambda: running.command(ours, "run_crosschecks"),
        },
        scale=scale,
    )


def _on(ours: Servers, database: str) -> Servers:
    """The same servers with another database."""

    def moved(url: str) -> str:
        return urlsplit(url)._replace(path=f"/{database}").geturl()

    database_url, owner_url, public_url = (moved(one) for one in (ours.database_url, ours.owner_url, ours.public_url))
    return replace(ours, database_url=database_url, owner_url=owner_url, public_url=public_url, lock=None)


def _has(admin: str, database: str) -> bool:
    return _psql(admin, f"SELECT 1 FROM pg_database WHERE datname = '{database}'") == "1"


def _copy(admin: str) -> None:
    benchmarked = urlsplit(admin).path.strip("/")
    _psql(admin, f'DROP DATABASE IF EXISTS "{EMPTY}"')
    _psql(admin, f'CREATE DATABASE "{EMPTY}" TEMPLATE "{benchmarked}" OWNER poverty_owner STRATEGY FILE_COPY')


def _psql(admin: str, statement: str) -> str:
    """One statement as the superuser, from outside of the benchmarked database; what it answers."""
    address = urlsplit(admin)
    env = dict(
        os.environ,
        PGHOST=address.hostname or "127.0.0.1",
        PGPORT=str(address.port or 5432),
        PGUSER=unquote(address.username or postgres.SUPERUSER),
        PGPASSWORD=unquote(address.password or ""),
        PGDATABASE="postgres",
    )
    command = [str(postgres.binaries() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"Preparing the benchmarks failed:\n{done.stderr.strip()}")
    return done.stdout.strip()
