"""Who sees that a door is closed, and that a fresh installation has none."""

from __future__ import annotations

import datetime

import pytest
from axes.models import AccessAttempt
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts import services
from apps.accounts.models import User
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

COUNTY, VILLAGE = 150422000000, 150422100200


@pytest.fixture
def village(db: None) -> User:
    plant(*VILLAGES)
    return make_user("village", "village_officer", VILLAGE)


def test_a_closed_door_is_seen_by_the_security_administrator(village):
    security = make_user("security", "security_administrator", COUNTY)
    admin, script = sign_in(Client(), security), sign_in(APIClient(), security)
    for number in range(5):
        Client(REMOTE_ADDR=f"10.0.1.{number}").post("/account/sign-in/", {"username": "village", "password": "wrong"})
    assert "暂时锁定" in admin.get(f"/users/{village.pk}/").content.decode()
    assert "暂时锁定" not in admin.get(f"/users/{security.pk}/").content.decode()
    rows = script.get("/api/v1/users/?locked=true").json()["results"]
    assert [(row["username"], row["locked"]) for row in rows] == [("village", True)]
    assert "village" not in [row["username"] for row in script.get("/api/v1/users/?locked=false").json()["results"]]
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=16))
    assert script.get("/api/v1/users/?locked=true").json()["results"] == []


def test_a_fresh_install_has_no_account_and_the_systems_own_cannot_sign_in(db):
    with scopes.activate(services.SET_UP), transaction.atomic():
        assert not User.objects.exists()
    plant(*VILLAGES)
    assert not services.system_account().has_usable_password()
