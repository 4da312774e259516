"""The way of an assessment: who takes which step when, grades and their boundaries, the cap, appeals; and that state
moves in no other way, by service, page or API."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.access import scope as scopes
from apps.assessments import tasks
from apps.assessments.choices import Grade, State
from apps.assessments.models import AssessmentLog, CadreAssessment, IndicatorSet, Score
from apps.assessments.services import finishing, scoring, sets, steps
from apps.assessments.services.steps import STEPS, Entered, Said
from apps.common.errors import ServiceError, StaleVersion
from tests.access.world import EVERYTHING
from tests.assessments.conftest import COUNTY, OWN, TOWNSHIP
from tests.factories.accounts import make_user, sign_in
from tests.factories.assessments import YEAR, make_set, take, townships_word

pytestmark = pytest.mark.django_db

WAY = ("report", "opinion", "score", "grade", "appeal", "decide")
SAID: dict[str, dict[str, Any]] = {
    "report": {"text": "全年入户二十次"},
    "report_for": {"note": "本人住院"},
    "opinion": {"asked": 10, "satisfied": 9},
    "score": {"scores": townships_word()},
    "return": {"note": "依据不足"},
    "appeal": {"text": "十二月已补签"},
    "decide": {"note": "维持"},
}


@pytest.fixture
def helper(county):
    """A helper who visited every month, in a year that is open."""
    made = county.make_helper("包音", OWN)
    for month in range(1, 13):
        made.visit(month, problem="住房漏水", problem_solved=True)
    county.open()
    return made


def actors(county, helper) -> dict[str, Any]:
    return {
        "report": helper.user,
        "report_for": county.township,
        "opinion": county.township,
        "score": county.township,
        "return": county.officer,
        "grade": county.officer,
        "accept": helper.user,
        "appeal": helper.user,
        "finish": county.officer,
        "decide": county.head,
    }


def walk(county, helper, until: str, **other: dict[str, Any]) -> CadreAssessment:
    """The assessment after the steps of the way up to one."""
    found, who = helper.assessment, actors(county, helper)
    for name in WAY[: WAY.index(until) + 1]:
        found = take(found, name, who[name], **{**SAID.get(name, {}), **other.get(name, {})})
    return found


def refused(code: str, *args: Any, **said: Any) -> None:
    with pytest.raises(ServiceError) as told, transaction.atomic():
        take(*args, **said)
    assert told.value.code == code


def forbidden(*args: Any, **said: Any) -> None:
    with pytest.raises(PermissionDenied), transaction.atomic():
        take(*args, **said)


def test_the_whole_way_with_who_when_from_where_to_where_and_why(county, helper):
    found = walk(county, helper, "decide", decide={"note": "补签属实", "grade": "excellent"})
    assert (found.state, found.grade, found.first_grade, found.due_on) == (State.FINAL, "excellent", "excellent", None)
    with scopes.activate(EVERYTHING):
        log = list(
            AssessmentLog.objects.order_by("pk").values_list("step", "by_name", "by_level", "from_state", "to_state")
        )
    assert log == [
        ("open", "county", None, "", "self_report"),
        ("report", "helper-0", None, "self_report", "village_opinion"),
        ("opinion", "township", 4, "village_opinion", "township_score"),
        ("score", "township", 4, "township_score", "county_score"),
        ("grade", "county", 3, "county_score", "graded"),
        ("appeal", "helper-0", None, "graded", "appeal"),
        ("decide", "county-head", 3, "appeal", "final"),
    ]


def test_the_total_is_counted_over_what_has_a_value(county, helper):
    found = walk(county, helper, "grade")
    # visits 25 and problems 15 and quality 5 in full, measures 20 at 90, satisfaction 15 at 90; nobody lives there
    assert (found.total, found.weight_counted, found.grade) == (Decimal("95.63"), 80, "excellent")
    assert found.appeal_until == datetime.date(2019, 1, 7)


def test_what_has_no_value_is_left_out_and_the_rest_counts_for_all(county, helper):
    nothing = {"measures": Entered(None, "没有台账")}
    found = walk(
        county, helper, "grade", score={"scores": nothing}, opinion={"asked": 0, "satisfied": 0, "note": "大雪"}
    )
    assert (found.total, found.weight_counted) == (Decimal("100.00"), 45)
    with scopes.activate(EVERYTHING):
        missing = set(Score.objects.filter(assessment=found, value=None).values_list("code", "missing"))
    assert missing == {("days", "not_resident"), ("measures", "no_data"), ("satisfaction", "no_data")}


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("100", "excellent"), ("90", "excellent"), ("89.99", "good"), ("80", "good"), ("79.99", "basic"),
        ("60", "basic"), ("59.99", "poor"), ("0", "poor"),
    ],
)  # fmt: skip
def test_a_threshold_belongs_to_the_better_grade(total, grade):
    score = Score(value=Decimal(total), weight=100)
    rules = IndicatorSet(excellent=90, good=80, basic=60)
    assert scoring.result_of(CadreAssessment(), [score], rules).grade == grade
    capped = scoring.result_of(CadreAssessment(zero_months=[7]), [score], rules)
    assert (capped.grade, capped.total) == ("poor", Decimal(total))
    assert scoring.result_of(CadreAssessment(zero_months=[]), [score], rules).grade == grade


def test_the_total_is_rounded_half_up_before_it_is_graded():
    rules = IndicatorSet(excellent=90, good=80, basic=60)
    scores = [Score(value=Decimal("89.99"), weight=1), Score(value=Decimal("90.00"), weight=1)]
    result = scoring.result_of(CadreAssessment(), scores, rules)
    assert (result.total, result.grade) == (Decimal("90.00"), "excellent")


def test_thresholds_are_those_of_the_set(county):
    helper = county.make_helper("包音", OWN)
    for month in range(1, 13):
        helper.visit(month)
    found = make_set(COUNTY, county.officer)
    with scopes.acting(county.officer):
        found.excellent, found.good, found.basic = 99, 98, 97
        sets.save_set(found, sets.usual_weights(), by=county.officer, expected_version=found.version)
    from tests.factories.assessments import open_year

    open_year(COUNTY, county.officer)
    assert walk(county, helper, "grade").grade == "poor"


def test_zero_sign_in_caps_the_grade_until_an_appeal_lifts_it(county):
    helper = county.make_helper("包音", OWN)
    for month in range(1, 12):
        helper.visit(month)
    county.open()
    found = walk(county, helper, "score")
    refused("capped", found, "grade", county.officer, grade="good", note="工作突出")
    found = take(found, "grade", county.officer)
    assert (found.total > 80, found.grade, found.zero_months) == (True, "poor", [12])
    found = take(found, "appeal", helper.user, text="十二月手机损坏，有入户照片")
    refused("required", found, "decide", county.head, grade="good")
    found = take(found, "decide", county.head, grade="good", note="照片属实")
    assert (found.grade, found.first_grade, found.grade_reason) == ("good", "poor", "照片属实")


def test_another_grade_than_the_computed_takes_a_reason(county, helper):
    found = walk(county, helper, "score")
    refused("required", found, "grade", county.officer, grade="good")
    refused("invalid_choice", found, "grade", county.officer, grade="best", note="说明")
    found = take(found, "grade", county.officer, grade="good", note="名额所限")
    assert (found.grade, found.grade_reason, found.total) == ("good", "名额所限", Decimal("95.63"))


def test_nobody_assesses_himself_or_reviews_his_own_work(county, helper):
    found = walk(county, helper, "opinion")
    # He is an officer of the township as well.
    with scopes.activate(EVERYTHING):
        from apps.accounts.services import SET_UP, appoint

        with scopes.activate(SET_UP):
            appoint(helper.user, role="township_officer", division=TOWNSHIP, by=None)
    forbidden(found, "score", helper.user, **SAID["score"])
    found = take(found, "score", county.officer, **SAID["score"])  # the county may do the township's work
    forbidden(found, "grade", county.officer)
    forbidden(found, "return", county.officer, note="重评")
    found = take(found, "grade", county.second)
    found = take(found, "appeal", helper.user, text="异议")
    for who in (county.officer, county.second, county.township, helper.user):
        forbidden(found, "decide", who, note="维持")
    assert take(found, "decide", county.league, note="维持").state == State.FINAL


def test_a_level_takes_the_steps_of_its_level(county, helper):
    found = walk(county, helper, "score")
    for who in (county.township, county.township_second, helper.user):
        forbidden(found, "grade", who)
    village = make_user("village", "village_officer", OWN)
    forbidden(found, "grade", village)
    assert take(found, "grade", county.league).grade == "excellent"


def test_days_of_appeal_and_of_self_report(county, helper, settings):
    found = helper.assessment
    refused("day", found, "report_for", county.township, note="本人未交")
    settings.REFERENCE_DATE = datetime.date(2019, 1, 16)
    found = take(found, "report_for", county.township, note="逾期未交")
    found = take(found, "opinion", county.township, **SAID["opinion"])
    found = take(found, "score", county.township, **SAID["score"])
    found = take(found, "grade", county.officer)
    assert found.appeal_until == datetime.date(2019, 1, 23)
    refused("day", found, "finish", county.officer)
    settings.REFERENCE_DATE = datetime.date(2019, 1, 24)
    refused("day", found, "appeal", helper.user, text="异议")
    assert take(found, "finish", county.officer).state == State.FINAL


def test_results_that_nobody_appeals_against_become_final_by_themselves(county, settings):
    helpers = [county.make_helper(name, OWN) for name in ("包音", "白音", "色音")]
    county.open()
    late, early, appealed = [walk(county, one, "grade") for one in helpers]
    appealed = take(appealed, "appeal", helpers[2].user, text="异议")
    assert tasks.finish() == 0  # the days are not over
    settings.REFERENCE_DATE = late.appeal_until + datetime.timedelta(days=1)
    take(early, "finish", county.officer)
    assert (tasks.finish(), tasks.finish()) == (1, 0)
    states = [one.assessment.state for one in helpers]
    assert states == [State.FINAL, State.FINAL, State.APPEAL]
    found = helpers[0].assessment
    assert (found.version, found.due_on, found.grade) == (late.version + 1, None, late.grade)
    with scopes.activate(EVERYTHING):
        lines = AssessmentLog.objects.filter(step="finish").order_by("pk")
        log = list(lines.values_list("by_name", "by_level", "to_state"))
    assert log == [("county", 3, "final"), ("system", 1, "final")]


def test_results_become_final_batch_by_batch_and_an_interruption_loses_none(county, settings, monkeypatch):
    helpers = [county.make_helper(name, OWN) for name in ("包音", "白音", "色音")]
    county.open()
    for one in helpers:
        walk(county, one, "grade")
    settings.REFERENCE_DATE = datetime.date(2019, 2, 1)
    monkeypatch.setattr(finishing, "BATCH", 1)
    lapse, calls = finishing.lapse, []

    def breaking(by: Any) -> int:
        calls.append(by)
        done = lapse(by)
        if len(calls) == 2:
            raise RuntimeError("the worker died")
        return done

    monkeypatch.setattr(finishing, "lapse", breaking)
    with pytest.raises(RuntimeError):
        tasks.finish()
    assert sum(one.assessment.state == State.FINAL for one in helpers) == 1
    assert tasks.finish() == 2
    with scopes.activate(EVERYTHING):
        assert AssessmentLog.objects.filter(step="finish").count() == 3


def test_whoever_has_no_account_is_reported_for_at_once(county):
    helper = county.make_helper("白音", OWN, account=False)
    county.open()
    found = take(helper.assessment, "report_for", county.township, note="没有账户，书面自评已收")
    assert found.state == State.OPINION


@pytest.mark.parametrize(
    ("step", "before", "said", "code"),
    [
        ("report", "", {}, "required"),
        ("opinion", "report", {"asked": 3}, "required"),
        ("opinion", "report", {"asked": 3, "satisfied": 4}, "too_many"),
        ("opinion", "report", {"asked": 0, "satisfied": 0}, "required"),
        ("score", "opinion", {}, "required"),
        ("score", "opinion", {"scores": {"measures": Entered(Decimal(80), " ")}}, "required"),
        ("score", "opinion", {"scores": {**townships_word(), "visits": Entered(Decimal(99), "改")}}, "unknown"),
        ("score", "opinion", {"scores": {"measures": Entered(Decimal(101), "改")}}, "invalid"),
        ("return", "score", {}, "required"),
        ("appeal", "grade", {}, "required"),
    ],
)
def test_what_a_step_asks_for(county, helper, step, before, said, code):
    found = walk(county, helper, before) if before else helper.assessment
    refused(code, found, step, actors(county, helper)[step], **said)


def test_a_stale_version_is_refused(county, helper):
    found = helper.assessment
    with scopes.acting(helper.user), pytest.raises(StaleVersion):
        steps.take(found, "report", by=helper.user, said=Said(text="自评"), expected_version=found.version + 1)


def test_a_set_is_of_a_hundred_and_set_once_from_above(county):
    weights = sets.usual_weights()
    for changed in ({"visits": 26}, {"visits": -1, "days": 46}):
        with pytest.raises(ServiceError) as told:
            make_set(COUNTY, county.officer, weights=weights | changed)
        assert told.value.code == "weights"
    above = make_set(150400000000, county.league)
    with pytest.raises(ServiceError) as told:
        make_set(COUNTY, county.officer)
    assert told.value.code == "above"
    from tests.factories.assessments import open_year

    assert open_year(COUNTY, county.officer).set_id == above.pk
    with scopes.acting(county.league), pytest.raises(ServiceError) as told:
        sets.save_set(above, weights, by=county.league)
    assert told.value.code == "used"
    with scopes.acting(county.officer), pytest.raises(PermissionDenied):
        sets.save_set(above, weights, by=county.officer)


def test_the_database_keeps_what_the_way_rests_on(county, helper):
    found = helper.assessment
    wrong = (
        "UPDATE assessments_cadreassessment SET state = 'graded' WHERE id = %s",
        "UPDATE assessments_cadreassessment SET state = 'elsewhere' WHERE id = %s",
        "UPDATE assessments_score SET value = 101, missing = '' WHERE assessment_id = %s",
        "UPDATE assessments_score SET missing = '', value = NULL WHERE assessment_id = %s",
        "UPDATE assessments_assessmentlog SET note = 'x' WHERE assessment_id = %s",
        "DELETE FROM assessments_assessmentlog WHERE assessment_id = %s",
    )
    for statement in wrong:
        with (
            scopes.activate(EVERYTHING),
            pytest.raises((IntegrityError, DatabaseError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [found.pk])
    # The assessed person reads his own, and writes nothing by himself.
    with scopes.acting(helper.user), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM assessments_score WHERE assessment_id = %s", [found.pk])
        assert cursor.fetchone() == (6,)
        for table in ("cadreassessment", "score"):
            cursor.execute(f"UPDATE assessments_{table} SET division_id = division_id")
            assert cursor.rowcount == 0


# --- state moves in no other way --------------------------------------------------------------------------------------


def by_service(found: CadreAssessment, name: str, who: Any, said: dict[str, Any]) -> bool:
    try:
        take(found, name, who, **said)
    except (ServiceError, PermissionDenied):
        return False
    return True


def by_api(found: CadreAssessment, name: str, who: Any, said: dict[str, Any]) -> bool:
    scores = {
        code: {"value": one.value and str(one.value), "note": one.note} for code, one in said.get("scores", {}).items()
    }
    body = {**said, **({"scores": scores} if scores else {}), "step": name, "version": found.version}
    scopes.forget(who)
    answer = sign_in(Client(), who).post(f"/api/v1/assessments/{found.pk}/step/", json.dumps(body), "application/json")
    assert answer.status_code in (200, 403, 404, 409, 422), answer.content
    return answer.status_code == 200


def by_page(found: CadreAssessment, name: str, who: Any, said: dict[str, Any]) -> bool:
    scores = {
        f"{part}_{code}": value for code, one in said.get("scores", {}).items() for part, value in vars(one).items()
    }
    body = {**{key: value for key, value in said.items() if key != "scores"}, **scores}
    scopes.forget(who)
    answer = sign_in(Client(), who).post(f"/assessments/{found.pk}/", {**body, "step": name, "version": found.version})
    assert answer.status_code in (302, 403, 404, 409, 422), answer.content
    return answer.status_code == 302


WAYS = {"service": by_service, "api": by_api, "page": by_page}


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    tried=st.lists(
        st.tuples(
            st.sampled_from(sorted(STEPS)),
            st.sampled_from(["self", "peer", "village", "township", "county", "head", "league"]),
            st.sampled_from(sorted(WAYS)),
        ),
        min_size=4,
        max_size=14,
    )
)
def test_state_moves_by_the_steps_of_the_way_alone(county, helper, tried):
    """Whatever is tried by whomever in whichever way: a step that was taken leads from its state to its own, was that
    person's to take, and is in the log; everything else leaves the assessment as it was."""
    with transaction.atomic():
        known = {
            "self": helper.user,
            "peer": county.make_helper("白音", OWN).user,
            "village": make_user("village", "village_officer", OWN),
            "township": county.township,
            "county": county.officer,
            "head": county.head,
            "league": county.league,
        }
        for name, who, way in tried:
            before, step, by = helper.assessment, STEPS[name], known[who]
            scopes.forget(by)
            with scopes.acting(by):
                allowed = steps.may(step, before, by)
            taken = WAYS[way](before, name, by, SAID.get(name, {}))
            after = helper.assessment
            assert taken == (allowed and who not in ("peer", "village"))
            assert after.state == (step.to_state if taken else before.state)
            if taken:
                assert before.state == step.from_state
                with scopes.activate(EVERYTHING):
                    line = AssessmentLog.objects.filter(assessment=after).latest("pk")
                assert (line.step, line.by_id, line.from_state, line.to_state) == (
                    name,
                    by.pk,
                    before.state,
                    after.state,
                )
            else:
                assert after.version == before.version
        transaction.set_rollback(True)


def test_every_state_is_reached_and_left_by_some_step():
    reached = {step.to_state for step in STEPS.values()} | {State.SELF_REPORT}
    left = {step.from_state for step in STEPS.values()} | {State.FINAL}
    assert reached == left == set(State)
    assert set(steps.ACTS) == set(STEPS)
    assert set(Grade.values) >= {"excellent", "good", "basic"} and YEAR == 2018
