"""Income against the members it should come from: allowance, support, pension, wage (IN-06, IN-07, IN-08, IN-10).

Readings: rule-semantics.md (c). The departments' own lists are compared elsewhere; here the register is held against
itself.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Case, CharField, Exists, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.context import Context, years_before
from apps.households.models import Household

__all__: list[str] = []

PENSION_AGE = 60


def _members(context: Context) -> QuerySet[Any]:
    """Active members of the outer household with their facts of the year as `y`."""
    return context.with_year(context.members_of())


def _differs(households: QuerySet[Household], context: Context, amount: str, somebody: Exists) -> QuerySet[Household]:
    """Households whose `amount` is given and above 0 without `somebody`, or not above 0 with one."""
    path = f"inc__{amount}"
    return (
        context.with_income(households)
        .annotate(head=context.head_name(), somebody=somebody)
        .filter(Q(**{f"{path}__gt": 0}, somebody=False) | Q(**{f"{path}__lte": 0}, somebody=True))
        .annotate(side=_side(path))
    )


def _side(path: str) -> Case:
    """Which of the two is there: the money or the member."""
    return Case(When(**{f"{path}__gt": 0}, then=Value("money")), default=Value("member"), output_field=CharField())


@rule(
    "IN-06",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户低保金%(dibao_amount)s元，%(side)s"),
    condition=_("低保金大于0而无享受低保的在册成员，或低保金为0而有享受低保的在册成员；低保金为空不算。"),
    evidence=["code", "head", ("dibao_amount", "inc__dibao_amount"), "side"],
)
def allowance_and_member(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """The allowance is given, and being above 0 differs from an active member drawing it."""
    return _differs(households, context, "dibao_amount", Exists(_members(context).filter(y__dibao=True)))


@rule(
    "IN-07",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户特困供养金%(tekun_amount)s元，%(side)s"),
    condition=_("特困供养金大于0而无特困供养的在册成员，或特困供养金为0而有特困供养的在册成员；特困供养金为空不算。"),
    evidence=["code", "head", ("tekun_amount", "inc__tekun_amount"), "side"],
)
def support_and_member(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """The destitute support is given, and being above 0 differs from an active member drawing it."""
    return _differs(households, context, "tekun_amount", Exists(_members(context).filter(y__tekun=True)))


@rule(
    "IN-08",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户养老保险金%(pension_amount)s元，%(side)s"),
    condition=_(
        "养老保险金大于0，而在册成员出生日期齐全、年末均不满60岁且无人参加职工养老保险；"
        "或养老保险金为0，而有参加居民养老保险的成员在收入年度开始（上年10月1日）前已满60岁。"
    ),
    evidence=["code", "head", ("pension_amount", "inc__pension_amount"), "side"],
)
def pension_and_age(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Money without anybody of 60 or in the employees' scheme; or none though somebody was 60 for the whole year.

    The accounting year begins on 1 October of the year before (rule-semantics.md a.2).
    """
    begin = datetime.date(context.year - 1, 10, 1)
    entitled = (
        Q(birth_date=None)
        | Q(birth_date__lte=years_before(context.year_end, PENSION_AGE))
        | Q(y__pension_employee=True)
    )
    drawing = Q(y__pension_resident=True, birth_date__lte=years_before(begin, PENSION_AGE))
    return (
        context.with_income(households)
        .annotate(
            head=context.head_name(),
            entitled=Exists(_members(context).filter(entitled)),
            drawing=Exists(_members(context).filter(drawing)),
        )
        .filter(Q(inc__pension_amount__gt=0, entitled=False) | Q(inc__pension_amount=0, drawing=True))
        .annotate(side=_side("inc__pension_amount"))
    )


@rule(
    "IN-10",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户工资性收入%(wage)s元，%(side)s"),
    condition=_("工资性收入大于0而无务工或公益性岗位成员，或工资性收入为0而有这样的成员；工资性收入为空不算。"),
    evidence=["code", "head", ("wage", "inc__wage"), "side"],
)
def wage_and_worker(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """The wage is given, and being above 0 differs from an active member with months of work or a public post."""
    working = Q(y__work_months__gt=0) | Q(y__public_job__gt="")
    return _differs(households, context, "wage", Exists(_members(context).filter(working)))
