"""Many findings at once in a browser: the boxes, the three stages, and the statistics, at a desk and on a phone."""

from __future__ import annotations

import pytest

from tests.crosschecks.families import REFERENCE
from tests.crosschecks.many import many
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.divisions import VILLAGES, plant

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def window(committed_db, visit, settings):
    settings.REFERENCE_DATE = REFERENCE
    plant(*VILLAGES)
    many(3)
    many(1, first=20, state="closed")
    make_user("village", "village_officer", VILLAGES[0])

    def go(**options):
        window = visit(**options)
        window.page.goto("/account/sign-in/?next=/findings/?rule=ID-04")
        window.page.wait_for_load_state("networkidle")
        window.page.fill("input[name=username]", "village")
        window.page.fill("input[name=password]", PASSWORD)
        window.page.click("button.btn-primary")
        window.page.wait_for_url(lambda url: "sign-in" not in url)
        return window

    return go


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_from_boxes_to_the_result(window, picture, size):
    window = window(viewport=DESK if size == "desk" else PHONE)
    page, faults = window.page, {}

    def look(name: str) -> None:
        page.wait_for_load_state("networkidle")
        picture(window, f"bulk-{name}-{size}")
        faults[name] = window.accessibility()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name

    page.goto("/findings/?rule=ID-04")
    look("list")
    boxes, told = page.locator("input[name=row]"), page.locator("output[data-ticked]")
    if size == "desk":
        page.check("input[data-ticks]")
        assert told.inner_text() == "4" and boxes.nth(3).is_checked()
        boxes.nth(0).uncheck()
        assert told.inner_text() == "3" and page.evaluate("document.querySelector('input[data-ticks]').indeterminate")
        page.check("input[data-ticks]")
    else:
        for number in range(4):
            boxes.nth(number).check()
    page.click("#bulk button:not([name=all])")
    look("choose")
    page.check("input[value=check]")
    page.click("button[value=try]")
    look("try")
    page.click("button[value=take]")
    look("taken")
    assert page.locator("h1").inner_text() == "办理结果" and page.locator("dd b").all_inner_texts() == ["3", "1"]
    page.goto("/rules/statistics/")
    look("statistics")
    assert {name: found for name, found in faults.items() if found} == {}


def test_without_scripts_it_goes_the_same_way(window):
    window = window(viewport=DESK, java_script_enabled=False)
    page = window.page
    page.goto("/findings/?rule=ID-04&state=new")
    assert page.locator("input[data-ticks]").is_hidden()
    page.click("#bulk button[name=all]")
    page.check("input[value=check]")
    page.click("button[value=try]")
    page.click("button[value=take]")
    assert page.locator("dd b").all_inner_texts() == ["3", "0"]
