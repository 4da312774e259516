"""How findings came out: by rule and by unit one level below a place, in one pass over the rows each.

Whatever is counted is a condition on a finding that the list knows too, so that every figure opens the rows it counts.
A period is that in which findings were found: found, open and closed speak of the same findings.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, BigIntegerField, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from apps.crosschecks.catalogue import Entry, catalogue
from apps.crosschecks.choices import ENDED, State, Verdict
from apps.crosschecks.models import Finding
from apps.crosschecks.querysets import ESCALATION_DAYS
from apps.divisions import codes
from apps.divisions.models import Division

CONFIRMED = (Verdict.CORRECTED, Verdict.TO_WORKFLOW, Verdict.EXTERNAL_ERROR)
"""Something was wrong: in the register, with the household's state, or in the department's data."""
REFUTED = (Verdict.NO_FAULT,)
JUDGED = (*CONFIRMED, *REFUTED)

# What opens the list on the findings of each figure.
QUERIES: Mapping[str, Mapping[str, Any]] = {
    "found": {},
    "open": {"state": "open"},
    "overdue": {"light": "red"},
    "escalated": {"escalated": "true"},
    "closed": {"state": str(State.CLOSED)},
    "cleared": {"state": str(State.CLEARED)},
    **{str(verdict): {"verdict": str(verdict)} for verdict in Verdict},
    "judged": {"verdict": [str(verdict) for verdict in JUDGED]},
    "confirmed": {"verdict": [str(verdict) for verdict in CONFIRMED]},
    "refuted": {"verdict": [str(verdict) for verdict in REFUTED]},
}


class Median(Aggregate):
    """The middle value, of an even number the mean of the two in the middle; None of none."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Counted:
    """The figures of some findings: counts by the names of QUERIES, and the median days from found to closed."""

    counts: Mapping[str, int] = field(default_factory=dict)
    days: Decimal | None = None

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)

    @property
    def confirmed_share(self) -> Decimal | None:
        """The share of verdicts by which something was wrong; None without verdicts."""
        return Decimal(self["confirmed"]) / self["judged"] if self["judged"] else None

    @property
    def refuted_share(self) -> Decimal | None:
        """The share of verdicts by which nothing was; None without verdicts."""
        return Decimal(self["refuted"]) / self["judged"] if self["judged"] else None


@dataclass(frozen=True)
class OfRule:
    """The figures of one rule."""

    entry: Entry
    counted: Counted


@dataclass(frozen=True)
class OfUnit:
    """The figures of one unit. `own`: of what is placed at the place itself, not below it; no list shows that alone."""

    code: int
    name: str
    own: bool
    counted: Counted


@dataclass(frozen=True)
class Statistics:
    """All of them: in sum, by rule in the order of the catalogue, and by unit. What found nothing is left out."""

    total: Counted
    rules: Sequence[OfRule]
    units: Sequence[OfUnit]


def statistics(findings: QuerySet[Finding], division: int | None, on: datetime.date) -> Statistics:
    """The figures of these findings on a day. Without a place there are no units.

    Three queries, and a fourth for the names of units.
    """
    asked = _asked(on)
    rows = findings.order_by()
    total = _counted(rows.aggregate(**asked))
    by_rule = {row["rule"]: _counted(row) for row in rows.values("rule").annotate(**asked)}
    return Statistics(
        total,
        [OfRule(entry, by_rule[name]) for name, entry in catalogue().items() if name in by_rule],
        _units(rows, division, asked) if division else [],
    )


def _asked(on: datetime.date) -> dict[str, Any]:
    """The aggregates, by the names of QUERIES."""
    is_open = ~Q(state__in=ENDED)
    late = on - datetime.timedelta(days=ESCALATION_DAYS)
    where = {
        "found": None,
        "open": is_open,
        "overdue": is_open & Q(due_on__lt=on),
        "escalated": is_open & Q(due_on__lt=late),
        "closed": Q(state=State.CLOSED),
        "cleared": Q(state=State.CLEARED),
        **{str(verdict): Q(verdict=verdict) for verdict in Verdict},
        "judged": Q(verdict__in=JUDGED),
        "confirmed": Q(verdict__in=CONFIRMED),
        "refuted": Q(verdict__in=REFUTED),
    }
    # Both by the platform's own clock: the day of a run may be another than that on which it ran.
    took = ExpressionWrapper(F("state_since") - F("created_at"), DurationField())
    return {
        **{f"n_{name}": Count("pk", filter=condition) for name, condition in where.items()},
        "took": Median(took, filter=where["closed"], output_field=DurationField()),
    }


def _counted(row: Mapping[str, Any]) -> Counted:
    took: datetime.timedelta | None = row["took"]
    days = None if took is None else (Decimal(int(took.total_seconds())) / 86400).quantize(Decimal("0.1"))
    return Counted({name: row[f"n_{name}"] for name in QUERIES}, days)


def _units(rows: QuerySet[Finding], division: int, asked: Mapping[str, Any]) -> list[OfUnit]:
    """The units one level below with findings, by code; a village is its own unit."""
    span = codes.SPAN[min(codes.level(division) + 1, codes.VILLAGE)]
    code = Cast("division_id", BigIntegerField())
    found = rows.annotate(unit=code - code % Value(span, BigIntegerField())).values("unit").annotate(**asked)
    counted = {row["unit"]: _counted(row) for row in found}
    names = dict(Division.objects.filter(code__in=counted).values_list("code", "short_name"))
    below = codes.level(division) < codes.VILLAGE
    return [
        OfUnit(unit, names.get(unit, str(unit)), below and unit == division, counted[unit]) for unit in sorted(counted)
    ]
