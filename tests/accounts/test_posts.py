"""Appointing and ending posts: who may give what, where and to whom."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Grant
from apps.accounts import services
from apps.accounts.models import Post, User
from apps.accounts.roles import API_CLIENT, ROLES, conflicts
from apps.common.errors import Refused, ServiceError
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE = 150000000000, 150400000000, 150422000000, 150422100000, 150422100200
SISTER_COUNTY, SISTER_VILLAGE = 150423000000, 150423100200


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    plant(*VILLAGES)


@pytest.fixture
def county() -> User:
    return make_user("county", "county_officer", COUNTY)


@pytest.fixture
def security() -> User:
    return make_user("security", "security_administrator", REGION)


def appoint(by: User, user: User, role: str, division: int, **options: object) -> Post:
    with scopes.acting(by):
        return services.appoint(user, role=role, division=division, by=by, **options)


def refusal(by: User, user: User, role: str, division: int, **options: object) -> tuple[str | None, str]:
    with pytest.raises(ServiceError) as caught, scopes.acting(by):
        services.appoint(user, role=role, division=division, by=by, **options)
    assert Post.objects.count() == 0, "nothing is left of a refused appointment"
    return caught.value.field, caught.value.code


def test_a_post_gives_its_roles_capabilities_at_its_place_and_below(county):
    user = make_user("new", None, VILLAGE)
    post = appoint(county, user, "village_officer", VILLAGE, reason="新任")
    assert (post.appointed_by, post.division_id, post.valid_until, post.reason) == (county, VILLAGE, None, "新任")
    scope = scopes.of(user)
    assert set(scope.capabilities) == ROLES["village_officer"].capabilities
    assert set(scope.capabilities.values()) == {((VILLAGE, VILLAGE),)}


@pytest.mark.parametrize(
    ("role", "division"),
    [("county_officer", SISTER_COUNTY), ("village_officer", SISTER_VILLAGE), ("league_officer", LEAGUE)],
    ids=["sibling", "village of a sibling", "parent"],
)
def test_nobody_appoints_outside_his_own_subtree(county, role, division):
    user = make_user("new", None, VILLAGE)
    with pytest.raises(PermissionDenied), scopes.acting(county):
        services.appoint(user, role=role, division=division, by=county)


def test_nobody_appoints_an_account_that_is_run_elsewhere(county):
    user = make_user("new", None, SISTER_VILLAGE)
    with pytest.raises(PermissionDenied), scopes.acting(county):
        services.appoint(user, role="village_officer", division=VILLAGE, by=county)


@pytest.mark.parametrize("role", ["village_officer", "township_officer", "inspector"])
def test_whoever_manages_no_accounts_appoints_nobody(role):
    place = {"village_officer": VILLAGE, "township_officer": TOWNSHIP, "inspector": COUNTY}[role]
    officer, user = make_user("officer", role, place), make_user("new", None, VILLAGE)
    with pytest.raises(PermissionDenied), scopes.acting(officer):
        services.appoint(user, role="village_officer", division=VILLAGE, by=officer)


def test_nobody_gives_more_than_he_holds(county, monkeypatch):
    monkeypatch.setitem(
        ROLES, "inspector", ROLES["inspector"].__class__("督查", frozenset({3}), frozenset({"manage_system"}))
    )
    assert refusal(county, make_user("new", None, COUNTY), "inspector", COUNTY) == ("role", "refused")


@pytest.mark.parametrize("role", [name for name, role in ROLES.items() if role.administrator])
def test_only_security_administrators_appoint_administrators(county, security, role):
    user = make_user("new", None, COUNTY)
    assert refusal(county, user, role, COUNTY) == ("role", "refused")
    assert appoint(security, user, role, COUNTY).role.name == role


def test_a_security_administrator_gives_what_he_cannot_use(security):
    user = make_user("new", None, COUNTY)
    appoint(security, user, "county_officer", COUNTY)
    assert scopes.of(user).allows("view_personal_data", VILLAGE)
    assert not scopes.of(security).allows("view_register")


@pytest.mark.parametrize(("role", "division"), [("county_officer", TOWNSHIP), ("village_officer", COUNTY)])
def test_a_role_is_held_at_its_own_levels_only(security, role, division):
    assert refusal(security, make_user("new", None, COUNTY), role, division) == ("division", "invalid")


def test_a_role_that_does_not_exist_is_refused(security):
    assert refusal(security, make_user("new", None, COUNTY), "emperor", COUNTY) == ("role", "invalid")


def test_nobody_is_given_the_systems_own_role(security):
    assert refusal(security, make_user("new", None, REGION), "system", REGION) == ("role", "refused")


def test_a_post_cannot_end_before_it_begins(security):
    before = timezone.now() - datetime.timedelta(seconds=1)
    assert refusal(security, make_user("new", None, COUNTY), "inspector", COUNTY, valid_until=before) == (
        "valid_until",
        "invalid",
    )


def test_administrators_hold_nothing_else_and_no_two_of_the_three():
    administrators = {name for name, role in ROLES.items() if role.administrator}
    assert administrators == {"system_administrator", "security_administrator", "audit_administrator"}
    for one in ROLES:
        for other in ROLES:
            expected = one != other and bool({one, other} & (administrators | {API_CLIENT}))
            assert conflicts(one, other) is expected


@pytest.mark.parametrize("begins", ["held now", "beginning next week"])
def test_an_administrator_cannot_become_an_officer_not_even_of_somewhere_the_appointing_account_cannot_see(
    security, county, begins
):
    """The account is run in the county; its administrator's post lies in the league, out of the county's sight."""
    user = make_user("new", None, VILLAGE)
    start = timezone.now() + datetime.timedelta(days=7 if begins == "beginning next week" else 0)
    appoint(security, user, "audit_administrator", LEAGUE, valid_from=start)
    with scopes.acting(county):
        assert not Post.objects.filter(user=user).exists()
    with pytest.raises(ServiceError) as caught:
        appoint(county, user, "village_officer", VILLAGE)
    assert (caught.value.field, caught.value.code) == ("role", "conflict")


def test_an_administrators_post_that_ended_is_no_hindrance(security):
    user = make_user("new", None, COUNTY)
    post = appoint(security, user, "audit_administrator", COUNTY)
    with scopes.acting(security):
        services.end_post(post, by=security)
    assert appoint(security, user, "county_officer", COUNTY).pk


def test_the_same_post_is_not_given_twice_but_again_after_its_end(county):
    user = make_user("new", None, VILLAGE)
    post = appoint(county, user, "village_officer", VILLAGE)
    with pytest.raises(ServiceError) as caught:
        appoint(county, user, "village_officer", VILLAGE)
    assert (caught.value.field, caught.value.code) == ("role", "duplicate")
    with scopes.acting(county):
        services.end_post(post, by=county)
    assert appoint(county, user, "village_officer", VILLAGE).pk != post.pk


def test_an_ended_post_gives_nothing_any_more_and_its_grants_stay_as_its_record(county):
    user = make_user("new", "village_officer", VILLAGE)
    assert scopes.of(user).allows("change_register", VILLAGE)
    with scopes.acting(county):
        services.end_post(Post.objects.get(user=user), by=county)
    scopes.forget(user)
    assert scopes.of(user).capabilities == {}
    with scopes.acting(county):
        assert Grant.objects.filter(user=user).count() == len(ROLES["village_officer"].capabilities)


def test_a_post_that_begins_later_gives_nothing_yet(county):
    user = make_user("new", None, VILLAGE)
    appoint(county, user, "village_officer", VILLAGE, valid_from=timezone.now() + datetime.timedelta(hours=1))
    assert scopes.of(user).capabilities == {}


def test_an_end_is_never_moved_back(county):
    user = make_user("new", None, VILLAGE)
    soon = timezone.now() + datetime.timedelta(days=1)
    post = appoint(county, user, "village_officer", VILLAGE, valid_until=soon)
    with pytest.raises(ServiceError), scopes.acting(county):
        services.end_post(post, by=county, at=soon + datetime.timedelta(days=1))
    with scopes.acting(county):
        ended = services.end_post(post, by=county).valid_until
    assert ended < soon
    with pytest.raises(ServiceError) as caught, scopes.acting(county):
        services.end_post(post, by=county)
    assert caught.value.code == "ended"
    with scopes.acting(county):
        assert Post.objects.get(pk=post.pk).valid_until == ended


def test_nobody_ends_his_own_post(county):
    with pytest.raises(Refused), scopes.acting(county):
        services.end_post(Post.objects.get(user=county), by=county)


def test_an_officer_cannot_end_an_administrators_post_nor_a_post_above_him(county):
    auditor = make_user("auditor", "audit_administrator", COUNTY)
    league = make_user("league", "league_officer", LEAGUE)
    with scopes.acting(county):
        with pytest.raises(Refused):
            services.end_post(Post.objects.get(user=auditor), by=county)
        assert not Post.objects.filter(user=league).exists()
    with scopes.activate(services.SET_UP), transaction.atomic():
        post = Post.objects.get(user=league)
    with pytest.raises(PermissionDenied), scopes.acting(county):
        services.end_post(post, by=county)


def test_roles_to_give_are_those_that_appointing_accepts(county, security):
    user = make_user("new", None, VILLAGE)
    for by in (county, security):
        for division in (COUNTY, TOWNSHIP, VILLAGE):
            accepted = []
            for role in ROLES:
                try:
                    with scopes.acting(by):
                        services.appoint(user, role=role, division=division, by=by)
                        transaction.set_rollback(True)
                    accepted.append(role)
                except ServiceError:
                    continue
            with scopes.acting(by):
                assert services.roles_to_give(by, division) == accepted


def test_changes_of_posts_are_in_the_history_with_who_made_them(county):
    user = make_user("new", None, VILLAGE)
    post = appoint(county, user, "village_officer", VILLAGE)
    with scopes.acting(county):
        services.end_post(post, by=county)
        events = list(post.events.order_by("pgh_id").values_list("pgh_label", "valid_until", "pgh_context__name"))
    assert events == [("insert", None, "county"), ("update", post.valid_until, "county")]
