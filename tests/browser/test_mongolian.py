"""Mongolian in a real browser: headings run downwards, data tables do not."""

from __future__ import annotations

import pytest
from django.conf import settings as configured
from django.db import transaction

from tests.factories.accounts import PASSWORD, make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person


@pytest.fixture
def county(committed_db, settings):
    settings.MONGOLIAN_REVIEWED = True
    settings.LANGUAGES = [*configured.LANGUAGES, ("mn", "蒙古语")]
    with transaction.atomic():
        plant(*VILLAGES)
        make_user("county", "county_officer", 150422000000, language="mn")
        make_person(make_household(VILLAGES[0], status="20"))


def direction(window, selector: str) -> str:
    return window.page.evaluate("s => getComputedStyle(document.querySelector(s)).writingMode", selector)


def test_headings_run_downwards_and_tables_do_not(county, visit, picture):
    window = visit()
    window.page.goto("/account/sign-in/")
    window.page.fill("input[name=username]", "county")
    window.page.fill("input[name=password]", PASSWORD)
    window.page.click("button.btn-primary")
    window.page.wait_for_url(lambda url: "sign-in" not in url)
    window.page.goto("/households/")
    window.page.wait_for_load_state("networkidle")
    picture(window, "mongolian-list")
    assert window.page.get_attribute("html", "lang") == "mn-Mong"
    assert direction(window, ".page-head h1") == "vertical-lr"
    for selector in ("table.rows", "table.rows th", "table.rows td", ".filters", ".side li a"):
        assert direction(window, selector) == "horizontal-tb", selector
    assert "Noto Sans Mongolian" in window.page.evaluate("getComputedStyle(document.body).fontFamily")
    assert window.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert window.accessibility() == []


def test_the_language_is_chosen_in_the_top_bar(county, visit, picture):
    window = visit(viewport={"width": 360, "height": 740})
    page = window.page
    page.goto("/account/sign-in/")
    page.click("button[lang=en]")
    picture(window, "sign-in-english")
    page.fill("input[name=username]", "county")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_url(lambda url: "sign-in" not in url)
    assert page.get_attribute("html", "lang") == "mn-Mong"  # the account's own choice
    page.goto("/households/?status=20")
    page.click("header summary:has(use[href$='#language'])")
    picture(window, "languages-phone")
    assert window.accessibility() == []
    page.click("button[lang=en]")
    page.wait_for_selector("html[lang=en]")
    assert page.url.endswith("/households/?status=20")
    picture(window, "english-phone")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
