"""`./dev scan remains`: numbers of persons in the clear, looked for wherever a running platform leaves something.

A platform of its own is used as people use it (import, export, reveal, search, wrong sign-in, a department's question,
a night run); then a dump of its database, the files of the database with their log of writes, the queue's snapshot and
append-only file, all logs, temporary files, snapshots and the media folder are read. None of the numbers may be there.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import socket
import subprocess
import time
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.error import HTTPError

from devtools import postgres, processes
from devtools.paths import LOGS, PYTHON, ROOT, Failure, say
from devtools.site import Session, Site

LEAST = 1000
LONG = 15  # from here on a number is one wherever it stands; a shorter one only by itself
OFFICIAL, AT_COUNTY = "village-150422100200", "county-150422"

# A number as text; as PostgreSQL writes binary columns; runs of either are looked up, so that thousands cost one pass.
# X is a check character, B stands in certificates of the disabled that were issued again.
_DIGITS = re.compile(rb"[0-9][0-9XxBb]{6,}")
_HEX = re.compile(rb"3[0-9](?:3[0-9]|[57]8|[46]2){6,}")


def search(ours: Site) -> list[str]:
    """Use the platform, then read what is left of it; a line for each place with a number."""
    numbers = opened(ours)
    if len(numbers) < LEAST:
        raise Failure(f"The register holds {len(numbers)} numbers; at least {LEAST} are to be looked for.")
    _used(ours, numbers)
    numbers = sorted({*numbers, *opened(ours)})  # with those that the import brought
    looking = Looking(numbers)
    looking.sees_what_is_there()
    for name, place in _places(ours):
        before = looking.read
        for what, content in place():
            looking.at(f"{name}: {what}", content)
        say(f"{name}: {(looking.read - before) / 1e6:,.1f} MB read")
    say(f"{len(numbers):,} numbers looked for in {looking.read / 1e6:,.0f} MB: {len(looking.hits)} hits")
    return sorted(looking.hits)


def opened(ours: Site) -> list[str]:
    """All numbers of the register in the clear."""
    command = [str(PYTHON), "-m", "devtools.opening"]
    done = subprocess.run(command, cwd=ROOT, env=ours.servers.environment(), capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


class Looking:
    """What is looked for, how much was read, where something was found."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self.numbers = {number.encode() for number in numbers}
        self.lengths = sorted({len(number) for number in self.numbers})
        self.read = 0
        self.hits: set[str] = set()

    def sees_what_is_there(self) -> None:
        """That this would find a number: as text, in hexadecimal, in a workbook."""
        one = max(self.numbers, key=len).decode()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("sheet", f"<c>{one}</c>")
        for sample in (f"…{one}…".encode(), one.encode().hex().encode(), packed.getvalue(), f"9{one}9".encode()):
            trial = Looking([one])
            trial.at("sample", sample)
            if not trial.hits:
                raise Failure("The search does not find what is there.")

    def at(self, where: str, content: bytes) -> None:
        """Look through one file's content, and through what is packed in it."""
        self.read += len(content)
        if content[:4] == b"PK\x03\x04":
            with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as packed:
                for name in packed.namelist():
                    self.at(f"{where} ({name})", packed.read(name))
        runs = [found.group().upper() for found in _DIGITS.finditer(content)]
        runs += [bytes.fromhex(found.group().decode()).upper() for found in _HEX.finditer(content)]
        for run in runs:
            for length in self.lengths:
                # Running numbers of households hold eleven digits in a row that are somebody's phone by chance.
                for start in range(len(run) - length + 1) if length >= LONG or length == len(run) else ():
                    if run[start : start + length] in self.numbers:
                        # The number itself does not go into a report.
                        self.hits.add(f"{where}: a number of {length} characters")


# --- Using it ---------------------------------------------------------------------------------------------------------


def _used(ours: Site, numbers: list[str]) -> None:
    """A day of a platform, with everything that handles numbers."""
    citizen = next(number for number in numbers if len(number) == 18)
    official = ours.sign_in(OFFICIAL)
    _imported(ours.sign_in(AT_COUNTY), ROOT / "tests/data/village_clean.xlsx")
    household = official.call("GET", "api/v1/households/?page_size=1")["results"][0]["id"]
    reason = {"fields": ["id_no", "phone", "bank_account"], "reason": "核对身份"}
    told = official.call("POST", f"api/v1/households/{household}/reveal/", reason)
    if not any(number in json.dumps(told) for number in numbers):
        raise Failure("The reveal showed no number; what is looked for was never used.")
    if not official.raw("POST", "api/v1/persons/export/", b"").startswith(b"PK"):
        raise Failure("The export is no workbook.")
    _large_export(ours.sign_in("region"))
    official.raw("POST", "search/", f"q={citizen}&csrfmiddlewaretoken={official.csrf}".encode(), _FORM)
    _refused(official, "GET", f"api/v1/persons/?id_no={citizen}")
    _refused(official, "POST", "api/v1/persons/", json.dumps({"id_no": citizen, "name": "重复"}).encode())
    _refused(Session(ours.url), "POST", "api/v1/session/", json.dumps({"username": citizen, "password": "x"}).encode())
    _departments(ours, numbers[:20])
    subprocess.run([str(PYTHON), "manage.py", "run_crosschecks"], cwd=ROOT, env=ours.servers.environment(),
                   stdout=subprocess.DEVNULL, check=True)  # fmt: skip


