"""Income of the year (IN-01, IN-04). Readings: rule-semantics.md (c); money is exact, in yuan."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, CharField, DecimalField, F, Q, QuerySet, Value, When
from django.db.models.functions import Abs, Coalesce, Concat, Round
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.context import Context
from apps.households.models import PROPERTY_PARTS, TRANSFER_PARTS, Household

__all__: list[str] = []

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=16, decimal_places=2)
HEADS: DecimalField[Any, Any] = DecimalField(max_digits=6, decimal_places=0)
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
    heads = Coalesce("y__members", context.member_count(), output_field=HEADS)
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
        .filter(reduce(or_, wrong.values()))
        .annotate(
            head=context.head_name(),
            per_capita=Case(When(heads__gt=0, then=Round(F("spread") / F("heads"), 2)), output_field=MONEY),
            clauses=Concat(
                *(Case(When(where, then=Value(f"{name},")), default=Value("")) for name, where in wrong.items()),
                output_field=CharField(),
            ),
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
