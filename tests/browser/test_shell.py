"""The shell and the generic pages in a real browser, at a desk and on a phone, light and dark."""

from __future__ import annotations

import datetime
import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from tests.factories.accounts import PASSWORD, make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
NAMES = ("王建国", "李秀英", "包金山", "白乌云", "陈海龙", "斯琴高娃", "刘桂兰", "哈斯额尔敦")
STATES = ("20", "20", "40", "41", "30", "50", "20", "10")


@pytest.fixture
def register(committed_db):
    with transaction.atomic():
        plant(*VILLAGES)
        make_user("county", "county_officer", 150422000000)
        for number in range(64):
            household = make_household(
                VILLAGES[number % 3],
                status=STATES[number % 8],
                cause_main=f"{number % 9 + 1:02d}",
                address=f"{number % 7 + 1}组{number + 1}号",
                identified_on=datetime.date(2014, 1 + number % 12, 10),
                plan_exit_year=2016 + number % 4,
            )
            make_person(household, name=NAMES[number % 8])


@pytest.fixture
def sign_in(visit, register):
    """A window at which a county officer has signed in."""

    def go(**options):
        window = visit(**options)
        window.page.goto("/account/sign-in/?next=/divisions/")
        window.page.wait_for_load_state("networkidle")
        window.page.fill("input[name=username]", "county")
        window.page.fill("input[name=password]", PASSWORD)
        window.page.click("button.btn-primary")
        window.page.wait_for_url(lambda url: "sign-in" not in url)
        return window

    return go


PAGES = {
    "desk": "/",
    "list": "/households/",
    "findings": "/findings/",
    "rules": "/rules/",
    "imports": "/imports/",
    "villages": "/villages/",
    "accounts": "/users/",
    "filtered": "/households/?status=20&status=50&division=150422100000&order=code",
    "divisions": "/divisions/",
    "division": "/divisions/150422000000/",
    "exports": "/exports/",
    "missing": "/households/999999/",
    "wrong": "/households/?status=99",
    "docs": "/api/v1/docs/",
    "password": "/account/password/",
}


# They are made as the list of households is; on a phone these are, too.
ALIKE = {
    "desk": ("villages", "accounts", "divisions", "imports"),
    "phone": ("findings", "villages", "accounts", "divisions", "exports", "filtered", "imports", "docs", "missing"),
}


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_pages_are_accessible_and_within_their_policy(sign_in, picture, size):
    window = sign_in(viewport=DESK if size == "desk" else PHONE)
    faults = {}
    for name, address in PAGES.items():
        if name in ALIKE[size]:
            continue
        window.page.goto(address)
        window.page.wait_for_load_state("networkidle")
        picture(window, f"{name}-{size}")
        faults[name] = window.accessibility()
        wide = window.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} is {wide} px too wide"
    window.page.goto("/households/")
    for name, link in {"detail": "tbody tr:first-child a", "form": ".page-actions a:has-text('修改')"}.items():
        window.page.click(link)
        window.page.wait_for_load_state("networkidle")
        picture(window, f"{name}-{size}")
        faults[name] = window.accessibility()
    window.page.goto("/households/?status=20&order=code")
    window.page.emulate_media(media="print")
    picture(window, f"print-{size}")
    assert {name: found for name, found in faults.items() if found} == {}


def test_menus_open_and_close_by_mouse_and_keyboard(sign_in, picture):
    window = sign_in(viewport=DESK)
    page = window.page
    page.goto("/households/?status=20")
    page.click(".filters summary:has-text('致贫原因')")
    picture(window, "filter-open")
    page.check(".filter-panel label:has-text('因病') input")
    page.wait_for_selector(".chip:has-text('因病')")
    assert "cause_main=01" in page.url and "status=20" in page.url and "code=" not in page.url
    page.keyboard.press("Escape")
    assert page.locator("details.pop[open]").count() == 0
    page.click(".crumbs summary")
    page.wait_for_selector(".place-grid a")
    picture(window, "place-open")
    page.click("body", position={"x": 900, "y": 700})
    assert page.locator("details.pop[open]").count() == 0
    page.click(".account-button")
    page.click("[data-action=theme]")
    picture(window, "dark-desk")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert window.accessibility() == []
    page.click("[data-action=type]")
    picture(window, "large-desk")
    page.goto("/households/")
    page.click("summary:has-text('列')")
    picture(window, "columns-open")
    page.keyboard.press("Escape")
    page.click("tbody tr:first-child a")
    picture(window, "dark-detail")
    page.click(".page-actions a:has-text('修改')")
    page.wait_for_load_state("networkidle")
    picture(window, "dark-form")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_sign_in_page(visit, picture, committed_db, size):
    window = visit(viewport=DESK if size == "desk" else PHONE)
    window.page.goto("/")
    window.page.wait_for_load_state("networkidle")
    picture(window, f"sign-in-{size}")
    assert window.accessibility() == []
    window.page.fill("input[name=username]", "nobody")
    window.page.fill("input[name=password]", "wrong")
    window.page.click("button.btn-primary")
    assert "用户名或密码不正确" in window.page.inner_text("[role=alert]")


# The lists of a place come by htmx, which listens to them only when it has settled: quicker than any hand.
UNSETTLED = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


def test_a_place_is_picked_level_by_level(sign_in, picture):
    window = sign_in(viewport=DESK)
    page = window.page
    page.goto("/households/new/?division=150422100000")
    page.wait_for_selector(".picker select")
    # Not wait_for_function: it polls by eval in the page, which the page's own policy forbids.
    expect(page.locator(UNSETTLED)).to_have_count(0)
    page.select_option(".picker select >> nth=1", label="福山地村")
    page.wait_for_selector("input[name=division][value='150422100201']", state="attached")
    expect(page.locator(UNSETTLED)).to_have_count(0)
    picture(window, "picker")
    page.select_option(".picker select >> nth=0", label="隆昌镇")
    page.wait_for_selector("input[name=division][value='150422101000']", state="attached")
    assert page.locator(".picker select").count() == 2
    # Among the filters of a list it narrows the list, and the address stays the list's.
    page.goto("/complaints/")
    page.click("summary:has-text('更多')")
    page.click("summary:has-text('被反映地区')")
    expect(page.locator(UNSETTLED)).to_have_count(0)
    page.select_option(".picker select >> nth=0", label="赤峰市")
    expect(page).to_have_url(re.compile(r"/complaints/\?concerned=150400000000$"))
    page.goto("/households/")
    page.click("tbody tr:first-child a")
    page.click("section:has-text('家庭成员') a:has-text('新增') >> nth=0")
    assert page.inner_text(".fixed-row").startswith("1504")
    picture(window, "member-form")
