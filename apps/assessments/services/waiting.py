"""What of assessment waits for whom: for offices by their level, and for the assessed person.

A desk shows what its own level does next; the days are those of the steps (`steps.STEPS`, `steps.Step.lowest`).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.access import policy
from apps.assessments.choices import EFFECTS, Kind, Light, State
from apps.assessments.models import CadreAssessment
from apps.assessments.services.steps import ENTERS, REVIEWS, STEPS, Step


@dataclass(frozen=True)
class Waiting:
    """Assessments that wait for one thing: its name, how many, the light of the most urgent, and what narrows the list
    of assessments to them. `is_own`: the account's own, wherever they lie."""

    label: str | Promise
    count: int
    light: str
    query: Mapping[str, Any]
    is_own: bool = False


@dataclass(frozen=True)
class _Work:
    label: str | Promise
    step: Step
    late: bool = False
    """Only once the day is over."""

    def query(self, kinds: tuple[Kind, ...]) -> dict[str, Any]:
        return {"kind": list(map(str, kinds)), "state": str(self.step.from_state)}


WORK = (
    _Work(_("考核逾期未自评"), STEPS["report_for"], late=True),
    _Work(_("考核待民意测评"), STEPS["opinion"]),
    _Work(_("考核待评分"), STEPS["score"]),
    _Work(_("考核待评定"), STEPS["grade"]),
    _Work(_("考核申诉待裁定"), STEPS["decide"]),
)
"""What offices do. Results become final by themselves once the days to appeal are over (`finishing`)."""
OWN = {State.SELF_REPORT: _("我的考核：待提交自评"), State.GRADED: _("我的考核：结果待认可，或在申诉期内申诉")}


def waiting(user: Any, rows: Any, level: int | None, place: int | None, on: datetime.date) -> list[Waiting]:
    """What waits for the office of a level at a place, among `rows` that the account sees; then what waits for the
    account itself. Nothing without a right there. One query, two for both."""
    found = []
    if level is not None and any(policy.can(user, capability, place) for capability in (ENTERS, REVIEWS)):
        found += _of_office(user, rows, level, place, on)
    return found + _of_oneself(user, on)


def _of_office(user: Any, rows: Any, level: int, place: int | None, on: datetime.date) -> list[Waiting]:
    cadres = [kind for kind in Kind if kind not in EFFECTS]
    kinds = {step: tuple(kind for kind in cadres if step.lowest(kind) == level) for step in STEPS.values()}
    work = [one for one in WORK if kinds[one.step] and policy.can(user, one.step.capability, place)]
    queries = [one.query(kinds[one.step]) | ({"light": str(Light.RED)} if one.late else {}) for one in work]
    return _counted(rows, [(one.label, query) for one, query in zip(work, queries, strict=True)], on)


def _of_oneself(user: Any, on: datetime.date) -> list[Waiting]:
    rows = CadreAssessment.objects.visible_to(user).filter(account=user.pk)
    wanted = [(label, {"state": str(state)}) for state, label in OWN.items()]
    found = _counted(rows.exclude(state=State.GRADED, appeal_until__lt=on), wanted, on)
    return [replace(one, is_own=True) for one in found]


def _counted(rows: Any, wanted: Sequence[tuple[str | Promise, Mapping[str, Any]]], on: datetime.date) -> list[Waiting]:
    """Count each, and those of them that are overdue and due soon, in one query."""
    if not wanted:
        return []
    lights = (None, Light.RED, Light.YELLOW)
    asked = {
        f"n{number}_{light or 'all'}": Count("pk", filter=_where(query) & (Q(light=light) if light else Q()))
        for number, (_label, query) in enumerate(wanted)
        for light in lights
    }
    counts = rows.with_light(on).order_by().aggregate(**asked)
    return [
        Waiting(
            label,
            counts[f"n{number}_all"],
            next((str(light) for light in lights[1:] if counts[f"n{number}_{light}"]), str(Light.GREEN)),
            query,
        )
        for number, (label, query) in enumerate(wanted)
    ]


def _where(query: Mapping[str, Any]) -> Q:
    return Q(**{f"{name}__in" if isinstance(value, list) else name: value for name, value in query.items()})
