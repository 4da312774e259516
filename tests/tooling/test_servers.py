"""The embedded servers: made, started, killed, found again, stopped."""

import os
import shutil
import signal
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from devtools import postgres, processes
from devtools.paths import Failure
from devtools.postgres import Cluster
from devtools.valkey import Valkey


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # Not under pytest's own folder: when root runs the tests, the server's account could not reach that.
    place = postgres.folder_for("test-servers", uuid.uuid4().hex, under=postgres.memory())
    made = Cluster(place / "data", "superuser's")
    made.create()
    made.start()
    yield made
    made.stop()
    shutil.rmtree(place)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_cluster_is_prepared_any_number_of_times_and_survives_a_kill(cluster: Cluster) -> None:
    for word in ("first", "second"):
        cluster.bootstrap("poverty", {"app": word, "owner": "owner", "public": "public"})
    app = cluster.url("poverty_app", "second", "poverty")
    assert ask(app, "SELECT current_user") == "poverty_app"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(cluster.url("poverty_app", "first", "poverty"), "SELECT 1")
    with psycopg.connect(cluster.url("poverty_owner", "owner", "poverty")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    assert cluster.process is not None
    cluster.process.kill()
    cluster.process.wait()
    cluster.start()

    assert ask(cluster.url("poverty_app", "second", "poverty"), "SELECT answer FROM kept") == 42


def test_a_folder_in_memory_is_used_where_there_is_room_and_it_is_ours(tmp_path, monkeypatch) -> None:
    find = postgres.memory.__wrapped__  # what it once found is kept
    monkeypatch.setattr(postgres, "Path", lambda _parent: tmp_path)
    monkeypatch.setattr(os.path, "ismount", lambda path: path == tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=4 << 30))
    place = find()
    assert place.parent == tmp_path and place.is_dir()
    place.rmdir()
    place.symlink_to(tmp_path)
    with pytest.raises(Failure, match="in the way"):
        find()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1 << 30))
    assert find() is None


def test_server_of_a_vanished_supervisor_is_stopped(cluster: Cluster) -> None:
    assert cluster.process is not None
    other = Cluster(cluster.data, cluster.password)
    other.stop_orphan()
    assert cluster.process.wait(10) == 0
    other.stop_orphan()  # nothing left to stop


def test_process_that_only_has_the_number_of_a_former_server_is_left_alone(cluster: Cluster) -> None:
    cluster.stop()
    sleeper = processes.spawn(["sleep", "60"], env=os.environ)
    pid_file = cluster.data / "postmaster.pid"
    pid_file.write_text(f"{sleeper.pid}\n")
    cluster.stop_orphan()
    assert sleeper.poll() is None
    processes.stop(sleeper)
    pid_file.unlink()


def test_cluster_listens_on_the_loopback_address_alone(cluster: Cluster) -> None:
    assert ask(cluster.admin_url, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(cluster.admin_url, "SHOW unix_socket_directories") == ""
    assert (
        ask(cluster.admin_url, "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules") == "scram-sha-256"
    )


def talk(server: Valkey, *commands: str) -> list[str]:
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as link,
        link.makefile("rw", newline="") as lines,
    ):
        answers = []
        for command in commands:
            lines.write(f"{command}\r\n")
            lines.flush()
            answers.append(lines.readline().strip())
        return answers


def test_queue_keeps_its_jobs_when_it_is_killed(tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey", "password")
    server.start()
    assert talk(server, "PING") == ["-NOAUTH Authentication required."]
    assert talk(server, "AUTH password", "RPUSH jobs one two") == ["+OK", ":2"]
    processes.wait_until(lambda: False, 1.2)  # appendfsync everysec
    assert server.process is not None
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.start()
    assert talk(server, "AUTH password", "LLEN jobs") == ["+OK", ":2"]
    orphan = Valkey(tmp_path / "valkey", "password")
    orphan.stop_orphan()
    assert server.process.wait(10) == 0
