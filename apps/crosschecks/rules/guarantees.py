"""The guarantees: schooling, dwelling, insurance, water, power, contracts (TG-01 … TG-12).

Readings: rule-semantics.md (c). Relocation is not kept yet and counts as absent: a record that only excuses never
stops a rule (a.13).
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Case, CharField, Exists, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, ExtractMonth, ExtractYear
from django.utils.translation import gettext_lazy as _

from apps.common.codes import codelist
from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import HAS_KEY, any_of, names_of
from apps.crosschecks.rules.context import Context, years_before
from apps.households.models import EXITED, GUARANTEES, HELPED, Household, Person, Verdict

__all__: list[str] = []

NOT_A_PUPIL = Q(y__school_stage=None) | Q(y__school_stage="01")
ILL_OR_DISABLED = ("01", "02")
OTHER_REASONS = tuple(code for code in codelist("dropout_reason").codes if code not in ILL_OR_DISABLED)
DANGEROUS = ("C", "D")
SERIOUS = "03"
NO_EMPLOYEE = Q(y__medical_employee=None) | Q(y__medical_employee=False)
NO_OTHER_DWELLING = Q(y__alternative_dwelling__in=["", "none"])


def _of_school_age(persons: QuerySet[Person], context: Context) -> QuerySet[Any]:
    """Persons of 6 to 15 on 31 August of the year who have facts of it, with `age` on that day."""
    day = datetime.date(context.year, 8, 31)
    born = Cast(ExtractYear("birth_date"), IntegerField())
    later = Case(When(month__gt=day.month, then=Value(1)), default=Value(0), output_field=IntegerField())
    return (
        context.with_year(persons)
        .annotate(month=ExtractMonth("birth_date"))
        .annotate(age=Value(context.year, output_field=IntegerField()) - born - later)
        .filter(birth_date__lte=years_before(day, 6), birth_date__gt=years_before(day, 16))
    )


@rule(
    "TG-01",
    on=ObjectKind.PERSON,
    text=_("%(name)s%(age)s岁未在校，须劝返复学"),
    condition=_("当年8月31日满6岁不满16岁，有年度情况，在校生状况为空或非在校生，且失学原因不是因病、因残。"),
    evidence=["name", "age", ("school_stage", "y__school_stage"), ("dropout_reason", "y__dropout_reason")],
)
def out_of_school(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """School age, no stage or 01, and no dropout by illness or disability. Stage 02 passes."""
    return _of_school_age(persons, context).filter(
        NOT_A_PUPIL,
        Q(y__dropout_reason=None) | Q(y__dropout_reason__in=OTHER_REASONS),
        y__id__isnull=False,
    )


@rule(
    "TG-02",
    on=ObjectKind.PERSON,
    text=_("%(name)s因%(dropout_reason)s失学，缺证明"),
    condition=_("当年8月31日满6岁不满16岁，未在校，失学原因为因病或因残，既无失学证明也无残疾人证号。"),
    evidence=["name", "age", ("dropout_reason", "y__dropout_reason")],
)
def dropout_without_evidence(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """School age, out of school by illness or disability, without a paper or a disability certificate."""
    return _of_school_age(persons, context).filter(
        NOT_A_PUPIL, y__dropout_reason__in=ILL_OR_DISABLED, y__dropout_evidence="", disability_no=None
    )


@rule(
    "TG-03",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户住房%(dwelling_grade)s，不符合脱贫条件"),
    condition=_(
        "预脱贫、脱贫户危房级别为C级、D级或无房，且没有其他安全住处。改造竣工本身不消除，以重新鉴定的级别为准。"
    ),
    evidence=["code", "head", ("dwelling_grade", "y__dwelling_grade")],
    statuses=("30", *EXITED),
)
def exited_in_danger(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Grade C, D or none at all, and no other safe dwelling."""
    return (
        context.with_year(households)
        .annotate(head=context.head_name())
        .filter(NO_OTHER_DWELLING, y__dwelling_grade__in=[*DANGEROUS, "N"])
    )


