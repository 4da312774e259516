"""Fifty clients of all levels over four database connections, every answer held against what the account may see.

Django's own pool hands a connection to another thread after each request, as a transaction-pooling proxy would: what
an account left in it, the next one would read. Clients are in this process; each goes the whole way from session to
answer.
"""

from __future__ import annotations

import logging
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, connections
from django.test import Client

from bench.data import Bench

CLIENTS, CONNECTIONS, SECONDS = 50, 4, 60
COUNTED = 10_000  # where the API stops counting
CODE = re.compile(rb"\b\d{17}\b")


@dataclass(frozen=True)
class Account:
    """An account's cookies, and the households it may see: their keys with their codes, found out in another way."""

    name: str
    cookies: Mapping[str, str]
    households: Mapping[int, str]


@dataclass
class Tally:
    """What came of it."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, fault: str = "") -> None:
        with self.lock:
            self.answers[what] += 1
            if fault:
                self.faults.append(f"{what}: {fault}")


@contextmanager
def pooled(size: int) -> Iterator[None]:
    """All threads of this process share so many connections, each for one request at a time."""
    options, kept = connections.settings["default"], dict(connections.settings["default"])
    connections["default"].close()
    options["OPTIONS"] = {**options["OPTIONS"], "pool": {"min_size": size, "max_size": size, "timeout": 300}}
    options["CONN_MAX_AGE"] = 0
    connections["default"].settings_dict.update(options)
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"].close_pool()  # type: ignore[attr-defined]
        options.update(kept)
        connections["default"].settings_dict.update(kept)


def storm(accounts: Sequence[Account], *, clients: int = CLIENTS, seconds: float = 0, rounds: int = 0) -> Tally:
    """Ask from so many threads for so long, or so many rounds each; accounts take turns along the threads."""
    tally, everything = Tally(), {key: code for one in accounts for key, code in one.households.items()}
    until = time.monotonic() + seconds
    begin = threading.Barrier(clients)

    def one_client(number: int) -> None:
        account, chance = accounts[number % len(accounts)], random.Random(number)
        client = Client(headers={"host": "127.0.0.1"})
        client.cookies.load(dict(account.cookies))
        foreign = sorted(everything.keys() - account.households.keys())
        begin.wait()
        done = 0
        while done < rounds if rounds else time.monotonic() < until:
            done += 1
            for what, ask in QUESTIONS.items():
                try:
                    fault = ask(client, account, foreign, chance)
                except Exception as error:
                    fault = repr(error)
                finally:
                    connection.close()  # into the pool, for somebody else
                tally.note(what, f"{account.name}: {fault}" if fault else "")

    threads = [threading.Thread(target=one_client, args=[number]) for number in range(clients)]
    logger, level = logging.getLogger("django.request"), logging.getLogger("django.request").level
    logger.setLevel(logging.CRITICAL)  # thousands of refusals are what is asked for
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        logger.setLevel(level)
    return tally


def _list(client: Client, account: Account, foreign: Sequence[int], chance: random.Random) -> str:
    answer = client.get("/api/v1/households/?page_size=200&count=1")
    if answer.status_code in (403, 404) and not account.households:
        return ""
    if answer.status_code != 200:
        return f"list answered {answer.status_code}"
    body = answer.json()
    keys = {row["id"] for row in body["results"]}
    if strange := keys - account.households.keys():
        return f"{len(strange)} foreign rows in the list"
    expected = min(len(account.households), COUNTED)
    if body["count"] != expected or len(keys) != min(expected, 200):
        return f"{body['count']} counted, {len(keys)} listed, {expected} expected"
    return ""


def _page(client: Client, account: Account, foreign: Sequence[int], chance: random.Random) -> str:
    answer = client.get("/households/")
    codes = {code.decode() for code in CODE.findall(answer.content)}
    if strange := codes - set(account.households.values()):
        return f"{len(strange)} foreign codes on the page"
    if account.households and (answer.status_code != 200 or not codes):
        return f"page answered {answer.status_code} with {len(codes)} codes"
    return ""


def _object(client: Client, account: Account, foreign: Sequence[int], chance: random.Random) -> str:
    if foreign and (status := client.get(f"/api/v1/households/{chance.choice(foreign)}/").status_code) != 404:
        return f"a foreign household answered {status}"
    if not account.households:
        return ""
    key = chance.choice(sorted(account.households))
    answer = client.get(f"/api/v1/households/{key}/")
    return "" if answer.status_code == 200 else f"an own household answered {answer.status_code}"


def _nobody(client: Client, account: Account, foreign: Sequence[int], chance: random.Random) -> str:
    """Plain SQL on whichever connection the pool gives, which somebody else has just used."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM households_household), (SELECT count(*) FROM households_person),"
            " coalesce(current_setting('app.register_lo', true), '') || coalesce(current_setting('app.user', true), '')"
        )
        found = cursor.fetchone()
    return "" if found == (0, 0, "") else f"without a scope: {found}"


QUESTIONS = {"list": _list, "page": _page, "object": _object, "no scope": _nobody}


def run(bench: Bench) -> None:
    """One minute; AssertionError at the first foreign row."""
    accounts = [_account(bench, one) for one in _demo(bench)]
    before = {one.name: len(one.households) for one in accounts}
    with pooled(CONNECTIONS):
        tally = storm(accounts, seconds=SECONDS)
    if tally.faults:
        raise AssertionError(f"{len(tally.faults)} wrong answers, the first: {tally.faults[0]}")
    total = sum(tally.answers.values())
    bench.report.say(
        f"pool: right answers to {CLIENTS} clients over {CONNECTIONS} connections", total, "answers",
        note=f"{SECONDS} s, {', '.join(f'{count:,} {what}' for what, count in tally.answers.items())}; no foreign row; "
        f"households seen: {', '.join(f'{name} {count:,}' for name, count in before.items())}",
    )  # fmt: skip


def _demo(bench: Bench) -> list[tuple[str, str]]:
    rows = bench.admin().execute("SELECT username, division_id FROM accounts_user WHERE password LIKE 'argon2%%'")
    return [(str(name), str(place)) for name, place in rows.fetchall() if not name.startswith("client-")]


def _account(bench: Bench, one: tuple[str, str]) -> Account:
    """What it sees, by the digits of its place or its pairings, from plain SQL past row-level security."""
    name, place = one
    if name.startswith("helper"):
        where = (
            "id IN (SELECT household_id FROM access_pairing p JOIN accounts_user u ON u.id = p.helper_id WHERE"
            f" u.username = '{name}' AND p.until_on IS NULL)"
        )
    elif name in ("sysadmin", "secadmin", "auditor"):
        where = "false"
    else:
        stem = {"0000000000": 2, "00000000": 4, "000000": 6, "000": 9}
        digits = next((12 - len(zeros) for zeros in stem if place.endswith(zeros)), 12)
        where = f"left(division_id::text, {digits}) = '{place[:digits]}'"
    rows: Any = bench.admin().execute(f"SELECT id, code FROM households_household WHERE {where}").fetchall()
    cookies = {key: morsel.value for key, morsel in bench.client(name).cookies.items()}
    return Account(name, cookies, dict(rows))
