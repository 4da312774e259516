"""Grading and finishing many assessments at once: by service, page and API; and what the desk says waits for whom."""

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
from apps.assessments.choices import State
from apps.assessments.models import AssessmentLog
from apps.assessments.services import together
from apps.common.errors import ServiceError
from apps.history.models import AccessLog
from tests.access.conftest import wall as wall  # the fixture: each wall must hold alone
from tests.access.world import EVERYTHING
from tests.assessments.conftest import COUNTY, OTHER_COUNTY, OWN, TOWNSHIP
from tests.assessments.test_steps import SAID, walk
from tests.factories.accounts import make_user, sign_in
from tests.factories.assessments import make_set, open_year, take

pytestmark = pytest.mark.django_db

PAGE, API = "/assessments/steps/", "/api/v1/assessments/steps/"


def take_many(by: Any, wanted: dict[int, int | None], name: str, **said: Any) -> together.Taken:
    scopes.forget(by)
    with scopes.acting(by):
        return together.take_many(wanted, name, by=by, **said)


def client(user: Any) -> Client:
    scopes.forget(user)
    return sign_in(Client(), user)


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


@pytest.fixture
def helpers(county):
    """Five of them: three wait for the county, one of these without a visit; one has not reported; one is elsewhere."""
    made = [county.make_helper(name, OWN) for name in ("包音", "白音", "色音", "图雅")]
    for one in made[:2]:
        for month in range(1, 13):
            one.visit(month)
    far = county.make_helper("高娃", OTHER_COUNTY)
    make_set(150400000000, county.league)
    open_year(COUNTY, county.officer)
    open_year(150423000000, make_user("next", "county_officer", 150423000000))
    for one in made[:3]:
        walk(county, one, "score")
    return [*made, far]


def test_each_is_graded_as_if_it_were_graded_alone(county, helpers):
    keys = [one.assessment.pk for one in helpers]
    scopes.forget(county.officer)
    with scopes.acting(county.officer):
        assert [(step.name, n) for step, n in together.offered(keys, county.officer)] == [("grade", 3)]
    stale = {keys[0]: 1, **dict.fromkeys(keys[1:])}
    tried = take_many(county.officer, stale, "grade", dry_run=True)
    assert helpers[1].assessment.state == State.COUNTY
    done = take_many(county.officer, stale, "grade", note="集体研究")
    assert (tried.done, tried.refused) == (done.done, done.refused)
    assert done.done == keys[1:3]
    assert {code: rows for (code, _message), rows in done.refused.items()} == {
        "stale": keys[:1], "state": keys[3:4], "not_found": keys[4:],
    }  # fmt: skip
    assert dict(done.grades) == {"excellent": 1, "poor": 1}
    # The township scored it, and does not grade.
    refused = take_many(county.township, dict.fromkeys(keys[:1]), "grade")
    assert [code for code, _message in refused.refused] == ["forbidden"]
    alone = take(helpers[0].assessment, "grade", county.officer)
    good, capped = helpers[1].assessment, helpers[2].assessment
    for name in ("total", "weight_counted", "grade", "appeal_until", "due_on", "state", "graded_by_id", "version"):
        assert getattr(good, name) == getattr(alone, name), name
    assert (capped.grade, good.grade_reason) == ("poor", "集体研究")
    with scopes.activate(EVERYTHING):
        lines = AssessmentLog.objects.filter(step="grade").order_by("pk").values_list("assessment", "by_name", "note")
        assert list(lines) == [
            (keys[1], "county", "集体研究"),
            (keys[2], "county", "集体研究"),
            (keys[0], "county", ""),
        ]
        entry = AccessLog.objects.get(action="batch")
    assert (entry.division_id, entry.rows, entry.fields) == (TOWNSHIP, 2, ["state", "grade"])


def test_many_cost_no_more_statements_than_few(county, helpers):
    def statements(keys: list[int]) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(take_many(county.officer, dict.fromkeys(keys), "grade").done) == len(keys)
        return len(asked)

    keys = [one.assessment.pk for one in helpers[:3]]
    assert statements(keys[:1]) == statements(keys[1:])


def test_only_some_steps_are_for_many(county, helpers):
    keys = dict.fromkeys([one.assessment.pk for one in helpers])
    for name, wanted, code in (("score", keys, "one_by_one"), ("leap", keys, "one_by_one"), ("grade", {}, "required")):
        with pytest.raises(ServiceError) as told:
            take_many(county.officer, wanted, name)
        assert told.value.code == code
    with pytest.raises(ServiceError) as told:
        take_many(county.officer, dict.fromkeys(range(1, together.MOST + 2)), "grade")
    assert told.value.code == "too_many"


