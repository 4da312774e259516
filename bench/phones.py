"""Two hundred phones sending diaries with photos for two minutes, and officials at their pages meanwhile.

Pages and phones have web processes of their own, as behind the proxy in production (docker-compose.yml): two for pages,
one for phones, four threads each, with one worker for the photos. Each phone sends one diary after another over half a
megabit a second: a piece arrives at the server when that link would have carried it, as the proxy hands it on. Floor of
the pages: the same pages while no phone sends. The senders share the machine's processors with what they measure.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.visits.services.photos import PIECE
from bench.data import Bench
from bench.diaries import fill

PHONES, SECONDS, PHOTOS = 200, 120, 2
BYTES_A_SECOND = 500_000 // 8
PAGES = {"the village's household list": "/households/", "the township's desk": "/"}
SENT = "received_at > now() - interval '1 day'"
WATCHED = 30
"""Seconds after the phones are done in which the worker that reads photos has the machine for itself."""


@dataclass
class Tally:
    """Seconds of requests by kind, and what went wrong."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    diaries: list[int] = field(default_factory=list)
    photos: dict[int, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, seconds: float, fault: str = "") -> None:
        with self.lock:
            self.taken[kind].append(seconds)
            if fault:
                self.faults.append(f"{kind}: {fault}")


def run(bench: Bench) -> None:
    """Pages alone, then with the phones; then every diary and photo is held against what was sent, and taken away."""
    fill(bench)
    clear(bench)
    helpers, photos = phones_of(bench), pictures()
    quiet, busy = Tally(), Tally()
    with serving() as (pages, port):
        officials = {page: cookies_of(bench.client(user)) for page, user in officials_of(bench).items()}
        look(pages, officials, quiet, time.monotonic() + 10)
        until = time.monotonic() + SECONDS
        threads = [
            threading.Thread(target=send, args=(port, cookies, household, photos, busy, until))
            for cookies, household in helpers
        ]
        threads.append(threading.Thread(target=look, args=(pages, officials, busy, until)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if busy.faults:
            raise AssertionError(f"{len(busy.faults)} requests failed: {busy.faults[:5]}")
        read, left = reading(bench)
    hold(bench, busy)
    clear(bench)
    for kind in ("diary", "photo announced", "photo piece"):
        found = busy.taken[kind]
        median = statistics.median(found) * 1000
        note = f"{len(found):,} requests, {len(found) / SECONDS:.0f} a second, median {median:.0f} ms"
        bench.report.say(f"phones: {kind}, p95", p95(found) * 1000, "ms", note=note)
    for page in PAGES:
        bench.report.say(
            f"phones: {page} meanwhile, p95", p95(busy.taken[page]) * 1000, "ms",
            floor=p95(quiet.taken[page]) * 1000, floor_name="the page alone", note=f"{len(busy.taken[page])} looks",
        )  # fmt: skip
    note = f"one worker, when the phones were done; {left} of {len(busy.photos)} waited then"
    bench.report.say("phones: photos read a second", read, "", note=note)
    bench.report.say(
        "phones: diaries", len(busy.diaries), "", note=f"{len(busy.photos)} photos; none failed, lost or double"
    )


def p95(taken: list[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]


def cookies_of(client: Client) -> str:
    """The session of a signed-in client, with a token against forged requests, as a header."""
    return f"sessionid={client.cookies['sessionid'].value}; csrftoken={'a' * 32}"


def officials_of(bench: Bench) -> dict[str, str]:
    return dict(zip(PAGES, ("village-150422100200", "township-150422100"), strict=True))


def phones_of(bench: Bench) -> list[tuple[str, int]]:
    """The sessions of helpers, each with one of his households."""
    rows = bench.admin().execute(
        "SELECT helper_id, min(household_id) FROM access_pairing WHERE until_on IS NULL AND helper_id IS NOT NULL"
        " GROUP BY 1 ORDER BY 1 LIMIT %s",
        [PHONES],
    )
    found = []
    for user_id, household in rows.fetchall():
        with scopes.acting(scopes.identity(user_id)):
            user = User.objects.get(pk=user_id)
        client = Client()
        with scopes.acting(user):
            client.force_login(user, "apps.access.backends.ScopedBackend")
        found.append((cookies_of(client), household))
    if len(found) != PHONES:
        raise AssertionError(f"only {len(found)} helpers for {PHONES} phones")
    return found


def pictures() -> list[bytes]:
    """Photos of 1,600 pixels, as phones shrink them."""
    found = []
    for seed in range(20):
        drawn, target = random.Random(seed), io.BytesIO()
        small = Image.frombytes("RGB", (160, 120), drawn.randbytes(160 * 120 * 3))
        small.resize((1600, 1200), Image.Resampling.BICUBIC).save(target, "JPEG", quality=85)
        found.append(target.getvalue())
    return found


@contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """The web processes of pages and of phones, by their ports, and a worker; ended with the block."""
    ports = free(), free()
    web = ["gunicorn", "config.wsgi", "--threads", "4", "--timeout", "120", "--no-control-socket"]
    commands = [
        [*web, "--bind", f"127.0.0.1:{ports[0]}", "--workers", "2"],
        [*web, "--bind", f"127.0.0.1:{ports[1]}", "--workers", "1"],
        ["celery", "--app", "config", "--quiet", "worker", "--concurrency", "1", "--without-gossip"],
    ]
    started = [
        subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        for port in ports:
            for _try in range(300):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
        yield ports
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def free() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Line:
    """One phone's connection, opened anew when the server has closed it meanwhile."""

    def __init__(self, port: int, cookies: str, tally: Tally) -> None:
        self.port, self.tally = port, tally
        self.headers = {"Cookie": cookies, "X-CSRFToken": "a" * 32, "Host": "127.0.0.1"}
        self.open: http.client.HTTPConnection | None = None

    def ask(self, kind: str, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        """The JSON of an answer; a fault of the tally for anything but success."""
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        started = time.perf_counter()
        try:
            status, content = self._ask(method, path, body, sent)
        except OSError as error:
            self.tally.note(kind, time.perf_counter() - started, repr(error))
            return None
        fault = "" if status < 300 else f"{status} {content[:200]!r}"
        self.tally.note(kind, time.perf_counter() - started, fault)
        return None if fault else content

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        for last in (False, True):
            if self.open is None:
                self.open = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            try:
                self.open.request(method, path, body or None, headers)
                answer = self.open.getresponse()
                return answer.status, answer.read()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.open.close()
                self.open = None
                if last:
                    raise
        raise AssertionError("not reached")


def send(port: int, cookies: str, household: int, photos: list[bytes], tally: Tally, until: float) -> None:
    """One phone: a diary, then its photos piece by piece, then the next."""
    line, drawn = Line(port, cookies, tally), random.Random(household)
    time.sleep(drawn.random() * 5)  # nobody presses the button in the same moment
    while time.monotonic() < until:
        text = f"今天入户，核对了收入和保障情况，第{drawn.randrange(10**9)}次记录。"
        body = {
            "client_id": str(uuid.uuid4()),
            "household": household,
            "text": text,
            "visited_at": timezone.now().isoformat(),
        }
        told = line.ask("diary", "POST", "/api/v1/visits/", json.dumps(body).encode(), Content_Type="application/json")
        if told is None:
            return
        visit = json.loads(told)["id"]
        with tally.lock:
            tally.diaries.append(visit)
        for slot in range(PHOTOS):
            photo(line, visit, slot, drawn.choice(photos), tally)


def photo(line: Line, visit: int, slot: int, data: bytes, tally: Tally) -> None:
    """Announce a photo and send it in pieces, as fast as the link carries them."""
    digest = hashlib.sha256(data).hexdigest()
    body = json.dumps({"slot": slot, "size": len(data), "sha256": digest}).encode()
    told = line.ask("photo announced", "POST", f"/api/v1/visits/{visit}/photos/", body, Content_Type="application/json")
    if told is None:
        return
    key = json.loads(told)["id"]
    for offset in range(0, len(data), PIECE):
        piece = data[offset : offset + PIECE]
        time.sleep(len(piece) / BYTES_A_SECOND)
        checksum = "sha256 " + base64.b64encode(hashlib.sha256(piece).digest()).decode()
        sent = {"Upload_Offset": str(offset), "Upload_Checksum": checksum, "Content_Type": "application/octet-stream"}
        line.ask("photo piece", "PUT", f"/api/v1/visit-photos/{key}/data/", piece, **sent)
    with tally.lock:
        tally.photos[key] = digest


def look(port: int, officials: dict[str, str], tally: Tally, until: float) -> None:
    """Officials who open their pages one after the other, with half a second to read."""
    lines = {page: Line(port, cookies, tally) for page, cookies in officials.items()}
    while time.monotonic() < until:
        for page, line in lines.items():
            line.ask(page, "GET", PAGES[page])
            time.sleep(0.25)


def reading(bench: Bench) -> tuple[float, int]:
    """Photos that the worker reads in a second once the phones are done, and how many waited for it then."""
    admin = bench.admin()

    def waiting() -> int:
        row = admin.execute("SELECT count(*) FROM visits_visitphoto WHERE state = 'whole'").fetchone()
        return int(row[0]) if row else 0

    left, started = waiting(), time.monotonic()
    while (still := waiting()) and time.monotonic() - started < WATCHED:
        time.sleep(0.2)
    return (left - still) / (time.monotonic() - started), left


def hold(bench: Bench, tally: Tally) -> None:
    """Everything that was sent is there once, and nothing besides."""
    admin = bench.admin()
    stored = [row[0] for row in admin.execute(f"SELECT id FROM visits_visit WHERE {SENT}").fetchall()]
    if sorted(stored) != sorted(tally.diaries):
        raise AssertionError(f"{len(tally.diaries)} diaries were sent, {len(stored)} are stored")
    kept = dict(
        admin.execute(
            "SELECT id, sha256 FROM visits_visitphoto WHERE state IN ('whole', 'done') AND visit_id = ANY(%s)", [stored]
        ).fetchall()
    )
    if kept != tally.photos:
        raise AssertionError(f"{len(tally.photos)} photos were sent, {len(kept)} are there whole")


def clear(bench: Bench) -> None:
    """Take away what phones have sent; the visits of `diaries` are of other years."""
    admin = bench.admin()
    admin.execute("SET session_replication_role = replica")
    stored = [row[0] for row in admin.execute(f"SELECT id FROM visits_visit WHERE {SENT}").fetchall()]
    for table, column in (("mark", "visit_id"), ("photo", "visit_id"), ("", "id"), ("receipt", "id")):
        admin.execute(f"DELETE FROM visits_visit{table} WHERE {column} = ANY(%s)", [stored])
    admin.execute("RESET session_replication_role")
