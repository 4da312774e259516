"""After signing out the browser shows nothing of what was read, however it is asked."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.factories.accounts import PASSWORD, make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person


@pytest.fixture
def reading(visit, committed_db):
    """A window at which an officer has read a list and a household."""
    with transaction.atomic():
        plant(*VILLAGES)
        make_user("county", "county_officer", 150422000000)
        household = make_household(VILLAGES[0], address="白音组7号")
        make_person(household, name="斯琴高娃")
    window = visit()
    window.page.goto("/account/sign-in/")
    window.page.fill("input[name=username]", "county")
    window.page.fill("input[name=password]", PASSWORD)
    window.page.click("button.btn-primary")
    window.page.wait_for_url(lambda url: "sign-in" not in url)
    window.page.goto("/households/")
    assert "斯琴高娃" in window.page.content()
    window.page.goto(f"/households/{household.pk}/")
    assert "斯琴高娃" in window.page.content()
    return window


def leave(page) -> None:
    page.locator("form[action='/account/sign-out/']").first.evaluate("form => form.submit()")
    page.wait_for_url(lambda url: "sign-in" in url)


def test_the_back_button_shows_nothing_after_signing_out(reading):
    page = reading.page
    leave(page)
    for _step in range(3):
        page.go_back(wait_until="load")
        assert "斯琴高娃" not in page.content() and "白音组" not in page.content(), page.url
        assert "sign-in" in page.url
    assert page.evaluate("localStorage.length + sessionStorage.length") <= 1  # light or dark, at most
    assert page.evaluate("caches.keys().then(keys => keys.length)") == 0


def test_another_tab_shows_nothing_new_after_signing_out(reading):
    other = reading.context.new_page()
    other.goto("/households/")
    assert "斯琴高娃" in other.content()
    leave(reading.page)
    other.reload()
    assert "sign-in" in other.url and "斯琴高娃" not in other.content()


def test_no_page_asks_another_host(reading):
    """Any request elsewhere fails the test at its end (conftest); here are the pages with the most in them."""
    for path in ("/", "/households/?status=20", "/households/new/", "/divisions/", "/developers/", "/api/v1/docs/"):
        reading.page.goto(path)
        reading.page.wait_for_load_state("networkidle")
    assert reading.complaints == []
