"""The second factor: its reset by others, over the API, and what of it lies in the database."""

from __future__ import annotations

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts import services
from apps.accounts.models import RecoveryCode, SecondFactor, User
from apps.common.errors import Refused
from apps.history.models import AccessLog
from tests.accounts.factors import ENROL, SIGN_IN, bind, half_way, inside, itself, step
from tests.factories.accounts import PASSWORD, make_user, reset
from tests.factories.accounts import sign_in as opened
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

COUNTY, VILLAGE, OTHER_COUNTY = 150422000000, 150422100200, 150522000000
SESSION, FACTOR = "/api/v1/session/", "/api/v1/second-factor/"


@pytest.fixture
def village(db: None) -> User:
    plant(*VILLAGES)
    return make_user("village", "village_officer", VILLAGE)


# --- reset by others -------------------------------------------------------------------------------------------------


def test_a_reset_ends_the_sessions_asks_for_a_new_binding_and_is_written_down(bound, village, clock, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    security = make_user("security", "security_administrator", COUNTY)
    auditor = make_user("auditor", "audit_administrator", COUNTY)
    client = half_way()
    assert step(client, clock.code(bound[0])) == 302 and inside(client)
    admin = opened(Client(), security)
    bind(security, clock)
    page = admin.get(f"/users/{village.pk}/").content.decode()
    assert f"/resets/new/?user={village.pk}&amp;what=factor" in page
    asked = {"user": village.pk, "what": "factor", "reason": "手机遗失"}
    page = admin.post("/resets/new/", asked)["Location"]
    assert admin.post(f"{page}confirm/").status_code == 403, "not by who asked"
    assert inside(client)
    other = make_user("other", "county_officer", COUNTY)
    bind(other, clock)
    assert opened(Client(), other).post(f"{page}confirm/").status_code == 302
    assert not inside(client)
    assert Client().post(SIGN_IN, {"username": "village", "password": PASSWORD})["Location"] == ENROL
    with scopes.acting(auditor):
        logs = AccessLog.objects.filter(action="factor").order_by("pk")
        found = [(log.username, log.object_id, log.division_id, log.result, log.reason) for log in logs]
    assert found == [
        ("security", village.pk, VILLAGE, "requested", "手机遗失"),
        ("other", village.pk, VILLAGE, "done", "手机遗失"),
    ]


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("security_administrator", OTHER_COUNTY),
        ("village_officer", VILLAGE),
        ("audit_administrator", COUNTY),
        ("system_administrator", COUNTY),
    ],
)
def test_others_do_not_reset_it(bound, village, role, place):
    other = make_user("other", role, place)
    client = opened(Client(), other)
    asked = {"user": village.pk, "what": "factor", "reason": "手机遗失"}
    assert client.post("/resets/new/", asked).status_code in (403, 422)
    with scopes.acting(other), pytest.raises(Exception, match="权限"):
        services.resets.ask(village, "factor", reason="手机遗失", by=other)
    assert not inside(half_way())


def test_nobody_resets_his_own_nor_that_of_an_administrator_above(clock, village):
    security = make_user("security", "security_administrator", COUNTY)
    above = make_user("above", "security_administrator", 150400000000)
    for user in (security, above):
        bind(user, clock)
    with scopes.acting(security), pytest.raises(Refused, match="自己"):
        services.resets.ask(security, "factor", reason="手机遗失", by=security)
    with scopes.acting(security), pytest.raises(Exception, match="权限"):
        services.resets.ask(above, "factor", reason="手机遗失", by=security)
    client = opened(Client(), security)
    asked = {"user": above.pk, "what": "factor", "reason": "手机遗失"}
    assert client.post("/resets/new/", asked).status_code == 422, "no such account, for all that he sees"


def test_a_district_office_does_not_reset_the_factor_of_its_security_administrator(clock, village):
    county = make_user("county", "county_officer", COUNTY)
    security = make_user("security", "security_administrator", COUNTY)
    bind(security, clock)
    with scopes.acting(county), pytest.raises(Refused):
        services.resets.ask(security, "factor", reason="手机遗失", by=county)


# --- over the API ----------------------------------------------------------------------------------------------------


