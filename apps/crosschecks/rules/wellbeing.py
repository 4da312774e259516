"""Work, schooling, health and insurance as departments know them (DC-07, DC-15 to 18). Readings: rule-semantics.md (c).

What a department's row is compared with stands on the outer row, thresholds too: inside a subquery `division` is the
supplier's.
"""

from __future__ import annotations

import datetime
from functools import reduce
from operator import or_

from django.db.models import Case, CharField, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Abs, Coalesce
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import HAS_KEY, MONEY, Differs, Unequal, any_of, names_of
from apps.crosschecks.rules.context import Context, years_before
from apps.divisions import codes
from apps.households.models import Person

__all__: list[str] = []

# The regions of work that say where: in the township, in the county, in the region, beyond.
IN_TOWNSHIP, IN_COUNTY, IN_REGION, AWAY = ("01", "02", "03", "04")
AT_SCHOOL = ("enrolled", "suspended")
ILL_OR_DISABLED = ("01", "02")
CHRONIC, SERIOUS = "02", "03"


def _region_of(place: str) -> Case:
    """The region of work that a place lies in, seen from the outer row's `township` and `county`; null without one."""

    def within(unit: str, level: int) -> Q:
        return Q(**{f"{place}__gte": OuterRef(unit), f"{place}__lt": OuterRef(unit) + Value(codes.SPAN[level])})

    return Case(
        When(within("township", codes.TOWNSHIP), then=Value(IN_TOWNSHIP)),
        When(within("county", codes.COUNTY), then=Value(IN_COUNTY)),
        When(**{f"{place}__range": codes.subtree(codes.WHOLE_REGION)}, then=Value(IN_REGION)),
        When(**{f"{place}__isnull": False}, then=Value(AWAY)),
        output_field=CharField(),
    )


