"""Signing in, lock-out, the end of sessions, and the password that must be changed first."""

from __future__ import annotations

import datetime
import re
import time
from itertools import pairwise
from types import SimpleNamespace

import pytest
from axes.models import AccessAttempt
from axes.models import AccessLog as AxesLog
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts import services, sessions
from apps.accounts.models import PasswordRecord, Post, User
from tests.factories.accounts import PASSWORD, make_user, reset
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

COUNTY, VILLAGE = 150422000000, 150422100200
SIGN_IN, HOME, SESSION = "/account/sign-in/", "/access-logs/", "/api/v1/session/"
NEW = "Other-Horse-8"


@pytest.fixture
def village(db: None) -> User:
    plant(*VILLAGES)
    return make_user("village", "village_officer", VILLAGE)


@pytest.fixture
def county(village: User) -> User:
    return make_user("county", "county_officer", COUNTY)


def attempt(username: str, password: str = "wrong", address: str = "10.0.0.1", **options: str) -> int:
    """The status of one try at the sign-in page: 302 when it succeeds."""
    return (
        Client(REMOTE_ADDR=address).post(SIGN_IN, {"username": username, "password": password, **options}).status_code
    )


def page(username: str = "village", password: str = PASSWORD) -> Client:
    client = Client()
    assert client.post(SIGN_IN, {"username": username, "password": password}).status_code == 302
    return client


def program(username: str = "village", password: str = PASSWORD) -> APIClient:
    client = APIClient()
    answer = client.post(SESSION, {"username": username, "password": password})
    assert answer.status_code == 200, answer.content
    return client


def inside(client: Client) -> bool:
    """Whether the session still opens a page."""
    answer = client.get(HOME)
    if answer.status_code == 302:
        assert answer["Location"].startswith(SIGN_IN)
        return False
    assert answer.status_code == 200
    return True


# --- the page --------------------------------------------------------------------------------------------------------


def test_a_stranger_is_led_to_the_sign_in_page_and_from_there_to_what_he_wanted(village):
    client = Client()
    assert client.get("/users/?division=150422100200")["Location"] == (
        f"{SIGN_IN}?next=/users/%3Fdivision%3D150422100200"
    )
    assert client.get(SIGN_IN).status_code == 200
    wanted = {"username": "Village", "password": PASSWORD, "next": "/users/?division=150422100200"}
    assert client.post(SIGN_IN, wanted)["Location"] == wanted["next"]
    assert client.get(SIGN_IN)["Location"] == "/", "who is signed in has nothing to do here"


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org/", "javascript:alert(1)", "/\\example.org"])
def test_the_sign_in_page_leads_nowhere_else(village, wanted):
    answer = Client().post(SIGN_IN, {"username": "village", "password": PASSWORD, "next": wanted})
    assert answer["Location"] == "/"


def test_wrong_name_wrong_password_closed_account_and_account_without_password_are_answered_alike(village, county):
    with scopes.acting(county):
        services.close_account(village, by=county)
    services.system_account()
    bodies = set()
    for username, password in (("nobody", PASSWORD), ("county", "wrong"), ("village", PASSWORD), ("system", "x")):
        answer = Client().post(SIGN_IN, {"username": username, "password": password})
        assert answer.status_code == 401
        # The tokens and the name that was typed differ.
        bodies.add(re.sub(r'value="\w+"|X-CSRFToken": "\w+"', "", answer.content.decode()))
    assert len(bodies) == 1


def test_signing_out_ends_the_session_and_tells_the_browser_to_forget(village):
    client = page()
    assert client.get("/account/sign-out/").status_code == 405
    answer = client.post("/account/sign-out/")
    assert (answer["Location"], answer["Clear-Site-Data"]) == (SIGN_IN, '"cache"')
    assert not inside(client)
    assert Session.objects.count() == 0
    assert client.post("/account/sign-out/")["Location"] == SIGN_IN, "once more does no harm"


def test_what_one_sees_is_kept_by_no_cache(village):
    assert page().get(HOME)["Cache-Control"] == "no-store, private"


