"""Clients on pages and over the API of their administrators."""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client as Browser
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import may_manage
from apps.partners.models import Client
from apps.partners.services.clients import check_delegation, may_run
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.partners import Department, make_department

pytestmark = pytest.mark.django_db

LEAGUE, COUNTY, OTHER_COUNTY, TOWNSHIP = 150400000000, 150422000000, 150423000000, 150422100000


@pytest.fixture
def officer(db):
    plant(*VILLAGES)
    return make_user("officer", "county_officer", COUNTY)


def written(division=COUNTY, **changes):
    return {
        "name": "医疗保障局",
        "division": str(division),
        "scopes": ["households:verify"],
        "networks": ["127.0.0.1", "10.1.2.0/24"],
        "valid_until": (timezone.localdate() + datetime.timedelta(days=90)).isoformat(),
        "contact": "白音",
        "purpose": "医疗救助对象核对",
        "rate_limit": 60,
        **changes,
    }


def test_a_client_is_made_on_the_page_and_its_secret_shown_once(officer):
    browser = sign_in(Browser(), officer)
    answer = browser.post("/clients/new/", written(networks="127.0.0.1\n10.1.2.0/24"))
    assert answer.status_code == 200
    secret = re.search(r'class="mono">([A-Za-z0-9]{128})<', answer.content.decode())[1]
    with scopes.acting(officer):
        client = Client.objects.get()
        account = client.user
    assert client.networks == ["127.0.0.1", "10.1.2.0/24"] and client.division_id == COUNTY
    assert Department(client, secret).ask_token().status_code == 200
    page = browser.get(f"/clients/{client.pk}/").content.decode()
    assert client.client_id in page and secret not in page and client.client_secret not in page
    assert not account.has_usable_password() and scopes.of(account).capabilities == {}


def test_the_same_over_the_api_with_rotation_and_closing(officer):
    browser = sign_in(Browser(), officer)
    made = browser.post("/api/v1/clients/", written(), content_type="application/json")
    assert made.status_code == 201, made.content
    body = made.json()
    with scopes.acting(officer):
        department = Department(Client.objects.get(), body["secret"])
    assert department.ask_token().status_code == 200
    row = f"/api/v1/clients/{body['id']}/"
    shown = browser.get(row).json()
    assert "secret" not in shown and not any("secret" in name or "key" in name for name in shown)
    fresh = browser.post(f"{row}secret/").json()["secret"]
    assert department.ask_token().status_code == 401
    assert Department(department.client, fresh).ask_token().status_code == 200
    assert re.fullmatch(r"[0-9A-F]{64}", browser.post(f"{row}signing-key/").json()["secret"])
    assert browser.post(f"{row}close/").json()["enabled"] is False
    assert Department(department.client, fresh).ask_token().status_code == 401
    assert browser.post(f"{row}open/").json()["enabled"] is True


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"networks": ["10.1.2.3/8"]}, "networks"),
        ({"networks": ["somewhere"]}, "networks"),
        ({"networks": []}, "networks"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"rate_limit": 0}, "rate_limit"),
        ({"purpose": ""}, "purpose"),
        ({"valid_until": ""}, "valid_until"),
        ({"client_secret": "chosen"}, "client_secret"),
    ],
    ids=str,
)
def test_what_cannot_be_a_client_is_refused(officer, changes, field):
    answer = sign_in(Browser(), officer).post("/api/v1/clients/", written(**changes), content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("place", [OTHER_COUNTY, LEAGUE])
def test_a_client_elsewhere_is_not_there(officer, place):
    browser = sign_in(Browser(), officer)
    other = make_department(place).client
    assert browser.post("/api/v1/clients/", written(place), content_type="application/json").status_code == 404
    for address in (f"/clients/{other.pk}/", f"/clients/{other.pk}/edit/", f"/api/v1/clients/{other.pk}/"):
        assert browser.get(address).status_code == 404
    for act in ("secret", "signing-key", "open", "close"):
        assert browser.post(f"/clients/{other.pk}/{act}/").status_code == 404
        assert browser.post(f"/api/v1/clients/{other.pk}/{act}/").status_code == 404


def test_a_township_officer_sees_no_clients(officer):
    make_department(TOWNSHIP)
    browser = sign_in(Browser(), make_user("township", "township_officer", TOWNSHIP))
    assert browser.get("/clients/").status_code == 403


def test_a_client_is_changed_with_its_version_and_stays_where_it_is(officer):
    client = make_department(COUNTY).client
    browser, row = sign_in(Browser(), officer), f"/api/v1/clients/{client.pk}/"

    def patch(**body):
        return browser.patch(row, body, content_type="application/json")

    assert patch(contact="乌兰").status_code == 400
    changed = patch(contact="乌兰", version=1)
    assert changed.status_code == 200 and changed.json()["version"] == 2
    assert patch(contact="斯琴", version=1).status_code == 409
    assert patch(division=str(TOWNSHIP), version=2).status_code == 422


def test_a_security_administrator_gives_what_he_cannot_use(officer):
    client = make_department(COUNTY).client
    security = make_user("security", "security_administrator", COUNTY)
    assert may_run(security, client) and may_run(officer, client)
    check_delegation(security, client)
    assert not may_run(make_user("neighbour", "county_officer", OTHER_COUNTY), client)


def test_the_account_of_a_client_is_nobody_s_to_open_or_appoint(officer):
    account = make_department(COUNTY).client.user
    browser = sign_in(Browser(), officer)
    with scopes.acting(officer):
        assert not may_manage(officer, User.objects.get(pk=account.pk))
    asked = {"user": account.pk, "what": "password", "reason": "遗失"}
    assert browser.post("/api/v1/resets/", asked, content_type="application/json").status_code == 403
    body = {
        "user": account.pk,
        "role": "village_officer",
        "division": str(VILLAGES[0]),
        "valid_until": "",
        "reason": "",
    }
    assert browser.post("/api/v1/posts/", body, content_type="application/json").status_code == 422
    body = {**body, "role": "api_client", "user": officer.pk, "division": str(COUNTY)}
    assert browser.post("/api/v1/posts/", body, content_type="application/json").status_code == 422
