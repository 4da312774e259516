"""Income of the year and its parts (IN-01, IN-04, IN-05, IN-09, IN-11, IN-13).

Readings: rule-semantics.md (c); money is exact, in yuan.
"""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Abs, Coalesce, Round
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import MONEY, any_of, names_of
from apps.crosschecks.rules.context import Context
from apps.households.models import PROPERTY_PARTS, TRANSFER_PARTS, Household

__all__: list[str] = []

TOTALS = ("wage", "operating", "property", "transfer")


def _zero(name: str) -> Coalesce:
    return Coalesce(F(f"inc__{name}"), Value(Decimal(0)), output_field=MONEY)


def _sum(names: tuple[str, ...]) -> Any:
    """The sum of some amounts; null terms count as 0."""
    total: Any = _zero(names[0])
    for name in names[1:]:
        total = total + _zero(name)
    return total


def _stated(*names: str) -> Q:
    """At least one of these amounts is there."""
    found = Q()
    for name in names:
        found |= Q(**{f"inc__{name}__isnull": False})
    return found


@rule(
    "IN-01",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户年收入合计与分项不平：%(clauses)s"),
    condition=_(
        "以下任一项相差超过允许误差（默认1元）：年总收入（填报）与四项收入之和；转移性收入与六个分项之和；财产性收入与两个分项之和；"
        "纯收入（填报）与四项收入之和减生产经营性支出；人均纯收入（填报）与纯收入（填报）除以9月30日在册人口。"
    ),
    evidence=["code", "head", "clauses", "gross", "transfer", "property", "net", "per_capita"],
    parameters=["income_tolerance"],
)
def parts_do_not_add_up(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """A stated total differs from its parts by more than the tolerance; a null total is no hit.

    Heads are the active members of 30 September kept on the year row, while unset the active members now; the last
    clause is multiplied out, so that nothing is rounded inside the test.
    """
    both = Q(inc__per_capita_net_stated__isnull=False, inc__net_stated__isnull=False)
    heads = context.heads("y__members")
    spread = Abs(F("inc__per_capita_net_stated") * F("heads") - F("inc__net_stated"))
    differences = {
        "gross": Abs(F("inc__gross_stated") - _sum(TOTALS)),
        "transfer": Case(When(_stated(*TRANSFER_PARTS), then=Abs(F("inc__transfer") - _sum(TRANSFER_PARTS)))),
        "property": Case(When(_stated(*PROPERTY_PARTS), then=Abs(F("inc__property") - _sum(PROPERTY_PARTS)))),
        "net": Abs(F("inc__net_stated") - (_sum(TOTALS) - _zero("operating_cost"))),
    }
    tolerance = context.number("income_tolerance")
    wrong = {name: Q(**{f"{name}__gt": tolerance}) for name in differences}
    wrong["per_capita"] = Q(spread__gt=F("heads") * tolerance)
    return (
        context.with_income(context.with_year(households))
        .filter(inc__id__isnull=False)
        .annotate(heads=Case(When(both, then=heads)))
        .annotate(**differences, spread=Case(When(heads__gt=0, then=spread), output_field=MONEY))
        .filter(any_of(wrong))
        .annotate(
            head=context.head_name(),
            per_capita=Case(When(heads__gt=0, then=Round(F("spread") / F("heads"), 2)), output_field=MONEY),
            clauses=names_of(wrong),
        )
    )


@rule(
    "IN-04",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户有生产经营性收入%(operating)s元，无生产经营支出"),
    condition=_("生产经营性收入大于0，而生产经营性支出为空或不大于0。"),
    evidence=["code", "head", ("operating", "inc__operating"), ("operating_cost", "inc__operating_cost")],
)
def income_without_cost(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Operating income above 0, and the operating cost null or not above 0."""
    return (
        context.with_income(households)
        .annotate(head=context.head_name())
        .filter(Q(inc__operating_cost=None) | Q(inc__operating_cost__lte=0), inc__operating__gt=0)
    )


@rule(
    "IN-05",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户生产经营性支出%(operating_cost)s元大于收入%(operating)s元"),
    condition=_("生产经营性支出大于生产经营性收入。"),
    evidence=["code", "head", ("operating", "inc__operating"), ("operating_cost", "inc__operating_cost")],
)
def cost_above_income(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """The operating cost above the operating income; equal amounts pass."""
    return (
        context.with_income(households)
        .annotate(head=context.head_name())
        .filter(inc__operating_cost__gt=F("inc__operating"))
    )


@rule(
    "IN-09",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户有计划生育金%(family_planning)s元，但无独生子女、双女属性"),
    condition=_("计划生育金大于0，而独生子女户、双女户均未登记为“是”。"),
    evidence=["code", "head", ("family_planning", "inc__family_planning")],
)
def family_planning_without_reason(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Family-planning money above 0 and neither attribute true; a null attribute counts as false."""
    return (
        context.with_income(households)
        .annotate(head=context.head_name())
        .filter(
            Q(is_only_child_family=None) | Q(is_only_child_family=False),
            Q(is_two_daughter_family=None) | Q(is_two_daughter_family=False),
            inc__family_planning__gt=0,
        )
    )


# Amounts, and the threshold below which what is above nothing looks like a slip of the pen.
LEAST = {
    "wage": "wage_min",
    "dibao_amount": "dibao_min",
    "tekun_amount": "tekun_min",
    "pension_amount": "pension_min",
    "family_planning": "family_planning_min",
}


@rule(
    "IN-11",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户收入项数值异常，疑似录入错误：%(items)s"),
    condition=_(
        "以下任一项大于0而小于下限：工资性收入（默认300元）、低保金（200元）、特困供养金（200元）、养老保险金（88元）、"
        "计划生育金（100元）；或工资性收入大于上限（默认300,000元）。等于界限不算。"
    ),
    evidence=["code", "head", "items", *((name, f"inc__{name}") for name in LEAST)],
    parameters=[*LEAST.values(), "wage_max"],
)
def implausible_amounts(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """An amount above 0 and below its least, or a wage above the most; bounds are strict, each on its own."""
    wrong = {name: Q(**{f"inc__{name}__gt": 0, f"inc__{name}__lt": context.number(LEAST[name])}) for name in LEAST}
    wrong["wage"] |= Q(inc__wage__gt=context.number("wage_max"))
    return (
        context.with_income(households)
        .filter(any_of(wrong))
        .annotate(
            head=context.head_name(),
            items=names_of(wrong),
        )
    )


GREEN = ("returned_mu", "grassland_mu", "forest_mu")


@rule(
    "IN-13",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户有生态补偿金%(eco_amount)s元，无草地、林地或退耕面积"),
    condition=_("生态补偿金大于0，而退耕、牧草地、林地面积至少填了一项且合计为0。"),
    evidence=["code", "head", ("eco_amount", "inc__eco_amount")],
)
def eco_money_without_land(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Eco money above 0, at least one of the three areas given, and their sum 0 (null as 0).

    Areas are never negative, so that the sum is 0 when none of them is above it.
    """
    given = reduce(or_, (Q(**{f"y__{name}__isnull": False}) for name in GREEN))
    none = reduce(and_, (Q(**{f"y__{name}": None}) | Q(**{f"y__{name}__lte": 0}) for name in GREEN))
    return (
        context.with_income(context.with_year(households))
        .annotate(head=context.head_name())
        .filter(given, none, inc__eco_amount__gt=0)
    )


@rule(
    "IN-14",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户土地面积不合逻辑：%(areas)s"),
    condition=_("有效灌溉面积大于耕地面积；或退耕面积大于林地与牧草地面积之和（后两项至少填了一项，空按0计）。"),
    evidence=[
        "code",
        "head",
        "areas",
        *((name, f"y__{name}") for name in ("cultivated_mu", "irrigated_mu", *GREEN)),
    ],
)
def areas_inconsistent(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Irrigated above cultivated; or returned above forest and grassland (null as 0, one of the two given)."""
    green = Coalesce(F("y__forest_mu"), Value(Decimal(0)), output_field=MONEY) + Coalesce(
        F("y__grassland_mu"), Value(Decimal(0)), output_field=MONEY
    )
    given = Q(y__forest_mu__isnull=False) | Q(y__grassland_mu__isnull=False)
    wrong = {
        "irrigated": Q(y__irrigated_mu__gt=F("y__cultivated_mu")),
        "returned": Q(y__returned_mu__gt=green) & given,
    }
    return context.with_year(households).filter(any_of(wrong)).annotate(head=context.head_name(), areas=names_of(wrong))
