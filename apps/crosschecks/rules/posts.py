"""Who answers for a place (CV-05 to CV-11, CV-15 to CV-17): duties and teams in force on the date.

Design: a poor village is one of the list, also after it has left (摘帽不摘帮扶); a poor county is one of the two lists.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.access.models import Pairing
from apps.cadres.choices import RESIDENT, ChiefPost, DutyKind, Rank, TeamKind
from apps.cadres.models import Attendance, Cadre, CountyChief, Duty, TaskForce
from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import any_of, names_of
from apps.crosschecks.rules.context import Context
from apps.divisions import codes
from apps.divisions.models import Division
from apps.villages.models import Village, VillageYear

__all__: list[str] = []

LEADERS_OF_CORPS = (Rank.PROVINCE, Rank.DEPARTMENT)
SECTION_HOUSEHOLDS = 5
"""So many households each section-level cadre takes in the scheme of eight ones (R-056)."""
# What each level must have.
DUTIES_OF_EIGHT_ONES = {
    DutyKind.LEADER.value: (codes.COUNTY, codes.VILLAGE),
    DutyKind.UNIT.value: (codes.TOWNSHIP, codes.VILLAGE),
    DutyKind.FIRST_SECRETARY.value: (codes.VILLAGE,),
}


def _duties(context: Context, *kinds: str) -> QuerySet[Duty]:
    """Duties of some kinds in force on the date at the outer row's place (`division`)."""
    return Duty.objects.active(context.date).filter(kind__in=kinds, division_id=OuterRef("division")).order_by()


@rule(
    "CV-05",
    on=ObjectKind.VILLAGE,
    text=_("%(village)s无第一书记"),
    condition=_("贫困村（含已退出的）在比对日期没有在任的第一书记。"),
    evidence=["village"],
    on_save=False,
)
def no_first_secretary(villages: Any, context: Context) -> QuerySet[Village]:
    """A listed village without a first secretary in office."""
    found = villages.listed().filter(~Exists(_duties(context, DutyKind.FIRST_SECRETARY)))
    return found.annotate(village=F("division__short_name"))


@rule(
    "CV-06",
    on=ObjectKind.VILLAGE,
    text=_("%(village)s无驻村工作队"),
    condition=_("贫困村（含已退出的）在比对日期没有在驻的工作队。"),
    evidence=["village"],
    on_save=False,
)
def no_task_force(villages: Any, context: Context) -> QuerySet[Village]:
    """A listed village without a task force."""
    serving = TaskForce.objects.filter(
        Q(withdrawn_on=None) | Q(withdrawn_on__gte=context.date),
        kind=TeamKind.VILLAGE,
        set_on__lte=context.date,
        division_id=OuterRef("division"),
    )
    return villages.listed().filter(~Exists(serving)).annotate(village=F("division__short_name"))


def _no_sheets() -> str:
    """Why attendance cannot be tested, for people: nobody has entered any."""
    return "" if Attendance.objects.exists() else gettext("尚未登记驻村考勤")


@rule(
    "CV-07",
    on=ObjectKind.DUTY,
    text=_("%(cadre)s%(month)s驻村%(days_present)s天"),
    condition=_(
        "上一个完整月份整月在任的第一书记、驻村工作队队长或队员，登记的驻村天数与批准请假天数之和少于规定天数（默认20天）；没有登记的不比。"
    ),
    evidence=[("cadre", "name"), "month", "days_present", "leave_days"],
    parameters=["attendance_days"],
    missing=_no_sheets,
    on_save=False,
)
def resident_cadre_absent(duties: QuerySet[Duty], context: Context) -> QuerySet[Any]:
    """Resident all month, and fewer days present or on approved leave than the threshold; no sheet, no hit."""
    first, last = context.month
    sheets = Attendance.objects.filter(duty_id=OuterRef("pk"), month=first)
    return (
        duties.filter(
            Q(until_on=None) | Q(until_on__gte=last),
            kind__in=RESIDENT,
            division__level=codes.VILLAGE,
            from_on__lte=first,
        )
        .annotate(
            days_present=Subquery(sheets.values("days_present")), leave_days=Subquery(sheets.values("leave_days"))
        )
        .filter(days_present__lt=context.whole("attendance_days") - F("leave_days"))
        .annotate(month=Value(f"{first:%Y-%m}", output_field=CharField()))
    )


