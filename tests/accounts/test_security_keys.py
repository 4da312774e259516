"""Security keys: adding, signing in, and what is refused."""

from __future__ import annotations

import datetime
import json

import pytest
from django.db import connection, transaction
from django.test import Client

from apps.access import scope as scopes
from apps.accounts import notices, services
from apps.accounts.models import KeyChallenge, SecurityKey, User
from apps.history.models import AccessLog
from tests.accounts.authenticator import PRESENT, Authenticator, text
from tests.accounts.factors import STEP, bind, half_way, inside, itself, step
from tests.factories.accounts import make_user, reset
from tests.factories.accounts import sign_in as opened
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

COUNTY, VILLAGE = 150422000000, 150422100200
OWN, ASK_NEW, ASK = "/account/second-factor/", "/account/second-factor/key/", "/account/sign-in/key/"


@pytest.fixture(autouse=True)
def named(settings):
    settings.SECURITY_KEY_HOST = "testserver"
    settings.SECURITY_KEY_ORIGINS = ["https://testserver"]


@pytest.fixture
def village(db: None) -> User:
    plant(*VILLAGES)
    return make_user("village", "village_officer", VILLAGE)


@pytest.fixture
def key(bound, clock, village) -> Authenticator:
    """A key that the account has added."""
    made = Authenticator()
    client = opened(Client(), village)
    assert add(client, made, clock.code(bound[0])).status_code == 302
    clock.now += 120
    return made


def add(client: Client, key: Authenticator, code: str, name: str = "办公室密钥"):
    options = client.post(ASK_NEW).json()
    return client.post(OWN, {"act": "add-key", "name": name, "code": code, "answer": key.create(options)})


def answer(client: Client, key: Authenticator, **changes: object) -> int:
    """The status of a second step by this key."""
    return client.post(STEP, {"answer": key.get({**client.post(ASK).json(), **changes})}).status_code


def keys_of(user: User) -> list[SecurityKey]:
    return services.keys.of(user)


def log_of(user: User) -> list[tuple[list[str], str, str]]:
    with scopes.acting(user):
        rows = AccessLog.objects.visible_to(user).filter(action="key").order_by("pk")
        return [(row.fields, row.reason, row.result) for row in rows]


# --- signing in ------------------------------------------------------------------------------------------------------


def test_a_key_after_the_right_password_opens_a_session_and_leads_on(key, village):
    client = half_way()
    page = client.get(STEP).content.decode()
    assert 'data-key-form="get"' in page and "js/keys.js" in page
    options = client.post(ASK).json()
    assert (options["rpId"], options["userVerification"]) == ("testserver", "preferred")
    assert [one["id"] for one in options["allowCredentials"]] == [text(key.id)]
    done = client.post(STEP, {"answer": key.get(options), "next": "/households/?year=2018"})
    assert (done.status_code, done["Location"]) == (302, "/households/?year=2018")
    assert inside(client)
    (stored,) = keys_of(village)
    assert (stored.sign_count, stored.transports) == (key.count, "usb") and stored.used_at is not None


def test_a_key_that_cannot_verify_its_holder_is_taken(key):
    client = half_way()
    assert client.post(STEP, {"answer": key.get(client.post(ASK).json(), flags=PRESENT)}).status_code == 302


def test_the_code_still_opens(key, bound, clock):
    assert step(half_way(), clock.code(bound[0])) == 302


def test_an_account_without_keys_is_not_asked_for_one(bound):
    client = half_way()
    assert "data-key-form" not in client.get(STEP).content.decode()
    assert client.post(ASK).status_code == 422


def test_a_challenge_counts_once(key):
    client = half_way()
    options = client.post(ASK).json()
    wrong = key.get({**options, "challenge": text(b"another")})
    assert client.post(STEP, {"answer": wrong}).status_code == 401
    assert client.post(STEP, {"answer": key.get(options)}).status_code == 401, "spent by the wrong answer"
    right = key.get(client.post(ASK).json())
    assert client.post(STEP, {"answer": right}).status_code == 302
    assert half_way().post(STEP, {"answer": right}).status_code == 401


