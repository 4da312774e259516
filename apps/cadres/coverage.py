"""八个一 (CV-05, 06, 08, 09): what villages have of team, secretary, unit, leader, supervisors, and what they lack.

Added to the list of villages. Its plan and its good team (the last two of the eight) stand in the village's own year.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from apps.cadres.choices import DutyKind, TeamKind
from apps.cadres.models import Duty, TaskForce
from apps.common.days import today
from apps.pages.additions import add
from apps.pages.columns import Column
from apps.pages.filters import ChoicesFilter
from apps.pages.kinds import NUMBER
from apps.villages.models import VillageYear
from apps.villages.tables import VillageResource

SUPERVISORS = 10
"""义务监督员 in a village at least (R-087)."""

TEAM = "team"
LABELS: dict[str, Any] = {
    TEAM: _("驻村工作队"),
    DutyKind.FIRST_SECRETARY.value: _("第一书记"),
    DutyKind.UNIT.value: _("包扶单位"),
    DutyKind.LEADER.value: _("包联领导"),
    DutyKind.SUPERVISOR.value: _("十名义务监督员"),
    "plan": _("村级规划"),
    "good_team": _("好班子"),
}
OF_YEAR = ("plan", "good_team")
"""What the latest year that a village states says of it; a village that states nothing is not said to lack them."""


def held(user: Any, kind: str) -> QuerySet[Duty]:
    """The duties of a kind in sight that are held today at the place of the outer row."""
    duties = Duty.objects.visible_to(user).filter(division_id=OuterRef("division_id"), kind=kind)
    running = Q(until_on=None) | Q(until_on__gte=today())
    return duties.filter(running, from_on__lte=today()).order_by()


def teams(user: Any) -> QuerySet[TaskForce]:
    """The teams in sight that are stationed in the village of the outer row."""
    rows = TaskForce.objects.visible_to(user).filter(division_id=OuterRef("division_id"), kind=TeamKind.VILLAGE)
    return rows.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=today()), set_on__lte=today()).order_by()


def lacking(user: Any, what: str) -> Q:
    """That a village lacks one of `LABELS`."""
    if what == TEAM:
        return Q(~Exists(teams(user)))
    if what in OF_YEAR:
        stated = VillageYear.objects.visible_to(user).filter(village_id=OuterRef("pk")).order_by("-year")
        return Q(Exact(Subquery(stated.values(what)[:1]), Value(False)))
    if what == DutyKind.SUPERVISOR:
        enough = held(user, what).values("kind").annotate(n=Count("pk")).filter(n__gte=SUPERVISORS).values("n")
        return Q(~Exists(enough))
    return Q(~Exists(held(user, what)))


class LacksFilter(ChoicesFilter):
    """Villages that lack any of these."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        where = Q()
        for one in value or ():
            where |= lacking(self.parent.user, one)
        return qs.filter(where) if value else qs


def of_villages(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Villages with who answers for them today."""
    named = {
        kind: held(user, kind).values("kind").annotate(names=StringAgg(path, "、", order_by=path)).values("names")
        for kind, path in ((DutyKind.FIRST_SECRETARY, "name"), (DutyKind.LEADER, "name"), (DutyKind.UNIT, "unit_name"))
    }
    counted = held(user, DutyKind.SUPERVISOR).values("kind").annotate(n=Count("pk")).values("n")
    return rows.annotate(
        team_name=Subquery(teams(user).values("name")[:1]),
        first_secretary=Subquery(named[DutyKind.FIRST_SECRETARY]),
        leader_name=Subquery(named[DutyKind.LEADER]),
        helping_unit=Subquery(named[DutyKind.UNIT]),
        supervisors=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    )


def by_unit(rows: QuerySet[Any], user: Any, unit: Any) -> dict[int, dict[str, int]]:
    """How many of these villages each unit has (`villages`), and how many lack what; one question."""
    asked = {f"n_{what}": Count("pk", filter=lacking(user, what)) for what in LABELS}
    found = rows.order_by().values(unit=unit).annotate(villages=Count("pk"), **asked)
    return {row["unit"]: {"villages": row["villages"], **{what: row[f"n_{what}"] for what in LABELS}} for row in found}


def answerable(user: Any, kind: str, places: list[int]) -> dict[int, str]:
    """Who holds a duty at each of these places today, by name; places without anybody are missing."""
    duties = Duty.objects.visible_to(user).filter(division_id__in=places, kind=kind, from_on__lte=today())
    running = duties.filter(Q(until_on=None) | Q(until_on__gte=today())).order_by()
    path = "unit_name" if kind == DutyKind.UNIT else "name"
    named = running.values(place=F("division_id")).annotate(names=StringAgg(path, "、", order_by=path))
    return {row["place"]: row["names"] for row in named}


def add_all() -> None:
    """Add to the list of villages; once, when the app is ready."""
    add(
        VillageResource,
        columns=(
            Column("team_name", LABELS[TEAM], default=False),
            Column("first_secretary", LABELS[DutyKind.FIRST_SECRETARY], default=False),
            Column("helping_unit", LABELS[DutyKind.UNIT], default=False),
            Column("leader_name", LABELS[DutyKind.LEADER], default=False),
            Column("supervisors", _("义务监督员人数"), kind=NUMBER, default=False),
        ),
        filters={"lacks": LacksFilter(label=_("缺少"), choices=list(LABELS.items()))},
        rows=of_villages,
    )
