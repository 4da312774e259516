"""Figures about rules: how they stand, what they find where, how their findings came out, and what if."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.crosschecks.catalogue import Entry, catalogue
from apps.crosschecks.choices import UnitState, Verdict
from apps.crosschecks.models import Finding, RuleParameter, RuleState
from apps.crosschecks.rules import RULES
from apps.crosschecks.rules.parameters import PARAMETERS, Parameter, Settings
from apps.crosschecks.services.runs import needed, why_not
from apps.crosschecks.services.writing import context_for, nightly_context
from apps.divisions import codes


@dataclass(frozen=True)
class Standing:
    """How one rule stands for a place: its last run there or above, and the open findings that an account sees."""

    entry: Entry
    state: str
    reason: str
    date: Any
    year: int | None
    finished_at: Any
    hits: int
    overdue: int
    verdicts: Mapping[str, int]

    @property
    def judged(self) -> int:
        """Findings with a verdict."""
        return sum(self.verdicts.values())

    @property
    def false_share(self) -> Decimal | None:
        """The share of verdicts that found no fault: the rule's false positives; None without verdicts."""
        return Decimal(self.verdicts.get(Verdict.NO_FAULT, 0)) / self.judged if self.judged else None


def standings(findings: QuerySet[Finding], division: int | None, on: Any, rule: str = "") -> list[Standing]:
    """Every rule of the catalogue (or one) with its state at a place and its figures among some findings.

    Two queries. A rule that cannot run or has never run is *not run*, whatever older findings there are.
    """
    wanted = [rule] if rule else list(catalogue())
    states = _states(division)
    found = findings.filter(rule__in=wanted) if rule else findings
    counts = {
        row["rule"]: row
        for row in found.order_by()
        .values("rule")
        .annotate(
            hits=Count("pk", filter=OPEN),
            overdue=Count("pk", filter=OPEN & Q(due_on__lt=on)),
            **{verdict: Count("pk", filter=Q(verdict=verdict)) for verdict in Verdict.values},
        )
    }
    return [_standing(catalogue()[name], states.get(name), counts.get(name, {})) for name in wanted]


OPEN = ~Q(state__in=["closed", "cleared_by_data"])


def _standing(entry: Entry, last: RuleState | None, row: Mapping[str, Any]) -> Standing:
    reason = why_not(entry.id)
    state = UnitState.NOT_RUN if reason or last is None else last.state
    return Standing(
        entry=entry,
        state=str(state),
        reason=reason or (last.reason if last else _never_asked(entry.id)),
        date=last.date if last and not reason else None,
        year=last.year if last and not reason else None,
        finished_at=last.finished_at if last and not reason else None,
        hits=row.get("hits", 0),
        overdue=row.get("overdue", 0),
        verdicts={verdict: row.get(verdict, 0) for verdict in Verdict.values},
    )


def _never_asked(name: str) -> str:
    """Why a rule on departments' data may never have run at a place; nothing of others, which the night will ask."""
    rule = RULES.get(name)
    return needed(rule) if rule and rule.needs else ""


def _states(division: int | None) -> dict[str, RuleState]:
    """The latest state of each rule over a place: of a run there or at a unit above it."""
    above = [*codes.ancestors(division), division] if division else [codes.WHOLE_REGION]
    rows = RuleState.objects.filter(division_id__in=above).order_by("finished_at", "division_id")  # the nearest last
    return {row.rule: row for row in rows}


def by_unit(rows: QuerySet[Any], division: int, place: str = "division_id") -> dict[int, int]:
    """How many rows lie in each unit one level below a place; a village counts as itself. `place` names the column."""
    span = _span(division)
    code = Cast(place, BigIntegerField())
    units = rows.order_by().annotate(of_unit=code - code % Value(span, BigIntegerField())).values("of_unit")
    return dict(units.annotate(n=Count("pk")).values_list("of_unit", "n"))


def _span(division: int) -> int:
    """How many codes lie in a unit one level below a place."""
    return codes.SPAN[min(codes.level(division) + 1, codes.VILLAGE)]


@dataclass(frozen=True)
class Trial:
    """The hits of a rule by unit as they would be; `as_of` where they are those of a snapshot and not of now."""

    units: Mapping[int, int]
    as_of: datetime.datetime | None = None

    @property
    def hits(self) -> int:
        """Those of all units."""
        return sum(self.units.values())


def what_if(rule: str, division: int, values: Mapping[str, Decimal]) -> Trial:
    """The hits of a rule by unit below a place if some thresholds were different. Nothing is stored.

    Acts with the scope in force, so that nobody learns of rows that are not his; a snapshot, which knows no scope, is
    asked only for somebody who sees the whole register. KeyError for a rule that cannot run, ValidationError for a
    value out of bounds, PermissionDenied for a rule on departments' data below the region.
    """
    changed = {name: PARAMETERS[name].clean(value) for name, value in values.items()}
    low, high = codes.subtree(division)
    if refused := why_no_what_if(rule):
        raise PermissionDenied(refused)
    if RULES[rule].needs:
        context = nightly_context(low=low, high=high)
    else:
        context = context_for(low=low, high=high)
    asked = context.what_if(**changed)
    scope = scopes.current() or scopes.ANONYMOUS
    if scope.covers("view_register", codes.subtree(codes.WHOLE_REGION)):
        # The engine is a second and fifty megabytes that most processes never need.
        from apps.crosschecks.snapshot.asking import latest  # noqa: PLC0415

        snapshot = latest()
        units = snapshot.by_unit(RULES[rule], asked, _span(division)) if snapshot else None
        if snapshot and units is not None:
            return Trial(units, snapshot.taken_at)
    units = Counter[int]()
    for _kind, rows in RULES[rule].each(asked):
        units.update(by_unit(rows, division, RULES[rule].place))
    return Trial(units)


def why_no_what_if(rule: str) -> str:
    """Why the scope in force may not ask what if: it sees but a part of the departments' data, and over a part of them
    whatever was not found would be a hit. Empty when it may."""
    scope = scopes.current() or scopes.ANONYMOUS
    if RULES[rule].needs and not scope.covers("load_datasets", codes.subtree(codes.WHOLE_REGION)):
        return _("这条规则比对全区的部门数据，只有自治区级可以试算。")
    return ""


@dataclass(frozen=True)
class Threshold:
    """A threshold as it holds at a place: the value, and who set it where (None: the usual value)."""

    parameter: Parameter
    value: Decimal
    source: RuleParameter | None


def thresholds(rule: str, division: int) -> list[Threshold]:
    """The thresholds of a rule as they hold at a place. One query."""
    known = RULES.get(rule)
    if known is None or not known.parameters:
        return []
    names = [parameter.name for parameter in known.parameters]
    rows = RuleParameter.objects.filter(name__in=names, division_id__in=[*codes.ancestors(division), division])
    nearest = {row.name: row for row in rows.order_by("division_id")}
    settings = Settings.of((row.name, row.division_id, row.value) for row in rows)
    return [
        Threshold(parameter, settings.at(parameter.name, division), nearest.get(parameter.name))
        for parameter in known.parameters
    ]
