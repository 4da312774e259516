"""Resets by two persons: who asks, who confirms, and what the database holds to."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts import notices, services
from apps.accounts.models import Reset, User
from apps.accounts.services import SET_UP, resets
from apps.common.errors import Refused, ServiceError
from tests.factories.accounts import PASSWORD, make_user, sign_in
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

REGION, LEAGUE, COUNTY, VILLAGE, SISTER_COUNTY = 150000000000, 150400000000, 150422000000, 150422100200, 150423000000
RESETS = "/api/v1/resets/"


@pytest.fixture
def village(db: None) -> User:
    plant(*VILLAGES)
    return make_user("village", "village_officer", VILLAGE)


@pytest.fixture
def asker(village: User) -> User:
    return make_user("asker", "county_officer", COUNTY)


@pytest.fixture
def other(village: User) -> User:
    return make_user("other", "county_officer", COUNTY)


def ask(user: User, by: User, what: str = "password", reason: str = "本人遗忘") -> Reset:
    with scopes.acting(by):
        return resets.ask(user, what, reason=reason, by=by)


def confirm(reset: Reset, by: User) -> str:
    with scopes.acting(by):
        return resets.confirm(reset, by=by)


def stored(user: User) -> User:
    with scopes.activate(SET_UP), transaction.atomic():
        return User.objects.get(pk=user.pk)


def state(reset: Reset) -> str:
    with scopes.activate(SET_UP), transaction.atomic():
        return Reset.objects.get(pk=reset.pk).state


def test_nothing_happens_before_another_person_confirms(village, asker, other):
    live = sign_in(Client(), village)
    reset = ask(village, asker)
    assert stored(village).check_password(PASSWORD) and live.get("/access-logs/").status_code == 200
    password = confirm(reset, other)
    found = stored(village)
    assert found.check_password(password) and found.must_change_password
    assert live.get("/access-logs/").status_code == 302
    assert state(reset) == "done"


def test_neither_the_asker_nor_the_account_itself_confirms(village, asker):
    reset = ask(village, asker)
    with pytest.raises(PermissionDenied):
        confirm(reset, asker)
    with pytest.raises(PermissionDenied):
        confirm(reset, village)
    head = make_user("head", "county_officer", COUNTY)
    own = ask(head, asker)
    with pytest.raises(Refused):
        confirm(own, head)
    with pytest.raises(Refused):
        ask(head, head)
    assert stored(village).check_password(PASSWORD)


@pytest.mark.parametrize(
    "values",
    [
        {"asked_by": "village"},
        {"first_by": "village"},
        {"first_by": "asker"},
        {"first_by": "other", "second_by": "other"},
        {"second_by": "other"},
        {"state": "done"},
        {"state": "done", "needed": 2, "first_by": "other"},
        {"state": "done", "needed": 3, "first_by": "other"},
    ],
)
def test_the_database_holds_the_two_apart(village, asker, other, values):
    reset = ask(village, asker)
    people = {user.username: user for user in (village, asker, other)}
    with scopes.activate(SET_UP), pytest.raises(IntegrityError), transaction.atomic():
        Reset.objects.filter(pk=reset.pk).update(**{name: people.get(value, value) for name, value in values.items()})


def test_who_could_not_have_appointed_the_account_neither_asks_nor_confirms(village, asker):
    auditor = make_user("auditor", "audit_administrator", COUNTY)
    sister = make_user("sister", "county_officer", SISTER_COUNTY)
    with pytest.raises(Refused):
        ask(auditor, asker)
    reset = ask(village, asker)
    for by in (sister, make_user("inspector", "inspector", COUNTY), auditor):
        with pytest.raises(PermissionDenied):
            confirm(reset, by)
        with pytest.raises(PermissionDenied):
            ask(village, by)


def test_the_level_above_confirms_for_a_small_office(village, asker):
    reset = ask(village, asker)
    assert confirm(reset, make_user("league", "league_officer", LEAGUE))


def test_for_those_who_run_the_region_it_takes_two_more(village):
    first, second, third, fourth = (make_user(f"region{n}", "region_officer", REGION) for n in range(4))
    reset = ask(first, second)
    assert confirm(reset, third) == ""
    assert state(reset) == "asked" and stored(first).check_password(PASSWORD)
    for again in (third, second):
        with pytest.raises(PermissionDenied):
            confirm(reset, again)
    password = confirm(reset, fourth)
    assert stored(first).check_password(password)


def test_an_account_that_came_to_run_the_region_meanwhile_takes_two(village, asker):
    reset = ask(village, make_user("asks", "security_administrator", REGION))
    with scopes.activate(SET_UP), transaction.atomic():
        services.appoint(village, role="region_officer", division=REGION, by=None)
    assert confirm(reset, make_user("security", "security_administrator", REGION)) == ""
    assert state(reset) == "asked"


def test_it_lapses_after_a_day_and_can_be_asked_again(village, asker, other):
    reset = ask(village, asker)
    with pytest.raises(ServiceError, match="已有同样的申请"):
        ask(village, other)
    with scopes.activate(SET_UP), transaction.atomic():
        late = timezone.now() - datetime.timedelta(seconds=1)
        assert Reset.objects.get(pk=reset.pk).expires_at - reset.asked_at >= datetime.timedelta(hours=23, minutes=59)
        Reset.objects.filter(pk=reset.pk).update(expires_at=late)
    with pytest.raises(ServiceError, match="过期"):
        confirm(reset, other)
    again = ask(village, other)
    assert state(reset) == "lapsed"
    assert confirm(again, asker)
    with pytest.raises(ServiceError, match="办结"):
        confirm(again, asker)


def test_it_can_be_withdrawn_by_those_who_take_part(village, asker, other):
    reset = ask(village, asker)
    with scopes.acting(asker):
        resets.withdraw(reset, by=asker)
    assert state(reset) == "withdrawn"
    with pytest.raises(ServiceError):
        confirm(reset, other)
    reset = ask(village, asker)
    with pytest.raises(PermissionDenied), scopes.acting(village):
        resets.withdraw(reset, by=village)
    with scopes.acting(other):
        resets.withdraw(reset, by=other)
    assert state(reset) == "withdrawn"


@pytest.mark.parametrize(
    ("what", "reason", "match"),
    [
        ("password", " ", "理由"),
        ("factor", "遗失", "没有绑定"),
        ("open", "误停", "没有停用"),
        ("other", "x", "没有这种"),
    ],
)
def test_what_cannot_be_reset_is_refused(village, asker, what, reason, match):
    with pytest.raises(ServiceError, match=match):
        ask(village, asker, what, reason)


def test_a_closed_account_is_opened_by_two_and_not_reset(village, asker, other):
    with scopes.acting(asker):
        services.close_account(village, by=asker)
    with pytest.raises(ServiceError, match="重新启用"):
        ask(stored(village), asker)
    password = confirm(ask(stored(village), asker, "open"), other)
    found = stored(village)
    assert found.is_active and found.check_password(password)


def test_the_holder_is_told_of_both_and_nobody_else(village, asker, other):
    client = sign_in(Client(), village)
    reset = ask(village, asker)
    assert "1 条新通知" in client.get("/access-logs/").content.decode()
    page = client.get("/account/notices/").content.decode()
    assert "asker申请对您的账户“重置密码”，理由：本人遗忘" in page
    assert "条新通知" not in client.get("/access-logs/").content.decode()
    confirm(reset, other)
    told = notices.read(stored(village))
    assert [one.new for one in told] == [True, False]
    assert told[0].text == "您的账户已“重置密码”：asker申请，other确认，理由：本人遗忘。"
    assert notices.unread(asker) == notices.unread(other) == 0
    assert client.get("/account/notices/").status_code == 302, "the old session ended"


# --- pages and API ---------------------------------------------------------------------------------------------------


def test_pages_ask_confirm_and_show_the_password_once(village, asker, other):
    one, two = sign_in(Client(), asker), sign_in(Client(), other)
    form = one.get(f"/resets/new/?user={village.pk}&what=password")
    assert form.status_code == 200 and f'value="{village.pk}"' in form.content.decode()
    assert one.post("/resets/new/", {"user": village.pk, "what": "password", "reason": ""}).status_code == 422
    page = one.post("/resets/new/", {"user": village.pk, "what": "password", "reason": "本人遗忘"})["Location"]
    body = one.get(page).content.decode()
    assert "confirm/" not in body and "withdraw/" in body
    assert "confirm/" in two.get(page).content.decode()
    shown = two.post(f"{page}confirm/")
    assert shown.status_code == 200 and "初始密码" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store, private"
    assert "confirm/" not in two.get(page).content.decode()
    again = two.post(f"{page}confirm/", follow=True)
    assert "已经办结" in again.content.decode()
    assert "已办理" in one.get("/resets/").content.decode()


def test_no_address_resets_by_one_person(village, asker):
    page, script = sign_in(Client(), asker), sign_in(APIClient(), asker)
    for act in ("reset", "reset-factor", "open"):
        assert page.post(f"/users/{village.pk}/{act}/").status_code == 404
        assert script.post(f"/api/v1/users/{village.pk}/{act}/").status_code == 404


def test_the_same_over_the_api(village, asker, other):
    one, two = sign_in(APIClient(), asker), sign_in(APIClient(), other)
    asked = one.post(RESETS, {"user": village.pk, "what": "password", "reason": "本人遗忘"})
    body = asked.json()
    assert (asked.status_code, body["state"], body["needed"]) == (201, "asked", 1)
    url = f"{RESETS}{body['id']}/"
    assert one.post(f"{url}confirm/").status_code == 403
    done = two.post(f"{url}confirm/")
    assert done.status_code == 200 and done.json()["state"] == "done"
    assert stored(village).check_password(done.json()["initial_password"])
    assert two.post(f"{url}confirm/").status_code == 409
    assert "initial_password" not in two.get(url).json()
    again = one.post(RESETS, {"user": village.pk, "what": "password", "reason": "又忘"}).json()
    assert one.post(f"{RESETS}{again['id']}/withdraw/").json()["state"] == "withdrawn"
    own = sign_in(APIClient(), stored(village))
    assert [row["state"] for row in own.get(RESETS).json()["results"]] == ["withdrawn", "done"]
    assert own.post(f"{url}confirm/").status_code == 403
    sister = sign_in(APIClient(), make_user("sister", "county_officer", SISTER_COUNTY))
    assert sister.get(url).status_code == sister.post(f"{url}confirm/").status_code == 404
