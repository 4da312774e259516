"""The desks in a real browser: the map says what the ranking says, leads down, and everything fits a phone."""

from __future__ import annotations

import pytest
from django.db import transaction

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.villages.models import Village, VillageYear
from apps.villages.services import ensure_villages
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES


@pytest.fixture
def register(committed_db):
    with transaction.atomic():
        plant(*VILLAGES)
        make_user("league", "league_officer", 150400000000)
        make_user("township", "township_officer", 150422100000)
        make_user("village", "village_officer", OWN)
        helper = make_user("helper", "helper", OWN)
        for number in range(6):
            household = make_household(OWN, status=("20", "40")[number % 2], exit_year=(None, 2018)[number % 2])
            make_person(household)
        make_person(make_household(SIBLING))
        make_person(make_household(OTHER_COUNTY))
        with scopes.acting(system_account()):
            ensure_villages()
            for village in Village.objects.filter(division_id__in=(OWN, SIBLING)):
                VillageYear.objects.create(village=village, year=2018, population=120)
            Village.objects.filter(division_id=OWN).update(lon=119.4, lat=43.9)
            Village.objects.filter(division_id=SIBLING).update(lon=119.5, lat=44.0)
        pair(household, helper)


@pytest.fixture
def at_desk(visit, register):
    """The window of an account at its desk."""

    def go(username: str, **options):
        window = visit(**options)
        window.page.goto("/account/sign-in/")
        window.page.fill("input[name=username]", username)
        window.page.fill("input[name=password]", PASSWORD)
        window.page.click("button.btn-primary")
        window.page.wait_for_url(lambda url: "sign-in" not in url)
        window.page.wait_for_load_state("networkidle")
        return window

    return go


def shade(page, name: str) -> str | None:
    unit = page.locator(".map svg a", has=page.locator("title", has_text=name))
    return unit.locator("path, circle").get_attribute("class")


def test_the_map_says_what_the_ranking_says_and_leads_down(at_desk, picture):
    window = at_desk("league")
    page = window.page
    ranking = [line.split("\n") for line in page.locator(".ranking li").all_inner_texts()]
    assert [(line[0].strip(), line[-1].strip()) for line in ranking] == [("巴林左旗", "4"), ("巴林右旗", "1")]
    assert page.locator(".map svg a").count() == 2, "only what the ranking names is a link"
    assert page.locator(".map svg a title").all_text_contents() == ["巴林左旗 贫困人口 4", "巴林右旗 贫困人口 1"]
    assert (shade(page, "巴林左旗"), shade(page, "巴林右旗")) == ("shade-5", "shade-1")
    picture(window, "desk-league")
    page.locator(".segment a", has_text="贫困发生率").click()
    page.wait_for_url(lambda url: "figure=incidence" in url)
    page.locator(".map svg a title", has_text="贫困发生率").first.wait_for(state="attached")
    assert page.locator(".map svg a title").first.text_content() == "巴林左旗 贫困发生率 1.67%"
    page.locator(".map svg a path").first.click()
    page.wait_for_url(lambda url: "division=150422000000" in url)
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").inner_text().startswith("巴林左旗")
    assert page.locator(".map .tag").inner_text() == "示意范围"


def test_the_villages_of_a_township_are_points(at_desk):
    page = at_desk("township").page
    assert page.locator(".map svg circle").count() == 2
    page.locator(".map svg a circle").last.click()
    page.wait_for_url(lambda url: f"division={OWN}" in url)


def test_without_a_map_file_the_ranking_still_stands(at_desk, visit):
    window = at_desk("league")
    window.context.route("**/static/maps/**", lambda route: route.fulfill(status=404))
    window.page.reload()
    window.page.wait_for_load_state("networkidle")
    assert window.page.locator(".map").is_hidden()
    assert window.page.locator(".ranking li").count() == 2


@pytest.mark.parametrize("account", ["league", "township", "village", "helper"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_desk_fits_its_screen_and_is_accessible(at_desk, picture, account, size):
    window = at_desk(account, viewport=size)
    page = window.page
    picture(window, f"desk-{account}-{size['width']}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    assert window.accessibility() == []
