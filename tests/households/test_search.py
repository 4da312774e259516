"""The search box over the register: what one sees and no more, and numbers on record."""

from __future__ import annotations

import pytest

from apps.access import scope as scopes
from apps.history.models import AccessLog
from apps.households.search import search_households, search_persons
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db

OWN, SIBLING = VILLAGES[0], VILLAGES[3]


@pytest.fixture
def register(db):
    plant(*VILLAGES)
    own, foreign = make_household(OWN, national_no="15010000123456"), make_household(SIBLING)
    return {
        "own": (own, make_person(own, name="斯琴高娃")),
        "foreign": (foreign, make_person(foreign, name="斯琴图雅")),
        "user": make_user("county", "county_officer", 150422000000),
    }


@pytest.mark.parametrize(
    ("text", "found"), [("斯琴", 1), ("斯琴高娃", 1), ("斯 琴", 1), ("高娃", 0), ("斯", 0), ("%琴", 0)]
)
def test_names_are_found_by_their_beginning_among_ones_own(register, text, found):
    with scopes.acting(register["user"]):
        hits = search_persons(register["user"], text)
    household = register["own"][0]
    expected = ("斯琴高娃", f"{household.code} 赤峰市 巴林左旗 林东镇 索布力嘎村", f"/households/{household.pk}/")
    assert [(hit.label, hit.detail, hit.address) for hit in hits] == [expected] * found


def test_an_id_number_is_found_whole_however_it_is_written_and_stands_masked_in_the_log(register):
    number = register["own"][1].id_no.clear()
    with scopes.acting(register["user"]):
        assert len(search_persons(register["user"], f" {number[:6]} {number[6:]} ")) == 1
        assert search_persons(register["user"], number[:17]) == []
        foreign = register["foreign"][1].id_no.clear()
        assert search_persons(register["user"], foreign) == []
    with scopes.acting(register["user"]):
        logged = list(AccessLog.objects.filter(action="search").order_by("id").values_list("reason", "fields"))
    assert logged == [(f"1599**********{one[14:18]}", ["id_no"]) for one in (number, foreign)]


def test_households_are_found_by_either_code(register):
    household, foreign = register["own"][0], register["foreign"][0]
    with scopes.acting(register["user"]):
        for text in (household.code, "15010000123456"):
            assert [hit.label for hit in search_households(register["user"], text)] == [household.code]
        assert search_households(register["user"], foreign.code) == []
        assert search_households(register["user"], household.code[:10]) == []


def test_the_page_opens_a_single_hit_and_keeps_the_question_out_of_addresses(client, register):
    household, person = register["own"]
    office = sign_in(client, register["user"])
    answer = office.post("/search/", {"q": person.id_no.clear()})
    assert (answer.status_code, answer["Location"]) == (302, f"/households/{household.pk}/")
    assert "没有找到" in office.post("/search/", {"q": register["foreign"][1].id_no.clear()}).content.decode()