def test_a_challenge_belongs_to_the_half_session_that_asked(key):
    client, other = half_way(), half_way()
    options = client.post(ASK).json()
    assert other.post(STEP, {"answer": key.get(options)}).status_code == 401
    assert client.post(STEP, {"answer": key.get(options)}).status_code == 302, "and is not spent by a stranger"


def test_a_challenge_grows_old(key, village):
    client = half_way()
    options = client.post(ASK).json()
    with scopes.activate(itself(village)), transaction.atomic():
        KeyChallenge.objects.update(made_at=KeyChallenge.objects.get().made_at - datetime.timedelta(minutes=6))
    assert client.post(STEP, {"answer": key.get(options)}).status_code == 401


def test_nobody_asks_for_a_challenge_without_the_password(key):
    assert Client().post(ASK).status_code == 401
    assert half_way().get(ASK).status_code == 405


def test_another_name_another_origin_and_another_pair_are_refused(key, village):
    for name, value in (("origin", "https://testserver.example"), ("host", "example"), ("pair", Authenticator().pair)):
        right, client = getattr(key, name), half_way()
        setattr(key, name, value)
        assert answer(client, key) == 401, name
        setattr(key, name, right)
    assert answer(half_way(), key) == 302


def test_an_absent_holder_is_refused(key):
    client = half_way()
    assert client.post(STEP, {"answer": key.get(client.post(ASK).json(), flags=0)}).status_code == 401


def test_a_key_whose_counter_did_not_go_on_is_refused_and_written_down(key, village):
    assert answer(half_way(), key) == 302
    for behind in (1, 2):
        key.count -= behind
        assert answer(half_way(), key) == 401
    assert log_of(village)[-1] == (["counter"], "办公室密钥", "refused")
    key.count += 5
    assert answer(half_way(), key) == 302


def test_a_key_that_does_not_count_is_taken_again_and_again(key, village):
    with scopes.activate(itself(village)), transaction.atomic():
        SecurityKey.objects.update(sign_count=0)
    for _time in range(2):
        key.count = -1
        assert answer(half_way(), key) == 302


@pytest.mark.parametrize(
    "written", ["x", "{}", "[]", "null", '{"id": 1}', '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}']
)
def test_what_is_no_answer_is_refused(key, written):
    client = half_way()
    client.post(ASK)
    assert client.post(STEP, {"answer": written}).status_code == 401
    spoilt = json.loads(key.get(client.post(ASK).json()))
    spoilt["response"]["authenticatorData"] = text(b"short")
    assert client.post(STEP, {"answer": json.dumps(spoilt)}).status_code == 401
    assert not inside(client)


def test_failures_of_keys_codes_and_passwords_count_together(key, bound, clock):
    client = half_way()
    for _time in range(2):
        assert client.post(STEP, {"answer": "x"}).status_code == 401
    assert [step(client, "000000") for _time in range(2)] == [401, 401]
    assert client.post(STEP, {"answer": "x"}).status_code == 429
    assert client.post(ASK).status_code == 429
    assert step(client, clock.code(bound[0])) == 429
    assert Client().post("/account/sign-in/", {"username": "village", "password": "wrong"}).status_code == 429


# --- one's own keys --------------------------------------------------------------------------------------------------


def test_a_key_is_added_named_and_removed_on_ones_own_page(key, village, bound, clock):
    client = opened(Client(), village)
    (stored,) = keys_of(village)
    assert "办公室密钥" in client.get(OWN).content.decode()
    assert client.post(OWN, {"act": "rename-key", "key": stored.pk, "name": " 家中 "})["Location"] == OWN
    assert [one.name for one in keys_of(village)] == ["家中"]
    client.post(OWN, {"act": "rename-key", "key": stored.pk, "name": " "})
    assert [one.name for one in keys_of(village)] == ["家中"]
    assert client.post(OWN, {"act": "remove-key", "key": stored.pk}).status_code == 302
    assert keys_of(village) == []
    assert client.post(OWN, {"act": "remove-key", "key": stored.pk}).status_code == 404
    assert client.post(OWN, {"act": "remove-key", "key": "x"}).status_code == 404
    assert log_of(village) == [
        (["added"], "办公室密钥", "done"),
        (["renamed"], "家中", "done"),
        (["removed"], "家中", "done"),
    ]
    assert half_way().post(ASK).status_code == 422


