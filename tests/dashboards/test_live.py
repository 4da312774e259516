"""The live page: what came in since, counts by unit, 304 while nothing did, and nothing of other places."""

from __future__ import annotations

import datetime
import io
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts.sessions import BEGAN, SEEN
from apps.dashboards import field_summary
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import make_cadre, make_unit, pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.factories.visits import make_visit

pytestmark = pytest.mark.django_db

OWN, SIBLING, _NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
COUNTY, TOWNSHIP, LEAGUE = 150422000000, OWN // 1000 * 1000, 150400000000


class Field:
    """Households in two villages of a township and in another league, each with a helper of its own."""

    def __init__(self) -> None:
        plant(*VILLAGES)
        cache.clear()
        self.unit = make_unit(COUNTY)
        self.households = [make_household(OWN), make_household(SIBLING, status="50"), make_household(OTHER_LEAGUE)]
        self.helpers = []
        for number, household in enumerate(self.households):
            make_person(household, name=("王建国", "李秀英", "赵铁柱")[number])
            helper = make_user(f"helper-{number}", "helper", household.division_id)
            cadre = make_cadre(COUNTY, account=helper, name=("色音", "白音", "高娃")[number], unit=self.unit)
            pair(household, cadre, from_on=datetime.date(2018, 1, 1))
            self.helpers.append(helper)

    def visit(self, number: int, **fields: object) -> int:
        cache.clear()  # counts are kept for some seconds
        return make_visit(self.households[number], self.helpers[number], **fields)

    def client(self, role: str, place: int) -> Client:
        return sign_in(Client(), make_user(f"{role}-{place}", role, place))


@pytest.fixture
def field(db) -> Field:
    return Field()


def after_of(answer) -> int:
    found = re.search(r'data-after="(\d+)"', answer.content.decode())
    assert found
    return int(found[1])


def test_the_page_shows_the_newest_first_with_counts_by_unit(field):
    field.visit(0, text="看望老人，帮助收秋")
    field.visit(1, text="讲解了医保政策")
    field.visit(2, text="外地的走访")
    page = field.client("township_officer", TOWNSHIP).get("/live/").content.decode()
    assert page.index("讲解了医保政策") < page.index("看望老人")
    assert "外地的走访" not in page and "赵铁柱" not in page
    body = field.client("county_officer", COUNTY).get("/api/v1/live/").json()
    (unit,) = [one for one in body["units"] if one["division"] == str(TOWNSHIP)]
    assert (unit["visits_month"], unit["received_today"], unit["households_visited"]) == (2, 2, 2)
    assert unit["poor_visited_share"] == "100.00"
    assert [row["head"] for row in body["results"]] == ["李秀英", "王建国"]


def test_only_what_came_in_since_is_sent_and_304_while_nothing_did(field):
    field.visit(0)
    client = field.client("county_officer", COUNTY)
    after = after_of(client.get("/live/"))
    address = f"/live/feed/?after={after}"
    idle = client.get(address)
    assert (idle.status_code, idle.content) == (304, b"")
    field.visit(2)
    assert client.get(address).status_code == 304, "other places are no news"
    key = field.visit(1, text="刚刚走访")
    fresh = client.get(address)
    assert fresh.status_code == 200 and after_of(fresh) == key
    assert fresh.content.decode().count("<tr><td") == 1 and "刚刚走访" in fresh.content.decode()
    assert client.get(address, headers={"If-None-Match": fresh["ETag"]}).status_code == 304
    assert "private" in fresh["Cache-Control"]


