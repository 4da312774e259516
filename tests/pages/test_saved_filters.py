"""Saved filters: named, opened, replaced and deleted by their owner, and there for nobody else."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.pages import saved_filters
from apps.pages.models import SavedFilter
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db
MENU = "/saved-filters/household/"


@pytest.fixture
def officer(db):
    plant(*VILLAGES)
    return make_user("village", "village_officer", VILLAGES[0])


@pytest.fixture
def page(officer) -> Client:
    return sign_in(Client(), officer)


def kept(user) -> list[tuple[str, str]]:
    with scopes.acting(user):
        return list(SavedFilter.objects.order_by("name").values_list("name", "query"))


def test_a_filter_is_saved_opened_and_deleted(page, officer):
    saved = page.post(MENU, {"name": " 未脱贫  户 ", "query": "status=10&after=abc&order=code"})
    assert (saved.status_code, saved["Location"]) == (302, "/households/?status=10&order=code")
    assert kept(officer) == [("未脱贫 户", "status=10&order=code")]
    menu = page.get(MENU, {"query": "status=50"}).content.decode()
    assert 'href="/households/?status=10&amp;order=code"' in menu and 'value="status=50"' in menu
    assert page.get("/households/?status=10&order=code").status_code == 200
    with scopes.acting(officer):
        key = SavedFilter.objects.get().pk
    assert page.post(f"/saved-filters/{key}/delete/")["Location"] == "/households/"
    assert kept(officer) == []


def test_the_same_name_replaces_and_another_list_has_its_own(page, officer):
    for resource, query in (("household", "status=10"), ("household", "status=50"), ("person", "sex=1")):
        page.post(f"/saved-filters/{resource}/", {"name": "常用", "query": query})
    assert sorted(kept(officer)) == [("常用", "sex=1"), ("常用", "status=50")]
    assert "sex=1" not in page.get(MENU).content.decode()


def test_what_cannot_be_saved_is_refused(page, officer, monkeypatch):
    for name, query in (("", "status=10"), ("长" * 41, ""), ("长条件", "q=" + "a" * 2000)):
        page.post(MENU, {"name": name, "query": query})
    monkeypatch.setattr(saved_filters, "MOST", 1)
    for name in ("甲", "乙"):
        page.post(MENU, {"name": name, "query": ""})
    assert kept(officer) == [("甲", "")]
    assert page.get("/saved-filters/nothing/").status_code == 404
    assert Client().get(MENU).status_code == 302


def test_nobody_else_sees_or_deletes_it_by_page_or_in_the_database(page, officer):
    page.post(MENU, {"name": "我的", "query": "status=10"})
    with scopes.acting(officer):
        key = SavedFilter.objects.get().pk
    neighbour = make_user("region", "region_officer", 150000000000)
    other = sign_in(Client(), neighbour)
    assert "我的" not in other.get(MENU).content.decode()
    assert other.post(f"/saved-filters/{key}/delete/").status_code == 404
    assert kept(neighbour) == []
    with scopes.acting(system_account()):
        assert not SavedFilter.objects.exists()
    with scopes.acting(neighbour):
        assert SavedFilter.objects.filter(pk=key).delete()[0] == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            SavedFilter.objects.create(user=officer, resource="household", name="塞入")
    assert kept(officer) == [("我的", "status=10")]
