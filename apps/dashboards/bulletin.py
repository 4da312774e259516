"""督查整改月报: what inspections, problems, letters and complaints of a place came to in a month.

Problems are counted as of the last day of the month by their days (found, closed, due), so that a month of the past
says the same whenever it is asked for. Numbers of complaints are told as `complaints.services.counting` tells them:
none so small that it could tell of a person.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from apps.complaints.choices import Kind as ComplaintKind
from apps.complaints.models import Complaint
from apps.complaints.services import counting
from apps.dashboards.field_summary import Period
from apps.divisions.models import Division
from apps.divisions.units import unit_below
from apps.inspections.choices import InspectionKind
from apps.inspections.models import Inspection
from apps.pages.kinds import NUMBER, PERCENT
from apps.problems.choices import AT_WORK, Area, Rung, State
from apps.problems.models import EscalationStep, Problem, SupervisionLetter

HIDDEN = "＜5"
"""Stands for a number of complaints that is not told."""


@dataclass(frozen=True)
class Section:
    """A part of the bulletin: its title, what it says in a sentence, and a table (first column: what a line is of)."""

    name: str
    title: str
    text: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The rows as a page shows them: what a line is of, and each cell with its head."""
        return [(row[0], list(zip(self.heads[1:], row[1:], strict=True))) for row in self.rows]


@dataclass(frozen=True)
class Standing:
    """Problems at the end of a month: raised and closed in it; of all found until then those closed, open, overdue."""

    raised: int = 0
    closed: int = 0
    total: int = 0
    all_closed: int = 0
    overdue: int = 0

    @property
    def open(self) -> int:
        return self.total - self.all_closed

    @property
    def rate(self) -> Decimal | None:
        """The share that was closed, between 0 and 1; None where there was nothing to close."""
        return Decimal(self.all_closed) / self.total if self.total else None

    def __add__(self, other: Standing) -> Standing:
        return Standing(*(getattr(self, name) + getattr(other, name) for name in COUNTED))

    def cells(self) -> list[str]:
        """As they stand in a table, by the heads of `_heads`."""
        counts = (self.raised, self.closed, self.total, self.all_closed, self.open, self.overdue)
        return [*(NUMBER.text(count) for count in counts), "—" if self.rate is None else PERCENT.text(self.rate)]


COUNTED = ("raised", "closed", "total", "all_closed", "overdue")


def _heads() -> list[str]:
    return [_("本月发现"), _("本月销号"), _("累计问题"), _("累计销号"), _("未销号"), _("超期"), _("销号率")]


def sections(user: Any, division: int, month: Period) -> list[Section]:
    """The bulletin of a place and all below it, as somebody sees it. Nine queries, whatever the place."""
    problems = Problem.objects.visible_to(user).within(division)
    areas = _standing(problems.order_by().values("area"), "area", month)
    return [
        _inspections(user, division, month),
        _problems(areas, month),
        _units(_standing(problems.annotate(below=unit_below(division)).order_by().values("below"), "below", month)),
        _letters(user, division, month),
        _complaints(user, division, month),
    ]


def _standing(rows: Any, by: str, month: Period) -> dict[Any, Standing]:
    """Problems at the end of a month, by a column. Overdue is as in the ledger: what is handed in waits for others."""
    first, last = month.days
    found, closed = Q(found_on__lte=last), Q(closed_on__lte=last)
    at_work = Q(state__in=AT_WORK) | Q(state__in=(State.SUBMITTED, State.VERIFIED, State.CLOSED), submitted_on__gt=last)
    counted = rows.filter(found).annotate(
        raised=Count("pk", filter=Q(found_on__gte=first)),
        closed=Count("pk", filter=closed & Q(closed_on__gte=first)),
        total=Count("pk"),
        all_closed=Count("pk", filter=closed),
        overdue=Count("pk", filter=Q(due_on__lt=last) & at_work),
    )
    return {one[by]: Standing(*(one[name] for name in COUNTED)) for one in counted}


