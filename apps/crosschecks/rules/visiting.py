"""Visits (CV-03, CV-04, CV-12, CV-13): what helpers' diaries say, and do not say.

Design: a sign-in is a visit handed in under the helper's account, whatever it is marked for; marks are questions to a
person (CV-12) and no reason to count a visit less. A helper without an account can sign in nowhere, and the evidence
says so. The month is the last whole one. Asked are households whom policy helps; who has left for good needs no visit.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from apps.access.models import Pairing
from apps.cadres.models import Cadre
from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.context import Context
from apps.households.models import HELPED
from apps.visits.choices import Mark
from apps.visits.models import Visit, VisitMark

__all__: list[str] = []

FALSE_LOOKING = (Mark.FAR, Mark.COPIED, Mark.PHOTO_REPEATED, Mark.TRAVEL)
LATEST = 3
"""So many visits in a row without anything solved are worth a word."""


def _month(context: Context) -> Value:
    return Value(f"{context.month[0]:%Y-%m}", output_field=CharField())


def _in_month(context: Context, **of: Any) -> QuerySet[Visit]:
    return Visit.objects.filter(visited_on__range=context.month, **of)


def _all_month(context: Context) -> Q:
    """The condition that a pairing was in force on every day of the month."""
    first, last = context.month
    return Q(Q(until_on=None) | Q(until_on__gte=last), from_on__lte=first)


@rule(
    "CV-03",
    on=ObjectKind.CADRE,
    text=_("%(helping_unit)s%(cadre)s%(month)s零签到"),
    condition=_(
        "干部整月都有帮扶中的贫困户，上一个完整月份没有一篇民情日记；月末前已离岗的不比，没有登录账户的也算零签到。"
    ),
    evidence=["cadre", "helping_unit", "month", "has_account"],
    on_save=False,
)
def no_sign_in(cadres: QuerySet[Cadre], context: Context) -> QuerySet[Any]:
    """Paired all month with a household that policy helps, and not one visit in it."""
    paired = Pairing.objects.filter(_all_month(context), cadre_id=OuterRef("pk"), household__status__in=HELPED)
    return cadres.filter(
        Q(left_on=None) | Q(left_on__gt=context.month[1]),
        Exists(paired),
        ~Exists(_in_month(context, author_id=OuterRef("account_id"))),
    ).annotate(
        cadre=F("name"), helping_unit=F("unit__name"), month=_month(context), has_account=Q(account__isnull=False)
    )


@rule(
    "CV-04",
    on=ObjectKind.PAIRING,
    text=_("%(cadre)s自%(since)s后未入%(head)s户"),
    condition=_("结对的上一个完整月份没有走访，或最近一次走访（没有走访的按结对日期）距比对日期超过上限（默认45天）。"),
    evidence=[("cadre", "name"), "head", "since", "month"],
    parameters=["visit_days"],
    statuses=HELPED,
    on_save=False,
)
def too_few_visits(pairings: QuerySet[Pairing], context: Context) -> QuerySet[Any]:
    """No visit of the helper in the month, or the last one (else the pairing's first day) too many days ago."""
    own = {"household_id": OuterRef("household_id"), "author_id": OuterRef("helper_id")}
    visits: QuerySet[Any, Any] = Visit.objects.filter(visited_on__lte=context.date, **own).order_by()
    last = Subquery(visits.values("author_id").annotate(last=Max("visited_on")).values("last"))
    return (
        pairings.annotate(since=Greatest(F("from_on"), Coalesce(last, F("from_on"))))
        .filter(
            Q(Q(from_on__lte=context.month[0]), ~Exists(_in_month(context, **own)))
            | Q(since__lt=context.days_ago("visit_days"))
        )
        .annotate(head=context.head_name("household_id"), month=_month(context))
    )


@rule(
    "CV-12",
    on=ObjectKind.VISIT,
    text=_("%(cadre)s%(visited_on)s的日记%(marks)s"),
    condition=_("民情日记带有定位离户较远、两次走访间隔过短、内容与以往雷同或照片重复的标记；标记只供核实，不作结论。"),
    evidence=["cadre", "head", "visited_on", "marks"],
    on_save=False,
)
def looks_false(visits: QuerySet[Visit], context: Context) -> QuerySet[Any]:
    """A visit marked for what somebody should look at; the thresholds are those of the marks."""
    marks = VisitMark.objects.filter(kind__in=FALSE_LOOKING)
    kinds: QuerySet[Any, Any] = marks.filter(visit_id=OuterRef("pk")).order_by("kind").values("kind").distinct()
    return visits.filter(pk__in=marks.values("visit_id")).annotate(
        cadre=F("author_name"), head=context.head_name("household_id"), marks=ArraySubquery(kinds)
    )


def _perhaps_unsolved(context: Context) -> str:
    """Pairings with three visits or more whose last one solved nothing; of SQL alone, and wider than the rule."""
    return f"""
SELECT pairing.id, pairing.division_id FROM access_pairing pairing JOIN (
    SELECT visit.household_id, visit.author_id, count(*) AS visits, max(visit.visited_on) AS latest,
           max(visit.visited_on) FILTER (WHERE visit.problem_solved) AS solved
    FROM visits_visit visit WHERE visit.visited_on <= '{context.date}' GROUP BY visit.household_id, visit.author_id
) own ON own.household_id = pairing.household_id AND own.author_id = pairing.helper_id
WHERE own.visits >= {LATEST} AND (own.solved IS NULL OR own.solved <= own.latest)
  AND pairing.from_on <= '{context.date}' AND (pairing.until_on IS NULL OR pairing.until_on >= '{context.date}')
  AND pairing.division_id BETWEEN {context.low} AND {context.high}"""  # noqa: S608  (dates and codes of ours)


@rule(
    "CV-13",
    on=ObjectKind.PAIRING,
    text=_("%(cadre)s近三次入户（自%(since)s起）无解决事项"),
    condition=_("结对干部对该户最近三次民情日记，没有一次记录已解决的问题；不足三次的不比。"),
    evidence=[("cadre", "name"), "head", "since"],
    statuses=HELPED,
    suspects=_perhaps_unsolved,
    on_save=False,
)
def nothing_solved(pairings: QuerySet[Pairing], context: Context) -> QuerySet[Any]:
    """At least three visits of the helper, and in the latest three no problem that was solved."""
    own = Visit.objects.filter(
        visited_on__lte=context.date, household_id=OuterRef("household_id"), author_id=OuterRef("helper_id")
    ).order_by("-visited_on", "-pk")
    third: QuerySet[Any, Any] = own.values("visited_on")[LATEST - 1 : LATEST]
    solved: QuerySet[Any, Any] = own.values("problem_solved")[:LATEST]
    return (
        pairings.annotate(since=Subquery(third), solved=ArraySubquery(solved))
        .filter(~Q(solved__contains=[True]), since__isnull=False)
        .annotate(head=context.head_name("household_id"))
    )
