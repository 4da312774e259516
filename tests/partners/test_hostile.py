"""Clients and strangers who try more than they may: refused alike, on record, without a hint."""

from __future__ import annotations

import datetime
import json
import time

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from apps.access import scope as scopes
from apps.history.models import AccessLog
from apps.partners.models import ClientDay
from apps.partners.services import signing, tally
from apps.partners.services.clients import give_signing_key
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number, make_household, make_person
from tests.factories.partners import make_department
from tests.factories.spdci import ASYNC, STATUS, SYNC, by_number, message

pytestmark = pytest.mark.django_db

OWN, OTHER_LEAGUE = VILLAGES[0], VILLAGES[4]
COUNTY = 150422000000
VERIFY = "/api/v1/households/verify/"
PATHS = (VERIFY, SYNC, ASYNC, STATUS)


@pytest.fixture
def department(db):
    plant(*VILLAGES)
    return make_department(COUNTY)


def records(department):
    """What the access log says of the client's refusals, and how many were counted."""
    with scopes.activate(scopes.identity(department.client.user_id)), transaction.atomic():
        lines = list(AccessLog.objects.filter(action="refused").order_by("id"))
        counted = sum(ClientDay.objects.values_list("refusals", flat=True))
    assert all(line.result == "refused" and line.division_id == COUNTY for line in lines)
    return [line.reason for line in lines], counted


def ask(path, token, **headers):
    body = json.dumps({"id_no": citizen_number(serial=49_999), "purpose": "核对"})
    found = {"authorization": f"Bearer {token}", **headers}
    return Browser().post(path, body, content_type="application/json", headers=found)


# --- tokens ---


def expire(department):
    with scopes.activate(scopes.identity(department.client.user_id)), transaction.atomic():
        get_access_token_model().objects.update(expires=timezone.now())


def sign(department):
    officer = make_user("officer", "county_officer", COUNTY)
    with scopes.acting(officer):
        return give_signing_key(department.client, by=officer)


SPOILT = {
    "address": lambda department: department.change(networks=["10.0.0.0/8"]),
    "token": expire,
    "closed": lambda department: department.change(enabled=False),
    "signature": sign,
}


@pytest.mark.parametrize("why", SPOILT)
@pytest.mark.parametrize("path", PATHS)
def test_a_token_that_does_not_count_is_refused_like_nonsense_and_told_in_the_record(department, path, why):
    token = department.token()
    SPOILT[why](department)
    answer, nonsense = ask(path, token), ask(path, "A" * 30)
    assert answer.status_code == nonsense.status_code == 401
    hidden = {"X-Request-ID"}
    heads = [{k: v for k, v in one.headers.items() if k not in hidden} for one in (answer, nonsense)]
    assert heads[0] == heads[1] and answer.content == nonsense.content
    assert records(department) == ([f"POST {path} {why}"], 1)


@pytest.mark.parametrize("path", PATHS)
def test_a_replayed_request_is_refused_and_told(department, path):
    key, nonce, stamp = sign(department), "n" * 20, str(int(time.time()))
    body = json.dumps({"id_no": citizen_number(serial=49_999), "purpose": "核对"}).encode()
    headers = {"x-timestamp": stamp, "x-nonce": nonce}
    headers["x-signature"] = signing.signature(key, "POST", path, "", body, stamp, nonce)
    assert ask(path, department.token(), **headers).status_code != 401
    assert ask(path, department.token(), **headers).status_code == 401
    assert records(department)[0] == [f"POST {path} signature"]


@pytest.mark.parametrize("path", PATHS)
def test_a_token_of_another_scope_is_forbidden_and_told(department, path):
    narrow = make_department(COUNTY, "households:details")
    assert ask(path, narrow.token()).status_code == 403
    assert records(narrow) == ([f"POST {path} scope"], 1)


def test_what_a_limit_refused_is_told(department):
    slow = make_department(COUNTY, rate_limit=1)
    token = slow.token()
    assert [ask(VERIFY, token).status_code for _time in range(3)] == [200, 429, 429]
    assert records(slow) == ([f"POST {VERIFY} limit"] * 2, 2)


