"""Every address × every kind of account × own, sibling, parent and foreign rows.

The addresses come from the URL resolver and the API's router; nobody lists them. For each answer: the right status,
never 500, and not one word or number in body, headers or file that its reader must not see.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from apps.divisions import codes
from tests.access.routes import ALONE, METHODS, Route, Statuses, routes
from tests.access.world import COUNTY, KINDS, OTHER_LEAGUE, OWN, Account, Row, World

SAFE = {"GET"}
DEAR = {"api:schema", "api:docs"}  # seconds of work for an answer that is the same for everybody
REFUSED = {400, 405, 409, 422}  # of what may be changed, but not like this

pytestmark = pytest.mark.usefixtures("undone")


# --- nothing is left out ---


def known(route: Route) -> bool:
    return route.name in ALONE or (route.resource is not None and route.name != "")


def test_every_address_is_a_resources_or_declared():
    assert [f"{route.name or '?'} at /{route.pattern}" for route in routes() if not known(route)] == []


def test_every_declaration_stands_for_an_address():
    assert set(ALONE) - {route.name for route in routes()} == set()


def test_every_resource_has_rows_of_ones_own_and_foreign_ones(world):
    """Otherwise the tests below would prove nothing: plant rows of a new model in tests/access/world.py."""
    missing = []
    for name in world.resources:
        rows = world.rows.get(name, [])
        seen = {account.name: [row for row in rows if account.sees(row)] for account in world.accounts.values()}
        if not any(0 < len(some) < len(rows) for some in seen.values()):
            missing.append(name)
    assert missing == []


def test_canaries_are_in_the_answers_of_those_who_may_read_them(world):
    """What is searched for below must be there to be found."""
    county = world.accounts["county"]
    body = content(county.client().get("/api/v1/households/"))
    seen = [word for word, rows in world.canaries.items() if any(r.resource == "household" for r in rows)]
    assert {word for word in seen if word in body} >= {
        word for word in seen if word not in county.forbidden and len(word) > 3
    }
    assert len(county.forbidden) > 10


# --- what is expected ---


def expected(route: Route, method: str, account: Account, row: Row | None) -> set[int]:
    """The statuses that are right for one request."""
    if account.user is None:
        return anonymous(route, method)
    kind = route.kinds.get(method)
    if kind is None:
        return {405}
    if route.name in ALONE:
        return alone(route, method, account, row)
    if row is not None and not account.sees(row):
        return {404}
    return of_resource(route, kind, account, row)


def anonymous(route: Route, method: str) -> set[int]:
    """A stranger is led to the sign-in page, or told that there is no session."""
    declared = ALONE.get(route.name)
    if declared is None or declared.anonymous is None:
        return {401} if route.api else {302}
    return statuses(declared.anonymous.get(method, {401, 405}), None)


def alone(route: Route, method: str, account: Account, row: Row | None) -> set[int]:
    declared = ALONE[route.name]
    if method not in declared.signed_in:
        return {405}
    if row is not None and not account.sees(row):
        return {404}
    return statuses(declared.signed_in[method], account)


def of_resource(route: Route, kind: str, account: Account, row: Row | None) -> set[int]:
    """A row that the account sees, or the list: by the right to do it."""
    resource = route.resource
    model = resource.model
    change = getattr(model, "change_capability", "")
    if kind in ("detail", "history"):
        return {200}
    if kind == "list":
        return {200} if account.opens(resource) else {403}
    if kind == "export":
        capability = resource.export_capability()
        sees_all = {"view_accounts": account.kind.accounts, "view_audit": account.kind.audit}.get(
            capability, capability in account.kind.may or (capability == "view_register" and account.kind.register)
        )
        return {200, 202, 302} if sees_all and account.opens(resource) else {403}
    if kind in ("new", "create"):
        return ({200} if kind == "new" else set()) | REFUSED if change in account.kind.may else {403}
    if kind in ("form", "update"):
        return {200} | REFUSED if account.may(change, row) and acts_on(account, row) else {403}
    # An act of the resource's own: done, refused with a reason on the page it came from, or not one's right.
    return {200, 302, 403} | REFUSED


def acts_on(account: Account, row: Row) -> bool:
    """Accounts and posts are changed by whoever could have given them: not one's own, and no administrator's."""
    if row.resource == "run":  # opened, never changed
        return False
    if account.kind.here and row.resource in ("user", "client"):
        return False  # all of them reach below his one division: more than he could have given
    if row.resource != "user":
        return True
    holder = next((other for other in account.world.accounts.values() if other.user and other.user.pk == row.key), None)
    if holder is None or holder is account:  # the system's own account, and oneself
        return False
    return not (holder.kind.role or "").endswith("_administrator") or account.name == "security-admin"


def statuses(declared: Statuses, account: Account | None) -> set[int]:
    if isinstance(declared, int):
        return {declared}
    return declared if isinstance(declared, set) else declared(account)


# --- asking ---


def content(response: HttpResponse) -> str:
    """Everything that the answer says: head, body, and the inside of a workbook."""
    body = b"".join(response) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{head}\n{unquote(head)}\n{body.decode('utf-8', 'replace')}"


def ask(account: Account, method: str, address: str, data: Any = None) -> tuple[int, str]:
    """One request; what it writes is undone."""
    client = account.client()
    api = {"content_type": "application/json"} if address.startswith("/api/") and method != "GET" else {}
    with transaction.atomic():
        response = client.generic(method, address, b"{}" if api else b"", **api) if data is None else None
        if response is None:
            response = getattr(client, method.lower())(address, data, **api)
        found = response.status_code, content(response)
        if method not in SAFE:
            transaction.set_rollback(True)
    if found[0] >= 500 and getattr(response, "exc_info", None):
        return found[0], repr(response.exc_info[1])
    return found


def chosen(rows: list[Row], account: Account, methods: Iterable[str]) -> Iterable[Row]:
    """Of the rows of one resource: one that the account sees; of the others the nearest, one above, the farthest.

    Writing is tried on the first two, and so is everything for accounts that see none of them: requests take time.
    """
    seen = [row for row in rows if account.sees(row)]
    others = sorted((row for row in rows if not account.sees(row)), key=lambda row: abs(row.place - account.kind.place))
    above = [row for row in others if row.place != account.kind.place and codes.contains(row.place, account.kind.place)]
    # A helping cadre sees one of two households of a village: the other one is the nearest foreign row there is.
    beside = [row for row in others if row.place in {one.place for one in seen}]
    few = [*seen[:1], *others[:1], *beside[:1]]
    return dict.fromkeys([*few, *others[-1:], *above[:1]] if "GET" in methods and seen else few)


def addresses(route: Route, world: World, account: Account, *, few: bool = False) -> Iterator[tuple[str, Row | None]]:
    """The addresses of a route to try as this account, with the row that each stands for.

    `few`: one row that the account sees, the nearest that it does not, and the one beside.
    """
    keys = ALONE[route.name].keys if route.name in ALONE else {}
    if keys or not route.keys:
        yield reverse(route.name, kwargs=keys), None
        return
    name = ALONE[route.name].rows if route.name in ALONE else route.resource.name
    for row in chosen(world.rows[name], account, () if few else route.kinds):
        yield reverse(route.name, kwargs=dict.fromkeys(route.keys, row.key)), row


def part(route: Route) -> str:
    """The app that answers at an address."""
    owner = route.resource or getattr(route.view, "view_class", None) or getattr(route.view, "cls", None) or route.view
    module = owner.__module__
    return module.split(".")[1] if module.startswith("apps.") else "pages"


PARTS = sorted({part(route) for route in filter(known, routes())})

# With one wall taken away: an officer above, one of a village, a helping cadre and an administrator.
ALONE_ALSO = ("county", "village", "helper", "security-admin")


@pytest.mark.parametrize(
    ("name", "wall"),
    [
        *((name, "both") for name in (*KINDS, "anonymous")),
        *((name, wall) for wall in ("application", "database") for name in ALONE_ALSO),
    ],
    indirect=["wall"],
)
@pytest.mark.parametrize("app", PARTS)
def test_every_address_answers_this_account_rightly_and_tells_it_nothing_foreign(world, name, wall, app):
    account = world.accounts[name]
    wrong = []
    for route in filter(known, routes()):
        if part(route) != app:
            continue
        if route.name in DEAR and (wall != "both" or name not in ("village", "anonymous")):
            continue
        for number, (address, row) in enumerate(addresses(route, world, account, few=wall != "both")):
            for method in methods(route, row, account, number):
                status, text = ask(account, method, address)
                where = f"{method} {address} ({row.where if row else route})"
                if status not in (right := expected(route, method, account, row)):
                    wrong.append(f"{where}: {status}, not {sorted(right)}" + f" {text}" * (status >= 500))
                wrong += [f"{where}: {leak}" for leak in world.leaks(account, text)]
    assert not wrong, "\n".join(wrong)


def methods(route: Route, row: Row | None, account: Account, number: int) -> list[str]:
    """All of them on one's own and the nearest foreign row; on those farther off one, each time another."""
    every = list(route.kinds)
    if row is None or number < 3:
        return every
    return [every[number % len(every)]]


