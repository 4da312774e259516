"""Dwelling, water, power and relocation as the departments know them (DC-19 … DC-22). Readings: rule-semantics.md (c).

A department's row is of one person, mostly the head; a household has those of all its active members.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    F,
    FloatField,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import HAS_KEY, Unequal, names_of
from apps.crosschecks.rules.context import Context
from apps.households.models import Household

__all__: list[str] = []

SAFE_GRADES = ("A", "B")
KWH: DecimalField[Any, Any] = DecimalField(max_digits=14, decimal_places=2)


class Median(Aggregate):
    """The middle value; of an even number the mean of the middle two."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@rule(
    "DC-19",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户住房登记为%(dwelling_grade)s，住建鉴定为%(appraised_grade)s（%(repair_state)s）"),
    condition=_(
        "住建部门最近一次鉴定：改造已竣工的，登记的危房级别应为A级或B级；未竣工的，登记级别应与鉴定级别相同。"
        "没有鉴定记录或级别为空不算。"
    ),
    evidence=["code", "head", "dwelling_grade", "appraised_grade", "appraised_on", "repair_state"],
    needs=["HC-WF"],
)
def dwelling_differs(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """The last appraisal: once repaired the grade is A or B, before that the appraised one. A against B differs."""
    last = context.member_rows("HC-WF").order_by("-appraised_on", *context.preference("HC-WF"))
    repaired = Q(repair_state="finished", repaired_on__lte=context.date)
    return (
        context.with_year(households.filter(context.known_to("HC-WF")))
        .annotate(
            dwelling_grade=F("y__dwelling_grade"),
            appraised_grade=Subquery(last.values("grade")[:1]),
            appraised_on=Subquery(last.values("appraised_on")[:1]),
            repair_state=Subquery(last.values("repair_state")[:1]),
            repaired_on=Subquery(last.values("repaired_on")[:1]),
        )
        .annotate(repaired=Case(When(repaired, then=Value(True)), default=Value(False)))
        .filter(
            Q(repaired=True, dwelling_grade__isnull=False) & ~Q(dwelling_grade__in=SAFE_GRADES)
            | Q(Unequal(F("dwelling_grade"), F("appraised_grade")), repaired=False)
        )
        .annotate(head=context.head_name())
    )


@rule(
    "DC-20",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户饮水安全登记与水利不一致：登记%(water_safe)s，水利%(checked_safe)s"),
    condition=_("饮水安全登记与水利部门最近一次按户检测的结果不同；没有按户结果的，与所在嘎查村的结果相比。"),
    evidence=["code", "head", "water_safe", "checked_safe", "checked_scope"],
    needs=["WR-DW"],
)
def water_differs(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """The household's last result, else its village's, is another than the register's."""
    order = ("-checked_on", *context.preference("WR-DW"))
    own = context.member_rows("WR-DW").filter(scope="household").order_by(*order)
    village = context.department("WR-DW").filter(scope="village", village=OuterRef("division_id")).order_by(*order)
    return (
        context.with_year(households)
        .annotate(water_safe=F("y__water_safe"), own_safe=Subquery(own.values("safe")[:1]))
        .annotate(
            checked_safe=Coalesce("own_safe", Subquery(village.values("safe")[:1])),
            checked_scope=Case(When(own_safe__isnull=False, then=Value("household")), default=Value("village")),
        )
        .filter(Unequal(F("water_safe"), F("checked_safe")))
        .annotate(head=context.head_name())
    )


def _most_kwh(context: Context) -> Func:
    """The use of power of a year that is no more ordinary in the household's village; null without enough accounts.

    The villages' medians are read in one query and looked up for each row: asked for each household they would be
    computed once for every account.
    """
    settings = context.settings
    rows = (
        context.department("EP-PW")
        .filter(connected=True, village__range=(context.low, context.high))
        .order_by()
        .values_list("village")
        .annotate(accounts=Count("pk"), median=Median("kwh_year"))
        .filter(median__gt=0)
    )
    most = {
        str(village): str(Decimal(str(median)) * settings.at("kwh_factor", village))
        for village, accounts, median in rows
        if accounts >= settings.at("kwh_min_accounts", village)
    }
    village = Cast("division_id", CharField())
    found = Func(Value(most, output_field=JSONField()), village, function="jsonb_extract_path_text")
    return Cast(found, KWH)


@rule(
    "DC-21",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户%(power)s"),
    condition=_(
        "供电企业有该户成员名下的用户，而是否通电与登记的生活用电不同；"
        "或近十二个月最大用电量超过全村通电用户中位数的3倍（全村至少5户）。"
    ),
    evidence=["code", "head", "power", "kwh_year", "kwh_most"],
    parameters=["kwh_factor", "kwh_min_accounts"],
    needs=["EP-PW"],
)
def power_differs(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """An account of a member is there and says otherwise, or uses more than the factor times the village's median."""
    rows = context.member_rows("EP-PW")
    cut_off = Q(has_power=True, connected=False)
    connected = Q(has_power=False, connected=True)
    much = Q(largest__gt=F("most"))
    return (
        context.with_year(households.filter(context.known_to("EP-PW")))
        .annotate(
            has_power=F("y__has_domestic_power"),
            connected=Exists(rows.filter(connected=True)),
            largest=Subquery(rows.order_by("-kwh_year").values("kwh_year")[:1]),
            most=_most_kwh(context),
        )
        .filter(cut_off | connected | much)
        .annotate(
            head=context.head_name(),
            power=names_of({"cut_off": cut_off, "connected": connected, "much": much}),
            kwh_year=Case(When(much, then=F("largest"))),
            kwh_most=Case(When(much, then=F("most"))),
        )
    )


@rule(
    "DC-22",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户搬迁登记与发改台账不一致：%(relocation)s"),
    condition=_("是否搬迁户已填写，与成员是否列入易地搬迁台账不同；成员都没有可比对的证件号码不算。"),
    evidence=["code", "head", "relocation"],
    needs=["DR-RL"],
)
def relocation_differs(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Said to be relocated and no member stands in the ledger, or the other way round; moved in or not."""
    missing = Q(is_relocated=True, in_ledger=False)
    return (
        households.annotate(in_ledger=Exists(context.member_rows("DR-RL")))
        .filter(
            missing & Q(Exists(context.members_of().filter(HAS_KEY))) | Q(is_relocated=False, in_ledger=True)
        )
        .annotate(
            head=context.head_name(),
            relocation=Case(When(missing, then=Value("not_in_ledger")), default=Value("in_ledger")),
        )
    )  # fmt: skip
