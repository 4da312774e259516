"""The servers a checkout works with: given by the environment, of a running `./dev run`, or our own.

One `./dev` at a time owns the embedded servers: it holds `.local/servers.lock` and writes `.local/servers.json`. Others
use them, holding `.local/servers.users` shared; an owner that only ran a command waits for them before it stops.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import quote, urlsplit, urlunsplit

from devtools import postgres, secrets
from devtools.paths import LOCAL, PYTHON, Failure
from devtools.postgres import Cluster
from devtools.processes import foreground, locked, try_lock, wait_until
from devtools.valkey import Valkey

DATABASE = "poverty"
STATE = LOCAL / "servers.json"
LOCK = LOCAL / "servers.lock"
USERS = LOCAL / "servers.users"


@dataclass
class Servers:
    """Addresses for the settings, and the embedded servers behind them as far as they are ours."""

    database_url: str
    owner_url: str
    public_url: str
    redis_url: str
    cluster: Cluster | None = None
    valkey: Valkey | None = None
    lock: IO[str] | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The environment of every process of ours: what the caller set wins."""
        ours = {
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "SECRET_KEY": secrets.passwords()["secret_key"],
            "FIELD_KEYS": json.dumps(secrets.field_keys()),
            "MEDIA_ROOT": str(LOCAL / "media"),
            "SNAPSHOT_ROOT": str(LOCAL / "snapshots"),
            "SECOND_FACTOR_REQUIRED": "0",
            "PASSWORD_CHANGE_REQUIRED": "0",
            "REFERENCE_DATE": "2018-12-31",
            "PYTHONUNBUFFERED": "1",
        }
        return {
            **ours,
            **os.environ,
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "DATABASE_PUBLIC_URL": self.public_url,
            "REDIS_URL": self.redis_url,
            **self.extra,
        }

    def stop(self) -> None:
        """Stop what is ours, then let the next one in."""
        if self.lock is None:
            return
        STATE.unlink(missing_ok=True)
        if self.valkey is not None:
            self.valkey.stop()
        if self.cluster is not None:
            self.cluster.stop()
        self.lock.close()


def manage(servers: Servers, *arguments: str, check: bool = True) -> int:
    """Run manage.py with these servers; its exit status, or a Failure when it must succeed."""
    status = foreground([PYTHON, "manage.py", *arguments], env=servers.environment(), ending=signal.SIGTERM)
    if check and status:
        raise Failure(f"manage.py {' '.join(arguments)} ended with status {status}.")
    return status


def migrate(servers: Servers) -> None:
    """Bring the database up to the migrations of this checkout, the quick way of `devtools.migrating`."""
    options = "--database", "owner", "--no-input", "--verbosity", "0"
    command = [str(PYTHON), "-m", "devtools.migrating", *options]
    if status := foreground(command, env=servers.environment(), ending=signal.SIGTERM):
        raise Failure(f"The migrations ended with status {status}.")


def own(name: str = "main") -> Servers:
    """Become the owner: start the embedded servers, or take those that the environment names.

    `name` other than main is a second set of servers (bench) with data and locks of its own.
    """
    main = name == "main"
    lock = try_lock(LOCK if main else LOCAL / f"{name}.lock")
    if lock is None:
        raise Failure("Another ./dev of this checkout is running its servers.")
    words = secrets.passwords()
    cluster = valkey = None
    try:
        if os.environ.get("DATABASE_URL"):
            database_url, owner_url, public_url = _given_database(words)
        else:
            cluster = Cluster(postgres.folder_for("postgres", name) / "data", words["superuser"])
            cluster.stop_orphan()
            cluster.create()
            cluster.start()
            cluster.bootstrap(DATABASE, words)
            database_url = cluster.url("poverty_app", words["app"], DATABASE)
            owner_url = cluster.url("poverty_owner", words["owner"], DATABASE)
            public_url = cluster.url("poverty_public", words["public"], DATABASE)
        if os.environ.get("REDIS_URL"):
            redis_url = os.environ["REDIS_URL"]
        else:
            valkey = Valkey(LOCAL / "valkey" / name, words["valkey"])
            valkey.stop_orphan()
            valkey.start()
            redis_url = valkey.url
    except BaseException:
        for server in (valkey, cluster):
            if server is not None:
                server.stop()
        lock.close()
        raise
    servers = Servers(database_url, owner_url, public_url, redis_url, cluster, valkey, lock)
    if main:
        remember(servers)
    return servers


def remember(servers: Servers, **more: str) -> None:
    """Tell other `./dev` commands where the servers are."""
    state = {
        "supervisor": os.getpid(),
        "database_url": servers.database_url,
        "owner_url": servers.owner_url,
        "public_url": servers.public_url,
        "redis_url": servers.redis_url,
        "postgres": servers.cluster.process.pid if servers.cluster and servers.cluster.process else None,
        "valkey": servers.valkey.process.pid if servers.valkey and servers.valkey.process else None,
        **more,
    }
    secrets.write_private(STATE, json.dumps(state, indent=2))


def _given_database(words: dict[str, str]) -> tuple[str, str, str]:
    """Addresses of the three roles (application, owner, public site) on a server that is not ours.

    With DATABASE_OWNER_URL they are taken as they are. A DATABASE_URL alone belongs to an administrator of that
    server: the roles are made by it, with passwords of this checkout.
    """
    given = os.environ["DATABASE_URL"]
    if os.environ.get("DATABASE_OWNER_URL"):
        return given, os.environ["DATABASE_OWNER_URL"], os.environ.get("DATABASE_PUBLIC_URL", "")
    address = urlsplit(given)
    database = address.path.strip("/") or DATABASE
    postgres.bootstrap(given, database, words)

    def url(role: str, word: str) -> str:
        host = f"{role}:{quote(word)}@{address.hostname}:{address.port or 5432}"
        return urlunsplit((address.scheme, host, f"/{database}", address.query, ""))

    roles = (("poverty_app", "app"), ("poverty_owner", "owner"), ("poverty_public", "public"))
    app, owner, public = (url(role, words[name]) for role, name in roles)
    return app, owner, public


@contextmanager
def in_use() -> Iterator[Servers]:
    """Servers for one command: those that are already running, else our own for as long as the block lasts."""
    with ExitStack() as stack:
        stack.enter_context(locked(USERS, shared=True))
        servers = _running()
        if servers is None:
            try:
                servers = own()
            except Failure:
                # Somebody was quicker, or is on the way out: wait for one or the other.
                if not wait_until(lambda: _running() is not None, 120):
                    raise
                servers = _running()
                if servers is None:
                    raise
        try:
            yield servers
        finally:
            if servers.lock is not None:
                stack.close()  # our own claim as a user, or we would wait for ourselves
                with locked(USERS):
                    servers.stop()


def _running() -> Servers | None:
    """The servers of another living `./dev` of this checkout, if there is one."""
    free = try_lock(LOCK)
    if free is not None:
        free.close()
        return None
    try:
        state = json.loads(STATE.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return Servers(state["database_url"], state["owner_url"], state["public_url"], state["redis_url"])
