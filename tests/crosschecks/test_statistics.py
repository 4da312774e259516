"""How findings came out: by hand, against the lists that the figures open, and inside the walls."""

from __future__ import annotations

import datetime
import html
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.crosschecks.models import Finding
from apps.crosschecks.services.statistics import statistics
from apps.history.models import AccessLog
from tests.access.conftest import wall as wall  # the fixture: each wall must hold alone
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE
from tests.crosschecks.many import many
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES

pytestmark = pytest.mark.django_db

PAGE, API = "/rules/statistics/", "/api/v1/rules/statistics/"
LEAGUE, COUNTY, TOWNSHIP = 150400000000, 150422000000, 150422100000
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def reference(settings):
    settings.REFERENCE_DATE = REFERENCE


@pytest.fixture
def found() -> None:
    """Of ID-04 eleven in the village, two with the sibling and one in another league; two of ID-08 found earlier."""
    late = {"due_on": REFERENCE - DAY}
    many(2)
    many(1, first=10, **late)
    many(1, first=11, due_on=REFERENCE - 5 * DAY)
    many(1, first=12, due_on=REFERENCE - 6 * DAY, state="checking")
    closed = many(3, first=20, state="closed", verdict="corrected")
    many(1, first=30, state="closed", verdict="no_fault", **late)
    many(1, first=31, state="to_workflow", verdict="to_workflow")
    many(1, first=32, state="cleared_by_data", **late)
    many(2, first=40, division_id=SIBLING)
    many(1, first=50, division_id=VILLAGES[4])
    many(2, first=60, rule="ID-08", found_on=REFERENCE - 90 * DAY, state="reviewed", verdict="external_error")
    with scopes.acting(system_account()):
        for key, days in zip(closed, (1, 3, 10), strict=True):
            began = timezone.now() - 100 * DAY
            Finding.objects.filter(pk=key).update(created_at=began, state_since=began + days * DAY)
        now = timezone.now()
        Finding.objects.filter(object_id=30).update(created_at=now - 4 * DAY, state_since=now)


def of(user: User, division: int | None, **where: Any) -> Any:
    with scopes.acting(user):
        rows = Finding.objects.visible_to(user).filter(**where)
        return statistics(rows.within(division) if division else rows, division, REFERENCE)


def test_by_hand(found):
    county = make_user("county", "county_officer", COUNTY)
    told = of(county, COUNTY)
    rules = {one.entry.id: one.counted for one in told.rules}
    assert list(rules) == ["ID-04", "ID-08"]
    names = ("found", "open", "overdue", "escalated", "closed", "cleared", "corrected", "no_fault", "to_workflow")
    assert [rules["ID-04"][name] for name in names] == [13, 8, 3, 1, 4, 1, 3, 1, 1]
    assert [rules["ID-04"][name] for name in ("judged", "confirmed", "refuted")] == [5, 4, 1]
    assert (rules["ID-04"].confirmed_share, rules["ID-04"].refuted_share) == (Decimal("0.8"), Decimal("0.2"))
    assert rules["ID-04"].days == Decimal("3.5") and rules["ID-08"].days is None  # 1, 3, 4 and 10 days
    assert (rules["ID-08"]["found"], rules["ID-08"]["external_error"], rules["ID-08"].refuted_share) == (2, 2, 0)
    assert told.total["found"] == 15 and told.total.days == Decimal("3.5")
    assert [(one.code, one.counted["found"], one.own) for one in told.units] == [(TOWNSHIP, 15, False)]
    villages = of(county, TOWNSHIP).units
    assert [(one.code, one.counted["found"]) for one in villages] == [(VILLAGE, 13), (SIBLING, 2)]
    (own,) = of(county, VILLAGE).units
    assert (own.code, own.own, own.counted) == (VILLAGE, False, villages[0].counted)
    assert of(county, None).units == []


def test_without_verdicts_there_is_no_share(found):
    county = make_user("county", "county_officer", COUNTY)
    told = of(county, COUNTY, division_id=SIBLING)
    assert (told.total.confirmed_share, told.total.refuted_share, told.total.days) == (None, None, None)
    assert of(county, COUNTY, rule="HH-01").total["found"] == 0


def test_three_queries_and_one_for_the_names_however_much_there_is(found):
    county = make_user("county", "county_officer", COUNTY)
    with scopes.acting(county):
        for rows in (Finding.objects.filter(rule="ID-08"), Finding.objects.all()):
            with CaptureQueriesContext(connection) as queries:
                statistics(rows.visible_to(county), COUNTY, REFERENCE)
            assert len(queries) == 4


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_every_figure_opens_a_list_of_just_as_many(found):
    league = make_user("league", "league_officer", LEAGUE)
    page, api = sign_in(Client(), league), sign_in(APIClient(), league)
    opened = 0
    for query in (
        "",
        f"?division={TOWNSHIP}",
        "?rule=ID-04",
        f"?found_on_max={REFERENCE - 30 * DAY}",
        "?group=identity",
    ):
        figures = re.findall(
            r'<td class="num" data-label="([^"]+)"><a href="([^"]+)">([\d,.%]+)</a>', text(page.get(PAGE + query))
        )
        for label, address, shown in figures:
            body = api.get("/api/v1" + html.unescape(address) + ("&" if "?" in address else "?") + "count=1").json()
            if "%" not in shown:
                assert body["count"] == int(shown.replace(",", "")), (query, label, address)
            else:
                assert body["count"] > 0
            opened += 1
    assert opened > 100


