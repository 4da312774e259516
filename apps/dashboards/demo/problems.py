"""The problem ledger of the demonstration: what six teams and nine checks found, by the figures of the report.

208 problems of six teams, in every state; 231 of nine checks, of which 216 are closed and 15 go on in the long term; 62
supervision letters (seed 003). They are totals of the region, whatever the scale. Figures of spring 2019 are placed in
the last months of 2018, the day of the demonstration's data.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from apps.common import workdays
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo import problem_texts as texts
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.inspections import CHECKS, SIX_TEAMS
from apps.divisions import codes
from apps.divisions.models import Division
from apps.inspections.models import Inspection
from apps.problems.choices import Gravity, Kind, ReportKind, Source, State
from apps.problems.models import Problem, ProblemLog, ProgressReport, RectificationMeasure, SupervisionLetter
from apps.problems.services import ladder, letters, steps
from apps.problems.services.raising import LIST_WITHIN, number_of
from apps.problems.services.way import WAY

OF_CHECKS, CLOSED_OF_CHECKS, LETTERS, UNRECEIVED = 231, 216, 62, 6
TODAY = figures.REFERENCE
TEAMS_ON, CHECKS_FROM = datetime.date(figures.YEAR, 10, 8), datetime.date(figures.YEAR, 2, 1)
EVERY, ON_SITE = 28, 6
"""Days from one check to the next, and that each of them lasts (`demo.inspections`)."""
DAY = datetime.timedelta(days=1)

OFFICES = ("", "自治区扶贫办", "盟市扶贫办", "旗县扶贫办", "苏木乡镇扶贫专干", "嘎查村信息员")
"""What who took a step is called, by level."""
LEADERS = ("", "自治区分管副主席", "分管副盟市长", "分管副旗县长", "苏木乡镇长", "嘎查达")

STATES: dict[State, int] = {
    State.CLOSED: 121,
    State.RAISED: 6,
    State.LISTED: 7,
    State.ASSIGNED: 9,
    State.PLANNED: 8,
    State.IN_PROGRESS: 24,
    State.URGED: 10,
    State.SUBMITTED: 9,
    State.VERIFIED: 6,
    State.REWORKED: 8,
}
"""How far the problems of the six teams are."""

BEGIN = ("raise", "list", "assign", "plan", "approve_plan")
PATHS: dict[State, tuple[str, ...]] = {
    State.RAISED: BEGIN[:1],
    State.LISTED: BEGIN[:2],
    State.ASSIGNED: BEGIN[:3],
    State.PLANNED: BEGIN[:4],
    State.IN_PROGRESS: BEGIN,
    State.URGED: (*BEGIN, "urge"),
    State.SUBMITTED: (*BEGIN, "submit"),
    State.VERIFIED: (*BEGIN, "submit", "verify"),
    State.REWORKED: (*BEGIN, "submit", "rework"),
    State.LONG_TERM: (*BEGIN, "keep"),
    State.CLOSED: (*BEGIN, "submit", "verify", "close"),
}
LATE = (3, 9, 18, 34, 0, 0, 0, 0)
"""By how many days those at work are overdue, in turn; most are not."""


@dataclass
class Draft:
    """A problem to be: where, what, how far it came, when each step was taken, and whether a letter was sent."""

    place: int
    idea: texts.Idea
    state: State
    found_on: datetime.date
    path: tuple[str, ...]
    source: str
    inspection: Inspection | None
    name: str
    due_on: datetime.date
    days: list[datetime.date] = field(default_factory=list)

    @property
    def level(self) -> int:
        return codes.level(self.place)

    @property
    def urged(self) -> bool:
        return "urge" in self.path

    def on(self, step: str) -> datetime.date | None:
        """The day of a step, the last one if it was taken twice."""
        found = [day for name, day in zip(self.path, self.days, strict=True) if name == step]
        return found[-1] if found else None


def keep_ledger(bulk: Bulk, seed: int | str) -> int:
    """Write the ledger with all that hangs off it, in sets; how many problems there are."""
    chance = random.Random(f"problems {seed}")  # noqa: S311  (reproducible, and nothing secret)
    drafts = list(_drafts(chance))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS problem_logged DEFERRED")
    with bulk.without_history():
        numbers: Counter[tuple[int, int]] = Counter()
        made = Problem.objects.bulk_create([_problem(one, numbers, chance) for one in drafts], batch_size=500)
        pairs = list(zip(drafts, made, strict=True))
        RectificationMeasure.objects.bulk_create([row for pair in pairs for row in _measures(*pair)], batch_size=1000)
        ProgressReport.objects.bulk_create([row for pair in pairs for row in _reports(*pair)], batch_size=1000)
        SupervisionLetter.objects.bulk_create(list(_letters(pairs)))
        ProblemLog.objects.bulk_create([row for pair in pairs for row in _log(*pair)], batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS problem_logged IMMEDIATE")
    ladder.climb(TODAY)
    bulk.rows["problems_problem"] = len(made)
    return len(made)


def _drafts(chance: random.Random) -> Iterator[Draft]:
    """Those of the teams in their states, those of the checks closed or going on; letters among both."""
    known = {one.number: one for one in Inspection.objects.filter(number__in=(SIX_TEAMS, *CHECKS))}
    inspected, outside = known.get(SIX_TEAMS), [known.get(number) for number in CHECKS]
    places = _places()
    inspected_by = [_within(places, one) for one in outside]
    states = [state for state, number in STATES.items() for _one in range(number)]
    to_urge = LETTERS - STATES[State.URGED] - STATES[State.IN_PROGRESS] // 3
    for number, state in enumerate(states):
        found_on = TEAMS_ON + DAY * chance.randrange(ON_SITE)
        yield _draft(
            places[number % len(places)], number, state, found_on, chance,
            inspection=inspected, name=texts.TEAMS,
            urged=state == State.IN_PROGRESS and number % 3 == 0,
        )  # fmt: skip
    for number in range(OF_CHECKS):
        check = number % len(texts.CHECKS)
        state = State.CLOSED if number < CLOSED_OF_CHECKS else State.LONG_TERM
        seen = inspected_by[check] or places
        found_on = CHECKS_FROM + DAY * (check * EVERY + chance.randrange(ON_SITE))
        yield _draft(
            seen[(number * 7 + 3) % len(seen)], number, state, found_on, chance,
            inspection=outside[check], name=texts.CHECKS[check],
            urged=state == State.CLOSED and number < to_urge,
        )  # fmt: skip


def _within(places: Sequence[int], inspection: Inspection | None) -> list[int]:
    """The places that an inspection went to."""
    if inspection is None:
        return []
    went = set(inspection.targets.values_list("place_id", flat=True))
    return [place for place in places if codes.at(place, codes.LEAGUE) in went]


def _places() -> list[int]:
    """Where problems are: counties in turn, leagues between them, and the places of the demonstration's accounts with
    their villages so often that each of their desks has something to do."""
    rows = Division.objects.current().filter(is_virtual=False)
    counties = list(rows.filter(level=codes.COUNTY).order_by("code").values_list("code", flat=True))
    leagues = list(rows.filter(level=codes.LEAGUE).order_by("code").values_list("code", flat=True))
    wanted = (
        *(150422000000, 150422100000, 150422100200, 150422000000, 150422100201, 150423000000),
        *(150422101000, 150400000000, 150522000000, 150422000000),
    )
    there = set(rows.filter(code__in=wanted).values_list("code", flat=True))
    own = [code for code in wanted if code in there]
    found: list[int] = []
    for number, county in enumerate(counties):
        found.append(county)
        if number % 3 == 0 and own:
            found.append(own[number // 3 % len(own)])
        if number % 8 == 5 and leagues:
            found.append(leagues[number // 8 % len(leagues)])
    return found


def _draft(
    place: int,
    number: int,
    state: State,
    found_on: datetime.date,
    chance: random.Random,
    *,
    inspection: Inspection | None,
    name: str,
    urged: bool,
) -> Draft:
    path = PATHS[state]
    if urged:
        path = (*BEGIN, "urge", *path[len(BEGIN) :])
        state = State.URGED if state == State.IN_PROGRESS else state
    last = _last(state, found_on, chance)
    span = max((last - found_on).days, len(path))
    days = [found_on + DAY * (span * at // max(len(path) - 1, 1)) for at in range(len(path))]
    days = [min(day, TODAY) for day in days]
    if state in (State.CLOSED, State.SUBMITTED, State.VERIFIED):
        due_on = days[-1] + DAY * chance.randrange(1, 20)
    elif state in (State.IN_PROGRESS, State.REWORKED, State.ASSIGNED):
        late = LATE[number % len(LATE)]
        due_on = TODAY - DAY * late if late else TODAY + DAY * chance.choice((2, 4, 11, 25, 46))
    else:
        due_on = TODAY + DAY * chance.choice((3, 12, 20, 45))
    due_on = max(due_on, days[-1] if state != State.REWORKED else found_on)
    idea = texts.IDEAS[number % len(texts.IDEAS)]
    return Draft(place, idea, state, found_on, path, Source.INSPECTION, inspection, name, due_on, days)


def _last(state: State, found_on: datetime.date, chance: random.Random) -> datetime.date:
    """The day of the last step: within its deadline for what waits, long ago for what is closed."""
    if state == State.CLOSED:
        return min(found_on + DAY * chance.randrange(55, 100), TODAY - DAY)
    if state == State.RAISED:
        return found_on
    return max(found_on + DAY * 20, TODAY - DAY * chance.randrange(2, 24))


def _problem(one: Draft, numbers: Counter[tuple[int, int]], chance: random.Random) -> Problem:
    if one.state == State.RAISED:
        one.days = [TODAY - DAY * chance.randrange(1, 9)]  # what comes in late
    key = (one.place, one.found_on.year)
    numbers[key] += 1
    assigned, planned = "assign" in one.path, "plan" in one.path
    grave = chance.random() < 0.12
    return Problem(
        division_id=one.place,
        number=number_of(*key, numbers[key]),
        year=one.found_on.year,
        source=one.source,
        area=one.idea.area,
        object=one.idea.object,
        fact=one.idea.fact.format(n=chance.randrange(3, 30), m=chance.randrange(1, 3)),
        evidence="现场核查记录和谈话笔录。",
        level=Gravity.GRAVE if grave else chance.choice((Gravity.GENERAL, Gravity.GENERAL, Gravity.SERIOUS)),
        kind=chance.choice(Kind.values) if "list" in one.path else "",
        found_on=one.found_on,
        inspection=one.inspection,
        inspection_name=one.inspection.title if one.inspection else one.name,
        unit_id=one.place if assigned else None,
        department=one.idea.department if assigned else "",
        leader=LEADERS[one.level] if assigned else "",
        due_on=one.due_on if assigned else None,
        next_due_on=_next_due(one),
        state=one.state,
        state_since=_moment(one.days[-1]),
        round=1 if "submit" in one.path else 0,
        plan=1 if planned else 0,
        raised_by_name="督查组",
        plan_approved_on=one.on("approve_plan"),
        submitted_on=one.on("submit"),
        result=texts.RESULT if "submit" in one.path else "",
        verified_on=one.on("verify"),
        site="被抽查的农牧户家中" if "verify" in one.path and grave else "",
        opinion=texts.OPINION if "verify" in one.path else "",
        closed_on=one.on("close"),
    )


def _next_due(one: Draft) -> datetime.date | None:
    within = {
        State.RAISED: LIST_WITHIN,
        State.LISTED: steps.ASSIGN_WITHIN,
        State.PLANNED: steps.REVIEW_WITHIN,
        State.SUBMITTED: steps.VERIFY_WITHIN,
        State.VERIFIED: steps.CLOSE_WITHIN,
    }
    if one.state == State.CLOSED:
        return None
    if one.state == State.LONG_TERM:
        return steps.half_year_end(TODAY)
    if one.state in within:
        return workdays.after(one.days[-1], within[one.state])
    return one.due_on


def _moment(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime(day.year, day.month, day.day, 10))


def _measures(one: Draft, row: Problem) -> list[RectificationMeasure]:
    if "plan" not in one.path:
        return []
    return [
        RectificationMeasure(
            problem=row,
            division_id=row.division_id,
            plan=1,
            position=number,
            text=text,
            by_on=one.due_on,
            checked_by=checked_by,
        )
        for number, (text, checked_by) in enumerate(one.idea.measures, 1)
    ]


def _reports(one: Draft, row: Problem) -> Iterator[ProgressReport]:
    """A report of every month of the work; of a long-term one of the half-year."""
    begun = one.on("approve_plan")
    if begun is None:
        return
    end = one.on("submit") or TODAY
    months = [begun.replace(day=1)]
    while (following := (months[-1] + 32 * DAY).replace(day=1)) <= end:
        months.append(following)
    kind = ReportKind.HALF_YEARLY if one.state == State.LONG_TERM else ReportKind.MONTHLY
    if kind == ReportKind.HALF_YEARLY:
        months = [datetime.date(figures.YEAR, 7, 1)]
    for number, month in enumerate(months[-4:], 1):
        part = min(95, 100 * number // (len(months[-4:]) + 1))
        yield ProgressReport(
            problem=row,
            division_id=row.division_id,
            kind=kind,
            period=month,
            percent=part,
            text=texts.REPORT.format(part=part),
            at=_moment(min((month + 27 * DAY), TODAY)),
            by_name=OFFICES[one.level],
        )


def _letters(pairs: Sequence[tuple[Draft, Problem]]) -> Iterator[SupervisionLetter]:
    """A letter for each that was urged, numbered by the office above in the order of their days."""
    urged = sorted(((one, row) for one, row in pairs if one.urged), key=lambda pair: pair[0].on("urge") or TODAY)
    offices = {one.place: codes.parent(one.place) or one.place for one, _row in urged}
    # Townships watch over nothing: what is a village's comes from its county.
    offices = {place: codes.at(office, min(codes.level(office), codes.COUNTY)) for place, office in offices.items()}
    names = {place.pk: place.short_name for place in Division.objects.filter(pk__in=offices.values())}
    counts: Counter[tuple[int, int]] = Counter()
    for number, (one, row) in enumerate(urged):
        day, office = one.on("urge") or TODAY, offices[one.place]
        counts[office, day.year] += 1
        sequence = counts[office, day.year]
        received = day + DAY if number < len(urged) - UNRECEIVED else None
        yield SupervisionLetter(
            problem=row,
            division_id=row.division_id,
            issuer_id=office,
            year=day.year,
            sequence=sequence,
            number=letters.number_of(names[office], day.year, sequence),
            unit_id=row.division_id,
            department=row.department,
            text=texts.LETTER,
            old_due_on=day - DAY * 6,
            due_on=max(one.due_on, day),
            issued_on=day,
            issued_at=_moment(day),
            issued_by_name=OFFICES[codes.level(office)],
            received_on=min(received, TODAY) if received else None,
            received_by_name=OFFICES[one.level] if received else "",
        )


NOTES = {"urge": texts.LETTER, "keep": texts.LONG_TERM, "rework": texts.REWORK}
RECTIFYING = ("plan", "submit")


def _log(one: Draft, row: Problem) -> Iterator[ProblemLog]:
    before, turn = "", 0
    for name, day in zip(one.path, one.days, strict=True):
        step = WAY.named(name)
        if step is None:
            raise ValueError(name)
        turn += step.opens
        level = one.level if name in RECTIFYING else min(max(one.level - 1, codes.REGION), codes.COUNTY)
        yield ProblemLog(
            problem=row,
            division_id=row.division_id,
            round=turn,
            at=_moment(day),
            by=None,
            by_name="督查组" if name == "raise" else OFFICES[level],
            step=name,
            apart=step.apart,
            from_state=before,
            to_state=step.to_state,
            note=NOTES.get(name, ""),
        )
        before = step.to_state
