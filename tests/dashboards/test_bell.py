"""The bell rings for what the desk's own level has to do, and is counted once for all who see the same."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from apps.access import scope as scopes
from apps.pages import bell
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


def test_without_findings_nothing_is_to_do_and_the_list_is_named(client):
    plant(*VILLAGES)
    village = make_user("village", "village_officer", VILLAGES[0])
    with scopes.acting(village):
        found = bell.of(village)
    assert found == bell.Bell(0, 0, f"/findings/?state=open&acting_level=5&division={VILLAGES[0]}")
    page = sign_in(client, village).get("/divisions/").content.decode()
    assert "待办 0 条" in page


def test_it_is_counted_once_a_minute(django_assert_num_queries):
    plant(*VILLAGES)
    village = make_user("village", "village_officer", VILLAGES[0])
    with scopes.acting(village):
        bell.of(village)
        with django_assert_num_queries(0):
            bell.of(village)
