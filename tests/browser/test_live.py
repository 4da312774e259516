"""The live page and a track in a real browser: visits appear by themselves, and a line joins the points of a track."""

from __future__ import annotations

import datetime

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.villages.models import Village
from apps.villages.services import ensure_villages
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.factories.visits import make_visit

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
OWN, SIBLING = VILLAGES[0], VILLAGES[1]
LON, LAT = 119.4, 43.9


class Township:
    """A township's officer, and a helper with a household there."""

    def __init__(self) -> None:
        with transaction.atomic():
            plant(*VILLAGES)
            cache.clear()
            make_user("township", "township_officer", OWN // 1000 * 1000)
            self.helper = make_user("helper", "helper", OWN)
            self.household = make_household(OWN, lon=LON, lat=LAT)
            make_person(self.household, name="王建国")
            pair(self.household, self.helper, from_on=datetime.date(2018, 1, 1))
            with scopes.acting(system_account()):
                ensure_villages()
                Village.objects.filter(division_id=OWN).update(lon=LON, lat=LAT)
                Village.objects.filter(division_id=SIBLING).update(lon=LON + 0.1, lat=LAT + 0.1)

    def visit(self, **fields) -> None:
        cache.clear()
        make_visit(self.household, self.helper, **fields)


@pytest.fixture
def township(committed_db) -> Township:
    return Township()


@pytest.fixture
def at(visit, township):
    """A window of the township's officer on a page."""

    def go(address: str, **options):
        window = visit(**options)
        window.page.goto("/account/sign-in/")
        window.page.fill("input[name=username]", "township")
        window.page.fill("input[name=password]", PASSWORD)
        window.page.click("button.btn-primary")
        window.page.wait_for_url(lambda url: "sign-in" not in url)
        window.page.clock.install()
        window.page.goto(address)
        return window

    return go


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_visit_appears_by_itself_until_somebody_pauses(at, township, viewport):
    township.visit(text="先前的走访")
    window = at("/live/", viewport=viewport)
    page = window.page
    expect(page.get_by_text("先前的走访")).to_be_visible()
    assert window.accessibility() == []
    township.visit(text="刚刚的走访", problem="井水浑浊")
    page.clock.fast_forward(13_000)
    expect(page.get_by_text("刚刚的走访")).to_be_visible()
    assert page.locator("#live-rows tr").first.inner_text().find("刚刚的走访") >= 0
    expect(page.locator("#live-said")).to_contain_text("1")
    expect(page.locator("#live-figures .figure-value").first).to_contain_text("2")
    page.click("#live-switch")
    township.visit(text="暂停时的走访")
    page.clock.fast_forward(60_000)
    expect(page.locator("#live-said")).to_have_text("已暂停更新")
    assert page.get_by_text("暂停时的走访").count() == 0
    page.click("#live-switch")
    page.clock.fast_forward(13_000)
    expect(page.get_by_text("暂停时的走访")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert window.complaints == []


def test_a_track_joins_its_points_in_the_order_of_time(at, township):
    now = timezone.now()
    for hours, east in ((1, 0.04), (5, 0.0), (3, 0.02)):
        township.visit(visited_at=now - datetime.timedelta(hours=hours), lon=LON + east, lat=LAT)
    days = f"first={now - datetime.timedelta(days=2):%Y-%m-%d}&last={now + datetime.timedelta(days=1):%Y-%m-%d}"
    window = at(f"/tracks/?author={township.helper.pk}&{days}", viewport=DESK)
    page = window.page
    expect(page.locator(".track-point")).to_have_count(3)
    across = [float(one.get_attribute("cx")) for one in page.locator(".track-point").all()]
    assert across == sorted(across)
    assert page.locator(".track-line").get_attribute("d").count("L") == 2
    assert window.accessibility() == [] and window.complaints == []
