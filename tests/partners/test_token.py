"""POST /oauth/token/: who gets a token, and what of it is in the database."""

from __future__ import annotations

import base64
import datetime

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.partners.models import Client
from apps.partners.services.clients import give_signing_key, rotate_secret, set_enabled
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.partners import caller_of, make_department

pytestmark = pytest.mark.django_db

LEAGUE, COUNTY = 150400000000, 150422000000
HERE = "127.0.0.1"


@pytest.fixture
def department(db):
    plant(*VILLAGES)
    return make_department(LEAGUE, "households:verify", "households:details")


def everything_stored() -> str:
    """Every row of every table as text, read as the owner would dump it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        tables = [name for (name,) in cursor.fetchall()]
        text = []
        for table in tables:
            if table.startswith(("oauth2_provider", "partners", "accounts", "history", "pages")):
                cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM \"{table}\" t")
                text.append(cursor.fetchone()[0])
    return " ".join(text)


def test_a_token_is_given_for_the_client_s_scopes(department):
    answer = department.ask_token()
    assert answer.status_code == 200
    body = answer.json()
    assert body["token_type"] == "Bearer" and body["expires_in"] == 3600
    assert set(body["scope"].split()) == {"households:verify", "households:details"}
    assert "refresh_token" not in body
    assert answer["Cache-Control"] == "no-store"


def test_fewer_scopes_can_be_asked_for_but_no_others(department):
    assert department.ask_token(scope="households:verify").json()["scope"] == "households:verify"
    assert department.ask_token(scope="datasets:write").json() == {"error": "invalid_scope"}


def test_no_token_and_no_secret_is_in_the_database(department):
    token, officer = department.token(), make_user("officer", "league_officer", LEAGUE)
    with scopes.acting(officer):
        key = give_signing_key(department.client, by=officer)
    for scope in (scopes.identity(department.client.user_id), scopes.of(officer)):
        with scopes.activate(scope), transaction.atomic():
            stored = everything_stored()
        assert department.client.client_id in stored
        for secret in (token, department.secret, key):
            for form in (secret, secret.lower(), secret.encode().hex()):
                assert form not in stored
    with scopes.activate(scopes.identity(department.client.user_id)), transaction.atomic():
        row = get_access_token_model().objects.get()
        assert row.token == "" and len(row.token_checksum) == 64
        assert Client.objects.get().client_secret.startswith("md5$")  # the hasher of the test suite


@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": "wrong"},
        {"client_secret": ""},
        {"client_secret": None},
        {"client_id": "a" * 40},
        {"client_id": "region"},
        {"client_id": "a\x00b"},
        {"client_id": None},
    ],
    ids=str,
)
def test_a_wrong_credential_is_refused_in_the_same_words(department, changes):
    answer = department.ask_token(**changes)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    "values",
    [
        {"enabled": False},
        {"valid_until": timezone.localdate() - datetime.timedelta(days=1)},
        {"networks": ["10.0.0.0/8"]},
    ],
    ids=["disabled", "expired", "other address"],
)
def test_a_client_that_may_not_is_refused_in_the_same_words(department, values):
    department.change(**values)
    answer = department.ask_token()
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "implicit", ""])
def test_only_client_credentials_are_known(department, grant):
    answer = department.ask_token(grant_type=grant, username="officer", password="x", code="x", refresh_token="x")
    assert answer.status_code == 400
    assert "access_token" not in answer.json()


def test_http_basic_and_credentials_in_the_address_are_refused(department):
    basic = base64.b64encode(f"{department.client.client_id}:{department.secret}".encode()).decode()
    answer = Browser().post(
        "/oauth/token/", {"grant_type": "client_credentials"}, headers={"authorization": f"Basic {basic}"}
    )
    assert answer.status_code == 401
    query = f"client_id={department.client.client_id}&client_secret={department.secret}"
    assert Browser().post(f"/oauth/token/?{query}", {"grant_type": "client_credentials"}).status_code == 401
    assert Browser().get("/oauth/token/").status_code == 405


@pytest.mark.parametrize(
    "path", ["authorize/", "introspect/", "revoke_token/", "applications/", ".well-known/openid-configuration"]
)
def test_no_other_endpoint_of_the_server_is_there(department, path):
    assert Browser().get(f"/oauth/{path}").status_code in (302, 404)
    assert Browser().post(f"/oauth/{path}", {"token": department.token()}).status_code in (302, 404)


def test_guessing_is_slowed_down_by_address(department, settings):
    settings.TOKEN_REQUESTS_PER_MINUTE = 3
    for _attempt in range(3):
        assert department.ask_token(client_secret="wrong").status_code == 401
    answer = department.ask_token()
    assert answer.status_code == 429 and 1 <= int(answer["Retry-After"]) <= 61


def test_a_new_secret_ends_the_old_one_and_its_tokens(department):
    officer, token = make_user("officer", "league_officer", LEAGUE), department.token()
    with scopes.acting(officer):
        fresh = rotate_secret(department.client, by=officer)
    assert caller_of(token, HERE) is None
    assert department.ask_token().status_code == 401
    department.secret = fresh
    assert caller_of(department.token(), HERE) is not None


def test_closing_ends_tokens_and_opening_does_not_bring_them_back(department):
    officer, token = make_user("officer", "league_officer", LEAGUE), department.token()
    with scopes.acting(officer):
        set_enabled(department.client, enabled=False, by=officer)
    assert caller_of(token, HERE) is None and department.ask_token().status_code == 401
    with scopes.acting(officer):
        set_enabled(department.client, enabled=True, by=officer)
    assert caller_of(token, HERE) is None and caller_of(department.token(), HERE) is not None


def test_old_tokens_go_when_a_new_one_is_made(department):
    department.token()
    mine = scopes.identity(department.client.user_id)
    with scopes.activate(mine), transaction.atomic():
        get_access_token_model().objects.update(expires=timezone.now() - datetime.timedelta(seconds=1))
    department.token()
    with scopes.activate(mine), transaction.atomic():
        assert get_access_token_model().objects.count() == 1


# --- the tables of the toolkit ---


def test_tokens_open_only_to_their_client_and_to_whoever_shows_them(department):
    other = make_department(COUNTY)
    department.token()
    rows = get_access_token_model().objects
    for scope, seen in (
        (scopes.ANONYMOUS, 0),
        (scopes.of(system_account()), 0),
        (scopes.identity(other.client.user_id), 0),
        (scopes.identity(department.client.user_id), 1),
    ):
        with scopes.activate(scope), transaction.atomic():
            assert rows.count() == seen
    with scopes.activate(scopes.identity(other.client.user_id)), transaction.atomic():
        assert rows.update(scope="households:details") == 0 and rows.all().delete()[0] == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            rows.create(user_id=department.client.user_id, token_checksum="0" * 64, expires=timezone.now())


@pytest.mark.parametrize("table", ["grant", "refreshtoken", "idtoken", "devicegrant", "accesstoken"])
def test_every_table_of_the_toolkit_is_forced_behind_row_level_security(db, table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s", [f"oauth2_provider_{table}"]
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'INSERT')", [f"oauth2_provider_{table}"])
        assert cursor.fetchone() == (table == "accesstoken",)
