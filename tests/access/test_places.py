"""Where a place is chosen that is not one's own: what lies there is not shown even if the choice itself let it pass.

Every page asks first whether the place is in reach, and narrows what it shows afterwards. Here the first question is
always answered yes.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.access import policy
from apps.access import scope as scopes
from apps.crosschecks.models import Finding
from apps.dashboards import counting, desks, todo
from apps.dashboards.extent import Extent
from apps.dashboards.models import Mark, Tally
from apps.pages import places
from apps.villages.forms import VillageYearForm
from apps.villages.models import Village
from config.menu import MENU
from tests.access.walk import content
from tests.access.world import COUNTY, EVERYTHING, INSIDE, OTHER_COUNTY, OTHER_LEAGUE, OWN

pytestmark = [
    pytest.mark.usefixtures("undone", "wall"),
    pytest.mark.parametrize("wall", ["application"], indirect=True),
]


@pytest.fixture
def any_place(monkeypatch):
    """Every place may be chosen."""
    monkeypatch.setattr(places, "reached", lambda scope, code: True)


@pytest.mark.usefixtures("any_place")
@pytest.mark.parametrize("place", [OTHER_LEAGUE, OTHER_LEAGUE // 10**6 * 10**6, OTHER_COUNTY])
def test_the_desk_of_a_foreign_place_is_empty(world, place):
    account = world.accounts["township"]
    answer = account.client(Client).get(f"/?division={place}")
    assert answer.status_code == 200
    assert world.leaks(account, content(answer)) == []
    assert not answer.context["todo"]["items"]
    assert answer.context["happenings"] == []
    assert not answer.context.get("households")
    assert not answer.context.get("village_url")


def test_the_desk_of_a_foreign_village_leads_nowhere_even_if_it_were_taken_for_ones_own(world, monkeypatch):
    account = world.accounts["village"]
    for place, own in ((OTHER_LEAGUE, False), (OWN, True)):
        monkeypatch.setattr(Extent, "of", lambda *asked, place=place: Extent(place, (place,), True))
        shown = account.client(Client).get("/").context
        assert (bool(shown["village_url"]), bool(shown["households"])) == (own, own)


def test_counts_of_a_foreign_place_are_none_and_leave_it_as_it_was(world):
    account = world.accounts["village"]
    extent = Extent(OTHER_LEAGUE, (OWN,), True)
    own = Extent(OWN, (OWN,), True)
    on = scopes.timezone.localdate()
    with scopes.activate(EVERYTHING):
        Tally.objects.filter(division_id=OTHER_LEAGUE).delete()
        Tally.objects.create(division_id=OTHER_LEAGUE, year=2000, poor_households=7)
        Village.objects.update(lon=120, lat=43)
        marks = Mark.objects.filter(division_id=OTHER_LEAGUE).count()
    assert marks
    with scopes.acting(account.user):
        assert not any(counting.total(counting.tallies(account.user, extent, on)).values())
        assert counting.refresh(account.user, extent, on) == 0
        assert counting.total(counting.tallies(account.user, own, on))["registered_households"] == 1
        assert desks._points(extent, account.user) == {}
        assert set(desks._points(own, account.user)) == {OWN}
        assert todo.to_do(account.user, extent, on)["items"] == []
    with scopes.activate(EVERYTHING):
        assert Mark.objects.filter(division_id=OTHER_LEAGUE).count() == marks
        assert Tally.objects.get(division_id=OTHER_LEAGUE).year == 2000
        assert Finding.objects.filter(division_id=OTHER_LEAGUE).exists()


def test_counts_of_a_foreign_place_are_not_made_for_its_marks_alone(world):
    """No count of another year is there, only villages that were written since."""
    account = world.accounts["village"]
    extent = Extent(OTHER_LEAGUE, (OWN,), True)
    with scopes.activate(EVERYTHING):
        Tally.objects.all().delete()
        assert Mark.objects.filter(division_id=OTHER_LEAGUE).exists()
    with scopes.acting(account.user):
        assert counting.refresh(account.user, extent, scopes.timezone.localdate()) == 0


def test_a_year_of_a_village_out_of_sight_is_not_added_where_the_right_let_it_pass(world, monkeypatch):
    account = world.accounts["village"]
    monkeypatch.setattr(policy, "can", lambda user, capability, where=None: True)
    with scopes.acting(account.user):
        for place, errors in ((OTHER_LEAGUE, {"division"}), (OWN, set())):
            form = VillageYearForm({"division": str(place), "year": 2019}, user=account.user)
            assert set(form.errors) == errors


def test_the_switch_of_place_knows_no_foreign_place(world):
    for name in INSIDE:
        elsewhere = {"region": 150999999999, "helper": OTHER_COUNTY}.get(name, OTHER_LEAGUE)
        assert world.accounts[name].client().get(f"/place/?division={elsewhere}").status_code == 404, name


def test_a_page_that_asks_for_no_place_does_not_take_up_a_foreign_one(world):
    """The top bar of pages that are about something else: the place in the address is nobody's to name there."""
    account = world.accounts["village"]
    for place, shown in ((OTHER_LEAGUE, False), (OWN, True)):
        found = account.client(Client).get(f"/exports/?division={place}").context["place"]
        assert (found.chosen == place) is shown


def test_the_menu_holds_what_one_may_open(world):
    """And not a line more: an entry says that there is something."""
    for name in INSIDE:
        account = world.accounts[name]
        text = account.client().get("/sessions/").content.decode()
        for entry in (entry for group in MENU for entry in group.entries if entry.capability):
            held = {*account.kind.may, *(["view_register"] if account.kind.register else [])}
            assert (f'href="{reverse(entry.url)}"' in text) is (entry.capability in held), f"{name} {entry.url}"


def test_pages_offer_what_one_may_do_and_no_more(world):
    """An inspector of the county sees its rows and changes none; its officer does, and audits nobody."""
    household = next(row.key for row in world.rows["household"] if row.place == OWN and not row.gone)
    person = next(row.key for row in world.rows["person"] if row.place == OWN and not row.gone)
    share = next(row.key for row in world.rows["share"] if row.place == OWN and not row.gone)
    for name, may in (("inspector", False), ("county", True)):
        client = world.accounts[name].client(Client)
        page = client.get(f"/households/{household}/").context
        assert (bool(page["may_reveal"]), bool(page["share_periods"])) == (may, may)
        assert page["audit_url"] == ""
        assert bool(client.get(f"/persons/{person}/").context["may_reveal"]) is may
        assert bool(client.get(f"/shares/{share}/").context["may_withdraw"]) is may
        assert bool(client.get(f"/rules/HH-15/?division={COUNTY}").context["may_set"]) is may
        assert ("household-urgent" in client.get("/shares/").content.decode()) is False
        assert 'href="/households/urgent/"' in client.get("/shares/").content.decode()
    assert 'href="/households/urgent/"' not in world.accounts["village"].client(Client).get("/shares/").content.decode()