@pytest.mark.parametrize("name", ["village", "anonymous"])
def test_a_method_that_an_address_does_not_know_is_answered_so(world, name):
    account = world.accounts[name]
    wrong = []
    for route in filter(known, routes()):
        address, row = next(addresses(route, world, account))
        for method in METHODS:
            # Form pages look at the row and the right before they look at the method.
            right = expected(route, method, account, row) | ({403, 404} if account.user else set())
            if method not in route.kinds and (status := ask(account, method, address)[0]) not in right:
                wrong.append(f"{method} {address}: {status}, not {sorted(right)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "region"])
def test_a_place_of_others_is_not_there_for_lists_exports_and_new_rows(world, name):
    account = world.accounts[name]
    outside = [
        place
        for place in (OTHER_LEAGUE, 150500000000, COUNTY, 150000000000, OWN)
        if not account.sees(Row("division", place, place, "any"))
        and not any(codes.contains(place, own) for own in account.places)
    ]
    places = cycle(outside)  # one place for each address; all of them for all addresses would say no more
    wrong = []
    for route in routes():
        if route.resource is None or route.keys:
            continue
        for method, kind in route.kinds.items():
            if kind in ("list", "export"):
                address, data = f"{reverse(route.name)}?division={next(places)}", None
            elif kind == "create" and route.resource.form is not None:
                address, data = reverse(route.name), {"division": str(next(places))}
            else:
                continue
            status, text = ask(account, method, address, data)
            if status != 404:
                wrong.append(f"{method} {address} {data or ''}: {status}")
            wrong += [f"{method} {address}: {leak}" for leak in world.leaks(account, text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("place", ["150422100999", "1504221", "none", "150422100200x", "-1", ""])
def test_a_place_that_does_not_exist_is_not_there_for_anybody(world, place):
    account = world.accounts["region"]
    for route in routes():
        if route.resource is not None and not route.keys and "list" in route.kinds.values():
            status, _text = ask(account, "GET", f"{reverse(route.name)}?{urlencode({'division': place})}")
            assert status in ({404} if place else {400, 404}), route
