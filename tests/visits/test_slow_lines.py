"""Lines of 16 kbit/s that stall in the middle of a photo: they finish, and meanwhile everybody else is answered.

The real web server, with fewer phones than it has threads: what more phones would take is the proxy's to wait for,
which hands a request on when it has it whole (`deploy/nginx.conf`). The minute of a stall is three seconds here, the
line eight times as quick; `REAL_LINES=1 ./dev test tests/visits/test_slow_lines.py` takes its time.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.visits.models import VisitPhoto
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household
from tests.factories.visits import make_visit, pair
from tests.visits.test_photos import announce, picture

ROOT = Path(__file__).resolve().parents[2]
PHONES, THREADS = 3, 4
REAL = os.environ.get("REAL_LINES") == "1"
BYTES_PER_SECOND, STALL = (2_000, 60.0) if REAL else (16_000, 3.0)
PATIENCE = 3.0
"""Seconds in which everybody else is answered at the latest."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(committed_db: Any, tmp_path: Path) -> Iterator[str]:
    """The platform behind gunicorn, on the database of this test."""
    port = free_port()
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{committed_db.name}")
    env = {**os.environ, "DATABASE_URL": urlunsplit(address), "MEDIA_ROOT": str(tmp_path)}
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    command += ["--threads", str(THREADS), "--timeout", "60", "--no-control-socket"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not answers(url):
            assert time.monotonic() < deadline and process.poll() is None, "the web server does not come up"
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz/", timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


async def trickle(port: int, onward: int) -> asyncio.Server:
    """A line that lets through so many bytes a second and stalls once, after half of what a phone sends."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", onward)

        async def up() -> None:
            passed, stalled = 0, False
            while part := await reader.read(BYTES_PER_SECOND // 10):
                far_writer.write(part)
                await far_writer.drain()
                passed += len(part)
                await asyncio.sleep(len(part) / BYTES_PER_SECOND)
                if passed > BYTES_PER_SECOND and not stalled:
                    stalled = True
                    await asyncio.sleep(STALL)

        sending = asyncio.create_task(up())
        while part := await far_reader.read(65536):
            writer.write(part)
            await writer.drain()
        sending.cancel()
        writer.close()
        far_writer.close()

    return await asyncio.start_server(connected, "127.0.0.1", port)


async def phone(port: int, session: str, token: str, key: int, data: bytes) -> int:
    """Send a photo's only piece; the status of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    head = (
        f"PUT /api/v1/visit-photos/{key}/data/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Cookie: sessionid={session}; csrftoken={token}\r\nX-CSRFToken: {token}\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {len(data)}\r\n"
        f"Upload-Offset: 0\r\nUpload-Checksum: sha256 {checksum}\r\n\r\n"
    )
    writer.write(head.encode() + data)
    await writer.drain()
    status = int((await reader.readline()).split()[1])
    await reader.read()
    writer.close()
    return status


async def everybody(onward: int, session: str, token: str, uploads: list[tuple[int, bytes]]) -> tuple[list[int], Any]:
    """Statuses of the uploads; seconds of the answers to somebody else, as long as they took."""
    port = free_port()
    line = await trickle(port, onward)
    sending = [asyncio.create_task(phone(port, session, token, key, data)) for key, data in uploads]
    took = []
    while not all(task.done() for task in sending):
        started = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", onward)
        writer.write(b"GET /account/sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert b" 200 " in await reader.readline()
        await reader.read()
        writer.close()
        took.append(time.monotonic() - started)
        await asyncio.sleep(0.2)
    line.close()
    return [task.result() for task in sending], took


def test_slow_phones_finish_and_hold_up_nobody(server: str) -> None:
    plant(*VILLAGES)
    helper, household = make_user("helper", "helper", VILLAGES[0]), make_household(VILLAGES[4])
    pair(household, helper)
    visit = make_visit(household, helper)
    client = sign_in(Client(), helper)
    client.get("/api/v1/session/")
    session, token = client.cookies["sessionid"].value, client.cookies["csrftoken"].value
    photos = [picture(number, (900, 700)) for number in range(PHONES)]
    uploads = [(announce(client, visit, data, slot).json()["id"], data) for slot, data in enumerate(photos)]
    assert all(len(data) > 1.5 * BYTES_PER_SECOND for data in photos)
    happening = everybody(urlsplit(server).port or 0, session, token, uploads)
    # In a thread of its own: a browser of other tests may keep an event loop in this one.
    with ThreadPoolExecutor(1) as apart:
        statuses, took = apart.submit(asyncio.run, happening).result()
    assert statuses == [200] * PHONES
    assert len(took) > 3 and max(took) < PATIENCE
    with scopes.acting(EVERYTHING):
        assert set(VisitPhoto.objects.values_list("state", flat=True)) == {"whole"}


def test_the_proxy_waits_for_phones_in_place_of_the_application() -> None:
    """nginx hands on whole requests, and is more patient than the longest stall that a phone is to survive."""
    told = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    assert re.search(r"^\s*proxy_request_buffering on;", told, re.MULTILINE)
    waits = re.search(r"^\s*client_body_timeout (\d+)s;", told, re.MULTILINE)
    buffer = re.search(r"^\s*client_body_buffer_size (\d+)k;", told, re.MULTILINE)
    assert waits and int(waits[1]) > 60
    assert buffer and int(buffer[1]) * 1024 >= 256 * 1024
