"""Every address × signed in and not: nobody keeps the answer, and no page holds a script, a style or a foreign host."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse

from tests.access.routes import Route, routes
from tests.access.walk import DEAR, PARTS, addresses, known, part
from tests.access.world import Account, World

pytestmark = pytest.mark.usefixtures("undone")

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "connect-src 'self'",
}
SAID = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOADS = {"src", "href", "action", "formaction", "poster", "data", "srcset", "hx-get", "hx-post", "xlink:href"}


class Page(HTMLParser):
    """What a content policy would have to forgive, and addresses that lead to other hosts."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.wrong.append(f"<{tag}> in the page")
        for name, value in given.items():
            if name == "style" or name.startswith(("on", "hx-on", "hx-vars")) or value.startswith("js:"):
                self.wrong.append(f"{name}={value[:40]} of <{tag}>")
            if name in LOADS and (urlsplit(value).netloc or urlsplit(value).scheme not in ("", "data", "tel")):
                self.wrong.append(f"{name}={value[:60]} of <{tag}>")


def answers(world: World, account: Account, app: str) -> Iterator[tuple[str, HttpResponse]]:
    """What an account gets at every address of an app, by every method that the address knows."""
    for place, route in enumerate(filter(known, routes())):
        if part(route) != app or (route.name in DEAR and account.user is not None):
            continue
        if place % 2 and route.resource is not None:
            continue  # the pages of every resource are made alike: every second one shows it
        for number, (address, _row) in enumerate(addresses(route, world, account, few=True)):
            if number and place % 4:
                continue  # what is not there is answered alike everywhere
            for method in methods(route) if number == 0 else ["GET"]:
                with transaction.atomic():
                    # Nothing is sent, so that forms come back with what is wrong with them.
                    api = {"content_type": "application/json"} if address.startswith(("/api/", "/spdci/")) else {}
                    response = account.client().generic(method, address, b"{}" if api else b"", **api)
                    if method != "GET":
                        transaction.set_rollback(True)
                yield f"{method} {address}", response
                if response.streaming:  # a file is closed when it has been read
                    b"".join(response)


def methods(route: Route) -> list[str]:
    return sorted(set(route.kinds) | {"GET"})


@pytest.mark.parametrize("name", ["county", "anonymous"])
@pytest.mark.parametrize("app", PARTS)
def test_no_answer_is_kept_and_no_page_needs_forgiving(world, name, app):
    wrong = []
    for where, response in answers(world, world.accounts[name], app):
        body = b"".join(response) if response.streaming else response.content
        # The public site is the same for everybody, and made to be kept.
        if app != "publicsite" and "no-store" not in response.get("Cache-Control", ""):
            wrong.append(f"{where}: may be kept ({response.get('Cache-Control')})")
        wrong += [
            f"{where}: {head} is {response.get(head)}" for head, said in SAID.items() if response.get(head) != said
        ]
        parts = {one.strip() for one in response.get("Content-Security-Policy", "").split(";")}
        if not parts >= POLICY or any("unsafe" in one or "*" in one or "http" in one for one in parts):
            wrong.append(f"{where}: policy {parts}")
        # The diary asks a phone where it is; no other page does.
        located = (
            "geolocation=(self)" if where.endswith(" /phone/") and response.status_code == 200 else "geolocation=()"
        )
        if located not in response.get("Permissions-Policy", ""):
            wrong.append(f"{where}: Permissions-Policy {response.get('Permissions-Policy')}")
        if response.get("Content-Type", "").startswith("text/html"):
            page = Page()
            page.feed(body.decode())
            wrong += [f"{where}: {one}" for one in page.wrong]
    assert not wrong, "\n".join(wrong[:40])


@pytest.mark.parametrize("markup", ['<p style="a">', "<script>1</script>", '<b onclick="x">', '<img src="//h.test/x">'])
def test_what_is_looked_for_would_be_found(markup):
    page = Page()
    page.feed(markup)
    assert page.wrong