@rule(
    "TG-04",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户%(dwelling_grade)s危房未列入改造计划"),
    condition=_("住房为C级或D级，没有危房改造计划年度，且没有其他安全住处。"),
    evidence=["code", "head", ("dwelling_grade", "y__dwelling_grade")],
    statuses=HELPED,
)
def danger_not_planned(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Grade C or D, no year of repair, and no other safe dwelling."""
    return (
        context.with_year(households)
        .annotate(head=context.head_name())
        .filter(NO_OTHER_DWELLING, y__dwelling_grade__in=DANGEROUS, y__repair_plan_year=None)
    )


@rule(
    "TG-05",
    on=ObjectKind.PERSON,
    text=_("%(name)s未参加基本医疗保险"),
    condition=_("城乡居民基本医疗保险登记为“否”，职工基本医疗保险为“否”或空。"),
    evidence=["name"],
)
def not_insured(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """The residents' insurance is false, the employees' false or null."""
    return context.with_year(persons).filter(NO_EMPLOYEE, y__medical_resident=False)


@rule(
    "TG-06",
    on=ObjectKind.PERSON,
    text=_("%(name)s未参加大病保险"),
    condition=_("大病保险登记为“否”，职工基本医疗保险为“否”或空（大病保险属居民医保）。"),
    evidence=["name"],
)
def not_insured_for_serious_illness(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """The serious-illness insurance is false, the employees' insurance false or null."""
    return context.with_year(persons).filter(NO_EMPLOYEE, y__serious_illness_insured=False)


@rule(
    "TG-07",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户饮水安全未达标"),
    condition=_("饮水安全登记为“否”。"),
    evidence=["code", "head"],
    statuses=HELPED,
)
def no_safe_water(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Safe water is false."""
    return context.with_year(households).annotate(head=context.head_name()).filter(y__water_safe=False)


@rule(
    "TG-08",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户生活用电未达标"),
    condition=_("生活用电登记为“否”。"),
    evidence=["code", "head"],
)
def no_power(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Domestic power is false."""
    return context.with_year(households).annotate(head=context.head_name()).filter(y__has_domestic_power=False)


@rule(
    "TG-09",
    on=ObjectKind.PERSON,
    text=_("%(name)s患慢性病，未签约家庭医生"),
    condition=_("健康状况含长期慢性病，签约医生为空。"),
    evidence=["name", ("health", "y__health")],
)
def chronic_without_doctor(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Health holds 02 and no contract doctor is written."""
    return context.with_year(persons).filter(y__health__contains=["02"], y__contract_doctor="")


@rule(
    "TG-10",
    on=ObjectKind.PERSON,
    text=_("%(name)s患大病，当年没有救治记录"),
    condition=_("健康状况含患有大病，健康扶贫系统中没有自当年1月1日起的大病救治日期。"),
    evidence=["name", ("health", "y__health")],
    needs=["HS-CH"],
)
def serious_without_treatment(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Health holds 03 and no row of that kind was treated from 1 January of the year to the run's date."""
    treated = context.department_rows("HS-CH").filter(
        kind=SERIOUS, treated_on__range=(datetime.date(context.year, 1, 1), context.date)
    )
    return context.with_year(persons).filter(HAS_KEY, ~Exists(treated), y__health__contains=[SERIOUS])


def _are(verdict: str) -> dict[str, Q]:
    """For each of the six guarantees, whether its verdict is this."""
    return {name: Q(**{f"g__{name}": verdict}) for name in GUARANTEES}


@rule(
    "TG-11",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户%(guarantees)s未核实"),
    condition=_("两不愁三保障（含饮水安全）六项中有未核实的，或当年没有保障情况。"),
    evidence=["code", "head", "guarantees"],
    statuses=HELPED,
)
def not_assessed(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """One of the six is unknown, or there is no row of the year: then all six are."""
    nothing, unknown = Q(g__id=None), _are(Verdict.UNKNOWN)
    everything = Value("".join(f"{name}," for name in GUARANTEES), output_field=CharField())
    return (
        context.with_guarantees(households)
        .filter(any_of(unknown) | nothing)
        .annotate(
            head=context.head_name(),
            guarantees=Case(When(nothing, then=everything), default=names_of(unknown)),
        )
    )


@rule(
    "TG-12",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户脱贫时%(guarantees)s未达标，涉嫌虚假脱贫"),
    condition=_("当年脱贫的户，当年两不愁三保障（含饮水安全）六项中有未达标的。"),
    evidence=["code", "head", "guarantees"],
    statuses=EXITED,
)
def exited_without_guarantee(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Left poverty in the register year though one of the six of that year is not met."""
    wanting = _are(Verdict.NOT_MET)
    return (
        context.with_guarantees(households)
        .filter(any_of(wanting), exit_year=F("g__year"))
        .annotate(head=context.head_name(), guarantees=names_of(wanting))
    )
