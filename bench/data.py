"""The register that is measured: who looks at it at each level, and the connections with and without its walls."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from django.test import Client

from apps.access import scope as scopes
from apps.access.session import _NAMES, settings_of
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.dashboards.demo.accounts import ACCOUNTS
from bench.measuring import Report

TABLES = (
    "households_household",
    "households_person",
    "households_personyear",
    "households_householdyear",
    "households_householdincome",
    "households_guaranteestatus",
    "crosschecks_finding",
)


@dataclass(frozen=True)
class Level:
    """One of the five levels: its demonstration account and place."""

    name: str
    username: str
    division: int


LEVELS = tuple(
    Level(name, account.username, account.division)
    for name, account in zip(
        ("region", "league", "county", "township", "village"),
        (
            next(one for one in ACCOUNTS if one.role == role)
            for role in ("region_officer", "league_officer", "county_officer", "township_officer", "village_officer")
        ),
        strict=True,
    )
)

Connection = psycopg.Connection[Any]


class Bench:
    """What every benchmark is given."""

    def __init__(self) -> None:
        self.scale = int(os.environ["BENCH_SCALE"])
        self.folder = Path(os.environ["BENCH_FOLDER"])
        self.admin_url = os.environ["BENCH_ADMIN_URL"]
        self.empty = os.environ["BENCH_EMPTY"]
        self.report = Report(self.folder)
        self._open: list[Connection] = []

    # --- Connections -------------------------------------------------------------------------------------------------

    def admin(self, database: str = "") -> Connection:
        """A connection past row-level security. Statements are planned each time, as the platform's own are."""
        return self._connected(self.admin_url if not database else moved(self.admin_url, database))

    def app(self, scope: scopes.Scope | None = None, url: str = "") -> Connection:
        """A connection as the platform's role; with a scope, its settings hold for the whole session."""
        opened = self._connected(url or os.environ["DATABASE_URL"])
        if scope is not None:
            for name, value in zip(_NAMES, settings_of(scope), strict=True):
                opened.execute("SELECT set_config(%s, %s, false)", [name, value])
        return opened

    def _connected(self, url: str) -> Connection:
        opened = psycopg.connect(url, autocommit=True, prepare_threshold=None, cursor_factory=psycopg.ClientCursor)
        self._open.append(opened)
        return opened

    def close(self) -> None:
        """Close what a benchmark opened."""
        for opened in self._open:
            opened.close()
        self._open.clear()

    # --- People ------------------------------------------------------------------------------------------------------

    def user(self, username: str) -> User:
        """An account, its scope not yet computed."""
        with scopes.acting(scopes.signing_in(username)):
            return User.objects.get(username=username)

    @cached_property
    def system(self) -> User:
        """The account of night work, which sees the whole register."""
        return system_account()

    @cached_property
    def password(self) -> str:
        """The password of the demonstration accounts."""
        return str(json.loads((self.folder / "demo.json").read_text())["password"])

    def client(self, username: str) -> Client:
        """A browser of this account, signed in through the page."""
        client = Client(raise_request_exception=True, headers={"host": "127.0.0.1"})
        answer = client.post("/api/v1/session/", {"username": username, "password": self.password}, "application/json")
        if answer.status_code != 200:
            raise RuntimeError(f"{username} cannot sign in: {answer.status_code} {answer.content.decode()[:300]}")
        return client

    # --- What is there -----------------------------------------------------------------------------------------------

    def rows(self) -> dict[str, int]:
        """Rows of the register's tables."""
        with self.admin() as opened:
            return {table: opened.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}  # type: ignore[index]


def moved(url: str, database: str) -> str:
    """The same server's address with another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


@contextmanager
def copied(bench: Bench, name: str) -> Iterator[dict[str, str]]:
    """A throw-away copy of the database with divisions only, as the environment of a process that is to use it."""
    with bench.admin("postgres") as opened:
        opened.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        opened.execute(f'CREATE DATABASE "{name}" TEMPLATE "{bench.empty}" OWNER poverty_owner STRATEGY FILE_COPY')
    try:
        yield {
            **os.environ,
            "DATABASE_URL": moved(os.environ["DATABASE_URL"], name),
            "DATABASE_OWNER_URL": moved(os.environ["DATABASE_OWNER_URL"], name),
            "DATABASE_PUBLIC_URL": moved(os.environ["DATABASE_PUBLIC_URL"], name),
        }
    finally:
        with bench.admin("postgres") as opened:
            opened.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def statements(work: Callable[[], Any]) -> list[str]:
    """The SQL that a piece of work sends through Django's connection, values filled in."""
    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(connection.ops.compose_sql(sql, params))  # type: ignore[attr-defined]  # PostgreSQL has it
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    return [sql for sql in seen if "set_config(" not in sql]


def fetcher(opened: Connection, sql: str) -> Callable[[], Sequence[Any]]:
    """Run one statement and read all it answers."""
    return lambda: opened.execute(sql).fetchall()
