"""Schooling, labour, work and insurance of a person in the year (HH-09 … HH-14, HH-17).

Readings: rule-semantics.md (c). Whoever has no facts of the year is reported by ID-10 alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, ExtractYear
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.context import Context
from apps.households.models import Person

__all__: list[str] = []


def _year_of(persons: QuerySet[Person], context: Context) -> QuerySet[Any]:
    """Persons with their yearly facts as `y`.

    Whoever has none passes no test on a value. All conditions on `y` stand in one `filter()`: a second one would join
    the facts a second time.
    """
    return context.with_year(persons)


def _age(context: Context) -> Any:
    """Age on 31 December of the year: on that day every birthday has been, so the years alone tell."""
    return Value(context.year, output_field=IntegerField()) - Cast(ExtractYear("birth_date"), IntegerField())


@rule(
    "HH-09",
    on=ObjectKind.PERSON,
    text=_("%(name)s文化程度与在校生状况应且只能填写一项"),
    condition=_("年度情况中，文化程度和在校生状况都为空，或都已填写。"),
    evidence=["name", ("education", "y__education"), ("school_stage", "y__school_stage")],
)
def both_or_neither(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Education and school stage both blank or both filled; stage 01 counts as filled."""
    return _year_of(persons, context).filter(
        Q(y__education=None, y__school_stage=None) | Q(y__education__isnull=False, y__school_stage__isnull=False),
        y__id__isnull=False,
    )


def _stages(first: int, last: int) -> list[str]:
    return [f"{number:02d}" for number in range(first, last + 1)]


@rule(
    "HH-10",
    on=ObjectKind.PERSON,
    text=_("%(name)s%(age)s岁，登记为%(school_stage)s"),
    condition=_("年末年龄：小学不在6至14岁，初中不在11至18岁，高中或中职不在14至22岁，高等教育不满16岁。"),
    evidence=["name", "age", ("school_stage", "y__school_stage")],
    parameters=[
        "primary_age_min",
        "primary_age_max",
        "junior_age_min",
        "junior_age_max",
        "senior_age_min",
        "senior_age_max",
        "college_age_min",
    ],
)
def stage_unfit(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Stage 03 and age not 6-14; 04-06 and not 11-18; 07-12 and not 14-22; 13 and above and age below 16."""

    def outside(stages: Iterable[str], school: str) -> Q:
        young = Q(birth_date__gt=context.born_by(f"{school}_age_min"))
        old = Q(birth_date__lte=context.born_after(f"{school}_age_max"))
        return Q(y__school_stage__in=stages) & (young | old)

    return (
        _year_of(persons, context)
        .annotate(age=_age(context))
        .filter(
            outside(["03"], "primary")
            | outside(_stages(4, 6), "junior")
            | outside(_stages(7, 12), "senior")
            | Q(y__school_stage__in=_stages(13, 25), birth_date__gt=context.born_by("college_age_min"))
        )
    )


@rule(
    "HH-11",
    on=ObjectKind.PERSON,
    text=_("%(name)s%(age)s岁、健康、非在校，登记为%(labour)s"),
    condition=_("年末满16岁不满60岁，健康状况仅为“健康”，非在校，劳动技能为弱劳动力、丧失或无劳动力。"),
    evidence=["name", "age", ("labour", "y__labour")],
    parameters=["working_age_min", "working_age_max"],
)
def healthy_without_labour(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """16 <= age < 60, health exactly {01}, no school stage, labour 03, 04 or 05."""
    return (
        _year_of(persons, context)
        .annotate(age=_age(context))
        .filter(
            birth_date__lte=context.born_by("working_age_min"),
            birth_date__gt=context.born_by("working_age_max"),
            y__health=["01"],
            y__school_stage=None,
            y__labour__in=["03", "04", "05"],
        )
    )


@rule(
    "HH-12",
    on=ObjectKind.PERSON,
    text=_("%(name)s%(age)s岁，登记为劳动力或有务工记录"),
    condition=_("年末不满16岁而登记为劳动力或有务工月数；或小学至高中（中职）在校生务工超过3个月。"),
    evidence=[
        "name",
        "age",
        ("labour", "y__labour"),
        ("work_months", "y__work_months"),
        ("school_stage", "y__school_stage"),
    ],
    parameters=["working_age_min", "pupil_work_months"],
)
def child_at_work(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Under 16 and a labourer or with months of work; or stage 03 to 12 and more than three months."""
    child = Q(birth_date__gt=context.born_by("working_age_min"))
    months = context.number("pupil_work_months")
    return (
        _year_of(persons, context)
        .annotate(age=_age(context))
        .filter(
            (child & (Q(y__labour__in=["01", "02"]) | Q(y__work_months__gt=0)))
            | Q(y__school_stage__in=_stages(3, 12), y__work_months__gt=months)
        )
    )


@rule(
    "HH-13",
    on=ObjectKind.PERSON,
    text=_("%(name)s务工区域与务工月数只填了一项"),
    condition=_("务工区域已填而务工月数为空或0，或务工月数大于0而务工区域为空。"),
    evidence=["name", ("work_region", "y__work_region"), ("work_months", "y__work_months")],
)
def work_half_filled(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Work region filled differs from months above 0; null months count as 0."""
    none = Q(y__work_months=None) | Q(y__work_months__lte=0)
    return _year_of(persons, context).filter(
        (Q(y__work_region__isnull=False) & none) | Q(y__work_region=None, y__work_months__gt=0)
    )


@rule(
    "HH-14",
    on=ObjectKind.PERSON,
    text=_("%(name)s务工%(work_months)s个月"),
    condition=_("务工月数小于0或大于12。"),
    evidence=["name", ("work_months", "y__work_months")],
)
def months_out_of_range(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Months below 0 or above 12."""
    return _year_of(persons, context).filter(Q(y__work_months__lt=0) | Q(y__work_months__gt=12))


@rule(
    "HH-17",
    on=ObjectKind.PERSON,
    text=_("%(name)s同时登记居民医保和职工医保"),
    condition=_("居民基本医疗保险和职工基本医疗保险均登记为参加。"),
    evidence=["name"],
)
def insured_twice(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Both medical insurances recorded."""
    return _year_of(persons, context).filter(y__medical_resident=True, y__medical_employee=True)