def test_the_api_answers_alike(field):
    field.visit(0)
    client = field.client("county_officer", COUNTY)
    first = client.get("/api/v1/live/")
    after = first.json()["after"]
    assert client.get("/api/v1/live/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    field.visit(1)
    fresh = client.get(f"/api/v1/live/?after={after}").json()
    assert [row["id"] for row in fresh["results"]] == [fresh["after"]] and fresh["more"] is False
    for wrong in ("after=-1", "after=x", "figure=visits_month", "page=2"):
        assert client.get(f"/api/v1/live/?{wrong}").status_code == 400
    assert client.get(f"/api/v1/live/?division={OTHER_LEAGUE}").status_code == 404


def test_places_figures_and_cursors_of_others_are_refused(field):
    client = field.client("county_officer", COUNTY)
    assert client.get(f"/live/?division={OTHER_LEAGUE}").status_code == 404
    assert client.get("/live/?figure=open_findings").status_code == 404
    for wrong in ("", "?after=", "?after=1e3", "?after=9999999999999999999"):
        assert client.get(f"/live/feed/{wrong}").status_code == 400
    assert field.client("audit_administrator", COUNTY).get("/live/").status_code == 403
    assert field.client("audit_administrator", LEAGUE).get("/live/feed/?after=0").status_code == 403


def test_what_is_said_of_a_family_is_masked_for_those_without_the_right(field):
    field.visit(0, text="家中有人患病")
    page = field.client("inspector", COUNTY).get("/live/").content.decode()
    assert "家中有人患病" not in page and "＊＊＊" in page


def test_a_helper_sees_his_own_households_only(field):
    field.visit(0, text="甲户")
    field.visit(2, text="丙户")
    page = sign_in(Client(), field.helpers[2]).get("/live/").content.decode()
    assert "丙户" in page and "甲户" not in page


def test_more_visits_ask_no_more_questions(field):
    client = field.client("county_officer", COUNTY)
    field.visit(0)
    client.get("/live/")
    counts = []
    for _round in range(2):
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/live/").status_code == 200
        counts.append(len(asked))
        for _visit in range(3):
            field.visit(1)
    assert counts[0] == counts[1]
    after = after_of(client.get("/live/"))
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/live/feed/?after={after}")
    assert sum("visits_visit" in one["sql"] for one in asked) == 1, "one question while nothing comes in"


def test_asking_by_itself_does_not_keep_a_session_alive(field):
    client = field.client("county_officer", COUNTY)
    long_ago = int(timezone.now().timestamp()) - 300
    for headers, kept in (({"X-Unattended": "1"}, True), ({}, False)):
        session = client.session
        session[BEGAN] = session[SEEN] = long_ago
        session.save()
        client.get("/live/feed/?after=0", headers=headers)
        assert (client.session[SEEN] == long_ago) is kept


def test_the_desks_of_county_and_township_count_what_their_lists_show(field):
    field.visit(0)
    for role, place, shown in (
        ("county_officer", COUNTY, {"本月未走访户": 1, "超期走访问题": 0, "本月零签到干部": 1, "本月零签到单位": 0}),
        ("township_officer", TOWNSHIP, {"本月未走访户": 1, "超期走访问题": 0}),
    ):
        client = field.client(role, place)
        watched = client.get("/").context["watched"]
        found = {str(one["label"]): one for one in watched}
        for label, count in shown.items():
            assert found[label]["text"] == str(count), label
            page = client.get(found[label]["url"])
            assert page.context["count"] == (count, True)
    assert field.client("league_officer", LEAGUE).get("/").context["watched"] == []


def test_the_monthly_list_counts_by_place_unit_and_cadre(field):
    field.visit(0, problem="井水浑浊", problem_solved=True)
    field.visit(0)
    client, month = field.client("county_officer", COUNTY), f"{timezone.localdate():%Y-%m}"

    def line(answer, name):
        rows = [*answer.context["rows"], answer.context["total"]]
        (row,) = [one for one in rows if one["name"] == name]
        return [text for _label, text in row["cells"]]

    by_cadre = client.get(f"/field-summary/?month={month}&by=cadre")
    assert line(by_cadre, "色音") == ["2", "1", "1", "1", "100.0%", "0", "1", "1", "0"]
    assert line(by_cadre, "白音") == ["0", "0", "1", "0", "0.0%", "1", "0", "0", "0"]
    assert line(by_cadre, "合计") == ["2", "1", "2", "1", "50.0%", "1", "1", "1", "0"]
    assert "高娃" not in by_cadre.content.decode()
    assert not by_cadre.context["next"] and not by_cadre.context["previous"]
    by_unit = client.get(f"/field-summary/?year={month[:4]}&by=unit")
    assert line(by_unit, "旗农牧局") == ["2", "1", "2", "1", "50.0%", "1", "1", "1", "0"]
    by_place = client.get("/field-summary/")
    township = next(
        row for row in by_place.context["rows"] if row["url"].endswith(f"division={TOWNSHIP}&month={month}")
    )
    assert [text for _label, text in township["cells"]] == ["2", "1", "2", "1", "50.0%", "1", "1", "1", "0"]
    book = client.post(f"/field-summary/?month={month}&by=cadre")
    assert book.status_code == 200 and b"".join(book.streaming_content)[:2] == b"PK"
    for wrong in ("month=2018-13", "year=18", "by=x", "month=2018-01&year=2018", "colour=red"):
        assert client.get(f"/field-summary/?{wrong}").status_code == 400
    assert client.get(f"/field-summary/?division={OTHER_LEAGUE}").status_code == 404
    wide = field.client("league_officer", LEAGUE).get("/field-summary/?by=cadre")
    assert wide.status_code == 200 and wide.context["asked"].too_wide
    assert field.client("inspector", COUNTY).post("/field-summary/").status_code == 403


def test_cadres_of_the_monthly_list_stand_on_pages_and_in_the_workbook_all(field, monkeypatch):
    field.visit(0)
    client = field.client("county_officer", COUNTY)
    whole = client.get("/field-summary/?by=cadre")
    monkeypatch.setattr("apps.dashboards.field_summary_views.PAGE_SIZE", 1)
    address, seen = "?by=cadre", []
    while address:
        page = client.get(f"/field-summary/{address}")
        seen += page.context["rows"]
        address = page.context["next"] and f"?{page.context['next']}"
    assert seen == whole.context["rows"] and len(seen) == 2
    back = client.get(f"/field-summary/?{page.context['previous']}")
    assert back.context["rows"] == seen[:1] and page.context["total"] == whole.context["total"]
    monkeypatch.setattr(field_summary, "AT_A_TIME", 1)
    book = client.post("/field-summary/?by=cadre")
    rows = load_workbook(io.BytesIO(b"".join(book.streaming_content))).worksheets[0].iter_rows(values_only=True)
    assert [row[0] for row in rows if row[0] in ("色音", "白音", "合计")] == [one["name"] for one in seen] + ["合计"]
    assert client.get("/field-summary/?by=cadre&after=nonsense").status_code == 400
