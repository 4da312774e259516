"""The project library and the projects of three years, by county, on every stage of their way; written in sets.

Every county where somebody is registered proposes some projects for its largest villages, one to so many households;
the households of the village are its beneficiaries. Those of past years are built and closed; of this year's proposals
most were selected, the others are for the next year and on their way. No household is helped twice a year by one kind.
"""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Greatest

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.ideas import DWELLING, IDEAS, Idea
from apps.dashboards.demo.planting.projects import Spoilt, spoil
from apps.divisions import codes
from apps.funds.choices import ProjectState, SupportMode
from apps.funds.models import (
    Allocation,
    Beneficiary,
    LibraryItem,
    LibraryLog,
    NegativeCheck,
    ProgressPhoto,
    Project,
    ProjectLog,
    ProjectProgress,
)
from apps.funds.project_choices import EvaluationGrade, ItemState
from apps.funds.services import library, projects
from apps.funds.services.negative import ensure_list
from apps.households.models import Household
from apps.households.models.household import HELPED
from apps.pages.ways import Way

HOUSEHOLDS_A_PROJECT, FEWEST, MOST_HELPED = 100, 3, 25
"""A county has one project a year for so many households, and at least so many; one helps at most so many."""
PAST_YEARS = 2
DAY = datetime.timedelta(days=1)


ON_THE_WAY = (
    ItemState.DRAFT,
    ItemState.PROPOSED,
    ItemState.TOWNSHIP_CHECKED,
    ItemState.DEPARTMENT_CHECKED,
    ItemState.COUNTY_APPROVED,
    ItemState.NOTICED,
    ItemState.IN_LIBRARY,
    ItemState.IN_LIBRARY,
    ItemState.RETURNED,
)
"""Where the proposals for next year are; two of three proposals are of this year and were selected."""
APPROVED = (ItemState.COUNTY_APPROVED, ItemState.NOTICED, ItemState.IN_LIBRARY, ItemState.SELECTED)
BUILT = (
    ProjectState.CLOSED,
    ProjectState.NOTICED_AFTER,
    ProjectState.ACCEPTED,
    ProjectState.STARTED,
    ProjectState.FINISHED,
    ProjectState.ACCEPTED,
    ProjectState.NOTICED_BEFORE,
    ProjectState.NOTICED_AFTER,
    ProjectState.STARTED,
    ProjectState.APPROVED,
)
ITEM_STEPS = ("propose", "check_township", "check_department", "approve", "notice", "enter", "select")
PROJECT_STEPS = (*("notice_before", "start", "finish", "accept", "notice_after", "settle", "evaluate", "close"),)
OFFICE = {
    "propose": "嘎查村委会",
    "check_township": "苏木乡镇扶贫办",
    "check_department": "旗县行业部门",
    "approve": "旗县扶贫开发领导小组",
    "select": "旗县扶贫开发领导小组",
    "settle": "旗县财政局",
    "accept": "旗县行业部门",
    "evaluate": "旗县行业部门",
}


Helped = Sequence[tuple[int, str, str]]
"""Households: key, code, head."""


class Made(NamedTuple):
    """A proposal with the idea and the households behind it."""

    item: LibraryItem
    idea: Idea
    helped: Helped


