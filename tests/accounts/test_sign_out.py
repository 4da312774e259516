"""Signing out: the session is gone, nothing of the account stays in the cache, the browser is told to forget."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import LiveSession
from apps.pages import bell
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way", ["page", "api"])
def test_nothing_of_a_session_is_left(way):
    plant(*VILLAGES)
    user = make_user("county", "county_officer", 150422000000)
    browser = sign_in(Client(), user)
    assert browser.get("/").status_code == 200
    key, bell_key = browser.session.session_key, bell._key(user)
    assert cache.get(bell_key) is not None and Session.objects.filter(pk=key).exists()
    answer = browser.post("/account/sign-out/") if way == "page" else browser.delete("/api/v1/session/")
    assert answer["Clear-Site-Data"] == '"cache"' and "no-store" in answer["Cache-Control"]
    assert not Session.objects.filter(pk=key).exists() and cache.get(bell_key) is None
    with scopes.activate(scopes.identity(user.pk)), transaction.atomic():
        assert not LiveSession.objects.filter(session_key=key).exists()
    browser.cookies["sessionid"] = key
    assert browser.get("/").status_code == 302
