"""`./dev run`: everything on this machine, from a bare checkout to a page that answers."""

from __future__ import annotations

import json
import os
import secrets as random
import shutil
import signal
import subprocess
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devtools import postgres, processes, servers
from devtools.paths import LOCAL, LOGS, PYTHON, Failure, local_folder, say
from devtools.secrets import write_private
from devtools.servers import Servers, manage

STAGES = "stages.json"


def run(*, port: int, scale: int, fresh: bool) -> int:
    """Serve the demo until Ctrl-C or SIGTERM; prints `ready <url>` when our own page answers."""
    if fresh:
        _throw_away()
    ours = servers.own()
    children: list[Child] = []
    try:
        scale = _prepare(ours, scale)
        port = processes.free_port(port)
        url = f"http://127.0.0.1:{port}/"
        token = random.token_hex(16)
        ours.extra |= {"INSTALL_TOKEN": token, "DEMO_SCALE": str(scale), "CSRF_TRUSTED_ORIGINS": url.rstrip("/")}
        _write_address(url)
        children = programs(ours, port)
        for child in children:
            child.start()
        if not processes.wait_until(lambda: is_ours(url, token) or not all(c.alive() for c in children), 120, 0.2):
            raise Failure(f"No page after two minutes:\n{processes.tail(LOGS / 'web.log')}")
        servers.remember(ours, url=url)
        if not is_ours(url, token):
            raise Failure("\n".join(f"{c.name}:\n{processes.tail(LOGS / f'{c.name}.log')}" for c in children))
        say(f"ready {url}")
        _watch([*children, *_servers_as_children(ours)])
        return 0
    except (KeyboardInterrupt, SystemExit):
        return 0
    finally:
        # A second Ctrl-C must not leave half of it running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say("stopping")
        for child in reversed(children):
            child.stop()
        ours.stop()


def _throw_away() -> None:
    """Remove databases, queue, files and what was noted about them; keys and passwords stay."""
    lock = processes.try_lock(servers.LOCK)
    if lock is None:
        raise Failure("The platform of this checkout is running; stop it before --fresh.")
    with lock:
        for folder in (
            postgres.home() / "postgres" / "main",
            LOCAL / "valkey" / "main",
            LOCAL / "media",
            LOCAL / "snapshots",
        ):
            if (folder / "data").exists():
                postgres.Cluster(folder / "data", "").stop_orphan()
            shutil.rmtree(folder, ignore_errors=True)
        for name in (STAGES, "demo.json"):
            (LOCAL / name).unlink(missing_ok=True)


def _prepare(ours: Servers, scale: int) -> int:
    """Migrate, then divisions, demo data and one full cross-check, each once; the scale that the data are at."""
    say("migrating")
    servers.migrate(ours)
    manage(ours, "check", "--database", "default")
    noted = LOCAL / STAGES
    done = json.loads(noted.read_text()) if noted.exists() else {}
    if done.get("scale", scale) != scale:
        say(f"the demo data stay at scale {done['scale']}; --fresh makes new ones")
        scale = done["scale"]
    demo = ["seed_demo", "--scale", str(scale), "--seed", "1"]
    once(
        noted,
        {
            "divisions": lambda: command(ours, "load_divisions"),
            "demo": lambda: command(ours, *demo),
            "crosschecks": lambda: command(ours, "run_crosschecks"),
        },
        scale=scale,
    )
    return scale


def command(ours: Servers, *arguments: str) -> None:
    """Run a command of manage.py that must succeed, and say so."""
    say(f"manage.py {' '.join(arguments)}")
    manage(ours, *arguments)


def once(noted: Path, stages: Mapping[str, Callable[[], object]], **facts: object) -> dict[str, Any]:
    """Go through the stages that were not gone through before; the seconds of each and the `facts` are noted."""
    done = json.loads(noted.read_text()) if noted.exists() else {}
    for name, work in stages.items():
        if name not in done:
            started = time.monotonic()
            work()
            done |= {name: round(time.monotonic() - started, 1), **facts}
            write_private(noted, json.dumps(done))
    return done


def _write_address(url: str) -> None:
    """The port is known only now; everything else in the file is seed_demo's."""
    path = LOCAL / "demo.json"
    if path.exists():
        demo = json.loads(path.read_text())
        write_private(path, json.dumps(demo | {"url": url, "api": f"{url}api/v1/"}, ensure_ascii=False, indent=2))


def is_ours(url: str, token: str) -> bool:
    """Does this very installation answer there? Another program may hold the port."""
    try:
        with urllib.request.urlopen(f"{url}healthz/", timeout=2) as answer:
            return bool(json.load(answer).get("install") == token)
    except (OSError, ValueError):
        return False


@dataclass
class Child:
    """A program of ours that is started again when it dies; three deaths within a minute end everything."""

    name: str
    begin: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    ending: signal.Signals = signal.SIGTERM
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=3))

    def start(self) -> None:
        self.process = self.begin()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, self.ending)

    def restart(self) -> None:
        self.deaths.append(time.monotonic())
        if len(self.deaths) == 3 and self.deaths[-1] - self.deaths[0] < 60:
            raise Failure(f"{self.name} keeps dying:\n{processes.tail(LOGS / f'{self.name}.log')}")
        say(f"{self.name} died, starting it again")
        self.start()


def programs(ours: Servers, port: int, *, prefix: str = "") -> list[Child]:
    """Web, worker and beat; each writes .local/logs/NAME.log, with a prefix where others may run as well."""
    env = {"SECURITY_KEY_HOST": "localhost", "SECURITY_KEY_ORIGINS": f"http://localhost:{port}", **ours.environment()}
    local_folder("logs")
    celery = [PYTHON, "-m", "celery", "--app", "config", "--quiet"]
    commands: dict[str, list[object]] = {
        "web": [PYTHON, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
        + ["--threads", "4", "--timeout", "120", "--graceful-timeout", "5", "--no-control-socket"]
        + (["--reload"] if os.environ.get("DEBUG") else []),
        "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--schedule", LOCAL / "beat-schedule", "--pidfile="],
    }

    def begin(name: str) -> Callable[[], subprocess.Popen[bytes]]:
        return lambda: processes.spawn(
            [str(word) for word in commands[name]], env=env, log=LOGS / f"{prefix}{name}.log"
        )

    return [Child(name, begin(name)) for name in commands]


def _servers_as_children(ours: Servers) -> list[Child]:
    """The embedded servers, watched like the programs; restarted on the same port and data."""
    watched = []
    for name, server in (("postgres", ours.cluster), ("valkey", ours.valkey)):
        if server is None:
            continue

        def begin(server: postgres.Cluster | servers.Valkey = server) -> subprocess.Popen[bytes]:
            server.start()
            assert server.process is not None
            return server.process

        watched.append(Child(name, begin, server.process))
    return watched


def _watch(children: list[Child]) -> None:
    """Until interrupted: start again what dies."""
    while True:
        time.sleep(0.5)
        for child in children:
            if not child.alive():
                child.restart()
