"""Assessments on pages and in the API: who sees what when, the rows behind a value, sets and years by form."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.access import scope as scopes
from apps.accounts.services import SET_UP, appoint
from apps.assessments import tasks
from apps.assessments.models import AssessmentRound, CadreAssessment, Indicator, Score
from apps.assessments.services import rounds
from apps.cadres.models import HomeCheck
from tests.access.world import EVERYTHING
from tests.assessments.conftest import COUNTY, NEIGHBOUR, OTHER_COUNTY, OWN, TOWNSHIP
from tests.assessments.test_steps import SAID, walk
from tests.factories.accounts import make_user, sign_in
from tests.factories.assessments import make_set, take, townships_word

pytestmark = pytest.mark.django_db

API = "/api/v1/assessments/"


@pytest.fixture
def helper(county):
    made = county.make_helper("包音", OWN)
    for month in range(1, 13):
        made.visit(month, problem="住房漏水", problem_solved=month > 6)
    county.make_helper("白音", OWN)
    county.open()
    return made


def page(user: Any, address: str, **data: Any) -> Any:
    scopes.forget(user)
    client = sign_in(Client(), user)
    return client.post(address, data) if data else client.get(address)


def post(user: Any, address: str, body: dict[str, Any]) -> Any:
    scopes.forget(user)
    return sign_in(Client(), user).post(address, json.dumps(body), "application/json")


def opened(shown: str) -> set[int]:
    """The keys of the visits that a page leads to."""
    return {int(key) for key in re.findall(r'href="/visits/([0-9]+)/"', shown)}


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


def test_peers_do_not_see_each_other_and_no_list_is_a_ranking(county, helper):
    peer = next(user for user in (county.make_helper("色音", OWN).user,))
    other = make_user("elsewhere", "county_officer", 150423000000)
    village = make_user("village", "village_officer", OWN)
    assert names(page(helper.user, API)) == ["包音"]
    for who in (peer, other, village):
        assert names(page(who, API)) == []
        for address in (f"{API}{helper.assessment.pk}/", f"/assessments/{helper.assessment.pk}/"):
            assert page(who, address).status_code == 404
        assert page(who, f"/assessments/{helper.assessment.pk}/sheet/").status_code == 404
    assert set(names(page(county.township, API))) == {"包音", "白音"}
    assert page(county.officer, f"{API}?order=-total").status_code == 400


def test_the_assessed_person_reads_what_others_entered_once_it_is_graded(county, helper):
    found = walk(county, helper, "score", opinion={"asked": 10, "satisfied": 4, "note": "测评说明"})

    def told(user: Any) -> tuple[str, dict[str, Any]]:
        shown = page(user, f"/assessments/{found.pk}/").content.decode()
        sheet = page(user, f"/assessments/{found.pk}/sheet/").content.decode()
        body = page(user, f"{API}{found.pk}/").json()
        return shown + sheet, body

    words = ("入户核实", "测评说明", "40.00")
    shown, body = told(helper.user)
    assert not [word for word in words if word in shown or word in json.dumps(body, ensure_ascii=False)]
    assert "评定后可见" in shown and "100.00" in shown  # what was computed he reads at any time
    # Nor as an officer of the same township, who reads everybody else's.
    with scopes.activate(SET_UP):
        appoint(helper.user, role="township_officer", division=TOWNSHIP, by=None)
    shown, body = told(helper.user)
    assert not [word for word in words if word in shown or word in json.dumps(body, ensure_ascii=False)]
    shown, body = told(county.township)
    assert [word for word in words if word not in shown] == []
    take(found, "grade", county.officer)
    shown, body = told(helper.user)
    assert [word for word in words if word not in shown] == []
    assert (body["grade"], body["steps"]) == ("basic", ["accept", "appeal"])


def test_a_figure_opens_the_rows_that_it_counts(county, helper):
    with scopes.activate(EVERYTHING):
        by_code = {one.code: one for one in Score.objects.filter(assessment=helper.assessment)}
    visits, problems = by_code["visits"], by_code["problems"]
    address = f"/assessments/scores/{visits.pk}/"
    for who in (helper.user, county.officer):
        shown = page(who, address).content.decode()
        assert len(opened(shown)) == visits.numerator == 12
        assert "另有" not in shown
    assert opened(page(helper.user, f"/assessments/scores/{problems.pk}/").content.decode()) == set(problems.counted)
    assert (problems.numerator, problems.denominator) == (6, 12)
    assert page(county.officer, f"/assessments/scores/{by_code['measures'].pk}/").status_code == 404
    body = page(county.officer, f"{API}{helper.assessment.pk}/").json()
    counted = {one["indicator"]: one["counted"] for one in body["scores"]}
    assert counted["visits"] == visits.counted and counted["measures"] == []


def test_rows_out_of_sight_are_only_counted(county):
    helper = county.make_helper("包音", OWN, OWN, OTHER_COUNTY)
    helper.visit(3)
    helper.visit(3, household=2)
    county.open()
    with scopes.activate(EVERYTHING):
        score = Score.objects.get(assessment=helper.assessment, code="visits")
    shown = page(county.officer, f"/assessments/scores/{score.pk}/").content.decode()
    assert len(opened(shown)) == 1 and "另有 1 条不在您的范围内" in shown


def test_the_whole_way_by_pages(county, helper):
    address = f"/assessments/{helper.assessment.pk}/"

    def send(user: Any, **given: Any) -> Any:
        return page(user, address, version=helper.assessment.version, **given)

    assert "提交自评" in page(helper.user, address).content.decode()
    wrong = send(helper.user, step="report", text="")
    assert wrong.status_code == 422 and "请填写内容" in wrong.content.decode()
    assert send(helper.user, step="report", text="全年入户").status_code == 302
    assert send(helper.user, step="opinion", asked=1, satisfied=1).status_code == 403
    assert send(county.township, step="opinion", asked=10, satisfied=9).status_code == 302
    refused = send(county.township, step="score", value_measures=80)
    assert refused.status_code == 422 and "措施到位" in refused.content.decode()
    assert send(county.township, step="score", note_measures="没有台账").status_code == 302
    shown = page(county.officer, address).content.decode()
    assert "按现有得分计算：总分 85.00（计分权重 60）" in shown and "没有台账" in shown
    assert send(county.officer, step="grade").status_code == 302
    shown = page(helper.user, address).content.decode()
    assert "85.00" in shown and "未计入的指标：" in shown and "认可结果" in shown
    stale = page(helper.user, address, version=1, step="accept")
    assert stale.status_code == 409
    assert send(helper.user, step="accept").status_code == 302
    assert page(helper.user, address, version=9, step="accept").status_code == 403
    sheet = page(county.officer, f"{address}sheet/").content.decode()
    assert "2018年度帮扶责任人考核表" in sheet and "全年入户" in sheet and "60 / 100" in sheet


def test_the_village_opinion_begins_with_what_was_heard_at_homes(county):
    """The latest answer of each household of the year; those of others, without an answer and of another year not."""
    helper = county.make_helper("包音", OWN, OWN, OWN, OWN, NEIGHBOUR)
    other = county.make_helper("白音", OWN)
    county.open()
    heard = [
        (0, 3, "dissatisfied", 2018), (0, 9, "satisfied", 2018), (1, 9, "fairly", 2018), (2, 9, "dissatisfied", 2018),
        (3, 9, "", 2018), (3, 9, "satisfied", 2017), (4, 9, "satisfied", 2018),
    ]  # fmt: skip
    with scopes.activate(EVERYTHING):
        for at, month, satisfaction, year in heard:
            check_of(helper.households[at], datetime.date(year, month, 1), satisfaction)
        check_of(other.households[0], datetime.date(2018, 9, 1), "satisfied")
    take(helper.assessment, "report", helper.user, text="全年按月入户。")
    shown = page(county.township, f"/assessments/{helper.assessment.pk}/")
    form = shown.context["form"]
    assert (form["asked"].initial, form["satisfied"].initial) == (3, 2)
    assert "已按当年入户核查预填" in shown.content.decode()
    take(other.assessment, "report", other.user, text="全年按月入户。")
    with scopes.activate(EVERYTHING):
        HomeCheck.objects.filter(household=other.households[0]).delete()
    form = page(county.township, f"/assessments/{other.assessment.pk}/").context["form"]
    assert form["asked"].initial is None


def check_of(household: Any, on: datetime.date, satisfaction: str) -> HomeCheck:
    return HomeCheck.objects.create(
        household=household, division_id=household.division_id, checked_on=on, checker="x", knows_helper=True,
        satisfaction=satisfaction,
    )  # fmt: skip


def test_steps_by_api_say_what_is_wrong(county, helper):
    found = helper.assessment
    address = f"{API}{found.pk}/step/"
    nowhere = make_user("elsewhere", "county_officer", 150423000000)
    inspector = make_user("inspector", "inspector", COUNTY)
    assert post(nowhere, address, {}).status_code == 404
    assert post(inspector, address, {}).status_code == 403
    wrong = post(county.township, address, {"step": "leap", "version": 1, "colour": "red"})
    assert wrong.status_code == 422
    assert {one["field"] for one in wrong.json()["errors"]} == {"step", "colour"}
    early = post(county.township, address, {"step": "score", "version": found.version})
    assert early.status_code == 409
    stale = post(helper.user, address, {"step": "report", "version": 99, "text": "自评"})
    assert (stale.status_code, stale.json()["title"] != "") == (409, True)
    done = post(helper.user, address, {"step": "report", "version": found.version, "text": "自评"})
    assert (done.status_code, done.json()["state"], done.json()["log"][0]["step"]) == (200, "village_opinion", "report")


def test_a_set_and_a_year_by_api(county, django_capture_on_commit_callbacks, monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(rounds, "ring", rung.append)
    county.make_helper("包音", NEIGHBOUR)
    given = {
        "division": str(COUNTY), "year": 2018, "kind": "helper", "excellent": 90, "good": 80, "basic": 60,
        "report_until": "2019-01-15", "opinion_until": "2019-01-31", "score_until": "2019-02-15",
        "grade_until": "2019-02-28", "appeal_days": 7,
    }  # fmt: skip
    wrong = post(county.officer, "/api/v1/indicator-sets/", {**given, "weight_visits": 90})
    assert wrong.status_code == 422 and "现为165" in wrong.json()["detail"]
    wrong = post(county.officer, "/api/v1/indicator-sets/", {**given, "good": 95})
    assert wrong.status_code == 422
    weights = {"weight_visits": 60, "weight_quality": 40, "weight_days": 0, "weight_problems": 0}
    weights |= {"weight_measures": 0, "weight_satisfaction": 0}
    made = post(county.officer, "/api/v1/indicator-sets/", {**given, **weights})
    assert (made.status_code, made.json()["weights"]) == (201, {"visits": 60, "quality": 40})
    with scopes.activate(EVERYTHING):
        assert Indicator.objects.count() == 2
    scopes.forget(county.officer)
    client = sign_in(Client(), county.officer)
    address = f"/api/v1/indicator-sets/{made.json()['id']}/"
    changed = client.patch(address, json.dumps({"version": 1, "appeal_days": 10}), "application/json")
    assert (changed.status_code, changed.json()["appeal_days"], changed.json()["weights"]) == (
        200,
        10,
        {"visits": 60, "quality": 40},
    )
    assert post(county.township, "/api/v1/assessment-rounds/", {}).status_code == 403
    asked = {"division": str(COUNTY), "year": 2018, "kind": "helper"}
    with django_capture_on_commit_callbacks(execute=True):
        made = post(county.officer, "/api/v1/assessment-rounds/", asked)
    key = made.json()["id"]
    assert (made.status_code, made.json()["state"], rung) == (201, "running", [key])
    assert post(county.officer, "/api/v1/assessment-rounds/", asked).status_code == 409
    tasks.work(key)
    body = page(county.officer, f"/api/v1/assessment-rounds/{key}/").json()
    assert (body["state"], body["assessed"]) == ("done", 1)
    with scopes.activate(EVERYTHING):
        assert set(Score.objects.values_list("code", flat=True)) == {"visits", "quality"}
    assert client.patch(address, json.dumps({"version": 2, "appeal_days": 9}), "application/json").status_code == 409


def test_a_set_and_a_year_by_pages(county):
    county.make_helper("包音", OWN)
    shown = page(county.officer, "/indicator-sets/new/?year=2018").content.decode()
    assert "2019-01-15" in shown and "权重（合计100，0为不考核）" in shown
    found = make_set(COUNTY, county.officer)
    detail = page(county.officer, f"/indicator-sets/{found.pk}/").content.decode()
    assert "应走访的户次中" in detail and f"/indicator-sets/{found.pk}/edit/" in detail
    made = page(county.officer, "/assessment-rounds/new/", division=COUNTY, year=2018, kind="helper")
    assert made.status_code == 302
    detail = page(county.officer, made["Location"]).content.decode()
    assert "正在后台办理" in detail and f"/assessments/?division={COUNTY}&amp;year=2018&amp;kind=helper" in detail
    with scopes.activate(EVERYTHING):
        assert AssessmentRound.objects.get().opened_by_id == county.officer.pk
        assert CadreAssessment.objects.count() == 0


def test_an_assessment_is_shown_in_few_queries(county, helper):
    found = walk(county, helper, "score", score={"scores": townships_word()})
    scopes.forget(county.officer)
    client = sign_in(Client(), county.officer)
    client.get(f"/assessments/{found.pk}/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(f"/assessments/{found.pk}/").status_code == 200
    statements = [one["sql"] for one in asked if "set_config" not in one["sql"] and "SAVEPOINT" not in one["sql"]]
    assert len(statements) <= 20, "\n".join(statements)
    assert SAID["report"]["text"] == found.self_report
