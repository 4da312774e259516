"""Signed requests: required of a client with a key, refused when stale, replayed or changed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from redis.exceptions import ConnectionError as Gone

from apps.access import scope as scopes
from apps.partners.services import signing
from apps.partners.services.clients import give_signing_key
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number
from tests.factories.partners import make_department

pytestmark = pytest.mark.django_db

COUNTY = 150422000000
PATH = "/api/v1/households/verify/"


@pytest.fixture
def signed(db):
    """A department with a signing key, and the key."""
    plant(*VILLAGES)
    department = make_department(COUNTY)
    officer = make_user("officer", "county_officer", COUNTY)
    with scopes.acting(officer):
        key = give_signing_key(department.client, by=officer)
    return department, key


def send(department, key, *, query="", nonce="n" * 16, timestamp=None, sign=None, body=None, path=PATH):
    """A signed request; `sign` changes what the signature is made over."""
    body = json.dumps({"id_no": citizen_number(serial=49_999), "purpose": "核对"}).encode() if body is None else body
    timestamp = str(int(time.time())) if timestamp is None else timestamp
    over = {"method": "POST", "path": PATH, "query": query, "body": body, "timestamp": timestamp, "nonce": nonce}
    headers = {
        "authorization": f"Bearer {department.token()}",
        "x-timestamp": timestamp,
        "x-nonce": nonce,
        "x-signature": signing.signature(key, **{**over, **(sign or {})}),
    }
    return Browser().post(f"{path}?{query}", body, content_type="application/json", headers=headers).status_code


def test_the_signature_is_what_the_standard_library_makes_of_it():
    """Made anew with OpenSSL's SM3; the digest of "abc" is the example of GB/T 32905-2016."""
    assert hashlib.new("sm3", b"abc").hexdigest() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    key, body = "AB" * 32, b"{}"
    text = "\n".join(("POST", PATH, "a=1&b=2", hashlib.new("sm3", body).hexdigest(), "1700000000", "n" * 16))
    expected = hmac.new(bytes.fromhex(key), text.encode(), "sm3").hexdigest()
    assert signing.signature(key, "POST", PATH, "b=2&a=1", body, "1700000000", "n" * 16) == expected


def test_a_right_signature_passes_and_its_nonce_serves_once(signed):
    assert send(*signed) == 200
    assert send(*signed) == 401
    assert send(*signed, nonce="m" * 16) == 200
    assert send(*signed, nonce="o" * 16, query="b=2&a=1") == 200


@pytest.mark.parametrize(
    "sign",
    [
        {"method": "GET"},
        {"path": "/api/v1/households/"},
        {"query": "a=1"},
        {"body": b"{}"},
        {"timestamp": "1700000000"},
        {"nonce": "x" * 16},
    ],
    ids=lambda sign: next(iter(sign)),
)
def test_a_signature_over_something_else_is_refused(signed, sign):
    assert send(*signed, sign=sign) == 401
    assert send(*signed) == 200, "a refused signature does not use the nonce up"


def test_a_signature_with_another_key_is_refused(signed):
    assert send(signed[0], "00" * 32) == 401


@pytest.mark.parametrize("shift", [-301, 301])
def test_a_clock_too_far_off_is_refused(signed, shift, monkeypatch):
    now = time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now)
    assert send(*signed, timestamp=str(int(now) + shift + (shift > 0))) == 401


@pytest.mark.parametrize(
    ("nonce", "timestamp"), [("short", None), ("", None), ("n" * 65, None), ("n" * 16, "x"), ("n" * 16, "")]
)
def test_malformed_headers_are_refused(signed, nonce, timestamp):
    assert send(*signed, nonce=nonce, timestamp=timestamp) == 401


def test_an_unsigned_request_of_a_signing_client_is_refused(signed):
    department, _key = signed
    answer = Browser().post(
        PATH, b"{}", content_type="application/json", headers={"authorization": f"Bearer {department.token()}"}
    )
    assert answer.status_code == 401


def test_where_replays_cannot_be_told_nothing_passes(signed, monkeypatch):
    real = cache.add

    def gone(key, *args, **kwargs):
        if key.startswith("once:"):
            raise Gone
        return real(key, *args, **kwargs)

    monkeypatch.setattr(cache, "add", gone)
    assert send(*signed) == 503
