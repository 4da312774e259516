"""The signing keys of a client: two count while both sides change over, and any can be withdrawn."""

from __future__ import annotations

import datetime

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import SET_UP
from apps.common.errors import ServiceError
from apps.history.models import AccessLog
from apps.partners.models import Client
from apps.partners.services.clients import end_former_key, give_signing_key, withdraw_keys
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.partners import make_department
from tests.partners.test_signing import COUNTY, PATH, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    plant(*VILLAGES)
    return make_user("officer", "county_officer", COUNTY)


@pytest.fixture
def department(officer):
    return make_department(COUNTY)


def give(department, officer) -> str:
    with scopes.acting(officer):
        department.client = Client.objects.select_related("user").get(pk=department.client.pk)
        return give_signing_key(department.client, by=officer)


def test_the_key_before_counts_for_some_days_more_and_the_one_before_that_no_longer(department, officer):
    first, second = give(department, officer), give(department, officer)
    assert send(department, first) == 200 and send(department, second, nonce="m" * 16) == 200
    third = give(department, officer)
    answers = [send(department, key, nonce=one * 16) for key, one in ((first, "a"), (second, "b"), (third, "c"))]
    assert answers == [401, 200, 200]
    with scopes.activate(SET_UP), transaction.atomic():
        department.client.refresh_from_db()
    department.change(former_key_until=timezone.now() - datetime.timedelta(seconds=1))
    assert send(department, second, nonce="d" * 16) == 401 and send(department, third, nonce="e" * 16) == 200


def test_the_former_key_can_be_ended_at_once(department, officer):
    first, second = give(department, officer), give(department, officer)
    with scopes.acting(officer):
        end_former_key(department.client, by=officer)
        with pytest.raises(ServiceError):
            end_former_key(department.client, by=officer)
    assert send(department, first) == 401 and send(department, second) == 200


def test_a_client_whose_keys_were_withdrawn_is_refused_signed_or_not_until_it_gets_a_new_one(department, officer):
    key = give(department, officer)
    with scopes.acting(officer):
        withdraw_keys(department.client, by=officer)
        with pytest.raises(ServiceError):
            withdraw_keys(department.client, by=officer)
    plain = {"authorization": f"Bearer {department.token()}"}
    assert send(department, key) == 401
    assert Browser().post(PATH, b"{}", content_type="application/json", headers=plain).status_code == 401
    fresh = give(department, officer)
    assert send(department, key, nonce="m" * 16) == 401 and send(department, fresh, nonce="o" * 16) == 200


def test_what_is_done_to_keys_is_on_record_without_the_key(department, officer):
    first, second = give(department, officer), give(department, officer)
    with scopes.acting(officer):
        end_former_key(department.client, by=officer)
        withdraw_keys(department.client, by=officer)
    with scopes.activate(scopes.identity(officer.pk)), transaction.atomic():
        lines = list(AccessLog.objects.filter(action="account", user=officer).order_by("id"))
    assert [(line.fields, line.reason) for line in lines] == [
        (["signing_key"], "given"),
        (["signing_key"], "given"),
        (["former_key"], "withdrawn"),
        (["signing_key"], "withdrawn"),
    ]
    assert not any(key in str(vars(line)) for line in lines for key in (first, second))


def test_neither_pages_nor_api_give_a_stranger_anything_to_do_with_keys(department, officer):
    elsewhere = sign_in(Browser(), make_user("elsewhere", "county_officer", 150423000000))
    for act in ("signing-key", "end-former-key", "withdraw-keys"):
        for prefix in ("", "/api/v1"):
            assert elsewhere.post(f"{prefix}/clients/{department.client.pk}/{act}/").status_code == 404


def test_keys_are_given_and_ended_on_the_page_and_over_the_api(department, officer):
    browser, row = sign_in(Browser(), officer), f"/api/v1/clients/{department.client.pk}/"
    first, second = (browser.post(f"{row}signing-key/").json()["secret"] for _time in range(2))
    shown = browser.get(row).json()
    assert shown["must_sign"] is True and shown["former_until"] is not None
    assert browser.post(f"/clients/{department.client.pk}/end-former-key/").status_code == 302
    assert browser.get(row).json()["former_until"] is None
    assert browser.post(f"{row}withdraw-keys/").status_code == 200
    assert send(department, first) == send(department, second) == 401
    assert "没有有效的签名密钥" in browser.get(f"/clients/{department.client.pk}/").content.decode()
