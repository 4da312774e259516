"""代理、主持工作: posts in place of another's, and how soon a change of posts is felt."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts import notices, services
from apps.accounts.models import LiveSession, Post, User
from apps.accounts.services import SET_UP
from apps.common.errors import Refused, ServiceError
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE = 150000000000, 150400000000, 150422000000, 150422100000, 150422100200
SISTER_COUNTY = 150423000000


@pytest.fixture
def head(db: None) -> User:
    plant(*VILLAGES)
    return make_user("head", "township_head", TOWNSHIP)


@pytest.fixture
def county(head: User) -> User:
    return make_user("county", "county_officer", COUNTY)


@pytest.fixture
def deputy(head: User) -> User:
    return make_user("deputy", None, TOWNSHIP)


def post_of(user: User) -> Post:
    with scopes.activate(SET_UP), transaction.atomic():
        return Post.objects.select_related("user", "role").get(user=user)


def stand_in(head: User, deputy: User, by: User, **changes: object) -> Post:
    values = {"valid_until": timezone.now() + datetime.timedelta(days=30), "reason": "休假", **changes}
    place = {"role": values.pop("role", "township_head"), "division": values.pop("division", TOWNSHIP)}
    with scopes.acting(by):
        return services.appoint(deputy, **place, by=by, acting_for=post_of(head), **values)


def test_a_deputy_has_the_posts_capabilities_until_its_last_moment(head, deputy, county):
    post = stand_in(head, deputy, county)
    scopes.forget(deputy)
    assert scopes.of(deputy).allows("review_findings", VILLAGE)
    with scopes.activate(SET_UP), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(
            valid_from=timezone.now() - datetime.timedelta(days=2), valid_until=timezone.now()
        )
    scopes.forget(deputy)
    assert scopes.of(deputy).capabilities == {}
    assert scopes.of(head).allows("review_findings", VILLAGE), "and the official keeps his own"


def test_the_official_is_told_and_both_accounts_show_it(head, deputy, county):
    post = stand_in(head, deputy, county)
    assert notices.read(head)[0].text.startswith("deputy代理您的“苏木乡镇负责人”职务至")
    for reader in (head, county):
        body = sign_in(Client(), reader).get(f"/users/{head.pk}/").content.decode()
        assert "deputy代理，" in body and "休假" in body
    assert "代理 head" in sign_in(Client(), deputy).get(f"/users/{deputy.pk}/").content.decode()
    with scopes.acting(county):
        services.end_post(post, by=county)
    assert "已于" in notices.read(head)[0].text
    assert "deputy代理，" not in sign_in(Client(), county).get(f"/users/{head.pk}/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_until": None}, "valid_until"),
        ({"reason": " "}, "reason"),
        ({"role": "township_officer"}, "acting_for"),
    ],
)
def test_a_deputy_has_dates_a_reason_and_the_same_post(head, deputy, county, changes, field):
    with pytest.raises(ServiceError) as caught:
        stand_in(head, deputy, county, **changes)
    assert caught.value.field == field
    assert notices.unread(head) == 0


def test_a_deputy_reaches_no_further_than_the_official(head, deputy, county):
    with scopes.activate(SET_UP), transaction.atomic():
        narrow = make_user("narrow", None, TOWNSHIP)
        services.appoint(narrow, role="township_officer", division=TOWNSHIP, extent="here", by=None)
    with pytest.raises(ServiceError) as caught:
        stand_in(narrow, deputy, county, role="township_officer")
    assert caught.value.field == "extent"
    stand_in(narrow, deputy, county, role="township_officer", extent="here")


def test_nobody_appoints_himself_or_stands_in_for_himself(head, county):
    other = make_user("other", "county_officer", COUNTY)
    with pytest.raises(Refused, match="自己"):
        stand_in(other, county, county, role="county_officer", division=COUNTY)
    with pytest.raises(ServiceError, match="自己"):
        stand_in(other, other, county, role="county_officer", division=COUNTY)


def test_the_database_holds_to_it(head, deputy, county):
    post = stand_in(head, deputy, county)
    for values in ({"valid_until": None}, {"reason": ""}, {"appointed_by": deputy}):
        with scopes.activate(SET_UP), pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.filter(pk=post.pk).update(**values)


def test_nobody_stands_in_for_a_deputy(head, deputy, county):
    stand_in(head, deputy, county)
    with pytest.raises(ServiceError, match="再由他人代理"):
        stand_in(deputy, make_user("third", None, TOWNSHIP), county)


def test_only_inside_ones_own_subtree(head, deputy):
    sister = make_user("sister", "county_officer", SISTER_COUNTY)
    with pytest.raises(Exception, match="权限"):
        stand_in(head, deputy, sister)


def test_on_pages_and_over_the_api(head, deputy, county):
    page, script, post = sign_in(Client(), county), sign_in(APIClient(), county), post_of(head)
    shown = page.get(f"/posts/{post.pk}/").content.decode()
    assert f"/posts/new/?acting_for={post.pk}" in shown
    assert f'value="{post.pk}"' in page.get(f"/posts/new/?acting_for={post.pk}").content.decode()
    data = {"user": deputy.pk, "role": "township_head", "division": str(TOWNSHIP), "acting_for": post.pk}
    assert script.post("/api/v1/posts/", data).status_code == 422
    data |= {"valid_until": "2099-01-01T00:00", "reason": "主持工作"}
    made = script.post("/api/v1/posts/", data)
    assert (made.status_code, made.json()["acting_for"], made.json()["acting_for_name"]) == (201, str(post.pk), "head")


# --- how soon --------------------------------------------------------------------------------------------------------


def test_a_live_session_gets_a_new_key_when_its_rights_change(head, county):
    client = sign_in(Client(), head)
    assert client.get("/access-logs/").status_code == 200
    before = client.session.session_key
    assert client.get("/access-logs/").status_code == 200 and client.session.session_key == before
    old = Client()
    old.cookies = client.cookies.copy()
    with scopes.activate(SET_UP), transaction.atomic():
        services.appoint(head, role="township_officer", division=TOWNSHIP, by=None)
    assert client.get("/access-logs/").status_code == 200
    assert client.session.session_key != before
    with scopes.activate(scopes.identity(head.pk)), transaction.atomic():
        assert list(LiveSession.objects.values_list("session_key", flat=True)) == [client.session.session_key]
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert stolen.get("/access-logs/").status_code == 302, "the key of before opens nothing"


def test_a_transfer_is_felt_at_the_next_request_of_page_and_program(head, county):
    page, script = sign_in(Client(), head), sign_in(APIClient(), head)
    assert script.get(f"/api/v1/households/?division={VILLAGE}").status_code == 200
    assert page.get(f"/households/?division={VILLAGE}").status_code == 200
    with scopes.acting(county):
        services.end_post(post_of(head), by=county)
        services.appoint(head, role="village_officer", division=150422100201, by=county)
    assert script.get(f"/api/v1/households/?division={VILLAGE}").status_code == 404
    assert page.get(f"/households/?division={VILLAGE}").status_code == 404
    assert page.get("/households/?division=150422100201").status_code == 200
