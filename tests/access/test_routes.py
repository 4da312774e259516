"""Every address × every kind of account × own, sibling, parent and foreign rows.

The addresses come from the URL resolver and the API's router; nobody lists them. For each answer: the right status,
never 500, and not one word or number in body, headers or file that its reader must not see.
"""

from __future__ import annotations

from itertools import cycle
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from apps.divisions import codes
from tests.access import walk
from tests.access.expected import expected
from tests.access.routes import ALONE, METHODS, routes
from tests.access.walk import PARTS, WALKS, addresses, ask, content, known
from tests.access.world import COUNTY, OTHER_LEAGUE, OWN, Row

pytestmark = pytest.mark.usefixtures("undone")


# --- nothing is left out ---


def test_every_address_is_a_resources_or_declared():
    assert [f"{route.name or '?'} at /{route.pattern}" for route in routes() if not known(route)] == []


def test_every_declaration_stands_for_an_address():
    assert set(ALONE) - {route.name for route in routes()} == set()


def test_every_resource_has_rows_of_ones_own_and_foreign_ones(world):
    """Otherwise the tests below would prove nothing: plant rows of a new model in tests/access/planting.py."""
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


@pytest.mark.parametrize(("name", "wall"), WALKS, indirect=["wall"])
@pytest.mark.parametrize("app", PARTS)
def test_every_address_answers_this_account_rightly_and_tells_it_nothing_foreign(world, name, wall, app):
    account = world.accounts[name]
    wrong = [
        fault for asked in walk.questions(world, account, wall, app) for fault in walk.faults(world, account, asked)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["village", "anonymous"])
def test_a_method_that_an_address_does_not_know_is_answered_so(world, name):
    account = world.accounts[name]
    wrong = []
    for number, route in enumerate(filter(known, routes())):
        address, row = next(addresses(route, world, account))
        # One of those that it does not know, in turn: they are all answered by the same piece.
        others = [method for method in METHODS if method not in route.kinds]
        for method in others[number % len(others) :][:1] if others else ():
            # Form pages look at the row and the right before they look at the method.
            right = expected(route, method, account, row) | ({403, 404} if account.user else set())
            if (status := ask(account, method, address)[0]) not in right:
                wrong.append(f"{method} {address}: {status}, not {sorted(right)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["county", "village", "helper", "security-admin"])
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
