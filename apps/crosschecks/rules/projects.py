"""Projects and the money that is in them (FP-02, FP-07 to FP-10, FP-13, FP-17, FP-18).

Design: a stopped project is asked about its money alone. Money that no project has yet is FP-01's matter.
"""

from __future__ import annotations

import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Coalesce, Concat, Greatest, StrIndex
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import MONEY, any_of, names_of
from apps.crosschecks.rules.context import Context
from apps.crosschecks.rules.quotas import NOTHING
from apps.divisions import codes
from apps.funds.choices import FundKind, ProjectState
from apps.funds.models import Allocation, NegativeCheck, NegativeItem, ProjectProgress
from apps.funds.models.negative import SEPARATORS
from apps.funds.services.negative import LOOKED_THROUGH

__all__: list[str] = []

GOING_ON = ~Q(state=ProjectState.STOPPED)
MONTH, DAY = 9, 30
"""By this day of its year most of Beijing's money is paid (R-106)."""


def _put(**only: Any) -> QuerySet[Allocation]:
    """The money that is in the outer project."""
    return Allocation.objects.filter(project_id=OuterRef("pk"), **only).order_by()


def _sum(rows: QuerySet[Any], of: Any) -> Coalesce:
    summed: QuerySet[Any, Any] = rows.values("project_id").annotate(sum=Sum(of)).values("sum")
    return Coalesce(Subquery(summed, output_field=MONEY), NOTHING)


@rule(
    "FP-02",
    on=ObjectKind.PROJECT,
    text=_("%(project)s资金%(idle)s元自%(since)s起闲置"),
    condition=_(
        "落实到项目的资金没有拨付完，且最近一次落实或拨付距比对日期超过规定天数（默认180天），或资金是以前年度的；"
        "还没有落实到项目的由资金滞留规则比对。"
    ),
    evidence=["project", "fund_year", "idle", "since"],
    parameters=["idle_days"],
    on_save=False,
)
def idle_money(projects: Any, context: Context) -> QuerySet[Any]:
    """Money in a project that was not paid, and nothing moved it for longer than the threshold or it is of an earlier
    year."""
    moved = Greatest("allocated_on", "last_paid_on")
    idle = (
        _put(amount__gt=F("paid"))
        .annotate(moved=moved)
        .filter(Q(quota__year__lt=context.date.year) | Q(moved__lt=context.days_ago("idle_days")))
    )
    by_project: QuerySet[Any, Any] = idle.values("project_id")
    return projects.filter(Exists(idle)).annotate(
        project=F("name"),
        idle=_sum(idle, F("amount") - F("paid")),
        since=Subquery(by_project.annotate(first=Min("moved")).values("first")),
        fund_year=Subquery(by_project.annotate(first=Min("quota__year")).values("first")),
    )


@rule(
    "FP-07",
    on=ObjectKind.PROJECT,
    text=_("%(project)s未入库已支出%(paid)s元"),
    condition=_("项目不是从项目库立项的，已经有资金拨付。"),
    evidence=["project", "paid"],
    on_save=False,
)
def paid_outside_the_library(projects: Any, context: Context) -> QuerySet[Any]:
    """Paid for, and made from no item of the library."""
    return projects.filter(item=None).annotate(project=F("name"), paid=_sum(_put(), F("paid"))).filter(paid__gt=0)


@rule(
    "FP-08",
    on=ObjectKind.PROJECT,
    text=_("%(project)s未设定绩效目标"),
    condition=_("项目的绩效目标为空；已终止的不比。"),
    evidence=["project"],
    on_save=False,
)
def no_target(projects: Any, context: Context) -> QuerySet[Any]:
    """A project that is to reach nothing in particular."""
    return projects.filter(GOING_ON, target="").annotate(project=F("name"))


@rule(
    "FP-09",
    on=ObjectKind.PROJECT,
    text=_("%(project)s由%(approved_at)s审批"),
    condition=_("项目的审批层级不是旗县；没有填写审批层级的不比，已终止的不比。"),
    evidence=["project", ("approved_at", "approved_level"), "approved_on"],
    on_save=False,
)
def approved_elsewhere(projects: Any, context: Context) -> QuerySet[Any]:
    """Approved above or below the county, whose right alone it is; an unknown level is no hit."""
    return projects.filter(GOING_ON, ~Q(approved_level=codes.COUNTY), approved_level__isnull=False).annotate(
        project=F("name")
    )


