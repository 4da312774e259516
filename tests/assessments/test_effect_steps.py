"""The way of a place's assessment: each step by the one whose it is, every other refused; totals, scale and grades."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.test import Client, override_settings

from apps.access import scope as scopes
from apps.assessments.effect_choices import EffectState
from apps.assessments.models import EffectLog, EffectProblem, EffectScore
from apps.assessments.services import effect_ledger, effect_steps
from apps.assessments.services.effect_steps import WAY
from apps.common.errors import Refused, ServiceError, StaleVersion
from apps.problems.models import Problem
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.effects import (
    COUNTY,
    DAY,
    FAR_COUNTY,
    LEAGUE,
    NEXT_COUNTY,
    OTHER_LEAGUE,
    REGIONAL_COUNTY,
    Offices,
    of,
    scores,
    take,
)
from tests.factories.problems import WAY_TO, People
from tests.held import held

pytestmark = pytest.mark.django_db
LATER = DAY + datetime.timedelta(days=60)
FED_BACK = [("错评1户", LATER), ("资金滞留", DAY)]


@pytest.fixture(scope="module")
def offices(django_db_setup: None, django_db_blocker: Any) -> Iterator[Offices]:
    """A year opened without any data but what a test gives it: three indicators of leagues, compared in a group."""
    with override_settings(REFERENCE_DATE=DAY), held(django_db_blocker):
        made = Offices.made()
        weights = {"missed": 50, "wrong_exit": 30, "exits": 20}
        made.scheme("league", weights=weights, relative=True)
        made.scheme("county", weights={"missed": 60, "wrong_exit": 40})
        for place in (LEAGUE, OTHER_LEAGUE):
            made.plan(place, exit_persons=10)
        for kind in ("league", "county"):
            made.open(kind)
        yield made


def test_a_county_goes_its_whole_way_by_different_people(offices: Offices) -> None:
    offices.saw(offices.league, LEAGUE, COUNTY, "missed", 1, 100, "office")
    offices.saw(offices.region, 150000000000, COUNTY, "missed", 1, 100, "third_party")
    found = offices.walk(COUNTY, "report", "check", "merge")
    # Both sources together: 2 of 200 are half of the limit of two per cent; wrong exits were not looked at.
    one = scores(COUNTY)["missed"]
    assert (one.value, one.numerator, one.denominator, len(one.counted)) == (50, 2, 200, 2)
    assert (found.total, found.weight_counted, found.state) == (50, 60, "merged")
    found = offices.walk(COUNTY, "return", note="漏评数请核对")
    assert (found.state, found.total) == ("site_check", None)
    found = offices.walk(COUNTY, "merge", "decide", "publish")
    assert (found.grade, found.rank, found.published_on) == ("poor", 1, DAY)
    found = offices.walk(COUNTY, "feed_back", problems=FED_BACK)
    assert (found.state, found.due_on) == ("fed_back", LATER)
    with pytest.raises(ServiceError, match="还有2个问题"):
        offices.walk(COUNTY, "confirm")
    with scopes.activate(EVERYTHING):
        keys = list(EffectProblem.objects.filter(assessment=found).values_list("pk", flat=True))
    offices.walk(COUNTY, "rectify", answers=dict.fromkeys(keys, "已整改"))
    with pytest.raises(ServiceError, match="问题台账中还有2个"):
        offices.walk(COUNTY, "confirm")
    with scopes.activate(EVERYTHING):
        raised = list(Problem.objects.filter(pk__in=EffectProblem.objects.values("problem")))
        assert [(one.state, one.source, one.division_id) for one in raised] == [("raised", "other", COUNTY)] * 2
    people = People.make()
    for one in raised:
        people.take(one, *WAY_TO)
    assert offices.walk(COUNTY, "confirm").state == "rectified"
    with scopes.activate(EVERYTHING):
        steps = list(EffectLog.objects.filter(assessment=found).order_by("pk").values_list("step", flat=True))
    assert steps == [
        *("open", "freeze", "compute", "report", "check", "merge", "return", "merge", "decide", "publish"),
        *("feed_back", "rectify", "confirm"),
    ]


BEFORE: dict[str, tuple[str, ...]] = {
    "computed": (),
    "self_report": ("report",),
    "site_check": ("report", "check"),
    "merged": ("report", "check", "merge"),
    "group_decision": ("report", "check", "merge", "decide"),
    "result": ("report", "check", "merge", "decide", "publish"),
}
SAID: dict[str, dict[str, Any]] = {
    "report": {"text": "自评"},
    "report_for": {"note": "逾期"},
    "deduct": {"code": "fraud", "cases": 1, "note": "核查报告第3页"},
    "check": {"note": "没有结果"},
    "return": {"note": "重算"},
    "feed_back": {"problems": FED_BACK},
}


@pytest.mark.parametrize("state", BEFORE)
def test_every_step_is_refused_to_everybody_else_and_in_every_other_state(offices: Offices, state: str) -> None:
    offices.saw(offices.league, LEAGUE, COUNTY, "missed", 0, 100, "office")
    found = offices.walk(COUNTY, *BEFORE[state])
    assert found.state == state
    taken: set[tuple[str, str]] = set()
    people = {name: who for name, who in vars(offices).items() if name != "township"}
    for name, who in people.items():
        for step in WAY.steps:
            try:
                _try(found, step, who)
            except (PermissionDenied, ServiceError, ObjectDoesNotExist):
                continue
            taken.add((step, name))
    assert taken == ALLOWED[state]


def _try(found: Any, step: str, who: Any) -> None:
    """Take a step and undo it."""
    from django.db import transaction

    with transaction.atomic():
        try:
            take(found, step, who, **SAID.get(step, {}))
        finally:
            transaction.set_rollback(True)


LEAGUES = {"league", "league_second"}
ALLOWED: dict[str, set[tuple[str, str]]] = {
    "computed": {("report", "county"), *(("deduct", one) for one in LEAGUES)},
    "self_report": {*(("check", one) for one in LEAGUES), *(("deduct", one) for one in LEAGUES)},
    # Who checked does not sum up.
    "site_check": {("merge", "league_second"), *(("deduct", one) for one in LEAGUES)},
    # Who works at the region sends back, and the leading group decides.
    "merged": {("return", "region"), ("return", "region_second"), ("return", "head"), ("decide", "head")},
    "group_decision": {("publish", "region"), ("publish", "region_second")},
    "result": {*(("feed_back", one) for one in LEAGUES)},
}


def test_who_holds_an_office_of_the_assessed_reviews_nothing_of_it(offices: Offices) -> None:
    both = make_user("both", "league_officer", LEAGUE)
    from apps.accounts.services import SET_UP, appoint

    with scopes.activate(SET_UP):
        appoint(both, role="county_officer", division=COUNTY, by=None, reason="兼任")
    found = offices.walk(COUNTY, "report")
    with pytest.raises(Refused, match="不能办理对本地的考核"):
        take(found, "check", both, note="没有结果")


def test_a_late_self_report_is_done_without_and_a_stale_version_is_told(offices: Offices, settings: Any) -> None:
    found = of(COUNTY)
    with pytest.raises(Refused, match="自评截止日前"):
        take(found, "report_for", offices.league, note="没有报")
    settings.REFERENCE_DATE = datetime.date(2019, 2, 1)
    found = take(found, "report_for", offices.league, note="没有报")
    assert found.state == "self_report"
    with scopes.acting(offices.league), pytest.raises(StaleVersion):
        effect_steps.take(found, "check", by=offices.league, expected_version=found.version - 1)


def test_the_scale_of_a_group_lies_between_its_worst_and_its_best(offices: Offices) -> None:
    for place, wrong in ((LEAGUE, 1), (OTHER_LEAGUE, 0)):
        offices.saw(offices.region, 150000000000, place, "missed", wrong, 200, "third_party")
        offices.saw(offices.region, 150000000000, place, "wrong_exit", 1, 100, "third_party")
    offices.walk(LEAGUE, "report", "check")
    with pytest.raises(ServiceError, match="同组还有1个") as refused:
        offices.walk(LEAGUE, "merge")
    assert refused.value.status == 409
    offices.walk(OTHER_LEAGUE, "report", "check")
    worse, better = offices.walk(LEAGUE, "merge"), offices.walk(OTHER_LEAGUE, "merge")
    found = scores(LEAGUE)
    # The worst of the group gets nothing; where all are alike a value counts as it is; nothing was reached of the plan.
    assert [(found[code].value, found[code].points) for code in ("missed", "wrong_exit", "exits")] == [
        (75, 0), (50, 15), (0, 0),
    ]  # fmt: skip
    assert (found["missed"].worst, found["missed"].best) == (75, 100)
    assert (worse.total, better.total) == (15, 65)


def test_what_has_no_data_is_left_out_and_cases_take_points_off(offices: Offices) -> None:
    offices.saw(offices.league, LEAGUE, COUNTY, "wrong_exit", 0, 50, "office")
    found = offices.walk(COUNTY, "deduct", code="false_exit", cases=2, note="核查报告第3页")
    for cases, note in ((9, "第4页"), (2, "更正：2起")):
        found = offices.walk(COUNTY, "deduct", code="fraud", cases=cases, note=note)
    one = scores(COUNTY)["fraud"]
    assert (one.numerator, one.points, one.note) == (2, 6, "更正：2起")
    found = offices.walk(COUNTY, "report", "check", "merge")
    assert (found.weight_counted, found.deducted, found.total) == (40, 10, 90)
    offices.walk(COUNTY, "return", note="重算")
    offices.walk(COUNTY, "deduct", code="fraud", cases=100, note="查实100起")
    offices.walk(COUNTY, "deduct", code="false_exit", cases=100, note="查实100户")
    assert offices.walk(COUNTY, "merge").deducted == 15  # never more


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        ("report", {"text": " "}, "请填写自评报告"),
        ("deduct", {"code": "zero_sign_in", "cases": 1, "note": "x"}, "由人工登记"),
        ("deduct", {"code": "fraud", "note": "x"}, "请填写起数"),
        ("deduct", {"code": "fraud", "cases": 1}, "请说明理由"),
        ("nothing", {}, "没有这个操作"),
    ],
)
def test_what_is_said_wrongly_is_refused(offices: Offices, name: str, said: dict[str, Any], why: str) -> None:
    by = offices.who(COUNTY).get(name, offices.league)
    with pytest.raises(ServiceError, match=why):
        take(of(COUNTY), name, by, **said)


def test_the_end_of_the_way_asks_for_reasons_and_days(offices: Offices) -> None:
    with pytest.raises(ServiceError, match="没有实地考核结果"):
        offices.walk(COUNTY, "report", "check", note="")
    with pytest.raises(ServiceError, match="没有任何指标有数据"):
        offices.walk(COUNTY, "check", note="没有开展")
        offices.walk(COUNTY, "merge")
    offices.saw(offices.league, LEAGUE, NEXT_COUNTY, "missed", 0, 50, "office")
    found = offices.walk(NEXT_COUNTY, "report", "check", "merge")
    with pytest.raises(ServiceError, match="请说明理由"):
        take(found, "decide", offices.head, grade="good")
    with pytest.raises(ServiceError, match="没有这个等次"):
        take(found, "decide", offices.head, grade="best")
    assert take(found, "decide", offices.head, grade="good", note="有信访").grade == "good"
    offices.walk(NEXT_COUNTY, "publish")
    with pytest.raises(ServiceError, match="不能早于今天"):
        offices.walk(NEXT_COUNTY, "feed_back", problems=[("问题", DAY - datetime.timedelta(days=1))])
    with pytest.raises(ServiceError, match="没有问题的，请在说明中写明"):
        offices.walk(NEXT_COUNTY, "feed_back")
    assert offices.walk(NEXT_COUNTY, "feed_back", note="没有发现问题").state == EffectState.RECTIFIED


def test_what_is_overdue_counts_for_the_place_and_for_those_above(offices: Offices) -> None:
    people = People.make()
    late, kept = people.at("in_progress"), people.at("closed")
    with scopes.activate(EVERYTHING):
        after = late.due_on + datetime.timedelta(days=1)
        assert effect_ledger.overdue([LEAGUE, COUNTY, NEXT_COUNTY], after) == {LEAGUE: [late.pk], COUNTY: [late.pk]}
        assert effect_ledger.overdue([COUNTY], late.due_on) == {}
        assert effect_ledger.open_of([late.pk, kept.pk]) == {late.pk}


def test_results_are_entered_only_about_those_one_may_check_and_until_they_are_taken_in(offices: Offices) -> None:
    checker = of(LEAGUE).checker_id
    assert checker == OTHER_LEAGUE  # of two leagues each crosses over to the other
    offices.saw(offices.other_league, OTHER_LEAGUE, LEAGUE, "missed", 0, 50, "cross")
    for by, office, place, source in (
        (offices.league, LEAGUE, LEAGUE, "office"),  # its own
        (offices.league, LEAGUE, FAR_COUNTY, "office"),  # another league's county
        (offices.league, LEAGUE, COUNTY, "third_party"),  # not its source
        (offices.league, OTHER_LEAGUE, COUNTY, "office"),  # another office
        (offices.township, COUNTY, NEXT_COUNTY, "cross"),  # no office of a county
    ):
        with pytest.raises((ServiceError, PermissionDenied)):
            offices.saw(by, office, place, "missed", 0, 50, source)
    offices.walk(LEAGUE, "report", "check")
    assert scores(LEAGUE)["missed"].value == 100
    with pytest.raises(ServiceError, match="已经汇入"):
        offices.saw(offices.region, 150000000000, LEAGUE, "wrong_exit", 0, 50, "third_party")


def test_groups_are_those_of_the_list_of_poor_counties_and_plans_come_from_above(offices: Offices) -> None:
    assert {of(place).group for place in (COUNTY, NEXT_COUNTY, FAR_COUNTY)} == {"national"}
    assert (of(REGIONAL_COUNTY).group, of(LEAGUE).group) == ("regional", "leagues")
    with pytest.raises(ServiceError, match="已经开展"):
        offices.plan(COUNTY, exit_persons=5)
    window = sign_in(Client(), offices.county)
    said = {"division": COUNTY, "year": 2019, "exit_persons": 5}
    assert window.post("/api/v1/effect-targets/", said, content_type="application/json").status_code == 403
    above = sign_in(Client(), offices.league)
    made = above.post("/api/v1/effect-targets/", said, content_type="application/json")
    assert made.status_code == 201, made.content
    assert window.patch(
        f"/api/v1/effect-targets/{made.json()['id']}/", {"exit_persons": 1, "version": 1},
        content_type="application/json",
    ).status_code == 403  # fmt: skip


def test_a_year_is_not_frozen_before_its_last_day(offices: Offices, settings: Any) -> None:
    settings.REFERENCE_DATE = datetime.date(2018, 12, 30)
    with pytest.raises(ServiceError, match="12月31日"):
        offices.open("league")


def test_the_steps_by_page_and_api_are_those_of_the_service(offices: Offices) -> None:
    found = of(COUNTY)
    window = sign_in(Client(), offices.county)
    address = f"/effect-assessments/{found.pk}/"
    assert "提交自评报告" in window.get(address).content.decode()
    given = {"step": "report", "text": "全年任务完成", "version": found.version}
    assert window.post(address, given).status_code == 302
    above = sign_in(Client(), offices.league)
    step = f"/api/v1/effect-assessments/{found.pk}/step/"
    said = {"step": "check", "version": found.version + 1}
    refused = above.post(step, said, content_type="application/json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "note")
    body = above.post(step, {**said, "note": "没有结果"}, content_type="application/json").json()
    assert (body["state"], body["self_report"], body["steps"]) == ("site_check", "全年任务完成", ["deduct"])
    merge = {"step": "merge", "version": body["version"]}
    assert window.post(step, merge, content_type="application/json").status_code == 403
    with scopes.activate(EVERYTHING):
        EffectScore.objects.filter(assessment=found, code="missed").update(value=Decimal(80), missing="")
    second = sign_in(Client(), offices.league_second)
    merged = second.post(address, {"step": "merge", "version": body["version"]})
    assert merged.status_code == 302
    head = sign_in(Client(), offices.head)
    assert "按总分和分数线计算的等次" in head.get(address).content.decode()
    for who, name in ((head, "decide"), (sign_in(Client(), offices.region), "publish")):
        version = of(COUNTY).version
        assert who.post(address, {"step": name, "version": version, "problems-count": 0}).status_code == 302
    lines = {"problems-count": "1", "problems-0-text": "错评1户", "problems-0-due_on": "2019-03-01"}
    fed = {"step": "feed_back", "version": of(COUNTY).version, **lines}
    assert above.post(address, fed).status_code == 302
    assert "错评1户" in window.get(address).content.decode()
    with scopes.activate(EVERYTHING):
        key = EffectProblem.objects.get(assessment=found).pk
    done = {"step": "rectify", "version": of(COUNTY).version, f"answer_{key}": "已清退"}
    assert window.post(address, done).status_code == 302
    assert "已清退" in window.get(f"{address}sheet/").content.decode()
