"""Money on its way (FP-01, FP-03, FP-04, FP-12, FP-20): quotas, and the sums of counties and villages.

Design: sums are taken as they stand, and compared without rounding: shares are put as products. What a place got is
what came to it from outside, so that a county's own townships do not count twice.
"""

from __future__ import annotations

import datetime
from calendar import isleap
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Round
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import MONEY, any_of, names_of
from apps.crosschecks.rules.context import Context
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.choices import Act, FundKind
from apps.funds.models import Allocation, Entry, Quota
from apps.villages.models import Village

__all__: list[str] = []

SPAN = codes.SPAN[codes.COUNTY]
# Products of sums with days and shares.
PRODUCT: DecimalField[Any, Any] = DecimalField(max_digits=30, decimal_places=4)
NOTHING = Value(Decimal(0), output_field=MONEY)
SEED_RAISED = 2016
"""From this year on a village's seed money is more (seed 004)."""


def _here(name: str = "division_id") -> dict[str, Any]:
    """The condition that a row lies in the outer county (`code`)."""
    return {f"{name}__gte": OuterRef("code"), f"{name}__lt": OuterRef("code") + SPAN}


def _sum(rows: QuerySet[Any], of: Any) -> Coalesce:
    """The sum over some rows of a county or village, 0 without any. One group: they are summed as a whole."""
    summed: QuerySet[Any, Any] = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(sum=Sum(of))
    return Coalesce(Subquery(summed.values("sum"), output_field=MONEY), NOTHING)


def _given(**only: Any) -> QuerySet[Quota]:
    """Quotas of the outer county that came from outside of it."""
    outside = Q(from_division_id__lt=OuterRef("code")) | Q(from_division_id__gte=OuterRef("code") + SPAN)
    return Quota.objects.filter(Q(parent=None) | outside, **_here(), **only)


def _counties(places: QuerySet[Division]) -> QuerySet[Division]:
    return places.filter(level=codes.COUNTY)


def _percent(part: str, whole: str) -> Round:
    """A share for people, in per cent; never compared."""
    share = ExpressionWrapper(F(part) * Value(Decimal(100)) / F(whole), output_field=PRODUCT)
    return Round(share, 2)


@rule(
    "FP-01",
    on=ObjectKind.QUOTA,
    text=_("%(place_name)s%(quota_no)s自%(received_on)s收到后尚有%(left)s元未下达"),
    condition=_("指标收到超过规定天数（默认30天），仍有金额没有下达下级、落实到项目或收回。"),
    evidence=[
        "place_name",
        ("quota_no", "document_no"),
        "fund_kind",
        "received_on",
        ("quota_amount", "amount"),
        "left",
    ],
    parameters=["retained_days"],
    on_save=False,
)
def retained(quotas: Any, context: Context) -> QuerySet[Any]:
    """Received more days ago than the threshold, and something left that was neither passed on, put into projects nor
    recovered."""
    return (
        quotas.with_left()
        .filter(left__gt=0, received_on__lt=context.days_ago("retained_days"))
        .annotate(place_name=F("division__short_name"), fund_kind=F("kind"))
    )


def elapsed(day: datetime.date) -> tuple[int, int]:
    """How many days of its year a day has behind it with itself, and how many the year has."""
    return day.timetuple().tm_yday, 366 if isleap(day.year) else 365


@rule(
    "FP-03",
    on=ObjectKind.DIVISION,
    place="code",
    text=_("%(place_name)s%(fund_year)s年支出进度%(spent_share)s%%，落后于时间进度"),
    condition=_(
        "旗县当年已收到的指标（扣除收回，旗县内部下达不重复计），拨付比例低于时间进度减去允许落后的比例（默认10%）；"
        "时间进度为比对日期在当年的天数除以全年天数。"
    ),
    evidence=["place_name", "fund_year", "received", "spent", "spent_share"],
    parameters=["spending_lag"],
    on_save=False,
)
def spending_behind(places: QuerySet[Division], context: Context) -> QuerySet[Any]:
    """Of this year's money that a county has received less was paid than the calendar asks for, less the lag."""
    day, days = elapsed(context.date)
    year = context.date.year
    lag = context.number("spending_lag")
    due = ExpressionWrapper(Value(Decimal(day)) - lag * Value(Decimal(days)), output_field=PRODUCT)
    return (
        _counties(places)
        .annotate(
            received=_sum(_given(year=year, received_on__isnull=False), F("amount") - F("recovered")),
            spent=_sum(Quota.objects.filter(year=year, **_here()), F("paid")),
            due=due,
        )
        .alias(
            reached=ExpressionWrapper(F("spent") * Value(Decimal(days)), output_field=PRODUCT),
            wanted=ExpressionWrapper(F("received") * F("due"), output_field=PRODUCT),
        )
        .filter(received__gt=0, reached__lt=F("wanted"))
        .annotate(
            place_name=F("short_name"),
            fund_year=Value(year),
            spent_share=_percent("spent", "received"),
        )
    )