def test_adding_takes_a_code_and_gives_the_session_a_new_key(bound, village, clock):
    client, made = opened(Client(), village), Authenticator()
    before = client.session.session_key
    assert add(client, made, "000000").status_code == 401
    assert add(client, made, "").status_code == 422
    assert keys_of(village) == []
    assert add(client, made, clock.code(bound[0])).status_code == 302
    assert client.session.session_key != before


def test_an_answer_to_another_sessions_challenge_adds_nothing(bound, village, clock):
    client, other, made = opened(Client(), village), opened(Client(), village), Authenticator()
    created = made.create(other.post(ASK_NEW).json())
    form = {"act": "add-key", "name": "x", "code": clock.code(bound[0]), "answer": created}
    assert client.post(OWN, form).status_code == 422
    assert keys_of(village) == []


def test_a_key_serves_one_account_once_and_no_account_has_more_than_five(key, village, bound, clock):
    client = opened(Client(), village)
    assert add(client, key, clock.code(bound[0])).status_code == 422
    county = make_user("county", "county_officer", COUNTY)
    secret, _codes = bind(county, clock)
    assert add(opened(Client(), county), key, clock.code(secret)).status_code == 422
    for _time in range(4):
        clock.now += 120
        assert add(client, Authenticator(), clock.code(bound[0])).status_code == 302
    assert client.post(ASK_NEW).status_code == 422
    assert len(keys_of(village)) == 5


def test_a_key_needs_a_generator_beside_it_and_goes_with_it(village, clock):
    client = opened(Client(), village)
    assert client.post(ASK_NEW).status_code == 422
    secret, _codes = bind(village, clock)
    client = opened(Client(), fresh(village))
    assert add(client, Authenticator(), clock.code(secret)).status_code == 302
    clock.now += 120
    assert client.post(OWN, {"act": "remove", "code": clock.code(secret)}).status_code == 302
    assert keys_of(village) == []


def test_a_reset_by_two_persons_removes_the_keys(key, village):
    reset(village, "factor", by=make_user("county", "county_officer", COUNTY))
    assert keys_of(village) == []


def test_a_platform_without_a_name_takes_no_keys(key, village, settings):
    settings.SECURITY_KEY_HOST = ""
    client = opened(Client(), village)
    assert "没有启用安全密钥" in client.get(OWN).content.decode()
    assert client.post(ASK_NEW).status_code == 422
    half = half_way()
    assert "data-key-form" not in half.get(STEP).content.decode()
    assert half.post(ASK).status_code == 422
    assert half.post(STEP, {"answer": "x"}).status_code == 401


def fresh(user: User) -> User:
    with scopes.activate(itself(user)), transaction.atomic():
        return User.objects.get(pk=user.pk)


# --- in the database -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["accounts_securitykey", "accounts_keychallenge", "accounts_notice"])
def test_rows_are_the_accounts_alone_by_the_database(key, village, table):
    opened(Client(), village).post(ASK_NEW)
    services.keys.to_sign_in(village, "x")
    make = make_user("region", "region_officer", 150000000000)
    notices.tell(village.pk, "deputy", name="某人")
    for scope in (scopes.of(make), scopes.ANONYMOUS, services.SET_UP, scopes.signing_in("village")):
        with scopes.activate(scope), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
            cursor.execute(f"UPDATE {table} SET id = id")
            assert cursor.rowcount == 0
    with scopes.activate(itself(village)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
