"""A year's assessment: of helpers in two counties, on every stage of its way, taken by those whose steps they are; of
the corps of the poor counties by leagues and region.
"""

from __future__ import annotations

from decimal import Decimal

from apps.accounts.models import User
from apps.assessments.choices import Kind
from apps.assessments.models import CadreAssessment, IndicatorSet
from apps.assessments.models.sets import usual_deadlines
from apps.assessments.services import rounds, sets, steps
from apps.assessments.services.steps import Entered, Said

YEAR = 2018
COUNTIES = (150422000000, 150522000000)
MOST = 30
"""So many assessments of a county go some of the way; the others wait for the self-report."""

_WAYS: tuple[tuple[str, ...], ...] = (
    ("report", "opinion", "score", "grade", "accept"),
    ("report", "opinion", "score", "grade"),
    ("report", "opinion", "score"),
    ("report", "opinion", "score", "grade", "appeal"),
    ("report", "opinion"),
    ("report",),
    ("report", "opinion", "score", "grade", "appeal", "decide"),
    (),
    ("report", "opinion", "score", "return"),
)
_WAYS_OF_CORPS: tuple[tuple[str, ...], ...] = (
    ("report_for", "opinion", "score", "grade"),
    ("report_for", "opinion", "score"),
    ("report_for", "opinion"),
    ("report_for",),
    (),
)


def assess_helpers() -> int:
    """Open the year in both counties and take some of the steps; how many assessments there are.

    In the scope of whoever seeds: it sees register and accounts.
    """
    region = User.objects.get(username="region")
    rules = IndicatorSet(division=region.division, year=YEAR, kind=Kind.HELPER, **usual_deadlines(YEAR))
    sets.save_set(rules, sets.usual_weights(), by=region)
    for county in COUNTIES:
        prefix = county // 10**6
        officer = User.objects.get(username=f"county-{prefix}")
        opened = rounds.open_round(county, Kind.HELPER, YEAR, by=officer)
        rounds.work(opened.pk, officer)
        league = User.objects.get(username=f"league-{prefix // 100}")
        rows = CadreAssessment.objects.within(county).filter(year=YEAR, kind=Kind.HELPER, account__isnull=False)
        for number, found in enumerate(rows.order_by("division_id", "pk")[:MOST]):
            _walk(found, number, officer=officer, league=league)
    return CadreAssessment.objects.filter(year=YEAR).count()


def assess_corps() -> int:
    """Open the year of the corps and take some of the steps; how many assessments there are."""
    region = User.objects.get(username="region")
    rules = IndicatorSet(division=region.division, year=YEAR, kind=Kind.CORPS, **usual_deadlines(YEAR))
    sets.save_set(rules, sets.usual_weights(Kind.CORPS), by=region)
    opened = rounds.open_round(region.division_id, Kind.CORPS, YEAR, by=region)
    rounds.work(opened.pk, region)
    rows = CadreAssessment.objects.filter(year=YEAR, kind=Kind.CORPS, account=None).order_by("pk")
    for number, found in enumerate(rows[:MOST]):
        league = User.objects.filter(username=f"league-{found.division_id // 10**8}").first()
        who = {**dict.fromkeys(("report_for", "opinion", "score"), league), "grade": region}
        for name in _WAYS_OF_CORPS[number % len(_WAYS_OF_CORPS)] if league else ():
            found = steps.take(found, name, by=who[name], said=_said(name, number))
    return rows.count()


def _walk(found: CadreAssessment, number: int, *, officer: User, league: User) -> None:
    himself = User.objects.get(pk=found.account_id)
    township = User.objects.filter(username=f"township-{found.division_id // 1000}").first()
    # Where the township has no account of its own, the county scores and the league grades.
    scorer, grader = (township, officer) if township else (officer, league)
    who = {
        **dict.fromkeys(("report", "accept", "appeal"), himself),
        **dict.fromkeys(("opinion", "score"), scorer),
        **dict.fromkeys(("grade", "return"), grader),
        "decide": User.objects.get(username="region") if grader == league else league,
    }
    for name in _WAYS[number % len(_WAYS)]:
        found = steps.take(found, name, by=who[name], said=_said(name, number))


def _said(name: str, number: int) -> Said:
    """What is said with a step; every fourth township has no list of measures."""
    measures = Entered(None, "台账未建") if number % 4 == 3 else Entered(Decimal(75 + number % 26), "入户核实")
    return {
        "report_for": Said(note="总队长没有登录账户，书面自评已收。"),
        "report": Said(text="全年按月入户，帮助落实产业奖补和危房改造，协助办理慢病送医。"),
        "opinion": Said(asked=5, satisfied=5 - number % 3),
        "score": Said(scores={"measures": measures}),
        "appeal": Said(text="部分月份因手机故障未能上传签到，有入户照片为证。"),
        "decide": Said(note="经核实照片属实，调整等次。", grade="basic"),
        "return": Said(note="驻村天数与考勤表不符，请核对后重报。"),
    }.get(name, Said())
