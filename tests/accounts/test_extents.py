"""How far a post reaches: the five names, what they come to, and that nobody gives more than he has."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts import services
from apps.accounts.models import Post, User
from apps.accounts.services import SET_UP, extents
from apps.common.errors import Refused, ServiceError
from apps.households.models import Household
from apps.partners.services import clients
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household
from tests.factories.partners import make_department

pytestmark = pytest.mark.django_db

REGION, LEAGUE, COUNTY, TOWNSHIP = 150000000000, 150400000000, 150422000000, 150422100000
OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
POSTS = "/api/v1/posts/"


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    plant(*VILLAGES)


def give(extent: str, *chosen: int, role: str = "county_officer", division: int = COUNTY) -> User:
    user = make_user(f"{extent}-{role}", None, division)
    with scopes.activate(SET_UP), transaction.atomic():
        services.appoint(user, role=role, division=division, extent=extent, chosen=chosen, by=None)
    return user


def ranges(user: User) -> tuple[scopes.Range, ...]:
    scopes.forget(user)
    return scopes.of(user).ranges("register")


@pytest.mark.parametrize(
    ("extent", "chosen", "expected"),
    [
        ("all", (), [(150000000000, 159999999999)]),
        ("below", (), [(150422000000, 150422999999)]),
        ("here", (), [(COUNTY, COUNTY)]),
        ("custom", (OWN, NEIGHBOUR), [(OWN, OWN), (NEIGHBOUR, NEIGHBOUR)]),
        ("custom", (TOWNSHIP, OWN), [(TOWNSHIP, TOWNSHIP + 999)]),
        ("self", (), []),
    ],
)
def test_the_five_names_come_to_these_ranges(extent, chosen, expected):
    assert sorted(ranges(give(extent, *chosen))) == expected


def test_a_village_of_its_own_is_its_subtree():
    assert ranges(give("here", role="village_officer", division=OWN)) == ((OWN, OWN),)


@pytest.mark.parametrize(
    ("extent", "seen"),
    [
        ("all", {OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE}),
        ("below", {OWN, SIBLING, NEIGHBOUR}),
        ("here", set()),
        ("custom", {OWN, NEIGHBOUR}),
        ("self", set()),
    ],
)
def test_both_walls_show_these_rows(extent, seen):
    for village in VILLAGES:
        make_household(village)
    user = give(extent, *((OWN, NEIGHBOUR) if extent == "custom" else ()))
    with scopes.acting(user), connection.cursor() as cursor:
        assert set(Household.objects.visible_to(user).values_list("division_id", flat=True)) == seen
        cursor.execute("SELECT DISTINCT division_id FROM households_household")
        assert {row[0] for row in cursor.fetchall()} == seen


@pytest.mark.parametrize(
    ("extent", "chosen"),
    [("custom", ()), ("custom", (OTHER_COUNTY,)), ("custom", (COUNTY, LEAGUE)), ("here", (OWN,)), ("all", (OWN,))],
)
def test_what_is_no_extent_is_refused(extent, chosen):
    with pytest.raises(ServiceError) as caught:
        extents.reaches(extent, COUNTY, chosen)
    assert caught.value.field == "chosen"


@pytest.mark.parametrize(
    ("held", "given", "allowed"),
    [
        ("below", {"extent": "here"}, True),
        ("below", {"extent": "custom", "chosen": [OWN]}, True),
        ("below", {"extent": "all"}, False),
        ("here", {"extent": "here"}, True),
        ("here", {"extent": "below"}, False),
        ("here", {"extent": "custom", "chosen": [OWN]}, False),
    ],
)
def test_nobody_gives_a_wider_range_than_his_own(held, given, allowed):
    by, user = give(held), make_user("new", None, COUNTY)
    with scopes.acting(by):
        if allowed:
            services.appoint(user, role="county_officer", division=COUNTY, by=by, **given)
        else:
            with pytest.raises(Refused):
                services.appoint(user, role="county_officer", division=COUNTY, by=by, **given)


def test_a_wider_post_is_nobodys_to_end_or_reset_below():
    """A county sees but its own part of the grants; what it may do follows from all of them."""
    wide, county = give("all", role="inspector"), make_user("county", "county_officer", COUNTY)
    with scopes.acting(county):
        post = Post.objects.get(user=wide)
        assert not services.may_manage(county, wide)
        assert not services.may_end(county, post)
        with pytest.raises(Refused):
            services.end_post(post, by=county)
        with pytest.raises(Refused):
            services.resets.ask(wide, "password", reason="x", by=county)
        wide.name = "改"
        with pytest.raises(Refused):
            services.change_account(wide, by=county)


def test_a_department_below_is_not_run_by_whoever_holds_one_division():
    here = give("here")
    client = make_department(COUNTY).client
    with scopes.acting(here):
        assert not clients.may_run(here, client)


def test_pages_of_one_division_lead_nowhere_below():
    here = sign_in(Client(), give("here"))
    assert here.get("/").status_code == 200
    assert here.get(f"/households/?division={COUNTY}").status_code == 200
    assert here.get(f"/households/?division={OWN}").status_code == 404
    listed = here.get("/divisions/").content.decode()
    assert "敖汉" in listed or str(COUNTY) in listed
    assert str(OWN) not in listed


def test_the_form_and_the_api_offer_them_and_the_account_says_what_they_mean():
    county = make_user("county", "county_officer", COUNTY)
    page, script, user = sign_in(Client(), county), sign_in(APIClient(), county), make_user("new", None, COUNTY)
    form = page.get("/posts/new/").content.decode()
    for name in ("全部", "自定义", "本级", "本级及以下", "仅本人"):
        assert f">{name}</option>" in form
    data = {"user": user.pk, "role": "inspector", "division": str(COUNTY), "reason": ""}
    wrong = script.post(POSTS, {**data, "extent": "custom", "chosen": "x"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "chosen")
    made = script.post(POSTS, {**data, "extent": "custom", "chosen": f"{OWN}，{NEIGHBOUR}"})
    assert (made.status_code, made.json()["extent"]) == (201, "custom"), made.content.decode()
    assert sorted(ranges(user)) == [(OWN, OWN), (NEIGHBOUR, NEIGHBOUR)]
    body = page.get(f"/users/{user.pk}/").content.decode()
    assert "自定义：" in body and "共 2 个行政区划" in body
    assert script.post(POSTS, {**data, "user": make_user("two", None, COUNTY).pk}).json()["extent"] == "below"
    with scopes.acting(county):
        post = Post.objects.get(user=county)
    assert extents.in_words(post, extents.reaches_of(post)).startswith("本级及以下：")
    with scopes.activate(SET_UP), transaction.atomic():
        own = services.appoint(make_user("self", None, OWN), role="helper", division=OWN, extent="self", by=None)
    assert "结对帮扶" in extents.in_words(own, extents.reaches_of(own))