# --- lock-out --------------------------------------------------------------------------------------------------------


def test_five_failures_close_an_account_for_its_own_password_from_anywhere(village):
    statuses = [attempt("village", address=f"10.0.0.{number}") for number in range(1, 6)]
    assert statuses == [401, 401, 401, 401, 429]
    assert attempt("village", PASSWORD, address="10.0.1.1") == 429


def test_other_spellings_of_a_name_count_for_the_same_account(village):
    for name in ("village", "Village", "VILLAGE", "vilLage"):
        assert attempt(name) == 401
    assert attempt("villagE") == 429


def test_a_lock_ends_after_a_quarter_of_an_hour(village):
    for _time in range(5):
        attempt("village")
    assert attempt("village", PASSWORD) == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=15, seconds=1))
    assert attempt("village", PASSWORD) == 302


def test_a_failure_while_locked_does_not_lengthen_the_lock_for_ever(village):
    for _time in range(5):
        attempt("village")
    before = AccessAttempt.objects.get().attempt_time
    assert attempt("village") == 429
    assert AccessAttempt.objects.get().attempt_time >= before


def test_an_address_is_closed_after_twenty_five_failures_whatever_the_accounts(village):
    statuses = [attempt(f"nobody{number}", address="10.0.0.9") for number in range(25)]
    assert statuses == [401] * 24 + [429]
    assert attempt("village", PASSWORD, address="10.0.0.9") == 429
    assert attempt("village", PASSWORD, address="10.0.0.8") == 302


def test_a_success_forgets_the_failures_of_its_own_account_only(village, county):
    """Four tries at a neighbour's password, then once one's own: the fifth try must still be the last."""
    for _time in range(4):
        assert attempt("county") == 401
    assert attempt("village") == 401
    assert attempt("village", PASSWORD) == 302
    assert attempt("county") == 429
    for _time in range(4):
        assert attempt("village", address="10.0.0.2") == 401
    assert attempt("village", PASSWORD, address="10.0.0.2") == 302


def test_the_api_answers_a_lock_with_a_problem_document(village):
    for _time in range(5):
        attempt("village")
    answer = APIClient().post(SESSION, {"username": "village", "password": PASSWORD})
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    page_answer = Client().post(SIGN_IN, {"username": "village", "password": PASSWORD})
    assert page_answer.status_code == 429
    assert "登录失败次数过多" in page_answer.content.decode(), "the page's own words, not the library's"


def test_failures_and_sessions_keep_nothing_of_persons_but_name_and_address(village):
    wanted = "/households/?head=包其木格"
    Client().post(f"{SIGN_IN}?next={wanted}", {"username": "village", "password": "Secret-Word-1", "next": wanted})
    Client().post(SIGN_IN, {"username": "152322198001010015", "password": "x"})
    Client().post(SIGN_IN, {"username": "包其木格", "password": "x"})
    kept = " ".join(str(value) for row in AccessAttempt.objects.values_list() for value in row)
    assert AccessAttempt.objects.filter(username="village").exists(), "a user name is kept as it is"
    for word in ("包其木格", "Secret-Word-1", "next", "152322198001010015"):
        assert word not in kept
    client = page()
    client.get("/access-logs/?columns=at,username")
    assert AxesLog.objects.count() == 0
    assert [set(session.get_decoded()) for session in Session.objects.all()] == [
        {"_auth_user_id", "_auth_user_backend", "_auth_user_hash", "began", "last_seen", "rights", "columns"}
    ]


# --- the end of a session --------------------------------------------------------------------------------------------


def age(client: Client, name: str, seconds: int) -> None:
    session = client.session
    session[name] -= seconds
    session.save()


def test_a_session_ends_after_half_an_hour_without_a_request(village, monkeypatch):
    now = time.time()
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: now))  # the limit is a whole second
    client = page()
    age(client, "last_seen", 30 * 60)
    assert inside(client), "exactly at the limit"
    age(client, "last_seen", 30 * 60 + 2)
    assert not inside(client)
    assert Session.objects.count() == 0