@rule(
    "DC-15",
    on=ObjectKind.PERSON,
    text=_("%(name)s务工信息与就业扶贫模块不一致：登记%(work_months)s个月，模块%(module_months)s个月"),
    condition=_(
        "就业扶贫模块有当年记录，且务工月数（空按0计）相差超过1个月，或务工地都已知而务工区域不同；务工区域为“其他”不比。"
    ),
    evidence=["name", "work_months", "work_region", "module_months", "module_region"],
    parameters=["work_months_diff"],
    needs=["HR-EM"],
)
def work_differs(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A row of the year whose months differ by more than the threshold, or whose place is another region of work."""
    place = F("division_id")
    rows = (
        context.department_rows("HR-EM")
        .filter(year=context.year)
        .annotate(
            region=_region_of("work_place"),
            apart=Abs(F("months") - OuterRef("work_months"), output_field=MONEY),
        )
        .filter(Q(apart__gt=OuterRef("most")) | Unequal(F("region"), OuterRef("said_region")))
        .order_by(*context.preference("HR-EM"))
    )
    return (
        context.with_year(persons)
        .annotate(
            work_months=Coalesce("y__work_months", 0, output_field=MONEY),
            work_region=F("y__work_region"),
            said_region=Case(
                When(y__work_region__in=[IN_TOWNSHIP, IN_COUNTY, IN_REGION, AWAY], then=F("y__work_region"))
            ),
            township=place - place % Value(codes.SPAN[codes.TOWNSHIP]),
            county=place - place % Value(codes.SPAN[codes.COUNTY]),
            most=context.number("work_months_diff"),
        )
        .filter(Exists(rows))
        .annotate(module_months=Subquery(rows.values("months")[:1]), module_region=Subquery(rows.values("region")[:1]))
    )


def _school_years(context: Context) -> tuple[Case, set[int]]:
    """The latest school year in force for the county of each row, and all that occur. One query.

    A supplier's version counts for the county that it covers, and of several the latest year.
    """
    latest = dict(context.department("ED-XJ").order_by().values_list("version_id").annotate(Max("school_year")))
    known = [(one.range, latest[one.pk]) for one in context.versions.get("ED-XJ", ()) if one.pk in latest]
    known.sort(key=lambda one: one[0][1] - one[0][0])
    years = {
        inner: max(year for outer, year in known if outer[0] <= inner[0] and inner[1] <= outer[1])
        for inner, _own in known
        if inner[1] - inner[0] >= codes.SPAN[codes.COUNTY] - 1
    }
    cases = [When(division__gte=low, division__lte=high, then=Value(year)) for (low, high), year in years.items()]
    return Case(*cases, default=Value(None), output_field=IntegerField()), set(years.values())


def _school_age(year: int) -> Q:
    """6 to 15 on 31 August of a year."""
    day = datetime.date(year, 8, 31)
    return Q(school_year=year, birth_date__lte=years_before(day, 6), birth_date__gt=years_before(day, 16))


@rule(
    "DC-16",
    on=ObjectKind.PERSON,
    text=_("%(name)s学籍信息不符（%(school_year)s学年）：%(school_roll)s"),
    condition=_(
        "学籍数据最近一学年的8月31日满6岁不满16岁，该学年既无在读也无休学记录，且失学原因不是因病、因残；"
        "或该学年即为当年，在读学段与在校生状况不同。"
    ),
    evidence=["name", "school_year", "school_roll", "school_stage", "roll_stage"],
    needs=["ED-XJ"],
)
def school_differs(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Of school age and not on the roll of the county's latest school year; or, in the register year, at another stage.

    Whoever has no facts of the year has no stage: an enrolled row then differs.
    """
    school_year, years = _school_years(context)
    rows = context.department_rows("ED-XJ").filter(school_year=OuterRef("school_year"))
    other = (
        rows.filter(Differs(F("stage"), OuterRef("school_stage")), state="enrolled", school_year=context.year)
        .order_by(*context.preference("ED-XJ"))
    )  # fmt: skip
    of_age = reduce(or_, map(_school_age, sorted(years)), Q(pk__in=[]))
    excused = Q(dropout__in=ILL_OR_DISABLED)
    absent = Q(HAS_KEY, of_age) & ~Q(Exists(rows.filter(state__in=AT_SCHOOL))) & (Q(dropout=None) | ~excused)
    return (
        context.with_year(persons)
        .annotate(
            school_year=school_year,
            school_stage=F("y__school_stage"),
            dropout=F("y__dropout_reason"),
        )
        .filter(absent | Q(Exists(other)))
        .annotate(
            roll_stage=Subquery(other.values("stage")[:1]),
            school_roll=Case(When(Exists(other), then=Value("stage")), default=Value("absent")),
        )
    )


@rule(
    "DC-18",
    on=ObjectKind.PERSON,
    text=_("%(name)s健康状况与健康扶贫系统不一致：%(illness)s"),
    condition=_("健康状况已填写，其中是否有长期慢性病或是否患有大病，与健康扶贫系统中未治愈的记录不同；残疾不比。"),
    evidence=["name", "health", "illness"],
    needs=["HS-CH"],
)
def illness_differs(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Chronic (02) or serious illness (03) in health differs from a row of that kind that has not ended."""
    differing: dict[str, Q] = {}
    for name, kind in (("chronic", CHRONIC), ("serious", SERIOUS)):
        rows = context.department_rows("HS-CH").filter(Q(ended_on=None) | Q(ended_on__gt=context.date), kind=kind)
        here, there = Q(health__contains=[kind]), Q(Exists(rows))
        differing |= {f"{name}_here": here & ~there, f"{name}_there": ~here & there}
    return (
        context.with_year(persons)
        .annotate(health=F("y__health"))
        .filter(HAS_KEY, any_of(differing), health__len__gt=0)
        .annotate(illness=names_of(differing))
    )


@rule(
    "DC-07",
    on=ObjectKind.PERSON,
    text=_("%(name)s残疾信息与残联不一致：%(disability)s"),
    condition=_(
        "是否登记残疾人证与残联有效证件不同；或都有，而登记的证号格式正确、其中的残疾等级与残联不同。残疾类别不比。"
    ),
    evidence=["name", "disability", "certificate_grade", "federation_grade"],
    needs=["DF-CE"],
)
def certificate_differs(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A certificate only here, or only there; or of another grade, where the number here is one (ID-07)."""
    valid = context.department_rows("DF-CE").filter(state="valid")
    here, there = Q(disability_no__isnull=False), Q(Exists(valid))
    differing = {
        "certificate_here": here & ~there,
        "certificate_there": ~here & there,
        "grade": Q(Unequal(F("federation_grade"), F("disability_grade"))),
    }
    return (
        persons.annotate(
            certificate_grade=F("disability_grade"),
            federation_grade=Subquery(context.chosen("DF-CE", valid).values("grade")),
        )
        .filter(HAS_KEY, any_of(differing))
        .annotate(disability=names_of(differing))
    )


@rule(
    "DC-17",
    on=ObjectKind.PERSON,
    text=_("%(name)s参保登记与医保不一致：%(insurance)s"),
    condition=_("当年是否参加城乡居民基本医疗保险已填写，而与医保当年居民参保记录不同。"),
    evidence=["name", "insurance"],
    needs=["HS-MI"],
    of_year=True,
)
def insurance_differs(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Said to be insured as a resident and not on the insurer's list of the year, or the other way round."""
    listed = Q(Exists(context.department_rows("HS-MI").filter(year=context.year, scheme="resident")))
    differing = {
        "insured_here": Q(y__medical_resident=True) & ~listed,
        "insured_there": Q(y__medical_resident=False) & listed,
    }
    return (
        context.with_year(persons)
        .filter(HAS_KEY, any_of(differing))
        .annotate(insurance=names_of(differing))
    )  # fmt: skip
