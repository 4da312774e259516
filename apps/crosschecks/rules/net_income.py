"""Net income a head against the poverty line and the year before (IN-02, IN-03, IN-12, IN-16).

Readings: rule-semantics.md (c). Quotients are never rounded inside a test: both sides are multiplied by the heads.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Abs, Greatest, Round
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import MONEY
from apps.crosschecks.rules.context import Context
from apps.households.models import EXITED, GUARANTEES, HELPED, Household, HouseholdIncome, PovertyLine, Verdict

__all__: list[str] = []

HALF = Decimal("0.5")


def line_is_missing() -> str:
    """Why rules about the poverty line cannot run, for people; empty when they can."""
    return "" if PovertyLine.objects.exists() else gettext("没有贫困标准")


def _a_head(net: str, heads: str) -> Case:
    """The quotient for evidence, in yuan and fen; null where nobody is there to divide by."""
    return Case(When(**{f"{heads}__gt": 0}, then=Round(F(net) / F(heads), 2)), output_field=MONEY)


def _with_net(households: QuerySet[Household], context: Context) -> QuerySet[Any]:
    """Add the income of the year as `inc`, `heads` that it is divided by, and `line` of the year."""
    return context.with_income(context.with_year(households)).annotate(
        heads=context.heads("y__members"), line=context.line(context.year)
    )


@rule(
    "IN-02",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户已脱贫，人均纯收入%(a_head)s元低于标准%(line)s元"),
    condition=_("脱贫户当年人均纯收入低于当年贫困标准；按9月30日在册人口计算，等于标准不算。"),
    evidence=["code", "head", "a_head", "line"],
    statuses=EXITED,
    missing=line_is_missing,
)
def exited_below_the_line(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Net income a head of the year below the line of the year and county."""
    return (
        _with_net(households, context)
        .filter(heads__gt=0, inc__net__lt=F("line") * F("heads"))
        .annotate(head=context.head_name(), a_head=_a_head("inc__net", "heads"))
    )


@rule(
    "IN-03",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户人均纯收入%(a_head)s元、标准%(line)s元，两不愁三保障均达标，应核实是否列入脱贫"),
    condition=_("未脱贫户或返贫户当年人均纯收入不低于贫困标准的若干倍（默认1.5倍），且两不愁三保障六项均达标。"),
    evidence=["code", "head", "a_head", "line"],
    parameters=["far_above_factor"],
    statuses=("20", "50"),
    missing=line_is_missing,
)
def far_above_the_line(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """At or above `far_above_factor` times the line, and all six guarantees met."""
    met = {f"g__{name}": Verdict.MET for name in GUARANTEES}
    return (
        context.with_guarantees(_with_net(households, context))
        .filter(heads__gt=0, inc__net__gte=F("line") * context.number("far_above_factor") * F("heads"), **met)
        .annotate(head=context.head_name(), a_head=_a_head("inc__net", "heads"))
    )


@rule(
    "IN-12",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户人均纯收入由%(before)s元变为%(a_head)s元"),
    condition=_("人均纯收入与上年相差超过1,000元，且超过上年数（绝对值）的一半；上年或当年为空不算。"),
    evidence=["code", "head", "before", "a_head"],
    parameters=["income_change_min"],
)
def large_change(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Net income a head differs from the year before by more than the threshold and by more than half of it.

    An earlier value of 0 or less does not stop the rule.
    """
    last = context.year - 1
    rows = context.with_income(context.with_year(households))
    rows = context.with_income(context.with_year(rows, last, "y0"), last, "inc0")
    spread = Abs(F("inc__net") * F("heads0") - F("inc0__net") * F("heads"))
    return (
        rows.annotate(heads=context.heads("y__members"), heads0=context.heads("y0__members"))
        .annotate(spread=Case(When(heads__gt=0, heads0__gt=0, then=spread), output_field=MONEY))
        .filter(
            spread__gt=Greatest(
                context.number("income_change_min") * F("heads") * F("heads0"),
                Abs(F("inc0__net")) * F("heads") * Value(HALF),
                output_field=MONEY,
            )
        )
        .annotate(head=context.head_name(), a_head=_a_head("inc__net", "heads"), before=_a_head("inc0__net", "heads0"))
    )


@rule(
    "IN-16",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户%(year)s年收入未采集"),
    condition=_("11月30日以后，在此之前识别的未脱贫、脱贫（享受政策）、返贫户没有当年人均纯收入。"),
    evidence=["code", "head", "year"],
    statuses=HELPED,
)
def not_collected(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """After 30 November, identified by then, and no income of the year with net income a head."""
    last_day = datetime.date(context.year, 11, 30)
    begun = Value(context.date > last_day, output_field=BooleanField())
    collected = HouseholdIncome.objects.filter(household_id=OuterRef("pk"), year=context.year, net__isnull=False)
    return (
        context.with_year(households)
        .annotate(
            head=context.head_name(),
            year=Value(context.year, output_field=IntegerField()),
            heads=context.heads("y__members"),
        )
        .filter(begun, Q(identified_on=None) | Q(identified_on__lte=last_day), ~Exists(collected) | Q(heads=0))
    )
