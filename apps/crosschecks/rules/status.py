"""Identification, changes and exit (ST-01, ST-02, ST-07, ST-11, ST-12, ST-14). Readings: rule-semantics.md (c).

Whoever was identified is judged by the facts of the year of identification: today's would accuse every household that
policy has lifted.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, ExtractDay, ExtractMonth, ExtractYear, Round
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import MONEY
from apps.crosschecks.rules.context import HEADS, Context, accounting_year
from apps.crosschecks.rules.net_income import line_is_missing
from apps.households.models import (
    EXITED,
    GUARANTEES,
    LIVE,
    POOR,
    GuaranteeStatus,
    Household,
    HouseholdIncome,
    HouseholdYear,
    NaturalChange,
    Person,
    PersonYear,
    PovertyLine,
    Verdict,
)
from apps.villages.models import Village, VillageYear
from apps.villages.querysets import poor_persons

__all__: list[str] = []

FIRST_EXIT = 2013
# The places above a village that may set a poverty line, with the length of their range of codes.
ABOVE = {"county": 10**6, "league": 10**8, "region": 10**10}
UNIVERSITY = [f"{stage:02d}" for stage in range(13, 26)]
ILL = ["02", "03", "04"]


def _identified_year(context: Context) -> Case:
    """`YI(h)`: the accounting year of the identification; for status 10 that of the run's date (a.2)."""
    year = Cast(ExtractYear("identified_on"), IntegerField())
    return Case(
        When(status="10", then=Value(accounting_year(context.date))),
        When(identified_on__isnull=False, then=year - Case(
            When(month__gte=10, then=Value(0)), default=Value(1), output_field=IntegerField()
        )),
        output_field=IntegerField(),
    )  # fmt: skip


def _of_that_year(model: Any) -> QuerySet[Any]:
    """Rows of the outer household and its year of identification."""
    return model.objects.filter(household_id=OuterRef("pk"), year=OuterRef("identified_year"))


def _well_off(households: QuerySet[Household], context: Context, cause: str) -> QuerySet[Any]:
    """Households identified for this cause alone that stood at or above the line of that year (`identified_year`), all
    six guarantees met; a missing row of that year is none.

    The line is the nearest division's of that year, else of the latest earlier one.
    """
    met = dict.fromkeys(GUARANTEES, Verdict.MET)
    kept = Subquery(_of_that_year(HouseholdYear).values("members")[:1])
    net = Subquery(_of_that_year(HouseholdIncome).values("net")[:1])
    place = F("division_id")
    here = reduce(or_, (Q(division=OuterRef(name)) for name in ABOVE))
    lines = PovertyLine.objects.filter(here, year__lte=OuterRef("identified_year")).order_by("-year", "-division_id")
    return (
        households.filter(Q(cause_other=[]) | Q(cause_other=None), cause_main=cause)
        .annotate(month=ExtractMonth("identified_on"))
        .annotate(
            identified_year=_identified_year(context),
            **{name: place - place % Value(span) for name, span in ABOVE.items()},
        )
        .annotate(
            heads=Coalesce(kept, context.member_count(), output_field=HEADS),
            net_income=net,
            line=Subquery(lines.values("amount")[:1]),
        )
        .filter(
            Exists(_of_that_year(GuaranteeStatus).filter(**met)),
            heads__gt=0,
            net_income__gte=F("line") * F("heads"),
        )
    )


