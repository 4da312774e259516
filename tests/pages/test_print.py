"""Printing a list: every page of it, up to a limit, and on record."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.history.models import AccessLog
from apps.pages import print_views
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db
OWN, SIBLING = VILLAGES[:2]


@pytest.fixture
def officer(db):
    plant(*VILLAGES)
    return make_user("village", "village_officer", OWN)


@pytest.fixture
def page(officer) -> Client:
    return sign_in(Client(), officer)


@pytest.fixture
def households(officer):
    made = [make_household(OWN, household_type="01" if n % 2 else "02") for n in range(4)]
    for household in made:
        make_person(household)
    return made


def test_all_rows_are_printed_not_the_page_of_them(page, households):
    foreign = make_household(SIBLING)
    text = page.get("/households/print/?page_size=1&columns=code").content.decode()
    assert all(household.code in text for household in households) and foreign.code not in text
    assert "数据截至" in text and "data-print" in text and "共 4 条" in text


def test_what_was_asked_for_stands_above(page, households):
    text = page.get("/households/print/?household_type=01").content.decode()
    assert text.count("<tr>") == 1 + sum(one.household_type == "01" for one in households)
    assert "筛选条件" in text and "贫困户属性：" in text


def test_beyond_the_limit_the_page_says_so(page, households, monkeypatch):
    monkeypatch.setattr(print_views, "MOST", 3)
    text = page.get("/households/print/").content.decode()
    assert text.count("<tr>") == 4 and "一次最多打印 3 条" in text


def test_it_is_entered_in_the_access_log(page, officer, households):
    page.get(f"/households/print/?division={OWN}&columns=code,phone")
    with scopes.acting(officer):
        (entry,) = AccessLog.objects.filter(action="print")
    assert (entry.user_id, entry.division_id, entry.rows) == (officer.pk, OWN, 4)
    assert (entry.object_kind, entry.fields) == ("households.household", ["code", "phone"])


def test_a_wrong_question_prints_nothing_and_leaves_no_entry(page, officer, households):
    answer = page.get("/households/print/?order=nothing")
    assert answer.status_code == 400 and "data-print" not in answer.content.decode()
    with scopes.acting(officer):
        assert not AccessLog.objects.filter(action="print").exists()


def test_the_rows_cost_no_query_each(page, households, django_assert_max_num_queries):
    page.get("/account/sessions/")  # the first request of a session writes it down
    with django_assert_max_num_queries(30) as few:
        page.get("/households/print/")
    for _ in range(5):
        make_household(OWN)
    with django_assert_max_num_queries(len(few.captured_queries)):
        page.get("/households/print/")


def test_another_place_is_not_there_and_the_wrong_account_is_refused(page, households):
    assert page.get(f"/households/print/?division={VILLAGES[4]}").status_code == 404
    administrator = sign_in(Client(), make_user("sysadmin", "system_administrator", 150000000000))
    assert administrator.get("/households/print/").status_code == 403