def test_a_session_in_use_lasts_on_and_is_written_at_most_once_a_minute(village):
    client = page()
    seen = client.session["last_seen"]
    assert inside(client)
    assert client.session["last_seen"] == seen
    age(client, "last_seen", 29 * 60)
    assert inside(client)
    assert client.session["last_seen"] >= seen


def test_a_session_ends_after_eight_hours_however_busy(village):
    client = page()
    age(client, "began", 8 * 60 * 60 - 60)
    assert inside(client)
    age(client, "began", 62)
    assert not inside(client)


@pytest.mark.parametrize("role", ["system_administrator", "security_administrator", "audit_administrator"])
def test_the_session_of_an_administrator_ends_after_a_quarter_of_an_hour(village, role, monkeypatch):
    now = time.time()
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: now))  # the limit is a whole second
    make_user("admin", role, COUNTY)
    client = page("admin")
    age(client, "last_seen", 15 * 60)
    assert inside(client), "exactly at the limit"
    age(client, "last_seen", 15 * 60 + 2)
    assert not inside(client)
    assert Session.objects.count() == 0


def test_the_limits_hold_for_the_api(village):
    client = program()
    age(client, "last_seen", 30 * 60 + 2)
    assert client.get("/api/v1/access-logs/").status_code == 401


def test_signing_in_again_starts_both_clocks_anew(village):
    client = page()
    age(client, "began", 8 * 60 * 60)
    client.post("/account/sign-out/")
    client.post(SIGN_IN, {"username": "village", "password": PASSWORD})
    age(client, "began", 60)
    assert inside(client)


def test_a_closed_account_is_out_with_its_next_request_and_its_sessions_stay_dead(village, county):
    client, script = page(), program()
    with scopes.acting(county):
        services.close_account(village, by=county)
    assert not inside(client)
    assert script.get("/api/v1/access-logs/").status_code == 401
    reset(village, "open", by=county)
    assert not inside(client), "a session from before does not come back to life"


def test_a_reset_password_ends_the_sessions_of_the_account(village, county):
    client = page()
    reset(village, by=county)
    assert not inside(client)


def test_a_post_that_ended_counts_no_more_at_the_next_request_of_a_live_session(village, county):
    client = program()
    assert client.get(f"/api/v1/households/?division={VILLAGE}").status_code == 200
    with scopes.acting(county):
        services.end_post(Post.objects.get(user=village), by=county)
    assert client.get(f"/api/v1/households/?division={VILLAGE}").status_code == 404
    assert client.get("/api/v1/households/").status_code == 403
    assert client.get(SESSION).status_code == 200, "the account itself still stands"


# --- one's own password ----------------------------------------------------------------------------------------------


def change(client: Client, old: str = PASSWORD, new: str = NEW, repeated: str | None = None) -> int:
    data = {"old_password": old, "new_password": new, "repeated": new if repeated is None else repeated}
    return client.post("/account/password/", data).status_code


def test_changing_the_password_keeps_this_session_and_ends_the_others(village):
    client, other = page(), page()
    assert client.get("/account/password/").status_code == 200
    assert change(client) == 302
    assert inside(client) and not inside(other)
    assert attempt("village", PASSWORD) == 401
    assert attempt("village", NEW) == 302


@pytest.mark.parametrize(
    ("old", "new", "repeated"),
    [
        ("wrong", NEW, NEW),
        (PASSWORD, NEW, "Other-Horse-9"),
        (PASSWORD, "Short-1", "Short-1"),
        (PASSWORD, "alllowercaseletters", "alllowercaseletters"),
        (PASSWORD, "onlytwo12345678", "onlytwo12345678"),
        (PASSWORD, "1234567890123", "1234567890123"),
        (PASSWORD, "Password123", "Password123"),
        (PASSWORD, "Village-1234", "Village-1234"),
        (PASSWORD, PASSWORD, PASSWORD),
    ],
    ids=["old wrong", "not repeated", "short", "one class", "two classes", "digits", "common", "like the name", "same"],
)
def test_a_weak_or_unproven_new_password_is_refused_and_changes_nothing(village, old, new, repeated):
    client = page()
    assert change(client, old, new, repeated) == 422
    with scopes.activate(scopes.identity(village.pk)), transaction.atomic():
        assert PasswordRecord.objects.count() == 0
    assert attempt("village", PASSWORD) == 302