def test_a_share_opens_the_verdicts_it_is_of(found):
    village = sign_in(Client(), make_user("village", "village_officer", VILLAGE))
    page = text(village.get(f"{PAGE}?rule=ID-04"))
    assert ">80.0%</a>" in page and ">20.0%</a>" in page
    assert "verdict=corrected&amp;verdict=to_workflow&amp;verdict=external_error" in page


def test_a_period_is_that_in_which_findings_were_found(found):
    county = sign_in(Client(), make_user("county", "county_officer", COUNTY))
    page = text(county.get(f"{PAGE}?found_on_min={REFERENCE - 100 * DAY}&found_on_max={REFERENCE - 80 * DAY}"))
    assert "发现疑点 2 条" in page and "ID-08" in page and '<span class="mono">ID-04</span>' not in page
    assert "这段时间和范围内没有疑点" in text(county.get(f"{PAGE}?found_on_max=2010-01-01"))


def test_the_page_is_labelled_and_can_be_printed(found):
    page = text(sign_in(Client(), make_user("county", "county_officer", COUNTY)).get(PAGE))
    assert page.count('<th scope="col"') == 2 * 14 and 'data-action="print"' in page
    inputs = re.findall(r'<label class="filter-inline">[^<]+<(?:input|select)[^>]+name="(\w+)"', page)
    assert inputs == ["found_on_min", "found_on_max", "group", "rule"]
    assert '<a class="btn" href="/rules/statistics/">' in text(
        sign_in(Client(), make_user("village", "village_officer", VILLAGE)).get("/rules/")
    )


def test_what_is_asked_wrongly(found):
    county = make_user("county", "county_officer", COUNTY)
    page, api = sign_in(Client(), county), sign_in(APIClient(), county)
    for query in ("?mood=good", "?state=open", "?rule=XX-99", "?found_on_min=soon", "?group=none"):
        assert page.get(PAGE + query).status_code == 400, query
        assert api.get(API + query).status_code == 400, query
    assert page.get(f"{PAGE}?division=150522000000").status_code == 404
    assert api.get(f"{API}?division=150522000000").status_code == 404
    nobody = make_user("sysadmin", "system_administrator", 150000000000)
    assert sign_in(Client(), nobody).get(PAGE).status_code == 403


@pytest.mark.parametrize("wall", ["both", "application", "database"], indirect=True)
def test_only_what_one_sees_is_counted(found, wall):
    expected = {("village_officer", VILLAGE): 13, ("village_officer", SIBLING): 2, ("league_officer", LEAGUE): 15}
    for (role, place), number in expected.items():
        client = sign_in(APIClient(), make_user(f"u{place}", role, place))
        body = client.get(API).json()
        assert (body["total"]["found"], sum(unit["found"] for unit in body["units"])) == (number, number)


def test_the_api_says_what_the_page_says(found):
    county = make_user("county", "county_officer", COUNTY)
    body = sign_in(APIClient(), county).get(f"{API}?rule=ID-04&division={TOWNSHIP}").json()
    (rule,) = body["rules"]
    assert {name: rule[name] for name in ("rule", "title", "found", "judged", "confirmed_share", "median_days")} == {
        "rule": "ID-04", "title": "性别与证件号码不符", "found": 13, "judged": 5, "confirmed_share": "0.8000",
        "median_days": "3.5",
    }  # fmt: skip
    assert body["total"] == {name: rule[name] for name in rule if name not in ("rule", "title")}
    assert [(unit["division"], unit["own"], unit["found"]) for unit in body["units"]] == [
        (str(VILLAGE), False, 11), (str(SIBLING), False, 2),
    ]  # fmt: skip


def test_the_workbook_holds_the_same_and_is_in_the_access_log(found):
    county = make_user("county", "county_officer", COUNTY)
    page = sign_in(Client(), county)
    assert "</svg>导出</button>" in text(page.get(PAGE))
    answer = page.post(f"{PAGE}?rule=ID-04&division={TOWNSHIP}")
    assert answer.status_code == 200
    sheet, _about = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets
    head, *rows = sheet.values
    assert head[:5] == ("表", "规则或单位", "发现", "未办结", "超期") and head[-1] == "办结天数（中位数）"
    figures = (13, 8, 3, 1, 4, 1, 3, 1, 1, 0, 0.8, 0.2, 3.5)
    assert [(row[0], (row[1] or "").split(" ")[0], row[2:]) for row in rows] == [
        ("按规则", "ID-04", figures),
        ("按下级单位", str(VILLAGE), (11, 6, *figures[2:])),
        ("按下级单位", str(SIBLING), (2, 2, *[0] * 8, None, None, None)),
        ("合计", "", figures),
    ]
    with scopes.activate(scopes.everywhere("view_audit")):
        record = AccessLog.objects.get(action="export")
    assert (record.username, record.division_id, record.rows, record.fields) == ("county", TOWNSHIP, 4, ["statistics"])
    inspector = sign_in(Client(), make_user("inspector", "inspector", COUNTY))
    assert "</svg>导出</button>" not in text(inspector.get(PAGE)) and inspector.post(PAGE).status_code == 403