@rule(
    "ST-01",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户仅因子女上大学被识别，应核查清退"),
    condition=_(
        "主要致贫原因仅为因学，识别年度内：有大专以上在校生，人均纯收入不低于当年标准，两不愁三保障六项均达标，"
        "在册成员无慢性病、大病、残疾、低保、特困。"
    ),
    evidence=["code", "head", "identified_year"],
    statuses=LIVE,
    missing=line_is_missing,
)
def only_a_student(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Facts of the year of identification alone; a missing row of that year is no hit."""
    members = PersonYear.objects.filter(
        household_id=OuterRef("pk"), year=OuterRef("identified_year"), person__is_active=True
    )
    weak = Q(health__overlap=ILL) | Q(dibao=True) | Q(tekun=True)
    return (
        _well_off(households, context, "03")
        .filter(Exists(members.filter(school_stage__in=UNIVERSITY)), ~Exists(members.filter(weak)))
        .annotate(head=context.head_name())
    )


@rule(
    "ST-02",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户仅因家中有病人被识别，应核查清退"),
    condition=_(
        "主要致贫原因仅为因病，识别年度内：人均纯收入不低于当年标准，两不愁三保障六项均达标，"
        "在册成员医疗自付合计（至少有一条记录）不超过纯收入的一定比例（默认十分之一）。"
    ),
    evidence=["code", "head", "identified_year", "out_of_pocket", "net_income"],
    parameters=["small_out_of_pocket"],
    statuses=LIVE,
    needs=["HS-MI"],
    missing=line_is_missing,
)
def only_a_patient(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Facts of the year of identification; the members paid little of their net income themselves, all schemes."""
    paid = (
        context.member_rows("HS-MI")
        .filter(year=OuterRef("identified_year"))
        .order_by()
        .values("year")
        .annotate(paid=Sum("out_of_pocket"))
    )
    return (
        _well_off(households, context, "01")
        .annotate(out_of_pocket=Subquery(paid.values("paid")))
        .filter(out_of_pocket__lte=F("net_income") * context.number("small_out_of_pocket"))
        .annotate(head=context.head_name())
    )


@rule(
    "ST-07",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户%(identified_on)s识别，%(exit_year)s年脱贫"),
    condition=_("脱贫年度不晚于识别年度；2014年识别的按2013年计（首次建档使用2013年收入）。"),
    evidence=["code", "head", "identified_on", "exit_year"],
    statuses=EXITED,
)
def exit_not_after_identification(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Exit year at or before the year of identification; 2014 counts as 2013."""
    year = Cast(ExtractYear("identified_on"), IntegerField())
    return (
        households.annotate(
            identified_in=Case(When(identified_on__year=2014, then=Value(FIRST_EXIT)), default=year),
            head=context.head_name(),
        )
        .filter(exit_year__lte=F("identified_in"))
    )  # fmt: skip


@rule(
    "ST-12",
    on=ObjectKind.PERSON,
    text=_("%(name)s未填写五个一批分类"),
    condition=_("未脱贫、预脱贫、返贫户的在册成员有年度情况而五个一批分类为空。"),
    evidence=["name"],
    statuses=POOR,
)
def no_path(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """An active member of a poor household has facts of the year without a path of help."""
    return context.with_year(persons).filter(y__id__isnull=False, y__five_path=None)


@rule(
    "ST-11",
    on=ObjectKind.CHANGE,
    text=_("%(name)s%(change)s%(days)s天未办理"),
    condition=_("自然变更已上报，既未批准也未退回，发生日期距比对日期超过期限（默认30天）。"),
    evidence=["name", "change", "happened_on", "days"],
    parameters=["change_days"],
    on_save=False,
)
def change_is_late(changes: QuerySet[NaturalChange], context: Context) -> QuerySet[NaturalChange]:
    """Neither approved nor rejected, and more days ago than the threshold."""
    ago = ExpressionWrapper(Value(context.date, DateField()) - F("happened_on"), DurationField())
    return changes.filter(approved_on=None, rejected_on=None).annotate(
        name=Coalesce(F("person__name"), context.head_name("household_id")),
        change=F("kind"),
        days=ExtractDay(ago),
    ).filter(days__gt=context.number("change_days"))  # fmt: skip


@rule(
    "ST-14",
    on=ObjectKind.VILLAGE,
    text=_("%(village)s退出时贫困发生率%(incidence)s%%"),
    condition=_("退出年度为比对年度的嘎查村，在册贫困人口不少于当年总人口的上限（默认3%）；总人口未知或为0的不比。"),
    evidence=["village", "poor_persons", "population", "incidence"],
    parameters=["exit_incidence"],
    on_save=False,
)
def left_above_the_limit(villages: QuerySet[Village], context: Context) -> QuerySet[Village]:
    """Poor persons of the register at least the threshold's share of the population of the year, unrounded."""
    population = VillageYear.objects.filter(village=OuterRef("pk"), year=context.year).values("population")
    return (
        villages.filter(exit_year=context.year)
        .annotate(population=Subquery(population), poor_persons=poor_persons())
        .filter(population__gt=0, poor_persons__gte=context.number("exit_incidence") * F("population"))
        .annotate(
            village=F("division__short_name"),
            incidence=Round(Cast(F("poor_persons"), MONEY) * Value(100) / F("population"), precision=2),
        )
    )
