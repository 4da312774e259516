"""The findings on the page of a household: contributed by cross-checking, seen by whoever may see them."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.models import Finding
from apps.crosschecks.parts import findings_of
from apps.crosschecks.services import runs
from apps.divisions import codes
from apps.pages import parts
from tests.crosschecks.families import REFERENCE, VILLAGE, family
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES
from tests.factories.households import citizen_number, make_household

pytestmark = pytest.mark.django_db
WRONG_SEX = {"sex": "2", "id_no": citizen_number(sex="1")}


@pytest.fixture(autouse=True)
def reference(settings):
    settings.REFERENCE_DATE = REFERENCE


def run() -> None:
    with scopes.acting(system_account()):
        started = runs.start_run(codes.WHOLE_REGION, kind="command", rules=["ID-04", "HH-06"], date=REFERENCE)
        units = list(started.units.filter(state="queued").values_list("pk", flat=True))
    for unit in units:
        runs.execute(unit)


@pytest.fixture
def two():
    """A household in which two members are found."""
    made = family({**WRONG_SEX, "name": "甲"}, {**WRONG_SEX, "id_no": citizen_number(sex="1", serial=21), "name": "乙"})
    run()
    return made


def page(user, household, client=None):
    return sign_in(client or Client(), user).get(f"/households/{household.pk}/").content.decode()


def test_the_page_lists_the_findings_open_ones_first(two):
    with scopes.acting(system_account()):
        ended = Finding.objects.get(person=two.persons[0])
        Finding.objects.filter(pk=ended.pk).update(state="closed", due_on=datetime.date(2018, 1, 1))
        still = Finding.objects.get(person=two.persons[1])
    text = page(make_user("village", "village_officer", VILLAGE), two.household)
    part = text[text.index('id="findings"') :]
    assert part.index(f"/findings/{still.pk}/") < part.index(f"/findings/{ended.pk}/")
    assert "新发现" in part and f"{still.due_on:%Y-%m-%d}" in part
    assert f"/findings/?household={two.household.pk}" in part


def test_nobody_sees_a_finding_there_that_is_not_his(two):
    elsewhere = make_user("elsewhere", "village_officer", VILLAGES[4])
    with scopes.acting(elsewhere):
        assert findings_of(elsewhere, two.household).rows == []
    with scopes.acting(system_account()):  # row-level security open: the application's filter alone
        assert findings_of(elsewhere, two.household).rows == []
    administrator = make_user("sysadmin", "system_administrator", 150000000000)
    with scopes.acting(administrator):
        assert findings_of(administrator, two.household) is None
    helper = make_user("helper", "helper", VILLAGES[4])
    pair(two.household, helper)
    scopes.forget(helper)
    with scopes.acting(helper):
        assert len(findings_of(helper, two.household).rows) == 2


def test_it_is_one_query_whatever_the_number_of_findings(two, django_assert_num_queries):
    user = make_user("village", "village_officer", VILLAGE)
    empty = make_household(VILLAGE)
    with scopes.acting(user):
        findings_of(user, two.household)  # scope and content types are read once
        for household, expected in ((two.household, 2), (empty, 0)):
            with django_assert_num_queries(1):
                assert len(findings_of(user, household).rows) == expected


def test_a_household_without_findings_says_so(two):
    text = page(make_user("village", "village_officer", VILLAGE), make_household(VILLAGE))
    part = text[text.index('id="findings"') :]
    assert "没有记录" in part[: part.index("</section>")]


def test_a_source_is_registered_once():
    parts.register("household", findings_of)
    assert parts._sources["household"].count(findings_of) == 1
