"""Children end with us, ports are free when we say so, locks exclude each other."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devtools import processes

ROOT = Path(__file__).resolve().parents[2]


def test_wanted_port_is_taken_when_free() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        wanted = probe.getsockname()[1]
    assert processes.free_port(wanted) == wanted


def test_another_port_is_chosen_when_the_wanted_one_is_in_use() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert processes.free_port(taken) not in (taken, 0)


def test_lock_is_exclusive_until_closed(tmp_path: Path) -> None:
    first = processes.try_lock(tmp_path / "lock")
    assert first is not None
    assert processes.try_lock(tmp_path / "lock") is None
    first.close()
    second = processes.try_lock(tmp_path / "lock")
    assert second is not None
    second.close()


def test_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    lock = processes.try_lock(tmp_path / "lock")
    assert lock is not None
    child = processes.spawn([sys.executable, "-c", "import time; time.sleep(60)"], env=os.environ)
    lock.close()
    again = processes.try_lock(tmp_path / "lock")
    processes.stop(child)
    assert again is not None
    again.close()


def test_stop_ends_the_child_and_its_own_children(tmp_path: Path) -> None:
    script = "import subprocess as s, time; print(s.Popen(['sleep', '300']).pid, flush=True); time.sleep(300)"
    log = tmp_path / "log"
    child = processes.spawn([sys.executable, "-c", script], env=os.environ, log=log)
    assert processes.wait_until(lambda: log.read_text().strip(), 10)
    grandchild = int(log.read_text())
    assert processes.alive(grandchild, "sleep")
    processes.stop(child, patience=1)
    assert child.returncode == -signal.SIGTERM
    assert processes.wait_until(lambda: not processes.alive(grandchild, "sleep"), 5)


def test_number_of_a_process_with_another_command_is_not_taken_for_ours() -> None:
    assert processes.alive(os.getpid(), "python")
    assert not processes.alive(os.getpid(), "postgres -D")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children of a killed process")
def test_child_ends_when_its_parent_is_killed() -> None:
    script = (
        "import os, time; from devtools import processes;"
        "child = processes.spawn(['sleep', '300'], env=os.environ); print(child.pid, flush=True); time.sleep(300)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert processes.alive(child, "sleep")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert processes.wait_until(lambda: not processes.alive(child, "sleep"), 5)


def test_waiting_gives_up_after_its_time() -> None:
    started = time.monotonic()
    assert not processes.wait_until(lambda: False, 0.2, 0.05)
    assert time.monotonic() - started < 2
