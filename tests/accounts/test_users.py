"""Making, changing, closing and reopening accounts, and their first passwords."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from apps.access import scope as scopes
from apps.accounts import services
from apps.accounts.models import PasswordRecord, User
from apps.common.errors import Refused, ServiceError
from tests.factories.accounts import PASSWORD, make_user, reset
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

REGION, LEAGUE, COUNTY, VILLAGE = 150000000000, 150400000000, 150422000000, 150422100200
SISTER_COUNTY, SISTER_VILLAGE = 150423000000, 150423100200


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    plant(*VILLAGES)


@pytest.fixture
def county() -> User:
    return make_user("county", "county_officer", COUNTY)


def stored(user: User) -> User:
    with scopes.activate(services.SET_UP), transaction.atomic():
        return User.objects.get(pk=user.pk)


def test_a_new_account_has_no_post_and_a_first_password_to_be_changed(county):
    user = User(username="NewOne", name="新人", division_id=VILLAGE)
    with scopes.acting(county):
        password = services.create_account(user, by=county)
    found = stored(user)
    assert (found.username, found.is_active, found.password_expired) == ("newone", True, True)
    assert found.check_password(password)
    assert scopes.of(found).capabilities == {}


def test_first_passwords_keep_the_rules_and_differ():
    made = {services.random_password() for _time in range(200)}
    assert len(made) == 200
    assert {len(password) for password in made} == {14}
    assert not set("".join(made)) & set("lIoO01")
    for password in made:
        validate_password(password, User(username="somebody", name="某人"))


@pytest.mark.parametrize("division", [LEAGUE, SISTER_COUNTY, SISTER_VILLAGE])
def test_an_account_is_made_only_inside_ones_own_subtree(county, division):
    with pytest.raises(PermissionDenied), scopes.acting(county):
        services.create_account(User(username="new", name="新人", division_id=division), by=county)


def test_a_name_taken_by_an_account_out_of_sight_is_refused_on_the_field(county):
    make_user("taken", None, SISTER_VILLAGE)
    with scopes.acting(county):
        assert not User.objects.filter(username="taken").exists()
        with pytest.raises(ServiceError) as caught:
            services.create_account(User(username="taken", name="新人", division_id=VILLAGE), by=county)
        assert (caught.value.field, caught.value.code) == ("username", "unique")
        assert User.objects.filter(division_id=VILLAGE).count() == 0, "the transaction goes on"


@pytest.mark.parametrize("act", ["reset", "close", "open", "change"])
@pytest.mark.parametrize(
    ("role", "division"),
    [
        ("security_administrator", COUNTY),
        ("audit_administrator", COUNTY),
        ("system_administrator", COUNTY),
        ("league_officer", LEAGUE),
    ],
)
def test_an_account_whose_posts_one_could_not_give_is_not_ones_to_act_on(county, role, division, act):
    """Who sets the password of an auditor is the auditor."""
    other = make_user("other", None, COUNTY)
    with scopes.activate(services.SET_UP), transaction.atomic():
        services.appoint(other, role=role, division=division, by=None)
    with scopes.acting(county):
        assert not services.may_manage(county, other)
        with pytest.raises(Refused):
            perform(act, other, county)
    assert stored(other).check_password(PASSWORD)


def test_the_systems_own_account_is_nobodys_to_act_on():
    region = make_user("region", "region_officer", REGION)
    security = make_user("security", "security_administrator", REGION)
    system = services.system_account()
    for by in (region, security):
        with scopes.acting(by):
            assert not services.may_manage(by, system)


@pytest.mark.parametrize("act", ["reset", "close", "open", "change"])
def test_an_account_run_elsewhere_is_not_ones_to_act_on(county, act):
    other = make_user("other", None, SISTER_VILLAGE)
    with pytest.raises(PermissionDenied), scopes.acting(county):
        perform(act, other, county)


@pytest.mark.parametrize("act", ["reset", "close"])
def test_nobody_acts_on_his_own_account(county, act):
    with pytest.raises(ServiceError), scopes.acting(county):
        perform(act, county, county)


def perform(act: str, user: User, by: User) -> object:
    if act == "change":
        user.name = "改名"
        return services.change_account(user, by=by)
    if act == "close":
        return services.close_account(user, by=by)
    return services.resets.ask(user, {"reset": "password"}.get(act, act), reason="本人遗忘", by=by)


def test_a_colleague_of_the_same_post_may_be_reset_and_then_has_to_change_it(county):
    other = make_user("other", "county_officer", COUNTY)
    password = reset(other, by=county)
    found = stored(other)
    assert found.check_password(password) and found.must_change_password
    with scopes.activate(scopes.identity(other.pk)), transaction.atomic():
        assert PasswordRecord.objects.filter(user=other).count() == 1, "the password before may not come back"


def test_a_closed_account_keeps_its_password_and_a_reopened_one_gets_a_new(county):
    other = make_user("other", "village_officer", VILLAGE)
    with scopes.acting(county):
        services.close_account(other, by=county)
    assert not stored(other).is_active
    assert stored(other).check_password(PASSWORD)
    password = reset(other, "open", by=county)
    found = stored(other)
    assert found.is_active and found.must_change_password
    assert found.check_password(password) and not found.check_password(PASSWORD)


def test_an_account_moves_between_places_of_the_one_who_moves_it_only(county):
    other = make_user("other", None, VILLAGE)
    other.division_id = SISTER_VILLAGE
    with pytest.raises(PermissionDenied), scopes.acting(county):
        services.change_account(other, by=county)
    assert stored(other).division_id == VILLAGE
    other.division_id, other.name = COUNTY, "新名"
    with scopes.acting(county):
        services.change_account(other, by=county)
    assert (stored(other).division_id, stored(other).name) == (COUNTY, "新名")


def test_changes_of_accounts_are_in_the_history_and_hold_no_password(county):
    other = make_user("other", "village_officer", VILLAGE)
    with scopes.acting(county):
        services.close_account(other, by=county)
        events = other.events.order_by("-pgh_id")
        assert list(events.values_list("is_active", "pgh_context__name")[:2]) == [
            (False, "county"),
            (True, "set-up"),
        ]
        assert not hasattr(events[0], "password") and not hasattr(events[0], "last_login")


@pytest.mark.parametrize("password", ["Xx-my-couNty-is-9", "Call-13812341234", "Id15990019620315001X"])
def test_a_password_holds_neither_user_name_nor_phone_nor_citizen_number(county, password):
    with scopes.acting(county), pytest.raises(ValidationError) as caught:
        validate_password(password, county)
    assert "password_personal" in {error.code for error in caught.value.error_list}
