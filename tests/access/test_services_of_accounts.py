"""Accounts, posts and resets are guarded by their services, also where the database would let everything pass."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Grant
from apps.accounts.models import Post, Reset, User
from apps.accounts.services import check_delegation, may_end, resets
from apps.common.errors import Refused
from tests.access.world import COUNTY, EVERYTHING, OWN, World
from tests.factories.accounts import make_user

pytestmark = [
    pytest.mark.usefixtures("undone", "wall"),
    pytest.mark.parametrize("wall", ["application"], indirect=True),
]


def asked(by: User) -> Reset:
    """A reset that waits, which this account asked for when it still had the right."""
    user = make_user("forgetful", None, OWN)
    with scopes.activate(EVERYTHING):
        return Reset.objects.create(
            user=user,
            user_name=user.name,
            division_id=OWN,
            what=Reset.What.PASSWORD,
            reason="本人遗忘",
            asked_by=by,
            asked_by_name=by.name,
            expires_at=timezone.now() + datetime.timedelta(hours=1),
        )


@pytest.mark.parametrize(("name", "may"), [("county", True), ("inspector", False)])
def test_a_request_is_taken_back_only_by_who_still_runs_the_accounts(world: World, name: str, may: bool) -> None:
    by = world.accounts[name].user
    reset = asked(by)
    with scopes.acting(by):
        assert resets.may_withdraw(by, reset) is may
        if may:
            resets.withdraw(reset, by=by)
        else:
            with pytest.raises(PermissionDenied):
                resets.withdraw(reset, by=by)
    with scopes.activate(EVERYTHING):
        assert (Reset.objects.get(pk=reset.pk).state == Reset.State.WITHDRAWN) is may


@pytest.mark.parametrize(("name", "may"), [("county", True), ("inspector", False)])
def test_a_post_is_not_offered_to_be_ended_where_one_runs_no_accounts(world: World, name: str, may: bool) -> None:
    by, holder = world.accounts[name].user, world.accounts["village"].user
    with scopes.activate(EVERYTHING):
        post = Post.objects.select_related("role").get(user=holder)
    with scopes.acting(by):
        assert may_end(by, post) is may


def test_what_one_does_not_hold_is_not_given_even_where_it_reaches_nothing(world: World) -> None:
    """A post 仅本人 has no range that could lie beyond one's own."""
    by, less = world.accounts["county"].user, make_user("less", "county_officer", COUNTY)
    with scopes.activate(EVERYTHING):
        Grant.objects.filter(user=less, permission__codename="open_urgently").delete()
    with scopes.acting(by):
        check_delegation(by, "inspector", COUNTY, [])
    with scopes.acting(less), pytest.raises(Refused):
        check_delegation(less, "inspector", COUNTY, [])


def test_the_page_of_an_account_tells_no_post_out_of_sight(world: World) -> None:
    """An account of the county with a post in another league."""
    with scopes.activate(EVERYTHING):
        lent = User.objects.get(username="lent")
    for name, roles in (("county", {"village_officer"}), ("region", {"village_officer", "inspector"})):
        shown = world.accounts[name].client(Client).get(f"/users/{lent.pk}/").context["extents"]
        assert {post.role.name for post, _words in shown} == roles