def plan_projects(bulk: Bulk, seed: int | str) -> Spoilt:
    """Write library and projects within the acting scope; what was planted. Call it when the register is there."""
    ensure_list()
    chance = random.Random(f"{seed}:projects")  # noqa: S311  # invented data, no secrets
    made = [
        _propose(number, year, place, helped, idea, chance=chance)
        for year in range(figures.YEAR - PAST_YEARS, figures.YEAR + 1)
        for number, (place, helped, idea) in enumerate(_sites(year))
    ]
    with bulk.without_history():
        items = LibraryItem.objects.bulk_create([one.item for one in made], batch_size=1000)
        built = [_build(number, one) for number, one in enumerate(made) if one.item.state == ItemState.SELECTED]
        spoilt = spoil([one for one in built if one.year == figures.YEAR])
        of = {project.item_id: project for project in Project.objects.bulk_create(built, batch_size=1000)}
        Beneficiary.objects.bulk_create(_helped(made, of), batch_size=2000)
        LibraryLog.objects.bulk_create(_item_log(items, of), batch_size=2000)
        ProjectLog.objects.bulk_create(_project_log(built), batch_size=2000)
        reports = ProjectProgress.objects.bulk_create(_reports(built, spoilt), batch_size=2000)
        ProgressPhoto.objects.bulk_create(_photos(reports), batch_size=2000)
        NegativeCheck.objects.bulk_create(
            [
                NegativeCheck(
                    project=one,
                    division_id=one.division_id,
                    content_version=1,
                    by_name=one.approved_by_name,
                    at=_moment(one.approved_on or figures.REFERENCE),
                )
                for one in built
            ],
            batch_size=2000,
        )
    bulk.rows["funds_libraryitem"], bulk.rows["funds_project"] = len(items), len(built)
    return spoilt


def match_budgets(bulk: Bulk) -> None:
    """Have every project plan, and its proposal ask for, at least what quotas have put into it; after the money."""
    put = Allocation.objects.filter(project=OuterRef("pk")).order_by().values("project").annotate(whole=Sum("amount"))
    planned = Project.objects.filter(item=OuterRef("pk")).values("budget")
    with bulk.without_history():
        Project.objects.filter(Exists(put)).update(budget=Greatest("budget", Subquery(put.values("whole"))))
        LibraryItem.objects.filter(state=ItemState.SELECTED).update(amount=Subquery(planned))


