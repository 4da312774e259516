"""The public site and the page of a notice in a real browser: by everybody, at 360 px, on paper, in both schemes."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.factories.accounts import PASSWORD
from tests.factories.notices import PEOPLE, add_photo, post, prepare, take
from tests.notices.conftest import OWN, offices

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def made(committed_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    made = offices()
    for number in range(35):
        shown = post(OWN, made.village, made.head, title=f"第{number}次公示", lines=PEOPLE * 6)
    waiting = take(prepare(OWN, made.village, title="待张贴的公示"), "approve", made.head)
    add_photo(waiting, made.village)
    return made, shown, waiting


def test_the_public_site_is_usable_by_everybody(made, visit):
    _offices, shown, _waiting = made
    for size, scheme in ((DESK, "light"), (PHONE, "dark"), (PHONE, "light")):
        look(visit(viewport=size, color_scheme=scheme), shown)


def look(them, shown):
    """Everything that somebody without an account can open, in one window."""
    page = them.page
    for address in ("/public/", f"/public/places/{OWN}/", f"/public/notices/{shown.pk}/", "/public/en/", "/public/x/"):
        page.goto(address)
        assert them.accessibility() == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        assert them.context.cookies() == []
    page.goto("/public/")
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_role("link", name="第4次公示")).to_be_visible()
    page.get_by_role("link", name="第4次公示").click()
    expect(page.get_by_role("heading", name="第4次公示")).to_be_visible()
    expect(page.get_by_text("张*").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到内容")).to_be_focused()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="English")).to_be_hidden()
    expect(page.locator("svg.qr")).to_be_visible()


def test_an_official_posts_a_notice(made, visit):
    _offices, _shown, waiting = made
    them = visit(viewport=PHONE)
    page = them.page
    page.goto("/account/sign-in/")
    page.fill("input[name=username]", "village")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(f"/notices/{waiting.pk}/")
    assert them.accessibility() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("登记张贴").check()
    page.get_by_label("张贴地点").fill("嘎查村委会公示栏")
    page.get_by_label("现场公示栏").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("link", name="网上公示")).to_be_visible()
    page.get_by_role("link", name="张贴稿").click()
    expect(page.locator("svg.qr")).to_be_visible()
    assert them.accessibility() == []