def test_the_last_five_passwords_do_not_come_back_and_the_sixth_does(village):
    client = page()
    words = [PASSWORD, *(f"Turn-Number-{number}" for number in range(1, 7))]
    for old, new in pairwise(words):
        assert change(client, old, new) == 302
    # Now the sixth is in use; the five before it are 1 to 5, and the first of all is free again.
    for number in range(1, 6):
        assert change(client, words[6], f"Turn-Number-{number}") == 422
    assert change(client, words[6], PASSWORD) == 302


def test_the_password_is_changed_over_the_api_too(village):
    client = program()
    url = "/api/v1/password/"
    wrong = client.post(url, {"old_password": "wrong", "new_password": NEW})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "old_password")
    weak = client.post(url, {"old_password": PASSWORD, "new_password": "weak"})
    assert weak.status_code == 422
    assert {error["field"] for error in weak.json()["errors"]} == {"new_password"}
    assert client.post(url, {"old_password": PASSWORD}).status_code == 400
    assert client.post(url, {"old_password": PASSWORD, "new_password": NEW}).status_code == 200
    assert client.get(SESSION).status_code == 200
    assert APIClient().post(url, {}).status_code == 401
    assert program(password=NEW)


# --- what must happen first ------------------------------------------------------------------------------------------


@pytest.fixture(params=["first password", "old password", "never set"])
def due(request: pytest.FixtureRequest, village: User, settings) -> User:
    """An account whose password has to be changed before anything else."""
    settings.PASSWORD_CHANGE_REQUIRED = True
    with scopes.activate(services.SET_UP):
        changes = {
            "first password": {"must_change_password": True},
            "old password": {"password_changed_at": timezone.now() - datetime.timedelta(days=90, seconds=1)},
            "never set": {"password_changed_at": None},
        }[request.param]
        with transaction.atomic():
            User.objects.filter(pk=village.pk).update(**changes)
    return village


def test_every_page_leads_to_the_change_of_password_until_it_is_done(due):
    client = page()
    for path in ("/", HOME, "/households/", "/nothing-here/", "/i18n/nothing/"):
        assert client.get(path)["Location"] == "/account/password/", path
    assert client.post("/users/new/", {})["Location"] == "/account/password/"
    assert client.get("/account/password/").status_code == 200
    assert change(client) == 302
    assert inside(client)


def test_the_api_answers_everything_but_session_and_password_with_403_until_it_is_done(due):
    client = program()
    for answer in (
        client.get("/api/v1/households/"),
        client.post("/api/v1/users/", {}),
        client.get("/api/v1/schema/"),
        client.get("/api/v1/nothing/"),
    ):
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert [error["code"] for error in answer.json()["errors"]] == ["password_expired"]
    assert client.get(SESSION).status_code == 200
    assert client.post("/api/v1/password/", {"old_password": PASSWORD, "new_password": NEW}).status_code == 200
    assert client.get("/api/v1/households/").status_code == 200
    assert client.delete(SESSION).status_code == 204


def test_signing_out_needs_no_new_password(due):
    client = page()
    assert client.post("/account/sign-out/")["Location"] == SIGN_IN


def test_a_password_of_ninety_days_still_holds(village, settings):
    settings.PASSWORD_CHANGE_REQUIRED = True
    village.password_changed_at = timezone.now() - datetime.timedelta(days=89, hours=23)
    assert not village.password_expired
    village.password_changed_at = timezone.now() - datetime.timedelta(days=90, seconds=1)
    assert village.password_expired