@rule(
    "CV-08",
    on=ObjectKind.VILLAGE,
    text=_("%(village)s义务监督员%(supervisors)s名"),
    condition=_(
        "贫困村（含已退出的）在比对日期在任的义务监督员少于规定人数（默认10名）；项目村待项目库建成后一并比对。"
    ),
    evidence=["village", "supervisors"],
    parameters=["supervisors_min"],
    on_save=False,
)
def too_few_supervisors(villages: Any, context: Context) -> QuerySet[Any]:
    """A listed village with fewer voluntary supervisors in office than the threshold."""
    counted: QuerySet[Any, Any] = _duties(context, DutyKind.SUPERVISOR).values("division_id").annotate(n=Count("pk"))
    return (
        villages.listed()
        .annotate(supervisors=Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0))
        .filter(supervisors__lt=context.whole("supervisors_min"))
        .annotate(village=F("division__short_name"))
    )


@rule(
    "CV-09",
    on=ObjectKind.DIVISION,
    place="code",
    text=_("%(place_name)s缺“%(missing_ones)s”"),
    condition=_(
        "有贫困村的旗县没有包联领导，或有科级干部帮扶不足五户（驻村的第一书记、工作队队长和队员除外）；"
        "有贫困村的苏木乡镇没有包扶单位；贫困村没有包扶单位、包联领导、第一书记、"
        "村级规划或好班子（没有当年情况的不比后两项）。由盟市设置参数启用。"
    ),
    evidence=["place_name", "missing_ones", "section_cadres"],
    parameters=["eight_ones"],
    on_save=False,
)
def eight_ones_incomplete(places: QuerySet[Division], context: Context) -> QuerySet[Any]:
    """Where the scheme is in force, a place that lacks one of what its level must have."""
    listed = Village.objects.listed()
    above = {
        codes.COUNTY: listed.values(place=F("division_id") - F("division_id") % 10**6),
        codes.TOWNSHIP: listed.values(place=F("division_id") - F("division_id") % 1000),
        codes.VILLAGE: listed.values("division_id"),
    }
    concerned = reduce(or_, (Q(level=level, code__in=those) for level, those in above.items()))
    year = VillageYear.objects.filter(division_id=OuterRef("division"), year=context.year)
    lacking = {
        name: Q(~Exists(_duties(context, name)), level__in=levels) for name, levels in DUTIES_OF_EIGHT_ONES.items()
    } | {name: Q(Exists(year.filter(**{name: False})), level=codes.VILLAGE) for name in ("plan", "good_team")}
    cadres: QuerySet[Any, Any] = _section_cadres(context).values(place=F("division_id") - F("division_id") % 10**6)
    lacking["section_cadre"] = Q(code__in=cadres, level=codes.COUNTY)
    counted = cadres.annotate(n=Count("pk")).filter(place=OuterRef("code")).values("n")
    return (
        places.annotate(switched_on=context.whole("eight_ones"))
        .filter(concerned, any_of(lacking), switched_on=1)
        .annotate(
            place_name=F("short_name"),
            missing_ones=names_of(lacking),
            section_cadres=Subquery(counted, output_field=IntegerField()),
        )
    )


def _section_cadres(context: Context) -> QuerySet[Cadre]:
    """Section-level cadres in service who help fewer households than they should. Those who live in a village help all
    of it."""
    pairings: QuerySet[Any, Any] = Pairing.objects.active(context.date).order_by().values("cadre_id")
    enough = pairings.annotate(n=Count("pk")).filter(n__gte=SECTION_HOUSEHOLDS)
    resident = Duty.objects.active(context.date).filter(kind__in=RESIDENT, cadre_id__isnull=False)
    return (
        Cadre.objects.serving(context.date)
        .filter(~Q(pk__in=enough.values("cadre_id")), ~Q(pk__in=resident.values("cadre_id")), rank=Rank.SECTION)
        .order_by()
    )


@rule(
    "CV-10",
    on=ObjectKind.VILLAGE,
    text=_("%(village)s未配备蒙汉兼通干部"),
    condition=_("贫困村当年蒙古族人口占总人口达到规定比例（默认一半），驻村干部中没有一名登记为蒙汉兼通。"),
    evidence=["village", "mongol", "population"],
    parameters=["mongol_share"],
    on_save=False,
)
def nobody_bilingual(villages: Any, context: Context) -> QuerySet[Any]:
    """A listed village of Mongols with no bilingual cadre among first secretary and task force."""
    year = VillageYear.objects.filter(village=OuterRef("pk"), year=context.year)
    return (
        villages.listed()
        .annotate(mongol=Subquery(year.values("mongol")), population=Subquery(year.values("population")))
        .filter(
            ~Exists(_duties(context, *RESIDENT).filter(cadre__bilingual=True)),
            population__gt=0,
            mongol__gte=context.number("mongol_share") * F("population"),
        )
        .annotate(village=F("division__short_name"))
    )


