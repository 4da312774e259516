"""A security key in a real browser, with Chromium's virtual authenticator: added, named, used to sign in."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pyotp
import pytest
from django.db import transaction

from apps.accounts.services import second_factor
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.divisions import VILLAGES, plant


@pytest.fixture
def codes(committed_db, settings, live_server):
    settings.SECURITY_KEY_HOST = "localhost"
    settings.SECURITY_KEY_ORIGINS = [live_server.url]
    assert urlsplit(live_server.url).hostname == "localhost"
    with transaction.atomic():
        plant(*VILLAGES)
        user = make_user("village", "village_officer", VILLAGES[0])
    offer = second_factor.offer(user)
    return second_factor.enrol(user, offer.token, pyotp.TOTP(offer.secret).now())


# The page itself, loaded to its end: the address of the step before it ends with the same words.
INSIDE = re.compile(r"^[^?]*/account/second-factor/$")


def plug_in(window) -> None:
    """A key in the port of this window's machine, whose holder touches it at once."""
    session = window.context.new_cdp_session(window.page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": False, "isUserVerified": False}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})


def half_way(page) -> None:
    page.goto("/account/sign-in/?next=/account/second-factor/")
    page.fill("input[name=username]", "village")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code/**")


def all_the_way(page, code: str) -> None:
    half_way(page)
    page.fill("input[name=code]", code)
    page.keyboard.press("Enter")
    page.wait_for_url(INSIDE)


def test_a_key_is_added_and_opens_the_next_session_by_keyboard_alone(visit, codes, picture):
    window = visit()
    page = window.page
    plug_in(window)
    all_the_way(page, codes[0])
    page.fill("#key_name", "办公室密钥")
    page.fill("#key_code", codes[1])
    page.keyboard.press("Enter")
    page.wait_for_selector(".key-line")
    assert page.input_value(".key-line input[name=name]") == "办公室密钥"
    picture(window, "security-keys-desk")
    assert window.accessibility() == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    picture(window, "security-keys-phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    window.context.clear_cookies()
    half_way(page)
    picture(window, "security-key-step")
    assert window.accessibility() == []
    page.focus("[data-key-form] button")
    page.keyboard.press("Enter")
    page.wait_for_url(INSIDE)
    assert "最近使用" in page.inner_text("#keys")


def test_a_browser_without_keys_and_a_key_that_is_not_there_are_explained(visit, codes):
    window = visit()
    page = window.page
    plug_in(window)
    all_the_way(page, codes[0])
    page.fill("#key_name", "密钥")
    page.fill("#key_code", codes[1])
    page.click("[data-key-form=create] button")
    page.wait_for_selector(".key-line")
    bare = visit()
    bare.page.add_init_script("delete window.PublicKeyCredential")
    half_way(bare.page)
    bare.page.click("[data-key-form] button")
    bare.page.wait_for_selector("[data-key-error]:not([hidden])")
    assert "不支持安全密钥" in bare.page.inner_text("[data-key-error]")
    bare.page.fill("input[name=code]", codes[2])
    bare.page.click("button:has-text('验证并登录')")
    bare.page.wait_for_url(INSIDE)
