"""督办阶梯: which rungs overdue problems have reached, noted by the night; every night as often as it likes."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import transaction

from apps.access import scope as scopes
from apps.common.days import today
from apps.divisions import codes
from apps.problems.choices import USUAL_LADDER, Rung
from apps.problems.models import EscalationStep, LadderRung, Problem, ProblemLog
from apps.problems.services.way import WAY

CLIMBER = scopes.everywhere("view_supervision", username="problems", source="task")
"""The night sees the whole ledger and nothing else; it acts in nobody's name."""
BATCH = 500
SYSTEM = "system"
"""What the log names in place of a person."""

Ladder = Mapping[str, int | None]


def ladders() -> dict[int, dict[str, int | None]]:
    """What each place has set: days by rung, None for a rung that it does without."""
    found: dict[int, dict[str, int | None]] = defaultdict(dict)
    for place, rung, days, active in LadderRung.objects.values_list("division_id", "rung", "days", "is_active"):
        found[place][rung] = days if active else None
    return found


def ladder_of(place: int, known: Mapping[int, Ladder]) -> Ladder:
    """The ladder of a place: of each rung what the nearest place says, the usual days where none does."""
    return {**USUAL_LADDER, **{k: v for at in (*codes.ancestors(place), place) for k, v in known.get(at, {}).items()}}


def climb(on: datetime.date | None = None) -> int:
    """Note every rung that an overdue problem has reached and that is not noted for its due date; how many were.

    Batch by batch, each in a transaction of its own, so that a night that was cut short goes on where it stopped.
    """
    day, noted, after = on or today(), 0, 0
    with scopes.activate(CLIMBER):
        while True:
            with transaction.atomic():
                late = Problem.objects.overdue(day).filter(pk__gt=after).order_by("pk")
                # Another night beside this one waits, and then finds what this one has noted.
                rows = list(late.select_for_update(of=("self",))[:BATCH])
                if not rows:
                    return noted
                noted += _note(rows, day)
                after = rows[-1].pk


def _note(rows: Iterable[Problem], day: datetime.date) -> int:
    rows, known = list(rows), ladders()
    keys = [row.pk for row in rows]
    there = set(EscalationStep.objects.filter(problem__in=keys).values_list("problem_id", "due_on", "rung"))
    made: list[tuple[Problem, EscalationStep]] = []
    for row in rows:
        if row.due_on is None:
            continue
        late = (day - row.due_on).days
        for rung, days in ladder_of(row.division_id, known).items():
            if days is None or late < days or (row.pk, row.due_on, rung) in there:
                continue
            step = EscalationStep(
                problem=row, division_id=row.division_id, rung=rung, due_on=row.due_on, days=days, reached_on=day
            )
            if rung == Rung.REMINDER:  # the red light itself reminds
                step.done_on, step.done_by_name = day, SYSTEM
            made.append((row, step))
    EscalationStep.objects.bulk_create([step for _row, step in made])
    climbed = WAY.elsewhere["escalate"]
    ProblemLog.objects.bulk_create(
        ProblemLog(
            problem=row,
            division_id=row.division_id,
            round=row.round,
            by=None,
            by_name=SYSTEM,
            step=climbed.name,
            from_state=row.state,
            to_state=row.state,
            note=str(Rung(step.rung).label),
        )
        for row, step in made
    )
    return len(made)
