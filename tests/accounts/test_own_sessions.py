"""One's own sessions, their end from elsewhere, and accounts that nobody uses."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts import services, tasks
from apps.accounts.models import LiveSession, User
from apps.common.errors import Refused, ServiceError
from apps.history.models import AccessLog
from config.celery import app
from tests.factories.accounts import PASSWORD, make_user, reset
from tests.factories.accounts import sign_in as opened
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

REGION, COUNTY, VILLAGE, OTHER_COUNTY = 150000000000, 150422000000, 150422100200, 150522000000
SIGN_IN, HOME, LIST = "/account/sign-in/", "/access-logs/", "/account/sessions/"
SESSION, API = "/api/v1/session/", "/api/v1/sessions/"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile MicroMessenger/8.0"


@pytest.fixture
def village(db: None) -> User:
    plant(*VILLAGES)
    return make_user("village", "village_officer", VILLAGE)


@pytest.fixture
def security(village: User) -> User:
    return make_user("security", "security_administrator", COUNTY)


def page(username: str = "village", address: str = "10.0.0.1", device: str = EDGE) -> Client:
    client = Client(REMOTE_ADDR=address, headers={"user-agent": device})
    assert client.post(SIGN_IN, {"username": username, "password": PASSWORD}).status_code == 302
    return client


def program() -> APIClient:
    client = APIClient()
    assert client.post(SESSION, {"username": "village", "password": PASSWORD}).status_code == 200
    return client


def inside(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def key_of(client: Client, user: User) -> int:
    with scopes.activate(scopes.identity(user.pk)), transaction.atomic():
        return LiveSession.objects.get(session_key=client.session.session_key).pk


def rows(user: User) -> int:
    with scopes.activate(scopes.identity(user.pk)), transaction.atomic():
        return LiveSession.objects.count()


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_list_shows_ones_own_live_sessions_and_which_is_this(village, security):
    client, other = page(), page(address="10.9.8.7", device=PHONE)
    page("security", address="10.5.5.5")
    html = client.get(LIST).content.decode()
    assert html.count('<li class="card">') == 2
    assert html.count("本机当前会话") == 1
    assert all(word in html for word in ("10.0.0.1", "10.9.8.7", "Edge · Windows", "WeChat · Android"))
    assert "10.5.5.5" not in html
    assert f"{LIST}{key_of(other, village)}/end/" in html
    assert f"{LIST}{key_of(client, village)}/end/" not in html


def test_a_session_that_ended_is_not_in_the_list(village):
    client, gone, idle, old = page(), page(), page(), page()
    gone.post("/account/sign-out/")
    for one, name, seconds in ((idle, "last_seen", 1802), (old, "began", 8 * 3600 + 2)):
        session = one.session
        session[name] -= seconds
        session.save()
    assert client.get(LIST).content.decode().count('<li class="card">') == 1


def test_a_row_goes_with_its_session(village):
    clients = [page(), page()]
    assert rows(village) == 2
    clients[0].post("/account/sign-out/")
    assert rows(village) == 1
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(minutes=1))
    tasks.clear_sessions()
    assert (Session.objects.count(), rows(village)) == (0, 0)


# --- the end from elsewhere ------------------------------------------------------------------------------------------


def test_ending_one_is_effective_at_its_next_request(village):
    client, other, third = page(), page(), page()
    assert client.post(f"{LIST}{key_of(other, village)}/end/").status_code == 302
    assert (inside(client), inside(other), inside(third)) == (True, False, True)


def test_ending_all_others_leaves_this_one(village, security):
    client, other, script, foreign = page(), page(), program(), page("security")
    assert client.post(f"{LIST}end-others/").status_code == 302
    assert (inside(client), inside(other)) == (True, False)
    assert script.get(SESSION).status_code == 401
    assert foreign.get("/users/").status_code == 200


def test_a_session_of_somebody_else_is_not_there(village, security):
    client, foreign = page(), page("security")
    key = key_of(foreign, security)
    assert client.post(f"{LIST}{key}/end/").status_code == 404
    script = program()
    assert script.delete(f"{API}{key}/").status_code == 404
    assert foreign.get("/users/").status_code == 200


def test_the_api_lists_and_ends_them_too(village):
    client, script, other = page(), program(), program()
    found = script.get(API).json()
    assert [one["this"] for one in found] == [False, True, False]
    assert set(found[0]) == {"key", "began_at", "seen_at", "address", "device", "this"}
    assert script.delete(f"{API}{found[2]['key']}/").status_code == 204
    assert not inside(client)
    assert script.delete(API).status_code == 204
    assert other.get(SESSION).status_code == 401
    assert script.get(SESSION).status_code == 200


def test_signing_out_over_the_api_tells_the_browser_to_forget(village):
    answer = program().delete(SESSION)
    assert (answer.status_code, answer["Clear-Site-Data"]) == (204, '"cache"')


def test_a_new_password_ends_the_others_and_this_one_stays_in_the_list(village):
    client, other, script = page(), page(), program()
    form = {"old_password": PASSWORD, "new_password": "Other-Horse-8", "repeated": "Other-Horse-8"}
    assert client.post("/account/password/", form).status_code == 302
    assert (inside(client), inside(other), script.get(SESSION).status_code) == (True, False, 401)
    assert rows(village) == 1
    assert "本机当前会话" in client.get(LIST).content.decode()


def test_administrators_end_the_sessions_of_an_account_in_their_place(village, security):
    auditor = make_user("auditor", "audit_administrator", COUNTY)
    client, script, admin = page(), program(), page("security")
    assert f"/users/{village.pk}/end-sessions/" in admin.get(f"/users/{village.pk}/").content.decode()
    assert admin.post(f"/users/{village.pk}/end-sessions/").status_code == 302
    assert (inside(client), script.get(SESSION).status_code) == (False, 401)
    assert admin.get("/users/").status_code == 200
    with scopes.acting(auditor):
        log = AccessLog.objects.get(action="sessions")
    assert (log.username, log.object_id, log.rows, log.division_id) == ("security", village.pk, 2, VILLAGE)


def test_others_do_not_end_them(village, security):
    foreign = make_user("foreign", "security_administrator", OTHER_COUNTY)
    client = page()
    assert opened(Client(), foreign).post(f"/users/{village.pk}/end-sessions/").status_code == 404
    with scopes.acting(foreign), pytest.raises(Exception, match="权限"):
        services.end_sessions(village, by=foreign)
    with scopes.acting(security), pytest.raises(ServiceError, match="我的会话"):
        services.end_sessions(security, by=security)
    county = make_user("county", "county_officer", COUNTY)
    with scopes.acting(county), pytest.raises(Refused):
        services.end_sessions(security, by=county)
    assert inside(client)


def test_rows_are_the_accounts_alone_by_the_database(village):
    page()
    for scope in (scopes.of(make_user("region", "region_officer", REGION)), scopes.ANONYMOUS, services.SET_UP):
        with scopes.activate(scope), transaction.atomic():
            assert LiveSession.objects.count() == 0
            assert LiveSession.objects.all().delete()[0] == 0
    with (
        scopes.activate(scopes.identity(village.pk + 1)),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        LiveSession.objects.create(user_id=village.pk, session_key="none")
    assert rows(village) == 1


# --- the password of a session that was found open -------------------------------------------------------------------


def test_tries_at_the_old_password_meet_the_same_lock(village):
    client = page()
    form = {"old_password": "wrong", "new_password": "Other-Horse-8", "repeated": "Other-Horse-8"}
    assert [client.post("/account/password/", form).status_code for _time in range(5)] == [422] * 4 + [429]
    right = client.post("/account/password/", {**form, "old_password": PASSWORD})
    assert right.status_code == 429 and "登录失败次数过多" in right.content.decode()
    assert Client().post(SIGN_IN, {"username": "village", "password": PASSWORD}).status_code == 429


def test_tries_at_the_old_password_over_the_api_count_as_well(village):
    script = program()
    form = {"old_password": "wrong", "new_password": "Other-Horse-8"}
    answers = [script.post("/api/v1/password/", form) for _time in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429]
    assert Client().post(SIGN_IN, {"username": "village", "password": PASSWORD}).status_code == 429


# --- accounts that nobody uses ---------------------------------------------------------------------------------------


def lay_by(user: User, **days: int) -> None:
    """Put moments of an account so many days back."""
    moments = {name: timezone.now() - datetime.timedelta(days=number) for name, number in days.items()}
    with scopes.activate(services.SET_UP), transaction.atomic():
        User.objects.filter(pk=user.pk).update(**moments)


def stored(user: User) -> User:
    with scopes.activate(services.SET_UP), transaction.atomic():
        return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("days", "closed"),
    [
        ({"last_login": 91, "password_changed_at": 200, "created_at": 300}, True),
        ({"last_login": 89, "password_changed_at": 200, "created_at": 300}, False),
        ({"password_changed_at": 91, "created_at": 91}, True),
        ({"password_changed_at": 89, "created_at": 300}, False),
        ({"last_login": 200, "password_changed_at": 10, "created_at": 300}, False),
    ],
    ids=["long ago", "lately", "never", "never, but new", "given a new first password"],
)
def test_an_account_unused_for_ninety_days_is_closed_at_night(village, days, closed):
    lay_by(village, **days)
    tasks.close_unused_accounts()
    found = stored(village)
    assert (found.is_active, found.closed_because) == ((False, "unused") if closed else (True, ""))


def test_the_system_account_and_the_demonstration_are_left_alone(village, settings):
    system = services.system_account()
    for user in (village, system):
        lay_by(user, password_changed_at=400, created_at=400)
    settings.DEMO_MODE = True
    tasks.close_unused_accounts()
    assert stored(village).is_active
    settings.DEMO_MODE = False
    assert services.close_unused() == 1
    assert stored(system).is_active


def test_the_page_says_why_and_opening_again_takes_it_back(village, security):
    lay_by(village, password_changed_at=400, created_at=400)
    tasks.close_unused_accounts()
    admin = page("security")
    html = admin.get(f"/users/{village.pk}/").content.decode()
    assert "已停用：长期未使用" in html
    history = admin.get(f"/users/{village.pk}/history/").content.decode()
    assert "system" in history
    assert Client().post(SIGN_IN, {"username": "village", "password": PASSWORD}).status_code == 401
    reset(village, "open", by=security)
    tasks.close_unused_accounts()
    assert (stored(village).is_active, stored(village).closed_because) == (True, "")
    with scopes.acting(security):
        services.close_account(stored(village), by=security)
    assert "已停用：由管理员停用" in admin.get(f"/users/{village.pk}/").content.decode()


def test_night_work_is_on_the_timetable():
    planned = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {tasks.close_unused_accounts.name, tasks.clear_sessions.name} <= planned
