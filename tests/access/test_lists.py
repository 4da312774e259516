"""Lists, details and exports agree with one another and with what was planted, for every resource and account."""

from __future__ import annotations

import io
import re
from itertools import cycle, islice

import pytest
from django.urls import NoReverseMatch, reverse
from python_calamine import CalamineWorkbook

from apps.access import scope as scopes
from apps.crosschecks.models import Finding
from apps.dashboards.todo import bell
from apps.pages.resources import Resource
from tests.access.world import COUNTY, INSIDE, OTHER_LEAGUE, OWN, Account, World

pytestmark = pytest.mark.usefixtures("undone")


def key_of(resource: type[Resource], row: dict[str, object]) -> int:
    """The key of an object of the API."""
    return int(str(row[resource.model._meta.pk.name]))


def listed(account: Account, resource: type[Resource], query: str = "", size: int = 200) -> tuple[set[int], int] | None:
    """The keys in the API's list, page by page, and its count; None when the account never sees such rows."""
    address: str | None = f"{reverse(f'api:{resource.name}-list')}?page_size={size}&count=1{query}"
    keys: list[int] = []
    count = 0
    while address:
        answer = account.client().get(address)
        if answer.status_code == 403:
            return None
        assert answer.status_code == 200, f"{address}: {answer.content!r}"
        body = answer.json()
        keys += [key_of(resource, row) for row in body["results"]]
        count, address = body["count"], body["next"]
    assert len(keys) == len(set(keys)), f"{resource.name}: a row twice"
    return set(keys), count


def api_resources(world: World) -> list[type[Resource]]:
    found = []
    for name, resource in world.resources.items():
        try:
            reverse(f"api:{name}-list")
        except NoReverseMatch:
            continue
        found.append(resource)
    return found


@pytest.mark.parametrize("name", INSIDE)
def test_the_list_holds_exactly_the_rows_whose_detail_opens(world, name):
    account = world.accounts[name]
    wrong = []
    for resource in api_resources(world):
        rows = world.rows[resource.name]
        seen = {row.key for row in rows if account.sees(row)}
        found = listed(account, resource)
        expected = (seen, len(seen)) if account.opens(resource) else None
        if found != expected:
            wrong.append(f"{resource.name}: list {found}, seen {expected}")
        if name not in ("county", "helper"):  # the others open some of them on their walk
            continue
        client = account.client()
        opened = {row.key for row in rows if client.get(f"/api/v1/{path_of(resource)}/{row.key}/").status_code == 200}
        if opened != seen:
            wrong.append(f"{resource.name}: details {opened}, seen {seen}")
    assert not wrong, "\n".join(wrong)


def path_of(resource: type[Resource]) -> str:
    return reverse(f"api:{resource.name}-list").removeprefix("/api/v1/").strip("/")


@pytest.mark.parametrize("name", ["region", "county", "village", "helper", "security-admin", "audit-admin"])
def test_the_page_holds_the_rows_of_the_api(world, name):
    account = world.accounts[name]
    wrong = []
    for resource in api_resources(world):
        if not account.opens(resource):
            continue
        body = account.client().get(f"{resource.list_url()}?page_size=200").content.decode()
        address = re.escape(resource.url("detail", 0)).replace("0", r"(\d+)")
        table = re.search(r"<tbody>.*</tbody>", body, re.DOTALL)
        shown = {int(key) for key in re.findall(f'href="{address}"', table[0])} if table else set()
        seen = {row.key for row in world.rows[resource.name] if account.sees(row)}
        if resource.name != "division":  # a page of the tree links its parents as well
            if shown != seen:
                wrong.append(f"{resource.name}: {shown}, not {seen}")
        elif not seen <= shown:
            wrong.append(f"division: {seen - shown} missing")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("name", "first"), [("region", 0), ("league", 1), ("county", 2), ("township", 0), ("village", 1)]
)
def test_a_place_narrows_a_list_to_what_lies_there_and_below(world, name, first):
    account = world.accounts[name]
    # One place for each list, another for each account: all of them for all lists would say no more.
    places = islice(cycle((OWN, COUNTY, OTHER_LEAGUE)), first, None)
    for resource in api_resources(world):
        if resource.name == "division" or not account.opens(resource):
            continue
        place = next(places)
        address = f"{reverse(f'api:{resource.name}-list')}?division={place}"
        if not account.reaches("register", place):
            assert account.client().get(address).status_code == 404
            continue
        from apps.divisions import codes

        inside = {
            row.key for row in world.rows[resource.name] if account.sees(row) and codes.contains(place, row.place)
        }
        assert listed(account, resource, f"&division={place}") == (inside, len(inside)), resource.name


def test_small_pages_together_are_the_list(world):
    account = world.accounts["county"]
    for resource in api_resources(world):
        if account.opens(resource):
            assert listed(account, resource, size=1) == listed(account, resource), resource.name


@pytest.mark.parametrize("name", ["league", "county-here", "village", "helper", "finance", "security-admin"])
def test_an_export_holds_the_rows_that_may_be_taken_out_and_no_others(world, name):
    account = world.accounts[name]
    wrong = []
    for resource in world.resources.values():
        answer = account.client().post(resource.export_url())
        if answer.status_code == 403:
            continue
        assert answer.status_code == 200, resource.name
        book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
        rows = len(book.get_sheet_by_index(0).to_python(skip_empty_area=False)) - 1
        seen = sum(account.sees(row) for row in world.rows[resource.name])
        own = sum(account.sees(row) and row.owner == account.user.pk for row in world.rows[resource.name])
        if rows not in (seen, seen - own):  # one's own row at a place above is seen, but not taken out
            wrong.append(f"{resource.name}: {rows} rows, {seen} seen")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("wall", ["both", "application", "database"], indirect=True)
@pytest.mark.parametrize("name", ["township", "helper"])
def test_the_bell_rings_for_what_one_sees(world, name, wall):
    account = world.accounts[name]
    seen = [row for row in world.rows_of(Finding) if account.sees(row) and not row.gone]
    with scopes.acting(account.user):
        assert bell(account.user).count == len(seen) > 0