def test_the_api_takes_the_code_with_the_password(bound, clock):
    client, form = APIClient(), {"username": "village", "password": PASSWORD}
    asked = client.post(SESSION, form)
    assert (asked.status_code, asked.json()["errors"][0]["code"]) == (401, "second_factor_required")
    assert client.post(SESSION, {**form, "code": "000000"}).status_code == 401
    assert client.post(SESSION, {**form, "password": "wrong", "code": clock.code(bound[0])}).status_code == 401
    assert client.get("/api/v1/access-logs/").status_code == 401
    assert client.post(SESSION, {**form, "code": clock.code(bound[0])}).status_code == 200
    assert client.get("/api/v1/access-logs/").status_code == 200
    assert APIClient().post(SESSION, {**form, "code": clock.code(bound[0])}).status_code == 401


def test_wrong_codes_over_the_api_lock_the_account(bound, clock):
    form = {"username": "village", "password": PASSWORD, "code": "000000"}
    assert [APIClient().post(SESSION, form).status_code for _time in range(5)] == [401] * 4 + [429]
    assert APIClient().post(SESSION, {**form, "code": clock.code(bound[0])}).status_code == 429


def test_the_api_opens_no_session_before_a_generator_is_bound(village, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    answer = APIClient().post(SESSION, {"username": "village", "password": PASSWORD})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "second_factor_missing")
    assert Session.objects.count() == 0


def test_the_factor_is_bound_renewed_and_given_up_over_the_api(village, clock):
    client = APIClient()
    client.post(SESSION, {"username": "village", "password": PASSWORD})
    assert client.get(FACTOR).json() == {"bound_at": None, "codes_left": 0}
    offer = client.post(FACTOR).json()
    assert offer["uri"].startswith("otpauth://totp/")
    form = {"token": offer["token"], "code": clock.code(offer["secret"])}
    assert client.put(FACTOR, {**form, "code": "000000"}).status_code == 422
    codes = client.put(FACTOR, form).json()["recovery_codes"]
    assert client.get(FACTOR).json()["codes_left"] == len(codes) == 10
    assert client.put(FACTOR, form).status_code == 422, "in place of it only with one of its codes"
    assert client.patch(FACTOR, {"code": "000000"}).status_code == 422
    renewed = client.patch(FACTOR, {"code": codes[0]}).json()["recovery_codes"]
    assert client.delete(FACTOR, {"code": codes[1]}).status_code == 422
    assert client.delete(FACTOR, {"code": renewed[0]}).status_code == 204
    assert client.get(FACTOR).json() == {"bound_at": None, "codes_left": 0}


# --- what lies in the database ---------------------------------------------------------------------------------------


def test_a_dump_holds_neither_secret_nor_recovery_code(bound, village):
    secret, codes = bound
    with scopes.activate(itself(village)), transaction.atomic(), connection.cursor() as cursor:
        text = ""
        for table in ("accounts_secondfactor", "accounts_recoverycode", "accounts_user", "accounts_userevent"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            text += cursor.fetchone()[0] or ""
    assert len(text) > 1000
    for word in (secret, secret.lower(), pyotp.TOTP(secret).byte_secret().hex(), secret.encode().hex(), *codes):
        assert word not in text


@pytest.mark.parametrize("model", [SecondFactor, RecoveryCode], ids=lambda model: model.__name__)
def test_its_rows_are_the_accounts_alone_by_the_database(bound, village, model):
    region = make_user("region", "region_officer", 150000000000)
    for scope in (scopes.of(region), scopes.ANONYMOUS, services.SET_UP, scopes.signing_in("village")):
        with scopes.activate(scope), transaction.atomic():
            assert model.objects.count() == 0
            assert model.objects.all().delete()[0] == 0
    with scopes.activate(itself(village)), transaction.atomic():
        assert model.objects.count() in (1, 10)
    with (
        scopes.acting(region),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO accounts_recoverycode (user_id, digest) VALUES (%s, 'x')"
            if model is RecoveryCode
            else "INSERT INTO accounts_secondfactor (user_id, secret, last_step) VALUES (%s, '\\x00', 0)",
            [village.pk],
        )


def test_binding_and_resetting_stand_in_the_history_of_the_account(bound, village):
    security = make_user("security", "security_administrator", COUNTY)
    reset(village, "factor", by=security)
    with scopes.acting(security):
        names = [
            event.pgh_context["name"]
            for event in User.objects.get(pk=village.pk).events.order_by("pgh_id")
            if event.pgh_label == "update"
        ]
    assert names[-2:] == ["village", "security"]