@rule(
    "FP-10",
    on=ObjectKind.PROJECT,
    text=_("%(project)s用途属负面清单“%(forbidden)s”"),
    condition=_(
        "项目名称、内容、地点、目标、机制或补助标准含有负面清单（本地和上级启用的条目）的查找词，"
        "而审批人没有对项目现在的内容逐条说明；已终止的不比。"
    ),
    evidence=["project", "forbidden"],
    on_save=False,
)
def forbidden(projects: Any, context: Context) -> QuerySet[Any]:
    """What a project says contains words of an entry of the negative list in force at its place, and nobody who
    approved has answered that for its present content.

    The list is set above, mostly out of the reader's range, and read in the platform's own scope.
    """
    with scopes.activate(scopes.everywhere("view_funds")):
        entries = list(NegativeItem.objects.filter(is_active=True).order_by("division_id", "position"))
    parts = [part for name in LOOKED_THROUGH if _has(projects, name) for part in (F(name), Value("\n"))]
    said_of = Concat(*parts, output_field=TextField())
    matching: dict[str, Q] = {}
    for entry in entries:
        words = [word for word in SEPARATORS.split(entry.words) if word]
        if not words:
            continue
        low, high = codes.subtree(entry.division_id)
        answered = NegativeCheck.objects.filter(
            project_id=OuterRef("pk"), item_id=entry.pk, content_version=OuterRef("content_version")
        )
        said = reduce(or_, (Q(**{f"at_{entry.pk}_{number}__gt": 0}) for number in range(len(words))))
        projects = projects.alias(
            **{f"at_{entry.pk}_{number}": StrIndex(said_of, Value(word)) for number, word in enumerate(words)}
        )
        where = said & Q(~Exists(answered), division__gte=low, division__lte=high)
        name = entry.name.replace(",", "，")
        matching[name] = matching[name] | where if name in matching else where
    if not matching:
        return projects.none().annotate(project=F("name"), forbidden=Value(""))
    return projects.filter(GOING_ON, any_of(matching)).annotate(project=F("name"), forbidden=names_of(matching))


def _has(projects: QuerySet[Any], name: str) -> bool:
    """Whether a project has this one of the fields that are looked through."""
    return any(field.name == name for field in projects.model._meta.fields)


@rule(
    "FP-13",
    on=ObjectKind.PROJECT,
    text=_("%(project)s逾期，计划%(plan_start)s开工、%(plan_end)s完工，现%(project_state)s"),
    condition=_("计划开工日期过了规定天数（默认30天）仍未开工，或过了计划完工日期仍未完工；已终止的不比。"),
    evidence=["project", "plan_start", "plan_end", ("project_state", "state")],
    parameters=["late_start_days"],
    on_save=False,
)
def late(projects: Any, context: Context) -> QuerySet[Any]:
    """Not begun within the threshold after the planned day, or not finished after the day on which it was to be."""
    return (
        projects.with_delay(context.date, context.days_ago("late_start_days"))
        .filter(late=True)
        .annotate(project=F("name"))
    )


@rule(
    "FP-17",
    on=ObjectKind.PROJECT,
    text=_("%(project)s%(behind)s"),
    condition=_(
        "从资金年度的9月30日起，项目的京蒙协作资金拨付比例低于下限（默认90%）；或京蒙协作项目在建期间，"
        "25日后没有当月月报（25日及以前看上月）。已终止的不比。"
    ),
    evidence=["project", "behind", "beijing_amount", "beijing_paid"],
    parameters=["beijing_paid_share"],
    on_save=False,
)
def beijing_behind(projects: Any, context: Context) -> QuerySet[Any]:
    """Too little of Beijing's money was paid by the end of September of its year, or the monthly report is missing."""
    year = context.date.year
    due = year if context.date >= datetime.date(year, MONTH, DAY) else year - 1
    beijing = _put(quota__kind=FundKind.BEIJING, quota__year__lte=due)
    least: Any = F("beijing_amount") * context.number("beijing_paid_share")
    behind = {"spending": Q(beijing_paid__lt=least), "report": Q(unreported=True)}
    found = projects.with_report(context.date).annotate(
        project=F("name"), beijing_amount=_sum(beijing, F("amount")), beijing_paid=_sum(beijing, F("paid"))
    )
    return found.filter(GOING_ON, any_of(behind)).annotate(behind=names_of(behind))


@rule(
    "FP-18",
    on=ObjectKind.PROJECT,
    text=_("%(project)s无义务监督员签字"),
    condition=_("建在嘎查村的项目已经完工，验收没有义务监督员签字，也没有一份月报有义务监督员签字；已终止的不比。"),
    evidence=["project", "finished_on"],
    on_save=False,
)
def nobody_supervised(projects: Any, context: Context) -> QuerySet[Any]:
    """Built in a village and finished, and no voluntary supervisor has signed for it, in whatever paper."""
    signed = ProjectProgress.objects.filter(project_id=OuterRef("pk")).exclude(supervisor_name="")
    return projects.filter(
        GOING_ON,
        ~Exists(signed),
        finished_on__isnull=False,
        finished_on__lte=context.date,
        division__level=codes.VILLAGE,
        accepted_supervisor="",
    ).annotate(project=F("name"))