def test_from_the_list_to_grades_and_to_the_end(county, helpers, settings):
    officer, keys = client(county.officer), [one.assessment.pk for one in helpers]
    listed = text(officer.get("/assessments/?state=county_score"))
    assert "符合条件的全部 3 条" in listed and f'formaction="{PAGE}?state=county_score"' in listed
    assert 'name="row"' not in text(client(helpers[0].user).get("/assessments/"))
    assert client(county.township).post(PAGE, {"row": keys[0]}).status_code == 403
    chosen = text(officer.post(f"{PAGE}?state=county_score", {"all": "1"}))
    assert "评定等次（3 条可办）" in chosen
    body = {"rows": field(chosen, "rows"), "step": "grade", "note": "集体研究"}
    tried = text(officer.post(f"{PAGE}?state=county_score", {**body, "stage": "try"}))
    assert "确认评定等次 3 条" in tried and "<dt>等次</dt><dd>优秀 2、较差 1</dd>" in tried
    done = officer.post(
        f"{PAGE}?state=county_score", {**body, "stage": "take", "token": field(tried, "token")}, follow=True
    )
    assert '<dt>已办理</dt><dd><b class="num">3</b></dd>' in text(done)
    assert "<dt>等次</dt><dd>优秀 2、较差 1</dd>" in text(done)
    assert done.context["done_url"] == "/assessments/?state=graded"
    assert {one.assessment.state for one in helpers[:3]} == {State.GRADED}
    settings.REFERENCE_DATE = datetime.date(2019, 2, 1)
    seen = field(text(officer.post(PAGE, {"row": keys})), "rows")
    ended = officer.post(PAGE, {"rows": seen, "step": "finish", "stage": "take"}, follow=True)
    assert (ended.context["done"], ended.context["refused"]) == (3, 2)
    assert text(ended).count("没有这条记录，或者它不在您的范围内。") == 1
    assert {one.assessment.state for one in helpers[:3]} == {State.FINAL}


@pytest.mark.parametrize("wall", ["both", "application", "database"], indirect=True)
def test_a_neighbours_assessment_is_named_like_one_that_does_not_exist(county, helpers, wall):
    foreign = helpers[4].assessment
    body = {"rows": f"{foreign.pk}:{foreign.version} 999999:1", "step": "grade", "stage": "take"}
    page = text(client(county.officer).post(PAGE, body, follow=True))
    assert "没有这条记录，或者它不在您的范围内。" in page and helpers[4].cadre.name not in page
    assert [f'<span class="mono">{key}</span>' in page for key in (foreign.pk, 999999)] == [True, True]
    assert helpers[4].assessment.version == foreign.version


def test_the_api_takes_named_assessments_and_says_the_others(county, helpers):
    keys = [one.assessment.pk for one in helpers]

    def post(user: Any, body: dict[str, Any]) -> Any:
        return client(user).post(API, json.dumps(body), "application/json")

    named = [{"id": keys[0], "version": 1}, *({"id": key} for key in keys[1:])]
    tried = post(county.officer, {"step": "grade", "assessments": named, "dry_run": True}).json()
    done = post(county.officer, {"step": "grade", "assessments": named}).json()
    assert tried == {**done, "dry_run": True}
    assert (done["done"], done["grades"]) == (keys[1:3], {"excellent": 1, "poor": 1})
    assert [(one["code"], one["assessments"]) for one in done["refused"]] == [
        ("stale", keys[:1]), ("state", keys[3:4]), ("not_found", keys[4:]),
    ]  # fmt: skip
    assert post(county.officer, {"step": "score", "assessments": named}).status_code == 422
    assert post(county.officer, {"step": "grade", "assessments": []}).status_code == 422
    assert post(county.township, {"nonsense": True}).status_code == 403


# --- what the desk says ---


def waiting(user: Any) -> dict[str, tuple[int, str]]:
    """What of assessment waits, by its words; and each count is that of the list it opens."""
    window = client(user)
    found = {}
    for line in window.get("/").context["todo"]["lines"]:
        if "/assessments/" in line["url"]:
            rows = window.get(f"/api/v1{line['url']}").json()["results"]
            assert len(rows) == line["count"], line
            found[str(line["label"])] = (line["count"], line["light"])
    return found


def test_the_desk_says_what_waits_for_whom(county, helpers, settings):
    assert waiting(county.officer) == {"考核待评定": (3, "green")}
    assert waiting(county.township) == {}
    assert waiting(helpers[3].user) == {"我的考核：待提交自评": (1, "green")}
    assert waiting(county.league) == waiting(make_user("inspector", "inspector", COUNTY)) == {}
    take(helpers[0].assessment, "grade", county.officer)
    assert waiting(helpers[0].user) == {"我的考核：结果待认可，或在申诉期内申诉": (1, "green")}
    take(helpers[0].assessment, "appeal", helpers[0].user, text="异议")
    settings.REFERENCE_DATE = datetime.date(2019, 1, 20)
    assert waiting(county.township) == {"考核逾期未自评": (1, "red")}
    assert waiting(county.officer) == {"考核待评定": (2, "green"), "考核申诉待裁定": (1, "red")}
    take(helpers[3].assessment, "report", helpers[3].user, text="自评")
    settings.REFERENCE_DATE = datetime.date(2019, 1, 28)
    assert waiting(county.township) == {"考核待民意测评": (1, "yellow")}
    take(helpers[3].assessment, "opinion", county.township, **SAID["opinion"])
    assert waiting(county.township) == {"考核待评分": (1, "green")}
