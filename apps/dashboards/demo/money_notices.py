"""Notices about the money of the demonstration: how every quota was distributed, and what every project is.

A quota is made public at its own level a few days after it came, a project in its village before it begins. Those of
past years are archived. A few of this year's are missing or were taken down early on purpose.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.planting.projects import truth
from apps.dashboards.demo.records import Truth
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.choices import ProjectState
from apps.funds.models import Allocation, Project, Quota
from apps.notices.choices import Kind, State
from apps.notices.querysets import subject

TODAY = datetime.date(figures.YEAR, 12, 31)
SOON = datetime.timedelta(days=5)
"""A quota is made public so long after it came."""
EARLY = 3
"""Notices that were taken down early hung so many days fewer."""
EACH = 2
WHY = {"FP-05": "资金分配或项目没有公告公示", "FP-06": "项目公示不足十天"}

Stage = tuple[State, int]


@dataclass(frozen=True)
class Draft:
    """A notice to be: where, what, how far it is, what it is about, and how many days it was taken down early."""

    place: int
    kind: Kind
    title: str
    text: str
    lines: list[dict[str, Any]]
    stage: Stage
    subject: str = ""
    early: int = 0


def drafts() -> tuple[list[Draft], list[Truth]]:
    """The notices about money and projects, and what is wrong with them."""
    quotas = list(Quota.objects.filter(received_on__isnull=False).order_by("pk"))
    projects = list(Project.objects.filter(noticed_before_on__isnull=False).order_by("pk"))
    silent = [one for one in quotas if one.year == figures.YEAR and one.parent_id is not None]
    silent = [
        next(one for one in silent if codes.level(one.division_id) == level) for level in (codes.LEAGUE, codes.COUNTY)
    ]
    begun = [one for one in projects if one.year == figures.YEAR and one.state == ProjectState.STARTED and one.item_id]
    unheard, short = begun[:EACH], begun[EACH : 2 * EACH]
    truths = [
        *(truth("FP-05", "quota", one.division_id, WHY["FP-05"]) for one in silent),
        *(truth("FP-05", "project", one.division_id, WHY["FP-05"]) for one in unheard),
        *(truth("FP-06", "notice", one.division_id, WHY["FP-06"]) for one in short),
    ]
    made = [
        *_of_quotas([one for one in quotas if one not in silent]),
        *_of_projects([one for one in projects if one not in unheard], early=short),
    ]
    return made, truths


def _of_quotas(quotas: list[Quota]) -> Iterator[Draft]:
    """To whom the money of each quota went: to the places below, or to the villages in which projects are built."""
    names = dict(Division.objects.values_list("code", "short_name"))
    parts: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    for parent, place, amount in Quota.objects.filter(parent__isnull=False).values_list(
        "parent_id", "division_id", "amount"
    ):
        parts[parent].append((place, amount))
    put = Allocation.objects.values_list("quota_id", "division_id").annotate(whole=Sum("amount"))
    for quota, place, amount in put.order_by("division_id"):
        parts[quota].append((place, amount))
    for quota in quotas:
        fund = quota.get_kind_display()
        posted_on = min((quota.received_on or quota.issued_on) + SOON, TODAY)
        yield Draft(
            quota.division_id, Kind.DISTRIBUTION, f"{quota.year}年度{fund}分配结果公告（{quota.document_no}）",
            f"根据{quota.document_no}，现将{quota.year}年度{fund}分配结果公告如下。",
            [
                {"unit": names[place], "fund": fund, "amount": f"{amount:.2f}"}
                for place, amount in sorted(parts[quota.pk])
            ],
            _stage(quota.year, posted_on), subject("quota", quota.pk),
        )  # fmt: skip


def _of_projects(projects: list[Project], early: list[Project]) -> Iterator[Draft]:
    """What is to be built in a village, before it begins."""
    places = dict(Division.objects.filter(level=codes.VILLAGE).values_list("code", "short_name"))
    counted: Any = Project.objects.with_households()
    helped = dict(counted.values_list("pk", "households"))
    for project in projects:
        line = {
            "project": project.name, "place": places.get(project.division_id, ""), "amount": f"{project.budget:.2f}",
            "households": helped[project.pk],
        }  # fmt: skip
        yield Draft(
            project.division_id, Kind.PROJECT, f"{project.year}年{project.name}事前公示",
            "下列项目经村民代表会议讨论、旗县批准立项，开工前现予公示。公示期内如有异议，请向嘎查村委会或苏木乡镇反映。",
            [line], _stage(project.year, project.noticed_before_on or TODAY), subject("project", project.pk),
            EARLY if project in early else 0,
        )  # fmt: skip


def _stage(year: int, posted_on: datetime.date) -> Stage:
    """How far a notice of a year is that was posted on a day."""
    days = (TODAY - posted_on).days
    if year < figures.YEAR:
        return State.ARCHIVED, days
    return (State.ENDED if days > 10 else State.RUNNING), days
