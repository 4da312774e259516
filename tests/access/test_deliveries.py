"""Departments' data: its services, what hangs off a delivery, and the way to a new one each ask by themselves."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from apps.access import scope as scopes
from apps.datasets.models import Delivery
from apps.datasets.services import intake, reading
from tests.access.world import COUNTY, EVERYTHING, OTHER_LEAGUE

pytestmark = pytest.mark.usefixtures("undone")


def deliveries(**values: object) -> tuple[Delivery, Delivery]:
    """The county's delivery and another league's, with these values."""
    with scopes.activate(EVERYTHING):
        Delivery.objects.update(**values)
        own, foreign = (Delivery.objects.get(division_id=place) for place in (COUNTY, OTHER_LEAGUE))
    return own, foreign


@pytest.mark.parametrize("wall", ["application"], indirect=True)
@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("held", lambda delivery, by: intake.confirm(delivery, by=by)),
        ("receiving", lambda delivery, by: intake.abandon(delivery, by=by)),
        ("accepted", lambda delivery, by: intake.withdraw(delivery, by=by, reason="口径错误")),
    ],
    ids=["confirm", "abandon", "withdraw"],
)
def test_a_step_of_a_delivery_is_refused_by_the_service_itself(world, wall, state, step):
    """An inspector sees none, and loads none of those that are given to him; nor does a county elsewhere."""
    own, foreign = deliveries(state=state)
    for name, delivery in (("inspector", own), ("county", foreign)):
        by = world.accounts[name].user
        with scopes.acting(by), pytest.raises(PermissionDenied):
            step(delivery, by)
    with scopes.activate(EVERYTHING):
        assert set(Delivery.objects.values_list("state", flat=True)) == {state}
    by = world.accounts["county"].user
    with scopes.acting(by):
        assert step(own, by).state != state


@pytest.mark.parametrize("wall", ["application"], indirect=True)
def test_what_hangs_off_a_delivery_is_asked_for_by_the_readers_own_scope(world, wall):
    """The delivery itself is out of sight: whoever holds it by mistake learns nothing of its pieces and faults."""
    by = world.accounts["county"].user
    own, foreign = deliveries()
    with scopes.acting(by):
        assert [len(reading.faults_of(by, one, 10)) for one in (own, foreign)] == [1, 0]
        assert [reading.pieces_of(by, one) for one in (own, foreign)] == [[1], []]


@pytest.mark.parametrize("wall", ["application"], indirect=True)
def test_ones_own_delivery_at_a_place_that_is_ones_own_no_more_is_not_there(world, wall):
    by = world.accounts["county"].user
    own, foreign = deliveries(by=by, file_name="")
    with scopes.acting(by):
        assert reading.sent_by(by, "CA-DB", own.pk) == own
        assert reading.sent_by(by, "CA-DB", foreign.pk) is None


@pytest.mark.parametrize("address", ["/datasets/", "/datasets/CA-DB/"])
def test_the_way_to_a_delivery_is_offered_to_those_who_may_load(world, address):
    for name, may in (("inspector", False), ("village", False), ("county", True)):
        page = world.accounts[name].client(Client).get(address)
        assert page.status_code == 200
        assert page.context["may_load"] is may, name
        assert (f'href="{reverse("delivery-upload")}' in page.content.decode()) is may, name


def test_whoever_sees_deliveries_may_load_there(world):
    """The list and the pages of single ones show every way on to all who are let in."""
    own, _foreign = deliveries()
    client = world.accounts["county"].client()
    assert f'href="{reverse("delivery-upload")}"' in client.get("/deliveries/").content.decode()
    assert reverse("delivery-withdraw", args=[own.pk]) in client.get(f"/deliveries/{own.pk}/").content.decode()
    for name in ("inspector", "township"):
        client = world.accounts[name].client()
        assert client.get("/deliveries/").status_code == 403
        assert client.get(f"/deliveries/{own.pk}/").status_code == 404
        withdrawn = client.post(f"/api/v1/deliveries/{own.pk}/withdraw/", {}, content_type="application/json")
        assert withdrawn.status_code == 404
