"""The diary on two phones: what is carried over opens to its author alone, what differs is kept twice; ten wrong
passphrases throw away the key and nothing else; and the page in the dark scheme."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from apps.access import scope as scopes
from apps.visits.models import Visit, VisitConflict, VisitPhoto
from tests.access.world import EVERYTHING
from tests.browser.test_phone import PASSPHRASE, PHONE, TEXTS, UNPLUGGED, counts, photo, sent, sign_in, write
from tests.browser.test_phone import phone as phone  # fixtures
from tests.browser.test_phone import register as register

EDITED = "第一篇：到户看望老人，血压偏高，已联系医生。"
KEPT = "内容有冲突，两份都已保留，由旗县核对"


def exported(page: Any) -> str:
    """The file of what is unsent; where it lies."""
    page.evaluate("location.hash = '#queue'")
    page.click("#queue summary:has-text('导出')")
    with page.expect_download() as given:
        page.click("#export")
    return str(given.value.path())


def imported(page: Any, file: str, n: int) -> None:
    page.evaluate("location.hash = '#queue'")
    details = page.locator("#queue details").first
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    page.set_input_files("#import", file)
    expect(page.locator("#notes")).to_contain_text(f"已导入 {n} 篇")


def second(visit: Any) -> Any:
    """Another phone, far from any household."""
    window = visit(viewport=PHONE)
    window.complaints = Unplugged()
    return window


class Unplugged(list):
    """Complaints without what an unplugged line says."""

    def append(self, complaint: str) -> None:
        if not UNPLUGGED.search(complaint):
            super().append(complaint)


def passphrase(page: Any) -> None:
    page.evaluate("location.hash = '#queue'")
    page.click("#passphrase-part summary")
    page.fill("#passphrase-1", PASSPHRASE)
    page.fill("#passphrase-2", PASSPHRASE)
    page.click("#passphrase button")
    expect(page.locator("#notes")).to_contain_text("已设置")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_what_was_carried_to_another_phone_opens_to_its_author_alone_and_is_stored_once(phone, visit, register):
    page, other = phone.page, second(visit)
    sign_in(page, "helper")
    phone.context.set_offline(True)
    write(page, "王建国", TEXTS[0], photo(1, (800, 600)))
    file = exported(page)
    carried = Path(file).read_text()
    assert not [secret for secret in (TEXTS[0], "王建国", "JFIF") if secret in carried]
    assert {name: len(json.loads(carried)[name]) for name in ("entries", "photos")} == {"entries": 1, "photos": 1}

    sign_in(other.page, "other")
    imported(other.page, file, 1)
    expect(other.page.locator("#notes")).to_contain_text("其中 1 篇属于其他账户")
    expect(other.page.locator("#others")).to_be_visible()
    with other.page.expect_response("**/api/v1/session/"):
        other.page.click("#send")
    other.page.wait_for_load_state("networkidle")
    assert "第一篇" not in other.page.content() and counts() == (0, 0)

    other.context.clear_cookies()
    sign_in(other.page, "helper")
    other.page.evaluate("location.hash = '#queue'")
    sent(other.page, 1)
    assert counts() == (1, 0)
    # The phone that it came from sends the same once more: stored once, and nothing is said to be wrong.
    phone.context.set_offline(False)
    sent(page, 1)
    assert counts() == (1, 0)
    with scopes.acting(EVERYTHING):
        stored = Visit.objects.get()
        assert (stored.text, stored.author_name) == (TEXTS[0], "helper")
        assert VisitPhoto.objects.filter(visit=stored).count() == 1


def test_the_same_diary_written_otherwise_on_two_phones_is_kept_twice_and_the_phone_says_so(phone, visit, register):
    page, other = phone.page, second(visit)
    sign_in(page, "helper")
    phone.context.set_offline(True)
    write(page, "王建国", TEXTS[0])
    file = exported(page)

    sign_in(other.page, "helper")
    other.context.set_offline(True)
    imported(other.page, file, 1)
    other.page.click("#entries button:has-text('修改')")
    expect(other.page.locator("#text")).to_have_value(TEXTS[0])
    other.page.fill("#text", EDITED)
    other.page.click("#finish")
    expect(other.page.locator("#entries li")).to_contain_text(EDITED)
    other.context.set_offline(False)
    sent(other.page, 1)

    phone.context.set_offline(False)
    with page.expect_response(lambda one: one.url.endswith("/api/v1/visits/") and one.status == 409):
        page.evaluate("location.hash = '#queue'")
    kept = page.locator("#entries li[data-state=kept]")
    expect(kept).to_contain_text(KEPT)
    expect(kept).to_contain_text(TEXTS[0])
    # It is with the server: nothing waits, nothing is to be done about it here.
    expect(page.locator("#count")).to_be_hidden()
    assert kept.locator("button").count() == 0 and page.title() == "民情日记"
    assert phone.accessibility() == []
    assert counts() == (1, 1)
    with scopes.acting(EVERYTHING):
        stored, beside = Visit.objects.get(), VisitConflict.objects.get()
    assert (stored.text, beside.text) == (EDITED, TEXTS[0])
    assert (beside.visit_id, beside.settled_at) == (stored.pk, None)


def test_ten_wrong_passphrases_throw_away_the_key_and_nothing_else(phone, register):
    page = phone.page
    sign_in(page, "helper")
    passphrase(page)
    phone.context.set_offline(True)
    write(page, "王建国", TEXTS[0])
    page.evaluate("location.hash = '#write'")
    page.reload()
    alarm = page.locator("#alarm")
    for left in range(9, -1, -1):
        page.wait_for_selector("#unlock:visible")
        page.fill("#unlock-words", f"不是这个口令{left}")
        page.click("#unlock button")
        expect(alarm).to_contain_text(f"还可以试 {left} 次" if left else "口令错误已达 10 次", timeout=15000)
    expect(page.locator("#unlock")).to_be_hidden()
    expect(page.locator("#gate-words")).to_contain_text("请联网登录一次")
    assert page.evaluate(
        """async () => {
          const database = await import("/static/js/phone/database.js");
          const all = await database.all("accounts");
          return all.map(({wrapped, salt, iv}) => [wrapped, salt, iv]);
        }"""
    ) == [[None, None, None]]
    # What waits is there, unreadable; the right passphrase opens nothing any more, the server does.
    page.evaluate("location.hash = '#queue'")
    expect(page.locator("#entries")).to_have_text("未上传 1")
    assert TEXTS[0] not in page.content()
    page.reload()
    expect(page.locator("#unlock")).to_be_hidden()
    phone.context.set_offline(False)
    page.evaluate("location.hash = '#queue'")
    sent(page, 1)
    assert counts() == (1, 0)


def test_the_page_is_readable_in_the_dark(visit, register, picture):
    window = visit(viewport=PHONE, color_scheme="dark")
    window.complaints = Unplugged()
    page, faults = window.page, {}
    sign_in(page, "helper")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    faults["choosing"] = window.accessibility()
    passphrase(page)
    window.context.set_offline(True)
    write(page, "王建国", TEXTS[0], photo(1, (800, 600)))
    faults["queue"] = window.accessibility()
    picture(window, "phone-dark-queue")
    page.evaluate("location.hash = '#write'")
    page.click("#households button:has-text('斯琴高娃')")
    page.fill("#text", "写到一半")
    expect(page.locator("#kept")).to_contain_text("已保存")
    faults["writing"] = window.accessibility()
    picture(window, "phone-dark-writing")
    page.evaluate("location.hash = '#write'")
    page.reload()
    page.wait_for_selector("#unlock:visible")
    page.fill("#unlock-words", "不是这个口令")
    page.click("#unlock button")
    expect(page.locator("#alarm")).to_contain_text(re.compile("还可以试 9 次"))
    faults["locked"] = window.accessibility()
    window.context.set_offline(False)
    page.reload()
    page.evaluate("location.hash = '#queue'")
    sent(page, 1)
    page.evaluate("location.hash = '#sent'")
    page.wait_for_selector("#visits li")
    faults["sent"] = window.accessibility()
    picture(window, "phone-dark-sent")
    assert {name: found for name, found in faults.items() if found} == {}
