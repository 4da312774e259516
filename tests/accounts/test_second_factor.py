"""The second factor: two steps of signing in, codes that count once, binding and replacing."""

from __future__ import annotations

import re
import time

import pytest
from django.conf import settings as project
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from apps.access import scope as scopes
from apps.accounts import half, services
from apps.accounts.models import RecoveryCode, SecondFactor, User
from apps.accounts.services import second_factor
from apps.common.errors import ServiceError
from apps.history.models import AccessLog
from tests.accounts.factors import ENROL, HOME, SIGN_IN, STEP, bind, half_way, inside, itself, step
from tests.factories.accounts import PASSWORD, make_user, reset
from tests.factories.accounts import sign_in as opened
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

COUNTY, VILLAGE = 150422000000, 150422100200
OWN, SESSION, FACTOR = "/account/second-factor/", "/api/v1/session/", "/api/v1/second-factor/"


@pytest.fixture
def village(db: None) -> User:
    plant(*VILLAGES)
    return make_user("village", "village_officer", VILLAGE)


# --- two steps -------------------------------------------------------------------------------------------------------


def test_the_right_code_after_the_right_password_opens_a_session_and_leads_on(bound, clock):
    client = half_way(next="/households/?year=2018")
    page = client.get(f"{STEP}?next=/households/")
    assert page.status_code == 200 and page["Cache-Control"].startswith("max-age=0")
    answer = client.post(STEP, {"code": clock.code(bound[0]), "next": "/households/?year=2018"})
    assert answer["Location"] == "/households/?year=2018"
    assert inside(client)
    assert not answer.cookies[half.COOKIE].value
    assert client.get(STEP)["Location"] == "/", "who is signed in has nothing to do here"


def test_a_wrong_code_opens_nothing(bound, clock):
    client = half_way()
    right = clock.code(bound[0])
    for wrong in (f"{(int(right) + 1) % 10**6:06}", "", "abc", "0" * 40, "x" * 41):
        assert step(client, wrong) in (401, 422)
        assert not inside(client)


def test_the_code_is_read_as_people_type_it(bound, clock):
    code = clock.code(bound[0])
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert step(half_way(), f" {wide[:3]} {wide[3:]} ") == 302


def test_a_code_counts_once(bound, clock):
    code = clock.code(bound[0])
    assert step(half_way(), code) == 302
    assert step(half_way(), code) == 401
    clock.now += 30
    assert step(half_way(), code) == 401, "still within the drift, and still spent"
    assert step(half_way(), clock.code(bound[0])) == 302


def test_the_code_that_bound_the_generator_is_spent(village, clock):
    offer = second_factor.offer(village)
    second_factor.enrol(village, offer.token, clock.code(offer.secret))
    assert step(half_way(), clock.code(offer.secret)) == 401


@pytest.mark.parametrize(("drift", "status"), [(-2, 401), (-1, 302), (0, 302), (1, 302), (2, 401)])
def test_a_clock_may_differ_by_one_step(bound, clock, drift, status):
    assert step(half_way(), clock.code(bound[0], drift)) == status


def test_a_code_older_than_one_taken_is_refused(bound, clock):
    assert step(half_way(), clock.code(bound[0])) == 302
    assert step(half_way(), clock.code(bound[0], -1)) == 401
    assert step(half_way(), clock.code(bound[0], 1)) == 302


def test_a_recovery_code_stands_in_once(bound, village):
    first, second = bound[1][:2]
    assert step(half_way(), first) == 302
    assert step(half_way(), first) == 401
    assert step(half_way(), second.replace("-", " ").upper()) == 302
    assert second_factor.codes_left(village) == 8