@rule(
    "FP-04",
    on=ObjectKind.DIVISION,
    place="code",
    text=_("%(place_name)s%(fund_year)s年结转结余率%(carried_share)s%%"),
    condition=_("旗县上一年度指标在年末关账时结转的金额，超过该年度指标金额的规定比例（默认8%）；没有关账的不比。"),
    evidence=["place_name", "fund_year", "received", "carried", "carried_share"],
    parameters=["carry_over_max"],
    on_save=False,
)
def carried_over(places: QuerySet[Division], context: Context) -> QuerySet[Any]:
    """Of last year's money more was carried over when its books were closed than the threshold's share."""
    year = context.date.year - 1
    carried = Entry.objects.filter(act=Act.CARRY, year=year, booked_on=datetime.date(year, 12, 31), **_here())
    most = ExpressionWrapper(F("received") * context.number("carry_over_max"), output_field=PRODUCT)
    return (
        _counties(places)
        .annotate(received=_sum(_given(year=year), F("amount")), carried=_sum(carried, F("amount")))
        .filter(received__gt=0, carried__gt=most)
        .annotate(place_name=F("short_name"), fund_year=Value(year), carried_share=_percent("carried", "received"))
    )


@rule(
    "FP-12",
    on=ObjectKind.VILLAGE,
    text=_("%(village)s%(fund_year)s年引导资金%(seed_money)s元，低于标准"),
    condition=_(
        "当年安排了三到村三到户引导资金的贫困村（含已退出的），落实到本村项目的引导资金少于下限"
        "（2015年及以前默认45万元，2016年起默认50万元）；当年没有安排的不比。"
    ),
    evidence=["village", "fund_year", "seed_money"],
    parameters=["seed_money_before", "seed_money"],
    on_save=False,
)
def too_little_seed_money(villages: Any, context: Context) -> QuerySet[Village]:
    """A listed village that gets seed money this year, but less than the scheme promises each of its villages."""
    year = context.date.year
    put = Allocation.objects.filter(
        division_id=OuterRef("division_id"), quota__kind=FundKind.SEED, quota__year=year, amount__gt=0
    )
    least = context.number("seed_money" if year >= SEED_RAISED else "seed_money_before")
    found: QuerySet[Village] = (
        villages.listed()
        .annotate(seed_money=_sum(put, F("amount")))
        .filter(seed_money__gt=0, seed_money__lt=least)
        .annotate(village=F("division__short_name"), fund_year=Value(year))
    )
    return found


@rule(
    "FP-20",
    on=ObjectKind.DIVISION,
    place="code",
    text=_("%(place_name)s整合资金%(consolidation)s"),
    condition=_("统筹整合资金安排到不是国贫、区贫的旗县（已退出的仍算），或落实到没有入库的项目。"),
    evidence=["place_name", "consolidation", "consolidated", "outside_plan"],
    on_save=False,
)
def consolidated_outside(places: QuerySet[Division], context: Context) -> QuerySet[Any]:
    """Consolidated money of a county that is on no poverty list, or in a project that is not in the library, which is
    the county's plan."""
    kind = FundKind.CONSOLIDATED
    given = _given(kind=kind, amount__gt=F("recovered"))
    outside = Allocation.objects.filter(quota__kind=kind, project__item=None, amount__gt=0, **_here())
    wrong = {
        "not_poor": Q(Exists(given), poverty_tier=""),
        "outside_plan": Q(Exists(outside)),
    }
    return (
        _counties(places)
        .filter(any_of(wrong))
        .annotate(
            place_name=F("short_name"),
            consolidation=names_of(wrong),
            consolidated=_sum(given, F("amount") - F("recovered")),
            outside_plan=_sum(outside, F("amount")),
        )
    )
