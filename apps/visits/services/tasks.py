"""Problems that visits raised: each becomes a task with an owner and a day, and is solved, confirmed or sent back."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.access import policy
from apps.common.days import today
from apps.common.errors import Refused, ServiceError
from apps.common.models import save_versioned
from apps.visits.choices import DUE_DAYS, Owner, TaskState, TaskStep
from apps.visits.models import VisitTask

WORK, REVIEW = "change_register", "review_findings"
"""Offices that see to problems, and offices that check them (a township's officer holds both; nobody his own work)."""

_RAISE = """
    INSERT INTO visits_visittask (
        version, created_at, updated_at, visit_id, household_id, division_id, author_id, problem, raised_on, owner,
        owner_name, due_on, state, solution, solved_on, solved_by_id, solved_by_name, closed_by_name, remark
    )
    SELECT 1, now(), now(), id, household_id, division_id, author_id, problem, visited_on, %(helper)s, author_name,
           visited_on + %(days)s, CASE WHEN problem_solved THEN %(solved)s ELSE %(open)s END,
           CASE WHEN problem_solved THEN help_given ELSE '' END,
           CASE WHEN problem_solved THEN visited_on END, CASE WHEN problem_solved THEN author_id END,
           CASE WHEN problem_solved THEN author_name ELSE '' END, '', ''
    FROM visits_visit WHERE problem <> '' {which} ORDER BY id
    ON CONFLICT (visit_id) DO NOTHING
"""


def raise_problem(visit: int, visited_on: datetime.date) -> None:
    """Make the task of a visit that was just written and raised a problem. What was solved on the spot is solved."""
    _raise("AND id = %(visit)s AND visited_on = %(day)s", visit=visit, day=visited_on)


def raise_all(since: datetime.date) -> int:
    """Make the tasks of all visits in sight since a day that have none yet, after visits were added in bulk; how many
    were made. Running it again makes none."""
    return _raise("AND visited_on >= %(day)s", day=since)


def _raise(which: str, **more: Any) -> int:
    named: dict[str, Any] = {
        "helper": Owner.HELPER,
        "days": DUE_DAYS,
        "solved": TaskState.SOLVED,
        "open": TaskState.OPEN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RAISE.format(which=which), {**named, **more})
        return cursor.rowcount


def steps_of(user: Any, task: VisitTask) -> list[TaskStep]:
    """What an account may do with a problem as it stands."""
    works, reviews = policy.can(user, WORK, task), policy.can(user, REVIEW, task)
    allowed = {
        TaskStep.SOLVE: task.state == TaskState.OPEN and (works or task.author_id == user.pk),
        TaskStep.ASSIGN: task.state == TaskState.OPEN and (works or reviews),
        TaskStep.CLOSE: task.state == TaskState.SOLVED and reviews and task.solved_by_id != user.pk,
        TaskStep.REOPEN: task.state != TaskState.OPEN and reviews,
    }
    return [step for step, may in allowed.items() if may]


@transaction.atomic
def take(
    task: VisitTask,
    step: str,
    *,
    by: Any,
    expected_version: int,
    text: str = "",
    owner: str = "",
    owner_name: str = "",
    due_on: datetime.date | None = None,
) -> VisitTask:
    """Take a step. `text` says how it was solved, or why it is sent back; `owner…` and `due_on` are of `assign`.

    Raises Refused for a step that is not this account's, ServiceError for one that is no step of this state or lacks a
    word, StaleVersion when somebody else was faster.
    """
    if step not in steps_of(by, task):
        if step == TaskStep.CLOSE and task.state == TaskState.SOLVED:
            policy.require_another(by, task.solved_by_id)
        if _is_of_state(step, task.state):
            raise Refused(_("您没有办理这个问题的权限。"))
        raise ServiceError(_("这个问题现在不能这样办理。"), field="step", code="state")
    if step in (TaskStep.SOLVE, TaskStep.REOPEN) and not text.strip():
        raise ServiceError(_("请填写解决情况或退回原因。"), field="text", code="required")
    match step:
        case TaskStep.ASSIGN:
            _assign(task, owner, owner_name, due_on)
        case TaskStep.SOLVE:
            task.state, task.solution, task.solved_on = TaskState.SOLVED, text.strip(), today()
            task.solved_by, task.solved_by_name = by, str(by)[:60]
        case TaskStep.CLOSE:
            task.state, task.closed_on, task.closed_by_name = TaskState.CLOSED, today(), str(by)[:60]
        case TaskStep.REOPEN:
            task.state, task.solved_on, task.closed_on = TaskState.OPEN, None, None
            task.solved_by, task.solved_by_name, task.closed_by_name = None, "", ""
    if step != TaskStep.SOLVE and text.strip():
        task.remark = text.strip()
    save_versioned(task, expected_version)
    return task


def _is_of_state(step: str, state: str) -> bool:
    """Whether somebody may take the step in this state."""
    return {
        TaskStep.SOLVE: state == TaskState.OPEN,
        TaskStep.ASSIGN: state == TaskState.OPEN,
        TaskStep.CLOSE: state == TaskState.SOLVED,
        TaskStep.REOPEN: state != TaskState.OPEN,
    }.get(TaskStep(step), False)


def _assign(task: VisitTask, owner: str, owner_name: str, due_on: datetime.date | None) -> None:
    if due_on is not None and due_on < max(today(), task.raised_on):
        raise ServiceError(_("办结期限不能早于今天。"), field="due_on")
    if bool(owner) != bool(owner_name.strip()):
        raise ServiceError(_("请同时填写责任方和责任人。"), field="owner" if owner_name.strip() else "owner_name")
    if not owner and due_on is None:
        raise ServiceError(_("请填写责任方和责任人，或新的办结期限。"), field="owner", code="required")
    if owner:
        task.owner, task.owner_name = owner, owner_name.strip()
    task.due_on = due_on or task.due_on


def of_visits(user: Any, visits: Iterable[int]) -> QuerySet[VisitTask]:
    """The problems that these visits raised, as far as the user sees them."""
    return VisitTask.objects.visible_to(user).filter(visit__in=visits).order_by("pk")
