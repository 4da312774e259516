"""The inspections of the demonstration: six teams through all leagues, nine checks from above, over 300 supervisions of
four kinds in the region, and one unannounced inspection that is under way.

They are the same at every scale, as the offices are. What is known of them is the seeds' (R-184, R-188, R-189); days of
the spring of 2019 are placed in the last months of 2018. The ledger of problems names them by their numbers.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.names import Namer
from apps.divisions import codes
from apps.divisions.models import Division
from apps.inspections.choices import InspectionKind, InspectionState, ProblemLevel, SampleUnit, Strata
from apps.inspections.models import (
    FormTemplate,
    Inspection,
    InspectionLog,
    InspectionTarget,
    InspectionTeam,
    SampledUnit,
    SiteForm,
    TeamMember,
)
from apps.inspections.services import drawing, filling, templates
from apps.inspections.services.steps import WAY

DAY = datetime.timedelta(days=1)
REGION = codes.WHOLE_REGION
SIX_TEAMS = "DC150000-2018-S01"
CHECKS = tuple(f"DC150000-2018-C{number:02d}" for number in range(1, 10))
UNDER_WAY = "DC150000-2018-U01"
"""Numbers by which other parts of the demonstration name an inspection."""

COUNTY = 150422000000
OWN_KINDS = (InspectionKind.JOINT, InspectionKind.SPECIAL, InspectionKind.RANDOM, InspectionKind.UNANNOUNCED)
SUPERVISIONS = 304
TITLES = {
    InspectionKind.JOINT: "脱贫攻坚联合督查",
    InspectionKind.SPECIAL: "扶贫资金项目专项督查",
    InspectionKind.RANDOM: "帮扶责任落实随机抽查",
    InspectionKind.UNANNOUNCED: "驻村帮扶工作暗访",
}
CHECKED: tuple[tuple[str, str, str], ...] = (
    (InspectionKind.CENTRAL, "中央脱贫攻坚专项巡视", "中央巡视工作领导小组通知"),
    (InspectionKind.CENTRAL, "2016年度省级党委和政府扶贫开发工作成效考核", "国开发〔2017〕2号"),
    (InspectionKind.CENTRAL, "2017年度省级党委和政府扶贫开发工作成效考核", "国开发〔2018〕1号"),
    (InspectionKind.CENTRAL, "国务院扶贫开发领导小组脱贫攻坚督查", "国开发〔2018〕5号"),
    (InspectionKind.CENTRAL, "民主党派中央脱贫攻坚民主监督", "统战部年度安排"),
    (InspectionKind.THIRD_PARTY, "贫困县退出专项评估检查", "国开办函〔2018〕30号"),
    (InspectionKind.AUDIT, "扶贫资金专项审计", "审计署年度计划"),
    (InspectionKind.AUDIT, "财政专项扶贫资金绩效评价", "财农〔2018〕11号"),
    (InspectionKind.DISCIPLINE, "扶贫领域腐败和作风问题专项治理", "中纪办发〔2018〕2号"),
)
STEPS = ("plan", "approve", "set_team", "start", "report", "feed_back", "notify", "close")
STATES = (
    *(InspectionState.PLANNED, InspectionState.APPROVED, InspectionState.TEAM_SET, InspectionState.RUNNING),
    *(InspectionState.REPORT, InspectionState.FED_BACK, InspectionState.NOTIFIED, InspectionState.CLOSED),
)
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"text": "是否了解帮扶责任人", "kind": "yes_no", "required": True},
    {"text": "不愁吃、不愁穿是否落实", "kind": "yes_no", "required": True},
    {"text": "住房等级", "kind": "choice", "choices": "A；B；C；D"},
    {"text": "饮水是否安全", "kind": "yes_no", "required": True},
    {"text": "家庭人口", "kind": "number"},
    {"text": "对帮扶工作的评价", "kind": "choice", "choices": "满意；基本满意；不满意"},
)
FILLED = 6
LOGGED = "inspection_logged, inspection_told_in_time"


def inspect_everywhere(bulk: Bulk, seed: int | str) -> None:
    """Write the inspections within the acting scope; call it when the register is there."""
    chance = random.Random(f"{seed}:inspections")  # noqa: S311  # invented data, no secrets
    leagues = list(Division.objects.pickable().at_level(codes.LEAGUE).order_by("code").values_list("code", flat=True))
    counties = list(Division.objects.pickable().counties().order_by("code").values_list("code", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {LOGGED} DEFERRED")  # the steps are written after their inspections
    with bulk.without_history():
        _six_teams(leagues, chance)
        _checks(leagues)
        _supervisions(leagues, counties, chance)
        _secret(chance)
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {LOGGED} IMMEDIATE")
    bulk.rows["inspections_inspection"] = Inspection.objects.count()
    bulk.rows["inspections_siteform"] = SiteForm.objects.count()


# --- one inspection ---


def _inspection(number: str, place: int, kind: str, title: str, start: datetime.date, **said: Any) -> Inspection:
    """An inspection that took five days from `start` and is closed, unless told otherwise."""
    state = said.pop("state", InspectionState.CLOSED)
    reached = STATES.index(state)
    days = {
        "approved_on": start - 5 * DAY,
        "started_on": start,
        "reported_on": start + 8 * DAY,
        "fed_back_on": start + 12 * DAY,
        "notified_on": start + 15 * DAY,
        "closed_on": start + 15 * DAY,
    }
    need = dict(zip(days, (1, 3, 4, 5, 6, 7), strict=True))
    said = {"basis": "内扶组发〔2018〕7号", "until_on": start + 5 * DAY, "drafted_by_name": "督查组", **said}
    texts = {
        "report": "督查工作按计划完成，发现的问题另列清单。" if reached >= 4 else "",
        "feedback": "请对照问题清单逐项整改，按期报送整改情况。" if reached >= 5 else "",
        "notice": "督查情况予以通报，举一反三，建章立制。" if reached >= 6 else "",
        "notice_no": f"内扶办通〔{start.year}〕{number[-2:]}号" if reached >= 6 else "",
    }
    return Inspection(
        division_id=place,
        number=number,
        title=title,
        kind=kind,
        from_on=start,
        state=state,
        state_since=_moment(start),
        round=2 if reached >= 4 else 1,
        **{name: day for name, day in days.items() if reached >= need[name]},
        **texts,
        **said,
    )


def _targets(inspection: Inspection, places: Iterable[int], team: InspectionTeam | None = None) -> list[Any]:
    """Where it goes; opened as its state and kind have it."""
    reached = STATES.index(inspection.state)
    opened = reached >= (3 if inspection.kind == InspectionKind.UNANNOUNCED else 1)
    told = {name: getattr(inspection, name) for name in ("number", "title", "kind", "from_on", "until_on")}
    after = ("feedback", "fed_back_on", "notice", "notice_no", "notified_on")
    told |= {name: getattr(inspection, name) for name in after}
    return [
        InspectionTarget(
            inspection=inspection,
            place_id=place,
            run_by_id=inspection.division_id,
            division_id=place if opened else inspection.division_id,
            opened_on=(inspection.approved_on or inspection.from_on) if opened else None,
            inspected_on=inspection.started_on,
            team=team,
            **told,
        )
        for place in places
    ]


def _logs(inspections: Sequence[Inspection]) -> list[InspectionLog]:
    """Every step on the way to the state."""
    made = []
    for one in inspections:
        reached = STATES.index(one.state)
        before = ""
        for number, name in enumerate(STEPS[: reached + 1]):
            step = WAY.named(name)
            if step is None:
                continue
            made.append(
                InspectionLog(
                    inspection=one,
                    division_id=one.division_id,
                    round=2 if number >= 4 else 1,
                    at=_moment(one.from_on + (number - 3) * 3 * DAY),
                    by_name="领导小组" if name in ("approve", "notify") else "督查组",
                    step=name,
                    apart=step.apart,
                    from_state=before,
                    to_state=STATES[number],
                )
            )
            before = STATES[number]
    return made


def _moment(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(10)))


# --- what there is ---


def _six_teams(leagues: Sequence[int], chance: random.Random) -> None:
    """Six teams, each through two leagues (R-188)."""
    start = datetime.date(figures.YEAR, 10, 8)
    title = "自治区脱贫攻坚专项督查（六个督查组）"
    found = _inspection(SIX_TEAMS, REGION, InspectionKind.SPECIAL, title, start, state=InspectionState.NOTIFIED)
    found.save()
    name = Namer(chance)
    for number in range(1, 7):
        team = InspectionTeam.objects.create(
            inspection=found, division_id=REGION, number=number, name=f"第{number}督查组"
        )
        for member in range(4):
            TeamMember.objects.create(
                inspection=found,
                division_id=REGION,
                team=team,
                name=name.full(name.surname("01"), "1", 1965 + 5 * member),
                unit="自治区扶贫办" if member else "自治区纪委监委",
                leader=not member,
            )
        InspectionTarget.objects.bulk_create(_targets(found, leagues[(number - 1) * 2 : number * 2], team))
    InspectionLog.objects.bulk_create(_logs([found]))


def _checks(leagues: Sequence[int]) -> None:
    """Nine checks from above (R-189), each of all leagues or of some."""
    made, targets = [], []
    for number, (kind, title, basis) in enumerate(CHECKED):
        start = datetime.date(figures.YEAR, 2, 1) + number * 28 * DAY
        found = _inspection(CHECKS[number], REGION, kind, title, start, basis=basis, state=InspectionState.NOTIFIED)
        made.append(found)
        targets.append(leagues if number % 3 == 0 else leagues[number % 4 :: 2])
    made = Inspection.objects.bulk_create(made)
    InspectionTarget.objects.bulk_create(
        one for found, places in zip(made, targets, strict=True) for one in _targets(found, places)
    )
    InspectionLog.objects.bulk_create(_logs(made))


def _supervisions(leagues: Sequence[int], counties: Sequence[int], chance: random.Random) -> None:
    """Over 300 in the region, of four kinds by turns (R-184): leagues go to their counties, counties to townships. Two
    of a hundred are still on their way."""
    townships: dict[int, list[int]] = {}
    for code in Division.objects.pickable().at_level(codes.TOWNSHIP).order_by("code").values_list("code", flat=True):
        townships.setdefault(codes.at(code, codes.COUNTY), []).append(code)
    offices = [one for one in (*leagues, *counties) if one in townships or codes.level(one) == codes.LEAGUE]
    if not offices:
        return
    made, places = [], []
    for number in range(SUPERVISIONS):
        # Every county is gone to by its league within the year: leagues take turns of ten counties.
        by_league = number % 4 != 3
        office = leagues[number // 4 % len(leagues)] if by_league else offices[number % len(offices)]
        below = [one for one in counties if codes.contains(office, one)] if by_league else townships.get(office, [])
        if not by_league and codes.level(office) == codes.LEAGUE:
            below = [one for one in counties if codes.contains(office, one)]
        if not below:
            continue
        first = number // (4 * len(leagues)) * 3 + number % 4
        goes = sorted({below[(first + turn) % len(below)] for turn in range(3)})
        kind = OWN_KINDS[number % len(OWN_KINDS)]
        start = datetime.date(figures.YEAR, 1, 8) + chance.randrange(330) * DAY
        late = number % 50 == 49
        state = STATES[chance.randrange(4)] if late else InspectionState.CLOSED
        if late:
            start = figures.REFERENCE - 3 * DAY
        title = f"{TITLES[kind]}（第{number + 1}次）"
        made.append(_inspection(f"DC{office // 10**6}-2018-{number + 1:03d}", office, kind, title, start, state=state))
        places.append(goes)
    made = Inspection.objects.bulk_create(made, batch_size=500)
    InspectionTarget.objects.bulk_create(
        (one for found, goes in zip(made, places, strict=True) for one in _targets(found, goes)), batch_size=1000
    )
    InspectionLog.objects.bulk_create(_logs(made), batch_size=1000)


def _secret(chance: random.Random) -> None:
    """An unannounced inspection of one county under way, with what was drawn and the first forms."""
    by = User.objects.filter(username="inspector-region").first()
    member = User.objects.filter(username="inspector-1505").first()
    if by is None or not Division.objects.filter(pk=COUNTY).exists():
        return
    start = figures.REFERENCE - 4 * DAY
    found = _inspection(
        UNDER_WAY,
        REGION,
        InspectionKind.UNANNOUNCED,
        "“两不愁三保障”暗访",
        start,
        state=InspectionState.RUNNING,
        drafted_by=by,
        drafted_by_name=str(by),
        subject="不打招呼、直接入户，核查“两不愁三保障”和帮扶责任落实。",
    )
    found.save()
    team = InspectionTeam.objects.create(inspection=found, division_id=REGION, number=1, name="第1组")
    for one, leader in ((by, True), (member, False)):
        if one is not None:
            TeamMember.objects.create(
                inspection=found, division_id=REGION, team=team, account=one, name=str(one), leader=leader
            )
    InspectionTarget.objects.bulk_create(_targets(found, [COUNTY], team))
    InspectionLog.objects.bulk_create(_logs([found]))
    template = templates.save(
        FormTemplate(division_id=REGION, title="入户暗访表", unit=SampleUnit.HOUSEHOLD), QUESTIONS, by=by
    )
    villages = drawing.Plan(SampleUnit.VILLAGE, "size", 20181227, size=8, strata=Strata.TOWNSHIP)
    homes = drawing.Plan(SampleUnit.HOUSEHOLD, "size", 20181228, size=20, strata=Strata.TOWNSHIP, weighted=True)
    for plan, asked in ((villages, None), (homes, template)):
        there = drawing.count(plan, [COUNTY], by).whole
        if there:
            size = min(plan.size or 0, there)
            plan = drawing.Plan(
                plan.unit, plan.method, plan.seed, size=size, strata=plan.strata, weighted=plan.weighted
            )
            drawing.draw(found, plan, by=by, template=asked)
    _forms(found, by, chance)


def _forms(inspection: Inspection, by: User, chance: random.Random) -> None:
    """The first households that were visited; two of them have a problem."""
    units = SampledUnit.objects.filter(inspection=inspection, household__isnull=False).select_related("sample")
    made = []
    for number, unit in enumerate(units.order_by("position")[:FILLED]):
        found = number % 3 == 2
        draft = filling.Draft(
            client_id=UUID(int=chance.getrandbits(128), version=4),
            unit=unit.pk,
            written_at=_moment(inspection.from_on + number // 2 * DAY),
            answers=("no" if found else "yes", "yes", "B", "yes", str(1 + number % 4), "满意"),
            remark="到户核查，户主在家，情况与台账一致。"
            if not found
            else "户主说不清帮扶责任人是谁，今年只来过一次。",
            problem_fact="帮扶责任人一年只走访一次，户主不了解帮扶措施。" if found else "",
            problem_level=ProblemLevel.GENERAL if found else "",
        )
        content = draft.content()
        made.append(
            SiteForm(
                inspection=inspection,
                division_id=inspection.division_id,
                unit=unit,
                place_id=unit.place_id,
                digest=draft.digest(),
                author=by,
                author_name=str(by),
                received_at=draft.written_at,
                offline=True,
                questions=unit.sample.questions,
                answers=list(draft.answers),
                client_id=draft.client_id,
                written_at=draft.written_at,
                **{name: content[name] for name in ("remark", "problem_fact", "problem_level")},
            )
        )
    SiteForm.objects.bulk_create(made)
