"""Boxes on a list: for any resource that names an act, for those alone who may do it, and what a list may send."""

from __future__ import annotations

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import QueryDict
from django.test import Client

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.households.tables import HouseholdResource
from apps.pages.bulk import Bulk
from apps.pages.selection import Selection
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db
OWN, SIBLING = VILLAGES[:2]
ACT = Bulk(
    page="household-list",
    label="核对",
    capabilities=("change_register",),
    most=3,
    whole=lambda selection: bool(selection.params.get("household_type")),
    hint="请先筛选",
)


@pytest.fixture
def officer(db, monkeypatch):
    monkeypatch.setattr(HouseholdResource, "bulk", (ACT,))
    plant(*VILLAGES)
    return make_user("village", "village_officer", OWN)


@pytest.fixture
def households(officer):
    made = [make_household(OWN, household_type="01") for _n in range(3)]
    for household in made:
        make_person(household)
    return made


def named(user, query: str, body: str) -> list[int]:
    with scopes.acting(user):
        return ACT.named(Selection(HouseholdResource, user, QueryDict(query)), QueryDict(body))


def test_a_list_has_boxes_for_those_who_may(officer, households):
    text = sign_in(Client(), officer).get("/households/").content.decode()
    assert all(f'form="bulk" name="row" value="{one.pk}" aria-labelledby="row-{one.pk}"' in text for one in households)
    assert "核对：所选" in text and "请先筛选" in text and 'name="all"' not in text
    inspector = sign_in(Client(), make_user("inspector", "inspector", 150422000000))
    text = inspector.get("/households/").content.decode()
    assert households[0].code in text and 'name="row"' not in text and 'id="bulk"' not in text
    with pytest.raises(PermissionDenied):
        ACT.require(make_user("reader", "inspector", 150422000000))


def test_all_may_be_meant_where_the_act_says_so_and_they_are_not_too_many(officer, households):
    client = sign_in(Client(), officer)
    text = client.get("/households/?household_type=01").content.decode()
    assert "核对：符合条件的全部 3 条" in text and "请先筛选" not in text
    make_household(OWN, household_type="01")
    text = client.get("/households/?household_type=01").content.decode()
    assert 'name="all"' not in text and "符合条件的超过 3 条" in text


def test_neither_print_nor_an_empty_list_has_boxes(officer):
    client = sign_in(Client(), officer)
    assert 'id="bulk"' not in client.get("/households/").content.decode()
    make_household(OWN)
    assert 'name="row"' not in client.get("/households/print/").content.decode()


def test_which_rows_are_meant(officer, households):
    keys = sorted(one.pk for one in households)
    foreign = make_household(SIBLING, household_type="01")
    assert named(officer, "", f"row={keys[1]}&row={keys[0]}&row={keys[1]}&row={foreign.pk}") == [
        keys[1], keys[0], foreign.pk,
    ]  # fmt: skip
    assert named(officer, "", "") == []
    assert named(officer, "household_type=01", "all=1") == keys
    make_household(OWN, household_type="01")
    make_household(OWN, household_type="01")
    assert len(named(officer, "household_type=01", "all=1")) == ACT.most + 1
    with pytest.raises(ServiceError, match="请先筛选"):
        named(officer, "", "all=1")
    for query, body in [("", "row=x"), ("", "row="), ("", f"row={'9' * 19}"), ("household_type=zz", "all=1")]:
        with pytest.raises(BadRequest):
            named(officer, query, body)
