"""What of inspections waits for somebody: counted for his desk, in one query."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.inspections.choices import InspectionState
from apps.inspections.models import Inspection
from apps.inspections.services.steps import APPROVES, INSPECTS

S = InspectionState


@dataclass(frozen=True)
class Waiting:
    """A kind of work: its label, how many wait, whether they are late, the states that its list shows."""

    label: str | Promise
    count: int
    late: bool
    states: tuple[str, ...]


KINDS: tuple[tuple[str | Promise, str, tuple[str, ...]], ...] = (
    (_("督查待批准"), APPROVES, (S.PLANNED,)),
    (_("督查待组队或进驻"), INSPECTS, (S.APPROVED, S.TEAM_SET)),
    (_("督查到期待报告"), INSPECTS, (S.RUNNING,)),
    (_("督查待反馈"), INSPECTS, (S.REPORT,)),
    (_("督查待通报"), APPROVES, (S.FED_BACK,)),
    (_("督查待办结"), INSPECTS, (S.NOTIFIED,)),
)


def waiting(user: Any, on: datetime.date) -> list[Waiting]:
    """What the offices of somebody have to do next; what runs still waits for nobody."""
    scope = scopes.of(user)
    offices = {name: [low for low, _high in scope.ranges_of(name)] for name in (INSPECTS, APPROVES)}
    wanted = [one for one in KINDS if offices[one[1]]]
    if not wanted:
        return []
    conditions = {}
    for number, (_label, capability, states) in enumerate(wanted):
        where = Q(division_id__in=offices[capability], state__in=states)
        if states == (S.PLANNED,):
            where &= ~Q(drafted_by=scope.user_id)  # nobody approves what he planned
        conditions[f"n{number}"] = where & Q(until_on__lt=on) if states == (S.RUNNING,) else where
    counts = (
        Inspection.objects.visible_to(user)
        .order_by()
        .aggregate(**{name: Count("pk", filter=where) for name, where in conditions.items()})
    )
    return [
        Waiting(label, counts[f"n{number}"], states == (S.RUNNING,), states)
        for number, (label, _capability, states) in enumerate(wanted)
        if counts[f"n{number}"]
    ]