def test_recovery_codes_are_ten_and_different(bound):
    assert len(set(bound[1])) == 10
    assert all(re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", code) for code in bound[1])


def test_a_code_of_somebody_else_opens_nothing(bound, village, clock):
    other = make_user("other", "village_officer", VILLAGE)
    secret, codes = bind(other, clock)
    assert step(half_way(), clock.code(secret)) == 401
    assert step(half_way(), codes[0]) == 401


# --- the half-session ------------------------------------------------------------------------------------------------


def test_a_half_session_reaches_no_page_and_no_resource(bound):
    client = half_way()
    for path in ("/", HOME, "/households/", "/account/password/", OWN, "/account/sessions/", "/search/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, SIGN_IN), path
    for path in ("/api/v1/households/", SESSION, FACTOR, "/api/v1/sessions/"):
        assert client.get(path).status_code == 401, path
    assert Session.objects.count() == 0
    with scopes.activate(scopes.ANONYMOUS):
        assert AccessLog.objects.count() == 0
    assert client.get(ENROL)["Location"] == STEP, "a password alone does not replace a generator"


def test_a_half_session_ends_after_five_minutes(bound, clock, monkeypatch):
    client = half_way()
    told = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: told + project.HALF_SESSION_SECONDS + 2)
    assert client.post(STEP, {"code": clock.code(bound[0])})["Location"] == SIGN_IN
    assert not inside(client)


def test_a_half_session_is_signed_and_its_owners(bound, clock, village):
    client = half_way()
    cookie = client.cookies[half.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/account/")
    assert cookie["max-age"] == 300
    client.cookies[half.COOKIE] = cookie.value[:-2] + "xx"
    assert client.post(STEP, {"code": clock.code(bound[0])})["Location"] == SIGN_IN
    assert Client().post(STEP, {"code": clock.code(bound[0])})["Location"] == SIGN_IN


def test_a_new_password_and_a_closed_account_void_the_half_session(bound, clock, village):
    county = make_user("county", "county_officer", COUNTY)
    client, other = half_way(), half_way()
    reset(village, by=county)
    assert client.post(STEP, {"code": clock.code(bound[0])})["Location"] == SIGN_IN
    with scopes.acting(county):
        services.close_account(village, by=county)
    assert other.post(STEP, {"code": clock.code(bound[0])})["Location"] == SIGN_IN


def test_turning_back_ends_the_half_session(bound, clock):
    client = half_way()
    assert client.post("/account/sign-out/")["Location"] == SIGN_IN
    assert client.post(STEP, {"code": clock.code(bound[0])})["Location"] == SIGN_IN


# --- lock-out --------------------------------------------------------------------------------------------------------


def test_failures_of_both_steps_count_together(bound, clock):
    for _time in range(2):
        Client().post(SIGN_IN, {"username": "village", "password": "wrong"})
    client = half_way()
    assert [step(client, "000000") for _time in range(3)] == [401, 401, 429]
    answer = client.post(STEP, {"code": clock.code(bound[0])})
    assert answer.status_code == 429 and "登录失败次数过多" in answer.content.decode()
    assert not inside(client)
    assert Client().post(SIGN_IN, {"username": "village", "password": PASSWORD}).status_code == 429


def test_a_right_password_does_not_forget_wrong_codes(bound):
    for _time in range(4):
        assert step(half_way(), "000000") == 401
    assert step(half_way(), "000000") == 429


def test_a_finished_sign_in_forgets_them(bound, clock):
    for _time in range(4):
        assert step(half_way(), "000000") == 401
    assert step(half_way(), clock.code(bound[0])) == 302
    assert step(half_way(), "000000") == 401


def test_a_locked_account_spends_no_code(bound, clock, village):
    client = half_way()
    for _time in range(5):
        step(client, "000000")
    assert step(client, bound[1][0]) == 429
    assert second_factor.codes_left(village) == 10


# --- binding ---------------------------------------------------------------------------------------------------------


def test_the_first_sign_in_binds_a_generator_before_anything_else(village, clock, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client = half_way(next=HOME)
    assert client.get(HOME)["Location"].startswith(SIGN_IN)
    assert client.get(STEP)["Location"] == ENROL
    page = client.get(ENROL)
    html = page.content.decode()
    token = re.search(r'name="token" value="([^"]+)"', html)[1]
    secret = re.search(r'<dd class="mono">([A-Z2-7 ]+)</dd>', html)[1].replace(" ", "")
    assert len(secret) == 32 and "<svg" in html
    wrong = client.post(ENROL, {"token": token, "code": "000000", "next": HOME})
    assert wrong.status_code == 422 and token in wrong.content.decode(), "no new scan after a mistyped code"
    assert not inside(client)
    done = client.post(ENROL, {"token": token, "code": clock.code(secret), "next": HOME})
    codes = re.findall(r'<li class="mono">([a-z2-9-]{14})</li>', done.content.decode())
    assert done.status_code == 200 and len(codes) == 10 and f'href="{HOME}"' in done.content.decode()
    assert inside(client)
    clock.now += 60
    again = half_way()
    assert step(again, clock.code(secret)) == 302
    assert step(half_way(), codes[0]) == 302


def test_without_the_duty_an_account_without_one_signs_in_as_before(village):
    client = Client()
    assert client.post(SIGN_IN, {"username": "village", "password": PASSWORD})["Location"] == "/"
    assert inside(client)


def test_an_account_that_bound_one_is_asked_without_the_duty(bound):
    assert project.SECOND_FACTOR_REQUIRED is False
    assert not inside(half_way())


def test_a_session_from_before_the_duty_is_held_at_the_binding(village, clock, settings):
    client = opened(Client(), village)
    assert inside(client)
    settings.SECOND_FACTOR_REQUIRED = True
    assert client.get(HOME)["Location"] == OWN
    refused = client.get("/api/v1/access-logs/")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "second_factor_missing")
    html = client.get(OWN).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', html)[1]
    secret = second_factor.offered(village, token).secret
    assert client.post(OWN, {"act": "bind", "token": token, "code": clock.code(secret)}).status_code == 200
    assert inside(client)


def test_an_offer_is_its_accounts_and_ends(village, clock, monkeypatch):
    other = make_user("other", "village_officer", VILLAGE)
    offer = second_factor.offer(village)
    with pytest.raises(ServiceError, match="已失效"):
        second_factor.enrol(other, offer.token, clock.code(offer.secret))
    told = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: told + second_factor.OFFER_SECONDS + 2)
    with pytest.raises(ServiceError, match="已失效"):
        second_factor.enrol(village, offer.token, clock.code(offer.secret))


def test_replacing_a_generator_takes_a_code_of_the_old_one(bound, village, clock):
    client, other = opened(Client(), village), opened(Client(), village)
    assert inside(other)
    token = re.search(r'name="token" value="([^"]+)"', client.get(OWN).content.decode())[1]
    secret = second_factor.offered(village, token).secret
    form = {"act": "bind", "token": token, "code": clock.code(secret)}
    assert client.post(OWN, form).status_code == 422
    assert client.post(OWN, {**form, "current": "000000"}).status_code == 401
    assert client.post(OWN, {**form, "current": clock.code(bound[0])}).status_code == 200
    assert inside(client) and not inside(other)
    clock.now += 60
    assert step(half_way(), clock.code(bound[0])) == 401
    assert step(half_way(), bound[1][0]) == 401, "the old recovery codes went with it"
    assert step(half_way(), clock.code(secret)) == 302


def test_new_recovery_codes_take_a_code_and_void_the_old(bound, village, clock):
    client = opened(Client(), village)
    assert client.post(OWN, {"act": "renew", "code": "000000"}).status_code == 401
    shown = client.post(OWN, {"act": "renew", "code": clock.code(bound[0])}).content.decode()
    codes = re.findall(r'<li class="mono">([a-z2-9-]{14})</li>', shown)
    assert len(codes) == 10 and not set(codes) & set(bound[1])
    assert codes[0] not in client.get(OWN).content.decode(), "shown once"
    assert step(half_way(), bound[1][0]) == 401
    assert step(half_way(), codes[0]) == 302


def test_giving_it_up_takes_a_code_and_is_refused_under_the_duty(bound, village, clock, settings):
    client = opened(Client(), village)
    settings.SECOND_FACTOR_REQUIRED = True
    client.post(OWN, {"act": "remove", "code": bound[1][0]})
    assert not inside(half_way())
    settings.SECOND_FACTOR_REQUIRED = False
    assert client.post(OWN, {"act": "remove", "code": "000000"}).status_code == 401
    client.post(OWN, {"act": "remove", "code": clock.code(bound[0])})
    assert Client().post(SIGN_IN, {"username": "village", "password": PASSWORD})["Location"] == "/"
    with scopes.activate(itself(village)), transaction.atomic():
        assert (SecondFactor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