_FORM = "application/x-www-form-urlencoded"


def _refused(session: Session, method: str, path: str, body: bytes | None = None) -> None:
    with contextlib.suppress(HTTPError):
        session.raw(method, path, body)


def _imported(session: Session, file: Path) -> None:
    """Upload a file, wait until it is shown, confirm it, wait until it is applied."""
    mark = uuid.uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
    body = head.encode() + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
    batch = json.loads(session.raw("POST", "api/v1/imports/", body, f"multipart/form-data; boundary={mark}"))
    path = f"api/v1/imports/{batch['id']}/"

    def state() -> str:
        return str(session.call("GET", path)["state"])

    for wanted in ("shown", "applied"):
        processes.wait_until(lambda: state() not in ("staged", "confirmed"), 180, 1)
        if (reached := state()) != wanted:
            raise Failure(f"The import is {reached}; it should be {wanted}.")
        if wanted == "shown":
            session.call("POST", f"{path}confirm/")


def _large_export(session: Session) -> None:
    """More rows than an answer takes: a worker writes the file, which is fetched."""
    job = session.call("POST", "api/v1/person-years/export/")
    path = f"api/v1/exports/{job['id']}/"
    if not processes.wait_until(lambda: session.call("GET", path)["ready"], 120, 1):
        raise Failure("The export of the region is not written.")
    session.raw("GET", f"{path}file/")


def _departments(ours: Site, numbers: list[str]) -> None:
    session = Session(ours.url)
    session.opener.addheaders = [("Authorization", f"Bearer {ours.token()}")]
    body = json.dumps({"id_nos": numbers, "purpose": "低保对象核对"}).encode()
    _refused(session, "POST", "api/v1/households/verify/", body)


# --- What is left -----------------------------------------------------------------------------------------------------

Place = Callable[[], Iterator[tuple[str, bytes]]]


def _places(ours: Site) -> list[tuple[str, Place]]:
    cluster, valkey = ours.servers.cluster, ours.servers.valkey
    if cluster is None or valkey is None:
        raise Failure("This scan needs the embedded servers: unset DATABASE_URL and REDIS_URL.")
    _saved(valkey.port, valkey.password)
    return [
        ("dump of the database", lambda: _dumped(ours, cluster)),
        ("files of the database", lambda: _files(cluster.data)),
        ("queue and cache", lambda: _files(valkey.data)),
        ("logs", lambda: _logs()),
        ("media", lambda: _files(ours.folder / "media")),
        ("snapshots", lambda: _unpacked(ours.folder / "snapshots")),
        ("temporary files", lambda: _files(ours.folder / "tmp")),
    ]


def _dumped(ours: Site, cluster: postgres.Cluster) -> Iterator[tuple[str, bytes]]:
    env = os.environ | {"PGPASSWORD": cluster.password}
    command = [str(postgres.binaries() / "pg_dump"), "--host=127.0.0.1", f"--port={cluster.port}", "--inserts"]
    command += [f"--username={postgres.SUPERUSER}", ours.servers.database_url.rpartition("/")[2]]
    done = subprocess.run(command, env=env, capture_output=True, check=True)
    # By table, so that a hit says where.
    for part in re.split(rb"\n-- Data for Name: ", done.stdout):
        yield part[:60].split(b";")[0].decode(errors="replace"), part


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                yield str(path.relative_to(folder)), path.read_bytes()


def _unpacked(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What the columns of packed files hold."""
    command = [str(PYTHON), "-m", "devtools.unpacking", str(folder)]
    for line in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        name, text = json.loads(line)
        yield name, text.encode()


def _logs() -> Iterator[tuple[str, bytes]]:
    for path in sorted(LOGS.glob("*scan*.log")):
        yield path.name, path.read_bytes()


def _saved(port: int, password: str) -> None:
    """Have Valkey write snapshot and append-only file, uncompressed."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:

        def ask(line: str) -> bytes:
            link.sendall(f"{line}\r\n".encode())
            time.sleep(0.2)
            return link.recv(65536)

        for line in (f"AUTH {password}", "CONFIG SET rdbcompression no", "BGREWRITEAOF"):
            if (said := ask(line)).startswith(b"-"):
                raise Failure(f"Valkey: {said.decode().strip()}")
        processes.wait_until(lambda: b"aof_rewrite_in_progress:0" in ask("INFO persistence"), 60, 0.5)
        if (said := ask("SAVE")) != b"+OK\r\n":
            raise Failure(f"Valkey: {said.decode().strip()}")
