"""The walk: every address × every kind of account × how the row lies to it, one question at a time."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from tests.access.expected import expected
from tests.access.routes import ALONE, Route, routes
from tests.access.world import KINDS, Account, Row, World

SAFE = {"GET"}
DEAR = {"api:schema", "api:docs"}  # seconds of work for an answer that is the same for everybody
NOBODYS = 999_999_999
"""The key of no row: whoever asks for it is answered like whoever asks for a foreign one."""

# They see no row that is not their own: the nearest foreign one stands for all of them.
BARE = ("stranger", "ended", "system-admin")
# With one wall taken away: an office above (of register, accounts and data sets), an officer of a village, a helping
# cadre.
ALONE_ALSO = ("county", "village", "helper")
# They ask everything, the finance bureau everything about money; the others see and may do what one of these does, at
# other places, and take turns: at every third address one question, once about what they see, once about what they do
# not. The helping cadre asks everything at every second address; with one wall alone all three do, at the others with
# the other wall.
# `WALK=whole` lets all ask everything.
THOROUGH = ("county", "village", "anonymous")
MONEY = ("funds", "measures", "notices")
WHOLE = os.environ.get("WALK") == "whole"


def content(response: HttpResponse) -> str:
    """Everything that the answer says: head, body, and the inside of a workbook."""
    body = b"".join(response) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{head}\n{unquote(head)}\n{body.decode('utf-8', 'replace')}"


RELATIONS = ("own", "child", "sibling", "parent", "other league", "gone, own", "gone, foreign")


def ask(account: Account, method: str, address: str, data: Any = None) -> tuple[int, str]:
    """One request; what it writes is undone."""
    client = account.client()
    api = {"content_type": "application/json"} if address.startswith("/api/") and method != "GET" else {}
    # What is only read needs no savepoint of ours: the view has one.
    with nullcontext() if method in SAFE else transaction.atomic():
        response = client.generic(method, address, b"{}" if api else b"", **api) if data is None else None
        if response is None:
            response = getattr(client, method.lower())(address, data, **api)
        found = response.status_code, content(response)
        if method not in SAFE:
            transaction.set_rollback(True)
    if found[0] >= 500 and getattr(response, "exc_info", None):
        return found[0], repr(response.exc_info[1])
    return found


def chosen(rows: list[Row], account: Account, *, few: bool = False) -> list[Row]:
    """Of the rows of one resource: of each relation to the account one, the nearest; what is one's own first.

    Where another row lies beside one's own (a helping cadre sees one of two households of a village), that one too.
    `few`: one that the account sees, the nearest foreign one, and the one beside.
    """
    nearest = sorted(rows, key=lambda row: (abs(row.place - account.kind.place), row.key))
    found: dict[str, Row] = {}
    for row in nearest:
        found.setdefault(account.relation(row), row)
    own = [row for row in nearest if account.sees(row)]
    beside = [row for row in nearest if not account.sees(row) and row.place in {one.place for one in own}]
    foreign = [row for row in nearest if not account.sees(row)]
    if few:
        return list(dict.fromkeys([*own[:1], *foreign[:1], *beside[:1]]))
    picked = [*own[:1], *foreign[:1], *beside[:1], *(found[name] for name in RELATIONS if name in found)]
    return list(dict.fromkeys(picked))


def addresses(
    route: Route, world: World, account: Account, *, few: bool = False, wall: str = "both"
) -> Iterator[tuple[str, Row | None]]:
    """The addresses of a route to try as this account, with the row that each stands for."""
    keys = ALONE[route.name].keys if route.name in ALONE else {}
    if keys or not route.keys:
        yield reverse(route.name, kwargs=keys), None
        return
    name = ALONE[route.name].rows if route.name in ALONE else route.resource.name
    rows = world.rows[name]
    if wall != "both" and not WHOLE:
        # One's own rows say nothing of the wall that is left.
        rows = [row for row in rows if not account.sees(row)] or rows
    # Whoever is not let in is told so whatever he asks for: one row shows it.
    picked = chosen(rows, account, few=few) if account.inside else rows[:1]
    if account.inside and not few:
        picked = [*picked, Row(name, NOBODYS, 0, "none")]
    for row in picked:
        yield reverse(route.name, kwargs=dict.fromkeys(route.keys, row.key)), row


def known(route: Route) -> bool:
    return route.name in ALONE or (route.resource is not None and route.name != "")


def part(route: Route) -> str:
    """The app that answers at an address."""
    owner = route.resource or getattr(route.view, "view_class", None) or getattr(route.view, "cls", None) or route.view
    module = owner.__module__
    return module.split(".")[1] if module.startswith("apps.") else "pages"


PARTS = sorted({part(route) for route in filter(known, routes())})

WALKS = [
    *((name, "both") for name in (*KINDS, "anonymous")),
    *((name, wall) for wall in ("application", "database") for name in ALONE_ALSO),
]
"""Who walks, behind which walls."""


@dataclass(frozen=True)
class Question:
    """One request of the walk. `name` says which, whatever keys the rows have."""

    name: str
    route: Route
    method: str
    address: str
    row: Row | None


def questions(world: World, account: Account, wall: str, app: str = "") -> Iterator[Question]:
    """What an account asks on its walk, of all apps or of one."""
    whole = WHOLE or (wall == "both" and account.name in THOROUGH)
    turn = [*world.accounts].index(account.name)
    for place, route in enumerate(filter(known, routes())):
        if app and part(route) != app:
            continue
        if route.name in DEAR and (wall != "both" or account.name not in ("village", "anonymous")):
            continue
        if whole or (account.name == "finance" and part(route) in MONEY):
            yield from _of_route(route, world, account, wall)
        elif wall != "both" or account.name == "helper":
            if (place + turn + (wall == "database")) % 2:
                yield from _of_route(route, world, account, wall)
        elif not (place + turn) % 3:
            yield from _in_turn(list(_of_route(route, world, account, wall)), account, (place + turn) // 3)


def _of_route(route: Route, world: World, account: Account, wall: str) -> Iterator[Question]:
    # Whoever never sees rows of a kind is told so whatever he asks for: one row shows it.
    unseen = route.resource is not None and not account.opens(route.resource)
    few = wall != "both" or account.name in BARE or unseen
    for number, (address, row) in enumerate(addresses(route, world, account, few=few, wall=wall)):
        for method in methods(route, row, wall, number):
            yield Question(f"{wall} {account.name} {route.name} {number} {method}", route, method, address, row)


def _in_turn(every: list[Question], account: Account, turn: int) -> Iterator[Question]:
    """One of the questions that are about what the account sees, or one of the others."""
    seen = [asked for asked in every if asked.row is None or account.sees(asked.row)]
    unseen = [asked for asked in every if asked not in seen]
    first, second = (seen, unseen) if turn % 2 else (unseen, seen)
    if some := first or second:
        yield some[turn // 2 % len(some)]


def methods(route: Route, row: Row | None, wall: str, number: int) -> list[str]:
    """All of them on one's own and the nearest foreign row; on those farther off one, each time another.

    Where a wall is taken away, what names no row is only read: what it writes says nothing of the wall.
    """
    every = list(route.kinds)
    if row is None:
        return every if WHOLE or wall == "both" else [method for method in every if method in SAFE]
    if number < 2:
        return every
    return [every[number % len(every)]]


def relation(account: Account, row: Row | None) -> str:
    """How the row of a question lies to who asks it."""
    if not account.inside:
        return "not let in"
    if row is None:
        return "no row"
    return "no such row" if row.key == NOBODYS else account.relation(row)


def faults(world: World, account: Account, asked: Question) -> list[str]:
    """Ask one question; what is wrong with its answer."""
    status, text = ask(account, asked.method, asked.address)
    where = f"{asked.method} {asked.address} ({asked.row.where if asked.row else asked.route})"
    right = expected(asked.route, asked.method, account, asked.row)
    wrong = [] if status in right else [f"{where}: {status}, not {sorted(right)}" + f" {text}" * (status >= 500)]
    return wrong + [f"{where}: {leak}" for leak in world.leaks(account, text)]
