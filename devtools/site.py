"""A whole platform for a scan: servers, data and files of its own, made anew each time and stopped at its end."""

from __future__ import annotations

import http.cookiejar
import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools import benching, processes, running, servers
from devtools.paths import LOGS, Failure, local_folder, say
from devtools.servers import Servers, manage

NAME = "scan"
SCALE = 1000
SECONDS = 120
PROGRAMS = ("web", "worker")


@dataclass(frozen=True)
class Site:
    """A platform that answers at `url`; its demonstration accounts share a password."""

    url: str
    servers: Servers
    folder: Path

    @property
    def demo(self) -> dict[str, Any]:
        """Accounts, clients and password, as seed_demo wrote them."""
        return dict(json.loads((self.folder / "demo.json").read_text()))

    def sign_in(self, username: str) -> Session:
        """A session of a demonstration account."""
        session = Session(self.url)
        session.call("POST", "api/v1/session/", {"username": username, "password": self.demo["password"]})
        session.csrf = session.call("GET", "api/v1/session/")["csrf"]
        return session

    def token(self, number: int = 0) -> str:
        """A fresh token of a demonstration client."""
        client = self.demo["clients"][number]
        form = {"grant_type": "client_credentials", "client_id": client["id"], "client_secret": client["secret"]}
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.url}oauth/token/", body, timeout=SECONDS) as answer:
            return str(json.load(answer)["access_token"])


class Session:
    """One browser's cookies and token."""

    def __init__(self, url: str) -> None:
        self.url, self.csrf = url, ""
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    @property
    def cookies(self) -> str:
        """The header's text."""
        return "; ".join(f"{one.name}={one.value}" for one in self.jar)

    def raw(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
        """The answer's body; urllib's HTTPError for a refusal."""
        headers = {"Content-Type": kind, "X-CSRFToken": self.csrf}
        request = urllib.request.Request(f"{self.url}{path}", body, headers, method=method)
        with self.opener.open(request, timeout=SECONDS) as answer:
            return bytes(answer.read())

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the API as JSON."""
        return json.loads(self.raw(method, path, None if body is None else json.dumps(body).encode()))


@contextmanager
def site() -> Iterator[Site]:
    """A fresh platform on 127.0.0.1 with the register at 1 in 1,000."""
    benching.throw_away(NAME)
    folder = local_folder(NAME)
    ours = servers.own(NAME)
    children: list[running.Child] = []
    try:
        url = f"http://127.0.0.1:{processes.free_port()}/"
        ours.extra |= {"MEDIA_ROOT": str(folder / "media"), "SNAPSHOT_ROOT": str(folder / "snapshots")}
        ours.extra |= {"CSRF_TRUSTED_ORIGINS": url.rstrip("/")}
        ours.extra |= {"DEMO_SCALE": str(SCALE), "INSTALL_TOKEN": NAME, "TMPDIR": str(local_folder(NAME, "tmp"))}
        for log in LOGS.glob(f"{NAME}-*.log"):
            log.unlink()
        servers.migrate(ours)
        manage(ours, "load_divisions")
        manage(ours, "seed_demo", "--scale", str(SCALE), "--seed", "1", "--folder", str(folder))
        manage(ours, "run_crosschecks")
        port = urllib.parse.urlsplit(url).port or 0
        children = [one for one in running.programs(ours, port, prefix=f"{NAME}-") if one.name in PROGRAMS]
        for child in children:
            child.start()
        if not processes.wait_until(lambda: running.is_ours(url, NAME), SECONDS, 0.2):
            raise Failure(f"No page after two minutes:\n{processes.tail(LOGS / f'{NAME}-web.log')}")
        say(f"scanning {url}")
        yield Site(url, ours, folder)
    finally:
        for child in reversed(children):
            child.stop()
        ours.stop()
