"""Every address of the API × what nobody means: junk in cursors and filters, versions, bodies, others' fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from tests.access.routes import Route, routes
from tests.access.test_routes import addresses, known
from tests.access.world import Account

pytestmark = pytest.mark.usefixtures("undone")

LISTS = [
    route
    for route in routes()
    # A page of a list reads the same parameters by the same code as its API: of those two, the API.
    if route.resource is not None and "list" in route.kinds.values() and (route.api or route.name.endswith("-print"))
]
WRITES = [
    (route, method, kind)
    for route in routes()
    if route.api and route.resource is not None and route.resource.form is not None
    for method, kind in route.kinds.items()
    if kind in ("create", "update")
]
BODIES = [
    (route, method)
    for route in filter(known, routes())
    for method in route.kinds
    if (route.api or route.pattern.startswith("spdci/")) and method in ("POST", "PUT", "PATCH", "DELETE")
]
CURSORS = ("after", "before")
# Values for a parameter that wants a number, a day, a code, a cursor: none of them is one.
JUNK = [
    *("", " ", "\x00", "'", "' OR '1'='1", "1; DROP TABLE x", "%", "%%s", "\\", "-1", "0", "9" * 40, "1e999", "NaN"),
    *("٣", "[]", "{}", "[$ne]=1", "null", "true", "2024-02-30", "龘" * 300, "\ud7ff", "../../etc/passwd", "<script>"),
]


def send(account: Account, method: str, address: str, data: Any = None, **more: Any) -> HttpResponse:
    """One request; what it writes is undone."""
    with transaction.atomic():
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        body = {} if method == "GET" else {"data": content, "content_type": "application/json"}
        response = account.client().generic(method, address, **body, **more)
        if method != "GET":
            transaction.set_rollback(True)
    return response


def an_address(route: Route, world: Any, account: Account) -> str:
    """One address of a route: the row that the account sees, if it is about one."""
    return next(address for address, _row in addresses(route, world, account, few=True))


@pytest.mark.parametrize("route", LISTS, ids=str)
def test_junk_in_a_parameter_is_an_error_of_the_asker_and_never_ours(world, route):
    account, wrong = world.accounts["county"], []
    names = [
        "after",
        "before",
        "order",
        "division",
        "page_size",
        "count",
        "columns",
        *route.resource.filters.base_filters,
    ]
    for at, name in enumerate(names):
        # Some values for each parameter, others for the next: all of them for all would say no more.
        for value in JUNK[at % 13 :: 13] if name not in CURSORS else JUNK[at::3]:
            with transaction.atomic():
                answer = account.client().get(reverse(route.name), {name: value})
            if answer.status_code not in (200, 302, 400, 403, 404):
                wrong.append(f"{name}={value[:30]!r}: {answer.status_code}")
            paged = name in CURSORS and not route.name.endswith("-print")  # what is printed is printed whole
            if paged and value.strip() and answer.status_code == 200:
                wrong.append(f"{name}={value[:30]!r} was taken for a cursor")
    assert wrong == []


def test_a_cursor_of_another_list_order_or_hand_is_refused(world):
    account = world.accounts["region"]
    first = send(account, "GET", "/api/v1/households/?page_size=1").json()["next"]
    cursor = first.partition("after=")[2].partition("&")[0]
    assert send(account, "GET", f"/api/v1/households/?page_size=1&after={cursor}").status_code == 200
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for address in (
        f"/api/v1/persons/?after={cursor}",
        f"/api/v1/households/?order=code&after={cursor}",
        f"/api/v1/households/?after={flipped}",
        f"/api/v1/households/?after={cursor[3:]}",
        f"/api/v1/households/?after={cursor}&before={cursor}",
    ):
        assert send(account, "GET", address).status_code == 400, address


@pytest.mark.parametrize(("route", "method"), BODIES, ids=str)
def test_a_body_that_is_too_deep_too_long_or_no_json_is_an_error_of_the_asker(world, route, method, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200_000
    account = world.accounts["county"]
    address = an_address(route, world, account)
    bodies = {
        "deep list": b"[" * 100_000,
        "deep object": b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
        "closed deep list": b"[" * 900 + b"]" * 900,
        "long": b'{"a": "' + b"x" * 250_000 + b'"}',
        "not json": b"\xff\xfe{",
        "a number": b"1e400",
        "a word": b'"x"',
        "null": b"null",
        "a list": b"[1]",
        "odd keys": b'{"": 1, "__proto__": {}, "a\\u0000": 2}',
    }
    wrong = []
    for name, body in bodies.items():
        answer = send(account, method, address, body)
        # What takes no body does not read one.
        if answer.status_code >= 500:
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


def test_too_deep_and_too_long_bodies_are_told_apart(world, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200_000
    account = world.accounts["county"]
    assert send(account, "POST", "/api/v1/households/", b"[" * 100_000).status_code == 400
    answer = send(account, "POST", "/api/v1/households/", b" " * 250_000)
    assert answer.status_code == 413, answer.content


NOT_ONES_OWN = {
    "division": "150422100200",
    "status": "20",
    "is_superuser": True,
    "is_staff": True,
    "is_active": True,
    "user": 1,
    "user_id": 1,
    "by": 1,
    "version": 1,
    "id": 1,
    "pk": 1,
    "division_id": 150000000000,
    "password": "x",
    "client_secret": "x",
    "signing_key": "x",
    "must_sign": False,
    "enabled": True,
    "created_at": "2020-01-01",
    "requested_by": 1,
    "appointed_by": 1,
    "groups": [1],
    "user_permissions": [1],
    "_state": {},
    "__class__": "x",
}


@pytest.mark.parametrize("name", ["county", "region", "security-admin"])
@pytest.mark.parametrize(("route", "method", "kind"), WRITES, ids=str)
def test_a_field_that_is_not_of_the_form_is_refused_by_name(world, route, method, kind, name):
    account = world.accounts[name]
    form = route.resource.form
    address = an_address(route, world, account)
    kept = set(form.base_fields) | ({"version"} if kind == "update" else set())
    foreign = {field: value for field, value in NOT_ONES_OWN.items() if field not in kept}
    answer = send(account, method, address, {**foreign, **({"version": 1} if kind == "update" else {})})
    if answer.status_code not in (403, 404):  # not one's row, or not one's right
        assert answer.status_code == 422
        unknown = {one["field"] for one in answer.json()["errors"] if one["code"] == "unknown"}
        assert unknown - {"version"} == set(foreign) - {"version"}  # not every row has one


@pytest.mark.parametrize(("route", "method"), [one[:2] for one in WRITES if one[2] == "update"], ids=str)
def test_a_version_that_is_none_changes_nothing(world, route, method):
    account = world.accounts["county"]
    address = an_address(route, world, account)
    for version in ("x", "1.5", 1.5, -1, 0, 99, 10**30, None, True, [], [1], {}, {"a": 1}, "", "1 OR 1=1"):
        answer = send(account, method, address, {"version": version})
        assert answer.status_code in (400, 403, 404, 409, 422), (version, answer.status_code)