def test_a_refusal_at_the_token_endpoint_is_told_with_its_address(department):
    assert department.ask_token(client_secret="wrong").status_code == 401
    department.change(networks=["10.0.0.0/8"])
    assert department.ask_token().status_code == 401
    assert department.ask_token(client_id="a" * 40).status_code == 401
    assert records(department) == (["POST /oauth/token/ secret", "POST /oauth/token/ address"], 2)
    with scopes.activate(scopes.identity(department.client.user_id)), transaction.atomic():
        assert set(AccessLog.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_nobody_floods_the_record_with_refusals(department, monkeypatch):
    monkeypatch.setattr(tally, "MOST_RECORDS", 2)
    department.change(networks=["10.0.0.0/8"])
    for _time in range(5):
        department.ask_token()
    reasons, counted = records(department)
    assert len(reasons) == 2 and counted == 5


def test_a_number_outside_one_s_place_looks_the_same_over_every_interface(department):
    foreign, unknown = citizen_number(), citizen_number(serial=49_998)
    make_person(make_household(OTHER_LEAGUE), id_no=foreign)
    token = department.token()
    for number in (foreign, unknown):
        answer = Browser().post(
            SYNC,
            message(department, by_number(number)),
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.json()["message"]["search_response"][0]["data"]["reg_records"] == []
    assert records(department) == ([], 0)


# --- proxies and hosts ---

FORGED = [
    {"x-forwarded-for": "10.1.1.1"},
    {"x-forwarded-for": "10.1.1.1, 10.1.1.2"},
    {"x-real-ip": "10.1.1.1"},
    {"forwarded": "for=10.1.1.1;proto=https;host=testserver"},
    {"client-ip": "10.1.1.1"},
    {"x-client-ip": "10.1.1.1"},
    {"true-client-ip": "10.1.1.1"},
]


@pytest.mark.parametrize("headers", FORGED, ids=lambda one: next(iter(one)))
def test_without_a_proxy_of_ours_no_header_says_where_a_request_came_from(department, headers):
    token = department.token()
    department.change(networks=["10.0.0.0/8"])
    assert ask(VERIFY, token, **headers).status_code == 401


@pytest.mark.parametrize(
    ("given", "status"),
    [("10.1.1.1", 200), ("10.1.1.1, 203.0.113.9", 401), ("203.0.113.9, 10.1.1.1", 200), ("", 401), ("x", 401)],
)
def test_behind_one_proxy_the_address_is_the_one_that_it_added(department, settings, given, status):
    token = department.token()
    department.change(networks=["10.0.0.0/8"])
    settings.TRUSTED_PROXIES = 1
    assert ask(VERIFY, token, **{"x-forwarded-for": given}).status_code == status


@pytest.mark.parametrize("path", ["/", "/account/sign-in/", "/api/v1/session/", *PATHS])
@pytest.mark.parametrize(
    "host", ["evil.test", "testserver.evil.test", "testserver:80@evil.test", "127.0.0.1.evil.test"]
)
def test_a_host_that_is_not_ours_is_refused(department, path, host):
    answer = Browser(raise_request_exception=False).get(path, headers={"host": host})
    assert answer.status_code == 400 and "evil" not in answer.content.decode()


def test_no_header_changes_the_host_or_the_scheme_of_what_we_write(department, settings):
    headers = {
        "x-forwarded-host": "evil.test",
        "x-host": "evil.test",
        "x-forwarded-server": "evil.test",
        "x-forwarded-proto": "https",
        "x-original-url": "/users/",
        "x-rewrite-url": "/users/",
    }
    answer = Browser().get("/households/", headers=headers)
    assert answer.status_code == 302 and answer["Location"] == "/account/sign-in/?next=/households/"
    answer = Browser().get("/account/sign-in/", headers=headers)
    assert "evil" not in answer.content.decode() and "evil" not in str(answer.headers)
    assert not answer.wsgi_request.is_secure()


def test_a_day_s_numbers_are_those_of_its_day(department):
    ask(VERIFY, department.token())
    with scopes.activate(scopes.identity(department.client.user_id)), transaction.atomic():
        ClientDay.objects.update(day=timezone.localdate() - datetime.timedelta(days=1))
    ask(VERIFY, department.token())
    with scopes.activate(scopes.identity(department.client.user_id)), transaction.atomic():
        assert list(ClientDay.objects.order_by("day").values_list("questions", "hits")) == [(1, 0), (1, 0)]