def _sites(year: int) -> Iterable[tuple[int, Helped, Idea]]:
    """Villages where something is built in a year, with households to help: (village, [(key, code, head)], idea)."""
    rows: Any = Household.objects.filter(status__in=HELPED).with_head().order_by("division_id", "pk")
    villages: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for place, key, code, head in rows.values_list("division_id", "pk", "code", "head_name").iterator():
        villages[place].append((key, code, head or ""))
    counties: dict[int, list[int]] = defaultdict(list)
    for place in villages:
        counties[codes.at(place, codes.COUNTY)].append(place)
    for offset, county in enumerate(sorted(counties), year):
        places = sorted(counties[county], key=lambda place: (-len(villages[place]), place))
        number = max(FEWEST, sum(len(villages[place]) for place in places) // HOUSEHOLDS_A_PROJECT)
        done: set[tuple[int, str]] = set()
        for turn in range(number):
            place, idea = places[turn % len(places)], IDEAS[(offset + turn) % len(IDEAS)]
            if (place, idea.kind) not in done:
                done.add((place, idea.kind))
                yield place, villages[place][:MOST_HELPED], idea
    first = figures.DEMO_VILLAGES[0]
    if year == figures.YEAR and villages[first]:
        yield first, villages[first][:MOST_HELPED], DWELLING


def _propose(number: int, year: int, place: int, helped: Helped, idea: Idea, *, chance: random.Random) -> Made:
    selected = year < figures.YEAR or number % 3 != 2 or idea is DWELLING
    state = ItemState.SELECTED if selected else ON_THE_WAY[number // 3 % len(ON_THE_WAY)]
    met = datetime.date(year, 1, 8) if selected else datetime.date(year, 10, 20)
    met += DAY * chance.randrange(25)
    reached = _library_day(met, state)
    item = LibraryItem(
        division_id=place,
        name=idea.name + "项目",
        kind=idea.kind,
        mode=SupportMode(idea.mode),
        year=year if selected else year + 1,
        valid_for=year + 1 if state == ItemState.IN_LIBRARY else year if selected else year + 1,
        scale=idea.scale.format(n=10 + len(helped) * 2),
        amount=Decimal(idea.cost * max(len(helped), 4)),
        need="产业基础薄弱，群众要求迫切。",
        target=f"带动贫困户{len(helped)}户，{idea.target}",
        mechanism=idea.mechanism,
        met_on=met,
        present=25 + chance.randrange(40),
        decision="经村民代表会议讨论，一致同意申报。",
        state=state,
        state_since=_moment(reached),
        round=0 if state == ItemState.DRAFT else 1,
        signed=1 if state in APPROVED else 0,
        drafted_by_name="嘎查村委会",
        due_on=reached + 5 * DAY if state in ON_THE_WAY[1:5] else None,
        noticed_on=met + 40 * DAY if state in (ItemState.NOTICED, ItemState.IN_LIBRARY, ItemState.SELECTED) else None,
        entered_on=min(met + 51 * DAY, figures.REFERENCE)
        if state in (ItemState.IN_LIBRARY, ItemState.SELECTED)
        else None,
    )
    return Made(item, idea, helped)


def _library_day(met: datetime.date, state: str) -> datetime.date:
    """The day on which a proposal of a meeting came into a state; never one to come."""
    return min(met + 10 * DAY * (1 + list(ItemState.values).index(state)), figures.REFERENCE)


def _build(number: int, made: Made) -> Project:
    item = made.item
    state = _state(number, made)
    # What is only approved was approved a week ago: its notice is not due yet (FP-05).
    begin = figures.REFERENCE - 7 * DAY if state == ProjectState.APPROVED else datetime.date(item.year, 4, 10)
    steps = _steps_to(state)
    day = {name: _day(item, turn) for turn, name in enumerate(steps)}
    accepted = "accept" in steps
    waits = state in (ProjectState.APPROVED, ProjectState.NOTICED_BEFORE)
    goes_on = state == ProjectState.STARTED
    copied = ("name", "kind", "mode", "year", "scale", "target", "mechanism", "division_id")
    return Project(
        **{name: getattr(item, name) for name in copied},
        item=item,
        code=f"P{item.division_id // 10**6}{item.year}{item.pk:08d}",
        budget=item.amount,
        unit="旗县农牧业局" if item.kind in ("industry", "beijing") else "旗县扶贫办",
        person_in_charge="项目办",
        plan_start=datetime.date(item.year, 12, 10) if waits else datetime.date(item.year, 6, 9),
        plan_end=datetime.date(item.year + 1, 6, 30) if waits or goes_on else datetime.date(item.year, 11, 30),
        state=state,
        approved_on=begin,
        approved_level=codes.COUNTY,
        approved_by_name=OFFICE["select"],
        approval_no=f"扶领发〔{item.year}〕{1 + number % 40}号",
        round=1 if "finish" in steps else 0,
        percent=100 if "finish" in steps else 60 if "start" in steps else 0,
        noticed_before_on=day.get("notice_before"),
        started_on=day.get("start"),
        finished_on=day.get("finish"),
        accepted_on=day.get("accept"),
        accepted_township="乡镇验收组" if accepted else "",
        accepted_department="行业部门验收组" if accepted else "",
        accepted_supervisor="义务监督员代表" if accepted else "",
        noticed_after_on=day.get("notice_after"),
        score=Decimal(78 + number % 20) if "evaluate" in steps else None,
        grade=EvaluationGrade.GOOD if "evaluate" in steps else "",
        evaluation="绩效目标已完成。" if "evaluate" in steps else "",
    )


def _state(number: int, made: Made) -> ProjectState:
    """How far a project is. Of Beijing's money of this year something is left, so none of its projects is settled."""
    if made.idea is DWELLING:
        return ProjectState.STARTED
    if made.item.year < figures.YEAR:
        return ProjectState.CLOSED
    state = BUILT[number % len(BUILT)]
    return ProjectState.NOTICED_AFTER if (state, made.idea.kind) == (ProjectState.CLOSED, "beijing") else state


def _day(found: LibraryItem | Project, turn: int) -> datetime.date:
    """The day of a step of a project, counted from the first. Projects of past years are settled in the spring that
    follows, when the last of their money is paid."""
    later = PROJECT_STEPS.index("settle")
    if found.year < figures.YEAR and turn >= later:
        return datetime.date(found.year + 1, 3, 25) + 24 * DAY * (turn - later)
    return datetime.date(found.year, 5, 25) + 24 * DAY * turn


def _steps_to(state: str) -> Sequence[str]:
    """The steps that lead a project to a state."""
    reached = [projects.WAY.steps[name].to_state for name in PROJECT_STEPS]
    return PROJECT_STEPS[: reached.index(state) + 1] if state in reached else ()


def _helped(made: Sequence[Made], of: dict[int | None, Project]) -> list[Beneficiary]:
    return [
        Beneficiary(
            household_id=key,
            household_code=code,
            head=head,
            division_id=one.item.division_id,
            item=one.item,
            project=of.get(one.item.pk),
            kind=one.item.kind,
            year=one.item.year,
        )
        for one in made
        for key, code, head in one.helped
    ]


def _item_log(items: Iterable[LibraryItem], of: Mapping[int | None, Project]) -> Iterable[LibraryLog]:
    reached = [library.WAY.steps[name].to_state for name in ITEM_STEPS]
    for item in items:
        if item.state == ItemState.DRAFT:
            continue
        returned = item.state == ItemState.RETURNED
        names = ("propose",) if returned else ITEM_STEPS[: reached.index(item.state) + 1]
        for turn, name in enumerate(names):
            days = {"notice": item.noticed_on, "enter": item.entered_on}
            if name == "select":
                days["select"] = of[item.pk].approved_on
            on = days.get(name)
            day = on or min(item.met_on + 9 * DAY * (turn + 1), figures.REFERENCE)
            yield _line(LibraryLog, library.WAY, name, day, item=item)
        if returned:
            note = "受益户名单不全，请补充后重报。"
            yield _line(LibraryLog, library.WAY, "return_township", item.met_on + 14 * DAY, item=item, note=note)


def _project_log(built: Iterable[Project]) -> Iterable[ProjectLog]:
    for project in built:
        for turn, name in enumerate(_steps_to(project.state)):
            yield _line(ProjectLog, projects.WAY, name, _day(project, turn), project=project)


def _line(log: Any, way: Way, name: str, day: datetime.date, *, note: str = "", **of: Any) -> Any:
    step, row = way.steps[name], next(iter(of.values()))
    return log(
        **of,
        at=_moment(day),
        division_id=row.division_id,
        round=row.round,
        by_name=OFFICE.get(name, "旗县扶贫办"),
        step=name,
        apart=step.apart,
        from_state=step.from_states[-1],
        to_state=step.to_state,
        note=note,
    )


def _reports(built: Iterable[Project], spoilt: Spoilt) -> Iterable[ProjectProgress]:
    """Months since the beginning; of Beijing projects those before it, too."""
    for project in built:
        first = project.started_on or (project.approved_on if project.kind == "beijing" else None)
        if first is None:
            continue
        last = project.finished_on or figures.REFERENCE
        months = (last.year - first.year) * 12 + last.month - first.month
        for turn in range(months + 1 - (project in spoilt.silent)):
            share = project.percent * (turn + 1) // (months + 1)
            month = datetime.date(first.year, first.month + turn, 1)
            yield ProjectProgress(
                project=project,
                division_id=project.division_id,
                month=month,
                percent=share,
                spent=project.budget * share / 100,
                supervisor_name="" if project in spoilt.unsigned else "义务监督员代表",
                reported_on=max(month + 22 * DAY, first),
                reported_by_name="嘎查村委会",
            )


def _photos(reports: Iterable[ProjectProgress]) -> Iterable[ProgressPhoto]:
    """One drawn picture of a building site stands for all photos; every month of this year has one."""
    from apps.dashboards.demo.photos import site, stored  # noqa: PLC0415  # heavy, and for this alone

    shown = stored("funds", site())
    for report in reports:
        if report.month.year == figures.YEAR:
            yield ProgressPhoto(
                progress=report,
                division_id=report.division_id,
                at=_moment(report.reported_on),
                by_name=report.reported_by_name,
                **shown,
            )


def _moment(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(9), tzinfo=datetime.UTC)
