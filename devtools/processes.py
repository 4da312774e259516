"""Child processes that end with us, free ports, and locks between several `./dev` at once."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from devtools.paths import ROOT

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def free_port(wanted: int | None = None) -> int:
    """The wanted port of the loopback address when nobody listens there, else any free one."""
    for port in (wanted, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            # As the servers do it: a port that is merely cooling down after its last owner counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path | None = None,
    cwd: Path = ROOT,
    ending: signal.Signals = signal.SIGTERM,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a child in its own process group, so that Ctrl-C reaches only us and we end it in our own order.

    On Linux the kernel sends it `ending` when we die, however we die. `options` go to Popen (user, group).
    """

    output: IO[bytes] | int = log.open("ab") if log else subprocess.DEVNULL
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_ends_with_us(ending),
            **options,
        )
    finally:
        if not isinstance(output, int):
            output.close()


def _ends_with_us(ending: signal.Signals) -> Callable[[], None]:
    """To be called in the child before its program starts."""

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(ending))

    return prepare


def foreground(command: Sequence[str | Path], *, env: Mapping[str, str], ending: signal.Signals) -> int:
    """Run a program that has the terminal, and stay until it ends; its exit status.

    Ctrl-C reaches the program by itself, and what it does about it is its own affair (a shell goes on). When we alone
    are told to stop, `ending` is passed on.
    """
    program = [str(part) for part in command]
    with subprocess.Popen(program, env=dict(env), cwd=ROOT, preexec_fn=_ends_with_us(ending)) as process:
        told: SystemExit | None = None
        while True:
            try:
                status = process.wait()
                break
            except KeyboardInterrupt:
                if not sys.stdin.isatty():
                    process.send_signal(ending)
            except SystemExit as reason:
                told = reason
                process.send_signal(ending)
    if told is not None:
        raise told
    return status


def side_by_side(
    command: Sequence[str | Path], environments: Sequence[Mapping[str, str]], ending: signal.Signals
) -> int:
    """Run a program once in each environment, all at the same time and on our terminal; 0 when all of them ended so.

    When one of them fails, or we are told to stop, the others are ended too.
    """
    program = [str(part) for part in command]
    running = [
        subprocess.Popen(program, env=dict(env), cwd=ROOT, preexec_fn=_ends_with_us(ending)) for env in environments
    ]
    try:
        while any(process.poll() is None for process in running) and not any(process.poll() for process in running):
            time.sleep(0.2)
        return next((process.returncode for process in running if process.returncode), 0)
    finally:
        for process in running:
            if process.poll() is None:
                process.send_signal(ending)
                process.wait()


def stop(process: subprocess.Popen[bytes], ending: signal.Signals = signal.SIGTERM, patience: float = 15) -> None:
    """End a child in good order, or by force when it takes longer than `patience` seconds."""
    if process.poll() is None:
        process.send_signal(ending)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    # Whatever the child itself left behind in its group goes too.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def alive(pid: int, words: str) -> bool:
    """Is `pid` a living process whose command line contains `words`? Process numbers are used again."""
    if sys.platform == "linux":
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return False
        # A process that ended and was not yet collected has no command line any more.
        return bool(command) and words in command
    shown = subprocess.run(["ps", "-p", str(pid), "-o", "stat=,command="], capture_output=True, text=True, check=False)
    return words in shown.stdout and not shown.stdout.lstrip().startswith("Z")


def comes_up(process: subprocess.Popen[bytes], answers: Callable[[], bool], seconds: float) -> bool:
    """Wait until a server answers; False when it ends by itself or the time is over."""
    wait_until(lambda: process.poll() is not None or answers(), seconds)
    return process.poll() is None and answers()


def wait_until(condition: Callable[[], object], seconds: float, step: float = 0.05) -> bool:
    """Ask `condition()` until it is true or the time is over; the last answer."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock file; it is freed when we die, and children do not inherit it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def try_lock(path: Path) -> IO[str] | None:
    """The held lock (close it to free it), or None when somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, for a message about what went wrong."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
