"""The usual pages over a declaration: what they show, to whom, and what they cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access import scope as scopes
from apps.households.models import Household
from tests.factories.accounts import make_user, sign_in
from tests.factories.households import make_household
from tests.pages.conftest import COUNTY, VILLAGE

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.urls")]

HTMX = {"hx-request": "true", "hx-target": "list"}


@pytest.fixture
def households(places):
    return [
        make_household(150422100200, address="<script>alert(1)</script>"),
        make_household(150422100201),
        make_household(150422101200),
        make_household(150423100200),
    ]


@pytest.fixture
def office(client, officer):
    return sign_in(client, officer)


def text(answer) -> str:
    return answer.content.decode()


def test_a_list_shows_own_rows_linked_by_their_first_column(office, households):
    page = text(office.get("/samples/"))
    for household in households[:3]:
        assert f'<a href="/samples/{household.pk}/">{household.code}</a>' in page
    assert households[3].code not in page
    assert "共 3 条" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_htmx_gets_the_table_part_alone(office, households):
    part = text(office.get("/samples/?status=20", headers=HTMX))
    assert "<html" not in part and "<table" in part
    whole = text(office.get("/samples/?status=20"))
    assert "<html" in whole


def test_filters_place_and_order_stay_in_the_addresses_of_the_page(office, households):
    page = text(office.get("/samples/?status=20&division=150422000000&order=code&page_size=2"))
    assert "脱贫属性：未脱贫" in page
    assert 'aria-sort="ascending"' in page
    assert "status=20&amp;division=150422000000&amp;order=-code&amp;page_size=2" in page
    assert "after=" in page and "before=" not in page


@pytest.mark.parametrize("query", ["status=99", "nothing=1", "after=x", "columns=password"])
def test_a_wrong_query_is_explained_and_shows_no_rows(office, households, query):
    answer = office.get(f"/samples/?{query}")
    assert answer.status_code == 400
    assert "查询条件有误" in text(answer)
    assert households[0].code not in text(answer)


def test_chosen_columns_are_remembered_for_the_session(office, households):
    assert "联系电话</th>" not in text(office.get("/samples/"))
    assert "联系电话</th>" in text(office.get("/samples/?columns=code&columns=phone"))
    page = text(office.get("/samples/"))
    assert "联系电话</th>" in page and "家庭住址</th>" not in page


def test_an_empty_list_says_what_to_do(office, places):
    assert "这里还没有记录" in text(office.get("/samples/"))
    assert "没有符合条件的记录" in text(office.get("/samples/?status=70"))


def test_what_is_not_ones_own_is_404_on_every_page(office, households):
    foreign = households[3]
    for address in ("", "edit/", "history/"):
        assert office.get(f"/samples/{foreign.pk}/{address}").status_code == 404
    assert office.post(f"/samples/{foreign.pk}/edit/", {}).status_code == 404
    assert office.get("/samples/?division=150423000000").status_code == 404


def test_strangers_sign_in_first_and_others_need_the_right(client, households):
    assert client.get("/samples/").status_code == 302
    sign_in(client, make_user("sysadmin", "system_administrator", 150000000000))
    assert client.get("/samples/").status_code == 403
    assert client.get(f"/samples/{households[0].pk}/").status_code == 404
    sign_in(client, make_user("inspector", "inspector", COUNTY))
    page = text(client.get("/samples/"))
    assert "新增" not in page and "导出</button>" not in page
    assert client.get("/samples/new/").status_code == 403
    assert client.get(f"/samples/{households[0].pk}/edit/").status_code == 403
    assert client.post(f"/samples/{households[0].pk}/edit/", {}).status_code == 403


def test_a_detail_page_shows_all_columns_and_its_way_on(office, households):
    page = text(office.get(f"/samples/{households[0].pk}/"))
    assert f"<h1>{households[0].code}</h1>" in page
    assert "林东镇 索布力嘎村" in page
    assert str(households[0].phone) in page
    assert f"/samples/{households[0].pk}/edit/" in page
    assert f"/samples/{households[0].pk}/history/" in page


def form_of(household, **changes):
    return {"division": household.division_id, "address": "", "cause_main": "01", "version": 1, **changes}


def test_a_change_is_saved_and_stands_in_the_history(office, officer, households):
    address = f"/samples/{households[0].pk}/"
    answer = office.post(f"{address}edit/", form_of(households[0], address="一组3号", cause_main="02"))
    assert (answer.status_code, answer["Location"]) == (302, address)
    page = text(office.get(f"{address}history/"))
    assert "主要致贫原因：<del>因病</del> → <ins>因残</ins>" in page
    assert "家庭住址：<del>&lt;script&gt;alert(1)&lt;/script&gt;</del> → <ins>一组3号</ins>" in page
    assert "county" in page and "页面" in page
    assert str(households[0].phone) not in page


def test_a_refused_change_names_the_field_and_keeps_what_was_typed(office, households):
    answer = office.post(f"/samples/{households[0].pk}/edit/", form_of(households[0], address="长" * 201))
    assert answer.status_code == 422
    assert "家庭住址</a>：" in text(answer)
    assert "长" * 201 in text(answer)


def test_two_changes_at_once_show_both_values_and_nothing_is_overwritten_silently(office, officer, households):
    address = f"/samples/{households[0].pk}/edit/"
    office.post(address, form_of(households[0], address="甲的住址"))
    answer = office.post(address, form_of(households[0], address="乙的住址"))
    assert answer.status_code == 409
    page = text(answer)
    assert "甲的住址" in page and "乙的住址" in page and 'name="version" value="2"' in page
    with scopes.acting(officer):
        assert Household.objects.get(pk=households[0].pk).address == "甲的住址"
    assert office.post(address, form_of(households[0], address="乙的住址", version=2)).status_code == 302
    with scopes.acting(officer):
        assert Household.objects.get(pk=households[0].pk).address == "乙的住址"


def test_a_row_cannot_be_moved_out_of_ones_own_places(office, officer, households):
    answer = office.post(f"/samples/{households[0].pk}/edit/", form_of(households[0], division=150423100200))
    assert answer.status_code == 422
    with scopes.acting(officer):
        assert Household.objects.get(pk=households[0].pk).division_id == VILLAGE


def test_a_list_page_takes_the_same_queries_for_one_row_and_for_three(office, households):
    office.get("/samples/")
    taken = []
    for query in ("page_size=1", "page_size=3"):
        with CaptureQueriesContext(connection) as captured:
            office.get(f"/samples/?{query}")
        taken.append([one["sql"].split(" WHERE")[0] for one in captured if one["sql"].startswith('SELECT "')])
    assert taken[0] == taken[1]
    assert sum('FROM "households_household"' in sql for sql in taken[0]) == 1  # the rows; the count is another form


def test_the_switch_of_place_offers_what_is_below_and_above_within_ones_own(office, households):
    page = text(office.get("/place/?division=150422100000&back=/samples/%3Fstatus%3D20%26after%3Dx"))
    assert 'href="/samples/?status=20&amp;division=150422100200"' in page
    assert 'href="/samples/?status=20&amp;division=150422000000"' in page
    assert "150400000000" not in page
    assert 'href="/?division=' in text(office.get("/place/?back=https://example.com/"))
    assert office.get("/place/?division=150423000000").status_code == 404


def test_the_menu_says_where_one_is_keeps_the_place_and_speaks_ones_language(office, places):
    def menu(address: str) -> str:
        return text(office.get(address)).partition('id="side"')[2].partition("</nav>")[0]

    before = menu("/households/")
    assert 'href="/households/" aria-current="page"' in before
    assert menu("/persons/") != before
    assert f'href="/persons/?division={VILLAGE}"' in menu(f"/households/?division={VILLAGE}")
    assert menu("/households/") == before
    office.post("/language/", {"language": "en"})
    assert ">Poor households</a>" in menu("/households/")
    assert "贫困户" not in menu("/households/")


def test_divisions_are_listed_from_ones_own_place_down(office, places):
    page = text(office.get("/divisions/"))
    assert "巴林左旗" in page and "林东镇" in page and "巴林右旗" not in page
    assert office.get("/divisions/150422000000/").status_code == 200
    assert office.get("/divisions/150423000000/").status_code == 404
    rows = office.get("/api/v1/divisions/?level=5").json()["results"]
    assert [row["code"] for row in rows] == ["150422100200", "150422100201", "150422101200"]
    assert rows[0]["parent"] == "150422100000"


def test_searching_divisions_opens_a_single_hit(office, places):
    answer = office.post("/search/", {"q": "索布力嘎"})
    assert (answer.status_code, answer["Location"]) == (302, "/divisions/150422100200/")
    assert "没有找到" in text(office.post("/search/", {"q": "巴林右旗"}))
    assert "没有找到" in text(office.post("/search/", {"q": "%\x00"}))
    assert "请输入" in text(office.get("/search/"))


def test_error_pages_speak_plainly_and_tell_nothing(office, client, households):
    answer = office.get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有这个页面或记录" in text(answer) and "resolver" not in text(answer)
    client.logout()
    assert client.get("/no-such-page/").status_code == 404
