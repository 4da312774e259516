"""The monthly bulletin of rectification: what it counts, for whom, as a page, a document and for programs."""

from __future__ import annotations

import datetime
import io

import pytest
from django.test import Client
from docx import Document

from apps.access import scope as scopes
from apps.common.days import today
from apps.history.models import AccessLog
from apps.problems.models import Problem
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.complaints import complain
from tests.factories.divisions import VILLAGES, plant
from tests.factories.problems import COUNTY, LEAGUE, TOWNSHIP, VILLAGE, People

pytestmark = pytest.mark.django_db
LAST = today().replace(day=1) - datetime.timedelta(days=1)
BEFORE = LAST.strftime("%Y-%m")


@pytest.fixture
def people() -> People:
    """The month before the running one: two problems found, one of them closed; another of long ago that is overdue."""
    plant(*VILLAGES)
    people = People.make()
    long_ago = LAST - datetime.timedelta(days=90)
    for day, state in ((LAST, "raised"), (LAST, "closed"), (long_ago, "in_progress")):
        found = people.at(state, division=VILLAGE if day == long_ago else COUNTY)
        with scopes.acting(planter()):
            rows = Problem.objects.filter(pk=found.pk)
            rows.update(found_on=day, due_on=day, **({"closed_on": LAST} if state == "closed" else {}))
    return people


def at(user, query: str = "") -> Client:
    client = sign_in(Client(), user)
    return client.get(f"/api/v1/bulletin/?month={BEFORE}{query}")


def section(user, name: str, query: str = "") -> dict:
    return next(one for one in at(user, query).json()["sections"] if one["name"] == name)


def test_a_month_is_counted_by_its_days_and_says_the_same_whenever_it_is_asked(people: People) -> None:
    found = section(people.league, "problems")
    # Found and closed in the month; all found until its end, of them closed, open, overdue; the rate.
    assert [row[1:] for row in found["rows"]] == [["2", "1", "3", "1", "2", "1", "33.3%"]]
    units = section(people.league, "units")
    assert [row[0] for row in units["rows"]] == ["敖汉旗"] or len(units["rows"]) == 1
    earlier = (LAST.replace(day=1) - datetime.timedelta(days=1)).strftime("%Y-%m")
    client = sign_in(Client(), people.league)
    sections = client.get(f"/api/v1/bulletin/?month={earlier}").json()["sections"]
    assert next(one for one in sections if one["name"] == "problems")["rows"][0][1:] == [
        *("0", "0", "1", "0", "1", "1", "0.0%")
    ]


@pytest.mark.parametrize(("handed_in", "overdue"), [(LAST, "1"), (today(), "2")])
def test_what_was_handed_in_by_the_end_of_a_month_is_not_overdue_then(people: People, handed_in, overdue) -> None:
    waits = people.at("submitted")
    long_ago = LAST - datetime.timedelta(days=90)
    with scopes.acting(planter()):
        Problem.objects.filter(pk=waits.pk).update(found_on=long_ago, due_on=long_ago, submitted_on=handed_in)
    assert [row[6] for row in section(people.league, "problems")["rows"]] == [overdue]


def test_each_sees_the_bulletin_of_his_own_place(people: People) -> None:
    village = section(people.county, "problems", f"&division={VILLAGE}")
    assert [row[3] for row in village["rows"]] == ["1"]
    assert at(people.county, f"&division={LEAGUE}").status_code == 404
    assert at(make_user("neighbour", "county_officer", 150423000000), f"&division={COUNTY}").status_code == 404
    assert at(make_user("money", "finance_user", COUNTY)).status_code == 403
    for wrong in ("&month=2018", "&by=area", f"&division={COUNTY}&division={VILLAGE}", "&division=x"):
        client = sign_in(Client(), people.county)
        assert client.get(f"/bulletin/?{wrong[1:]}").status_code == 400, wrong
    ahead = (today() + datetime.timedelta(days=40)).strftime("%Y-%m")
    assert client.get(f"/bulletin/?month={ahead}").status_code == 400


def test_a_number_of_complaints_that_could_tell_of_a_person_is_not_told(people: People) -> None:
    for number in range(7):
        complain(people.county, COUNTY, TOWNSHIP, kind="identification" if number < 6 else "funds")
    client = sign_in(Client(), people.league)
    sections = client.get("/api/v1/bulletin/").json()["sections"]
    told = next(one for one in sections if one["name"] == "complaints")
    # One of seven would follow from the sum, so that the other kind is not told either.
    assert {tuple(row) for row in told["rows"]} == {("扶贫资金管理使用", "＜5"), ("贫困识别和退出", "＜5")}
    assert "7 件" in told["text"]


def test_the_document_says_what_the_page_says_and_is_in_the_access_log(people: People) -> None:
    client = sign_in(Client(), people.league)
    page = client.get(f"/bulletin/?month={BEFORE}")
    answer = client.post(f"/bulletin/?month={BEFORE}")
    assert answer.status_code == 200 and answer["Content-Disposition"].endswith(".docx")
    document = Document(io.BytesIO(b"".join(answer.streaming_content)))
    said = {paragraph.text for paragraph in document.paragraphs}
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    shown = page.context["sections"]
    assert {one.text for one in shown} <= said
    assert tables == [[list(one.heads), *map(list, one.rows)] for one in shown if one.rows]
    with scopes.acting(make_user("auditor", "audit_administrator", 150000000000)) as auditing:
        assert AccessLog.objects.visible_to(auditing).filter(action="export", fields=["bulletin"]).count() == 1
    inspects = sign_in(Client(), people.inspector)
    assert inspects.post("/bulletin/").status_code == 403
