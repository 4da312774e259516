"""成效考核 of 2018: the twelve leagues and the poor counties, every value computed from what the demonstration holds.

Leagues are compared with one another and their results published; counties stand in every state of the way, each group
for itself. What is seen on the spot, said and found is made up; who took a step is named by the office, and by the
account where the demonstration has one.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils import timezone

from apps.accounts.models import User
from apps.assessments.choices import Kind, Source
from apps.assessments.effect_choices import EffectState, SiteSource
from apps.assessments.models import (
    EffectAssessment,
    EffectLog,
    EffectProblem,
    EffectScore,
    EffectTarget,
    IndicatorSet,
    SiteResult,
)
from apps.assessments.models.sets import usual_deadlines
from apps.assessments.services import effect_scoring, rounds, sets
from apps.assessments.services.effect_steps import OWN, REGION, WAY, site_value
from apps.common.days import today
from apps.divisions import codes
from apps.divisions.models import Division
from apps.households.models import EXITED, Person
from apps.villages.models import Village

YEAR = 2018
STEPS = ("report", "check", "merge", "decide", "publish", "feed_back", "confirm")
"""The way, a step for each state from the computed one on."""
REPORT = "全年减贫任务、贫困村退出和到户项目均按计划推进，驻村帮扶实现全覆盖；资金支出进度和档案管理仍需加强。"
PROBLEMS = (
    ("个别嘎查村识别档案不完整，动态调整公示材料缺失。", 30),
    ("部分到户项目资金支出进度偏慢。", 60),
    ("帮扶责任人入户走访记录不规范，第四季度走访不足。", 45),
)
# How far each county has come, in turn; leagues are all published.
_COUNTIES = (3, 0, 5, 1, 6, 2, 7, 4)
_SAMPLED = {"missed": 300, "wrong_listing": 300, "wrong_exit": 300, "campaign": 12}


def assess_places(seed: int | str) -> dict[str, int]:
    """Hand down the plans, open the year of leagues and counties, and go some of the way; rows by table.

    In the scope of whoever seeds. The same seed gives the same results from the spot.
    """
    chance = random.Random(f"effects {seed}")  # noqa: S311  (the same seed, the same results)
    region = User.objects.get(username="region")
    _plan(chance)
    for kind, relative, readers in ((Kind.LEAGUE, True, "all"), (Kind.COUNTY, False, "own")):
        rules = IndicatorSet(
            division=region.division, year=YEAR, kind=kind, relative=relative, readers=readers, **usual_deadlines(YEAR)
        )
        sets.save_set(rules, sets.usual_weights(kind), by=region)
        rounds.work(rounds.open_round(region.division_id, kind, YEAR, by=region).pk, region)
        _go(kind, rules, chance)
    models = (EffectAssessment, EffectScore, EffectLog, EffectProblem, EffectTarget, SiteResult)
    return {model._meta.db_table: model._default_manager.count() for model in models}


def _plan(chance: random.Random) -> None:
    """Plans of every league and poor county, near to what was reached."""
    persons, villages, removed = Counter[int](), Counter[int](), Counter[int]()
    left = Person.objects.filter(is_active=True, household__exit_year=YEAR, household__status__in=EXITED)
    for place, number in left.order_by().values_list("division_id").annotate(n=Count("pk")):
        persons[codes.at(place, codes.COUNTY)] += number
    for place in Village.objects.filter(exit_year=YEAR).values_list("division_id", flat=True):
        villages[codes.at(place, codes.COUNTY)] += 1
    counties = list(Division.objects.poverty_counties().current().order_by("code"))
    removed.update(one.code for one in counties if one.exit_year == YEAR)
    made = []
    for one in counties:
        reached = persons[one.code]
        made.append(
            EffectTarget(
                division_id=one.code,
                year=YEAR,
                exit_persons=max(1, round(reached * chance.uniform(0.9, 1.25))) if reached else None,
                exit_villages=villages[one.code] + chance.randrange(2) if villages[one.code] else None,
                removed_counties=removed[one.code] or None,
                income_growth=Decimal(10),
            )
        )
    whole: dict[int, list[EffectTarget]] = defaultdict(list)
    for target in made:
        whole[codes.at(target.division_id, codes.LEAGUE)].append(target)
    for league in Division.objects.current().at_level(codes.LEAGUE).order_by("code"):
        parts = whole[league.code]
        sums = {
            name: sum(getattr(one, name) or 0 for one in parts) or None
            for name in ("exit_persons", "exit_villages", "removed_counties")
        }
        made.append(EffectTarget(division_id=league.code, year=YEAR, income_growth=Decimal(10), **sums))
    EffectTarget.objects.bulk_create(made)


def _go(kind: Kind, rules: IndicatorSet, chance: random.Random) -> None:
    """Go the way of all places of a kind, each as far as its turn; in a few statements, however many they are."""
    found = list(EffectAssessment.objects.filter(kind=kind, year=YEAR).order_by("division_id"))
    far = {
        one.pk: 5 + number % 3 if kind == Kind.LEAGUE else _COUNTIES[number % len(_COUNTIES)]
        for number, one in enumerate(found)
    }
    scores: dict[int, list[EffectScore]] = defaultdict(list)
    for score in EffectScore.objects.filter(assessment__in=found).order_by("assessment_id", "position"):
        scores[score.assessment_id].append(score)
    _look([one for one in found if far[one.pk] >= 2], scores, chance)
    for one in found:
        if far[one.pk] >= 1:
            one.self_report = REPORT
        if far[one.pk] >= 3:
            bounds = _bounds(scores.values()) if rules.relative else None
            effect_scoring.give_points(scores[one.pk], bounds)
            result = effect_scoring.sum_up(scores[one.pk], rules)
            one.total, one.weight_counted, one.deducted = result.total, result.weight, result.deducted
            one.grade = str(result.grade) if far[one.pk] >= 4 else ""
        if far[one.pk] >= 5:
            one.published_on = today()
    people = {user.username: user for user in User.objects.filter(username__in=_usernames(found))}
    logs, problems = [], []
    for one in found:
        for name in STEPS[: far[one.pk]]:
            logs.append(_taken(one, name, people))
        if far[one.pk] >= 6:
            problems += _fed_back(one, done=far[one.pk] >= 7)
        one.due_on = _due(one, rules, problems)
    EffectScore.objects.bulk_update(
        [score for some in scores.values() for score in some],
        ["value", "missing", "numerator", "denominator", "counted", "worst", "best", "points", "settled_at"],
        batch_size=500,
    )
    names = ("state", "self_report", "total", "weight_counted", "deducted", "grade", "published_on", "due_on")
    EffectAssessment.objects.bulk_update(found, names)
    EffectLog.objects.bulk_create(logs)
    EffectProblem.objects.bulk_create(problems)
    for group in {one.group for one in found}:
        effect_scoring.rank_group(next(one for one in found if one.group == group))


def _look(found: Sequence[EffectAssessment], scores: dict[int, list[EffectScore]], chance: random.Random) -> None:
    """What a third party saw of each place, and the values of it."""
    results = [
        SiteResult(
            division_id=codes.WHOLE_REGION,
            assessed_id=one.division_id,
            year=YEAR,
            code=score.code,
            source=SiteSource.THIRD_PARTY,
            sampled=_SAMPLED[score.code],
            wrong=chance.choice((0, 0, 1, 1, 2, 3)),
            note="第三方评估组随机抽样",
            entered_by_name="第三方评估组",
            entered_on=today(),
        )
        for one in found
        for score in scores[one.pk]
        if score.source == Source.SITE
    ]
    made = {(one.assessed_id, one.code): one for one in SiteResult.objects.bulk_create(results)}
    for place in found:
        for score in scores[place.pk]:
            if (seen := made.get((place.division_id, score.code))) is not None:
                score.value, score.missing = site_value(score.code, seen.wrong, seen.sampled), ""
                score.numerator, score.denominator = Decimal(seen.wrong), Decimal(seen.sampled)
                score.counted, score.settled_at = [seen.pk], timezone.now()


def _bounds(scores: Any) -> dict[str, tuple[Decimal, Decimal]]:
    """The worst and the best value of each indicator."""
    values: dict[str, list[Decimal]] = defaultdict(list)
    for score in (one for some in scores for one in some if one.value is not None):
        values[score.code].append(score.value)
    return {code: (min(some), max(some)) for code, some in values.items()}


def _usernames(found: Sequence[EffectAssessment]) -> set[str]:
    places = {one.division_id for one in found} | {codes.parent(one.division_id) or 0 for one in found}
    return {_username(place) for place in places} | {"region", "head-region"}


def _username(place: int) -> str:
    names = {codes.LEAGUE: f"league-{place // 10**8}", codes.COUNTY: f"county-{place // 10**6}"}
    return names.get(codes.level(place), "region")


def _taken(one: EffectAssessment, name: str, people: dict[str, User]) -> EffectLog:
    """A step that was taken, and the state it led to."""
    step: Any = WAY.steps[name]
    by = people.get("head-region" if name == "decide" else _username(step.place(one.division_id)))
    office = {OWN: "本级扶贫办", REGION: "自治区扶贫办"}.get(step.office, "上级扶贫办")
    before, one.state = one.state, str(step.to_state)
    return EffectLog(
        assessment=one, division_id=one.division_id, round=1, by=by, by_name=str(by)[:60] if by else office, step=name,
        apart=False, from_state=before, to_state=one.state,
    )  # fmt: skip


def _fed_back(one: EffectAssessment, *, done: bool) -> list[EffectProblem]:
    """One to three problems; all of them put right where the way is over."""
    return [
        EffectProblem(
            assessment=one, division_id=one.division_id, text=text, due_on=today() + datetime.timedelta(days=days),
            answer="已逐项整改并建立长效机制。" if done else "", answered_on=today() if done else None,
        )
        for text, days in PROBLEMS[: 1 + one.pk % len(PROBLEMS)]
    ]  # fmt: skip


def _due(one: EffectAssessment, rules: IndicatorSet, problems: Sequence[EffectProblem]) -> datetime.date | None:
    if one.state == EffectState.FED_BACK:
        return max(problem.due_on for problem in problems if problem.assessment is one)
    return {
        EffectState.COMPUTED: rules.report_until,
        EffectState.SELF_REPORT: rules.opinion_until,
        EffectState.SITE_CHECK: rules.score_until,
    }.get(EffectState(one.state), None if one.state == EffectState.RECTIFIED else rules.grade_until)
