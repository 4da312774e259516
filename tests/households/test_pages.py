"""一户一档 and its neighbours as pages."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.history.models import AccessLog
from apps.households.models import GuaranteeStatus, HouseholdIncome, StatusEvent
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_household_year, make_person

pytestmark = pytest.mark.django_db
OWN, SIBLING = VILLAGES[:2]


@pytest.fixture
def village(db: None, client: Client) -> Client:
    plant(*VILLAGES)
    return sign_in(client, make_user("village", "village_officer", OWN))


@pytest.fixture
def household(village):
    made = make_household(OWN, phone="13800004444", address="东街")
    make_person(made, name="包·其木格", sex="2")
    with scopes.acting(system_account()) as system:
        place = {"household": made, "division_id": OWN}
        StatusEvent.objects.create(
            **place, kind="identified", status="20", on=datetime.date(2014, 6, 1), by_id=system.user_id
        )
        HouseholdIncome.objects.create(
            **place, year=2018, wage=Decimal("5000"), operating=Decimal("3000"), operating_cost=Decimal("1000")
        )
        GuaranteeStatus.objects.create(**place, year=2018, food_ok="met", housing_ok="not_met")
    make_household_year(made, members=2)
    return made


def test_the_page_shows_everything_of_the_household_and_no_number(village, household):
    page = village.get(f"/households/{household.pk}/").content.decode()
    for text in (household.code, "包·其木格", "未达标", "新识别", "3,500.00", "3,535.00", "138****4444"):
        assert text in page
    assert "13800004444" not in page


def test_queries_do_not_grow_with_the_members(village, household, django_assert_max_num_queries):
    village.get("/account/sessions/")  # the first request of a session writes it down
    with django_assert_max_num_queries(46) as few:
        village.get(f"/households/{household.pk}/")
    for relation in ("02", "03", "04"):
        make_person(household, relation=relation)
    with django_assert_max_num_queries(len(few.captured_queries)):
        village.get(f"/households/{household.pk}/")


def test_a_neighbours_household_is_not_there(village):
    foreign = make_household(SIBLING)
    for url in (f"/households/{foreign.pk}/", f"/households/{foreign.pk}/edit/"):
        assert village.get(url).status_code == 404
    posted = village.post(f"/households/{foreign.pk}/reveal/", {"field": "phone", "reason": "核实"})
    assert posted.status_code == 404


def test_a_number_is_shown_for_a_reason(village, household):
    url = f"/households/{household.pk}/reveal/"
    assert "13800004444" not in village.post(url, {"field": "phone", "reason": ""}).content.decode()
    assert "13800004444" in village.post(url, {"field": "phone", "reason": "入户核实"}).content.decode()
    auditor = make_user("auditor", "audit_administrator", 150000000000)
    with scopes.acting(auditor):
        assert AccessLog.objects.filter(action="reveal").count() == 1