def _inspections(user: Any, division: int, month: Period) -> Section:
    rows = Inspection.objects.visible_to(user).within(division)
    first, last = month.days
    counted = {
        one["kind"]: (one["begun"], one["reported"], one["notified"])
        for one in rows.order_by()
        .values("kind")
        .annotate(
            begun=Count("pk", filter=Q(started_on__range=(first, last))),
            reported=Count("pk", filter=Q(reported_on__range=(first, last))),
            notified=Count("pk", filter=Q(notified_on__range=(first, last))),
        )
    }
    lines = [(str(kind.label), counted[kind]) for kind in InspectionKind if any(counted.get(kind, ()))]
    sums = [sum(counts[place] for _label, counts in lines) for place in range(3)]
    text = _("本月进驻督查巡查 %(begun)d 次，形成报告 %(reported)d 份，通报 %(notified)d 份。") % {
        "begun": sums[0],
        "reported": sums[1],
        "notified": sums[2],
    }
    heads = [_("督查方式"), _("进驻"), _("报告"), _("通报")]
    return Section(
        "inspections",
        _("督查巡查"),
        text,
        heads,
        [[label, *(NUMBER.text(count) for count in counts)] for label, counts in lines],
    )


def _problems(areas: Mapping[str, Standing], month: Period) -> Section:
    whole = sum(areas.values(), Standing())
    text = _(
        "本月发现问题 %(raised)d 个，销号 %(closed)d 个。截至 %(last)s 累计 %(total)d 个，已销号 %(done)d 个，"
        "未销号 %(open)d 个，其中超期 %(overdue)d 个。"
    ) % {
        "raised": whole.raised,
        "closed": whole.closed,
        "last": month.last.isoformat(),
        "total": whole.total,
        "done": whole.all_closed,
        "open": whole.open,
        "overdue": whole.overdue,
    }
    lines = [[str(area.label), *areas[area].cells()] for area in Area if area in areas]
    return Section("problems", _("问题整改"), text, [_("问题类别"), *_heads()], _with_sum(lines, whole))


def _units(units: Mapping[int, Standing]) -> Section:
    """Units below, the best first; a place that has nothing to close is not in the order."""
    names = Division.objects.in_bulk(list(units))
    ordered = sorted(units.items(), key=lambda one: (-(one[1].rate or 0), -one[1].total, one[0]))
    lines = [[names[code].short_name or names[code].name, *standing.cells()] for code, standing in ordered]
    text = _("按累计销号率排列。") if lines else ""
    return Section(
        "units", _("各地进度"), text, [_("地区"), *_heads()], _with_sum(lines, sum(units.values(), Standing()))
    )


def _with_sum(lines: list[list[str]], whole: Standing) -> list[list[str]]:
    return [*lines, [_("合计"), *whole.cells()]] if len(lines) > 1 else lines


def _letters(user: Any, division: int, month: Period) -> Section:
    first, last = month.days
    letters = SupervisionLetter.objects.visible_to(user).within(division).filter(issued_on__lte=last)
    counted = letters.aggregate(
        issued=Count("pk", filter=Q(issued_on__gte=first)),
        waiting=Count("pk", filter=Q(received_on=None) | Q(received_on__gt=last)),
    )
    steps = EscalationStep.objects.visible_to(user).within(division).filter(reached_on__range=(first, last))
    rungs = dict(steps.order_by().values_list("rung").annotate(count=Count("pk")))
    text = _("本月发出督办函 %(issued)d 份，截至月底未签收 %(waiting)d 份。") % counted
    lines = [[str(rung.label), NUMBER.text(rungs[rung])] for rung in Rung if rung in rungs]
    return Section("letters", _("督办"), text, [_("应采取的督办措施"), _("次数")], lines)


def _complaints(user: Any, division: int, month: Period) -> Section:
    rows = Complaint.objects.visible_to(user).within(division)
    first, last = month.days
    received = dict.fromkeys(ComplaintKind.values, 0)
    received |= dict(
        rows.filter(received_on__range=(first, last)).order_by().values_list("kind").annotate(count=Count("pk"))
    )
    told = counting.hide_small(received)
    sums = {"received": sum(received.values()), "closed": rows.filter(closed_on__range=(first, last)).count()}
    # Each by itself: neither follows from the other.
    spoken = {name: _told(counting.hide_small({name: count})[name]) for name, count in sums.items()}
    text = _("本月收到信访举报 %(received)s 件，办结 %(closed)s 件。") % spoken
    lines = [[str(kind.label), _told(told[kind])] for kind in ComplaintKind if told[kind] != 0]
    return Section("complaints", _("信访举报"), text, [_("类别"), _("本月收到")], lines)


def _told(count: int | None) -> str:
    return HIDDEN if count is None else NUMBER.text(count)


def previous(month: Period) -> Period:
    """The month before."""
    before = month.first - datetime.timedelta(days=1)
    return Period(before.year, before.month)