@rule(
    "CV-11",
    on=ObjectKind.VILLAGE,
    text=_("%(village)s第一书记%(cadre)s%(unqualified)s"),
    condition=_("在任的第一书记登记为没有农村牧区工作经验，或考核认定不胜任。"),
    evidence=["village", "cadre", "unqualified"],
    on_save=False,
)
def first_secretary_unqualified(villages: Any, context: Context) -> QuerySet[Any]:
    """A first secretary in office without rural experience (known to have none), or found unfit."""
    unqualified = _duties(context, DutyKind.FIRST_SECRETARY).filter(Q(unfit=True) | Q(cadre__rural_experience=False))
    why = Case(When(unfit=True, then=Value("unfit")), default=Value("inexperienced"), output_field=CharField())
    one: QuerySet[Any, Any] = unqualified.order_by("pk")
    return villages.filter(Exists(unqualified)).annotate(
        village=F("division__short_name"),
        cadre=Subquery(one.values("name")[:1]),
        unqualified=Subquery(one.annotate(why=why).values("why")[:1]),
    )


@rule(
    "CV-15",
    on=ObjectKind.CADRE,
    text=_("%(cadre)s未落实%(unprotected)s"),
    condition=_("在任的第一书记、工作队队长或队员：登记为未参加人身意外保险，或比对年度内没有体检或培训记录。"),
    evidence=["cadre", "helping_unit", "unprotected"],
    on_save=False,
)
def unprotected(cadres: QuerySet[Cadre], context: Context) -> QuerySet[Any]:
    """A resident cadre in office who lacks insurance, this year's health check or this year's training."""
    resident = Duty.objects.active(context.date).filter(
        kind__in=RESIDENT, division__level=codes.VILLAGE, cadre_id=OuterRef("pk")
    )
    lacking = {
        "insurance": Q(accident_insured=False),
        "health_check": Q(health_checked_on=None) | Q(health_checked_on__year__lt=context.year),
        "training": Q(trained_on=None) | Q(trained_on__year__lt=context.year),
    }
    return cadres.filter(Exists(resident), any_of(lacking)).annotate(
        cadre=F("name"), helping_unit=F("unit__name"), unprotected=names_of(lacking)
    )


def _no_chiefs() -> str:
    """Why changes of chiefs cannot be tested, for people: nobody has entered any."""
    return "" if CountyChief.objects.exists() else gettext("尚未登记旗县党政正职")


@rule(
    "CV-16",
    on=ObjectKind.DIVISION,
    place="code",
    text=_("%(place_name)s%(chief_posts)s调整无批准或备案"),
    condition=_("国贫、区贫旗县在公告退出之前有党政正职离任，而没有在离任当日或之前的批准或备案文件。"),
    evidence=["place_name", "chief_posts", "chief_until_on"],
    missing=_no_chiefs,
    on_save=False,
)
def chief_changed(places: QuerySet[Division], context: Context) -> QuerySet[Any]:
    """A county on a poverty list whose chief left before its exit was announced, by no paper of that day or before."""
    gone = CountyChief.objects.filter(
        Q(approved_on=None) | Q(approved_on__gt=F("until_on")),
        Q(division__announced_on=None) | Q(until_on__lt=F("division__announced_on")),
        until_on__lte=context.date,
    )
    of_place = gone.filter(division_id=OuterRef("code"))
    posts = {post.value: Q(Exists(of_place.filter(post=post.value))) for post in ChiefPost}
    latest: QuerySet[Any, Any] = of_place.order_by("-until_on", "-pk").values("until_on")
    return (
        places.filter(level=codes.COUNTY, code__in=gone.values("division_id"))
        .exclude(poverty_tier="")
        .annotate(place_name=F("short_name"), chief_posts=names_of(posts), chief_until_on=Subquery(latest[:1]))
    )


@rule(
    "CV-17",
    on=ObjectKind.DIVISION,
    place="code",
    text=_("%(place_name)s未派驻工作总队"),
    condition=_("国贫、区贫旗县在比对日期没有由厅局级以上干部任队长的工作总队。"),
    evidence=["place_name"],
    on_save=False,
)
def no_corps(places: QuerySet[Division], context: Context) -> QuerySet[Any]:
    """A county of the poverty lists without a corps whose leader is of departmental rank."""
    led = _duties(context, DutyKind.TEAM_LEADER).filter(
        Q(team__withdrawn_on=None) | Q(team__withdrawn_on__gte=context.date),
        team__kind=TeamKind.CORPS,
        team__set_on__lte=context.date,
        cadre__rank__in=LEADERS_OF_CORPS,
    )
    return places.filter(~Exists(led), level=codes.COUNTY).exclude(poverty_tier="").annotate(place_name=F("short_name"))
