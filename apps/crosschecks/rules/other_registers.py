"""Subsidies, posts, the national system and marriages (DC-24, DC-25, DC-28, DC-29). Readings: rule-semantics.md (c)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import Differs, Unequal, any_of, names_of, valid_on
from apps.crosschecks.rules.context import Context
from apps.crosschecks.rules.matching import folded
from apps.households.models import REGISTERED, Household, NaturalChange, Person, PersonYear

__all__: list[str] = []

# What is subsidised, and the field of the year that says how much of it there is.
SUBSIDISED = {
    "grassland": "grassland_mu",
    "cultivated": "cultivated_mu",
    "livestock": "livestock_sheep_units",
}
VILLAGE_POSTS = ("village_secretary", "village_director", "committee_member")
# Natural changes by which a household takes up a marriage: somebody came, left, or founded a household.
MARRIED = ("A02", "R02", "R08")


def _subsidised(context: Context, kind: str) -> QuerySet[Any]:
    """The `sum` that the outer household's members were subsidised for in the year, if it is above 0 and the outer
    row's `own_<kind>` lies outside `lower` to `upper` times that."""
    rows = context.member_rows("AG-SB").filter(year=context.year, kind=kind).order_by().values("kind")
    own = OuterRef(f"own_{kind}")
    return (
        rows.annotate(sum=Sum("quantity"))
        .filter(LessThan(F("sum") * OuterRef("upper"), own) | GreaterThan(F("sum") * OuterRef("lower"), own), sum__gt=0)
        .values("sum")
    )


@rule(
    "DC-24",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户与农牧补贴不符：%(subsidies)s"),
    condition=_(
        "当年草原、耕地、牲畜补贴数量合计与登记的牧草地面积、耕地面积、牲畜存栏相差超过补贴数量的三成，登记为空不算；"
        "或有享受农机购置补贴的大型农机具（价值超过5万元，不限年度）。"
    ),
    evidence=[
        "code",
        "head",
        "subsidies",
        *(name for kind, field in SUBSIDISED.items() for name in (f"said_{kind}", f"paid_{kind}")),
        "machine_value",
    ],
    parameters=["subsidy_diff", "large_machine_value"],
    needs=["AG-SB"],
)
def subsidies_differ(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """A sum of the year differs from the register by more than a share of it, or a machine is a large one."""
    machines = (
        context.member_rows("AG-SB")
        .filter(kind="machine", machine_value__gt=OuterRef("large"))
        .order_by("-machine_value")
        .values("machine_value")
    )
    sums = {kind: _subsidised(context, kind) for kind in SUBSIDISED}
    differing = {kind: Q(Exists(rows)) for kind, rows in sums.items()}
    every = {**differing, "machine": Q(Exists(machines))}
    share = context.number("subsidy_diff")
    return (
        context.with_year(households.filter(context.known_to("AG-SB")))
        .annotate(
            lower=1 - share,
            upper=1 + share,
            large=context.number("large_machine_value"),
            **{f"own_{kind}": F(f"y__{field}") for kind, field in SUBSIDISED.items()},
        )
        .filter(any_of(every))
        .annotate(
            head=context.head_name(),
            subsidies=names_of(every),
            machine_value=Subquery(machines[:1]),
            **{f"said_{kind}": Case(When(where, then=F(f"own_{kind}"))) for kind, where in differing.items()},
            **{f"paid_{kind}": Subquery(rows) for kind, rows in sums.items()},
        )
    )


@rule(
    "DC-25",
    on=ObjectKind.PERSON,
    text=_("%(name)s任%(post)s，须重点核查"),
    condition=_("成员现任嘎查村党支部书记、主任或两委成员。仅作重点核查的提示，不是认定依据。"),
    evidence=["name", "post", "post_from"],
    needs=["OR-CD"],
)
def village_cadre(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A valid row as village secretary, director or committee member: a mark for closer checking, no proof."""
    posts = (
        context.department_rows("OR-CD")
        .filter(valid_on(context.date), post__in=VILLAGE_POSTS)
        .order_by(*context.preference("OR-CD"))
    )
    return persons.filter(Exists(posts)).annotate(
        post=Subquery(posts.values("post")[:1]), post_from=Subquery(posts.values("from_on")[:1])
    )


# --- The national system ----------------------------------------------------------------------------------------------


def _differing(pairs: dict[str, tuple[str, str]]) -> dict[str, Q]:
    """For each name, whether the row's column is given and the outer row's value (path) is not the same."""
    return {
        name: Q(Differs(F(column), OuterRef(path)), **{f"{column}__isnull": False})
        for name, (column, path) in pairs.items()
    }


OF_HOUSEHOLD = _differing(
    {
        "status": ("status", "status"),
        "household_type": ("household_type", "household_type"),
        "cause_main": ("cause_main", "cause_main"),
        "is_relocated": ("is_relocated", "is_relocated"),
        "division": ("located_in", "division_id"),
    }
)
YEARLY = ("education", "school_stage", "labour", "dibao", "tekun")
SAME_HEALTH = Q(health__contains=OuterRef("said_health"), health__contained_by=OuterRef("said_health"))
OF_MEMBER = {
    "name": Q(Differs(folded("name"), folded(OuterRef("name"))), name__gt=""),
    **_differing({"relation": ("relation", "relation")}),
    "health": Q(health__len__gt=0) & ~SAME_HEALTH,
    **_differing({name: (name, f"said_{name}") for name in YEARLY}),
}


def _first(rows: QuerySet[Any], differing: dict[str, Q], context: Context) -> Coalesce:
    """The names of what differs in a row of the national system: the preferred one of those in which something does."""
    found = rows.annotate(differing=names_of(differing)).filter(differing__gt="")
    return Coalesce(Subquery(found.order_by(*context.preference("NA-SY")).values("differing")[:1]), Value(""))


@rule(
    "DC-28",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户与全国扶贫开发信息系统不一致（户：%(national_fields)s；成员：%(national_persons)s）"),
    condition=_(
        "户编号为空或全国系统中没有；人数不同；脱贫属性、贫困户属性、主要致贫原因、搬迁户、所在嘎查村，"
        "或成员的姓名、与户主关系、文化程度、在校生状况、健康状况、劳动技能、低保、特困不同。全国系统为空的不比。"
    ),
    evidence=["code", "head", "national_fields", "national_persons"],
    statuses=REGISTERED,
    needs=["NA-SY"],
)
def national_differs(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Not there, another number of persons, or another value of the household or of a member there by the same key.

    A null there is not compared; a null here against a value is a difference, and whoever has no facts of the year has
    nulls. A person whom two suppliers deliver is counted once.
    """
    there = context.department("NA-SY").filter(household_no=OuterRef("national_no"))
    count = there.order_by().values("household_no").annotate(n=Count("person_no", distinct=True)).values("n")
    nothing: Value = Value([], output_field=PersonYear._meta.get_field("health"))
    persons = (
        context.with_year(context.members_of())
        .annotate(
            said_health=Coalesce("y__health", nothing),
            **{f"said_{name}": F(f"y__{name}") for name in YEARLY},
        )
        .annotate(differing=_first(context.department_rows("NA-SY"), OF_MEMBER, context))
        .filter(differing__gt="")
        .order_by()
        .values("household_id")
        .annotate(text=StringAgg(Concat("name", Value(":"), "differing"), delimiter=";", order_by="id"))
        .values("text")
    )
    missing = {
        "national_no": Q(national=None),
        "member_count": Q(Unequal(F("national"), F("active"))),
    }
    return (
        households.annotate(national=Subquery(count), active=context.member_count())
        .annotate(
            national_fields=Concat(names_of(missing), _first(there, OF_HOUSEHOLD, context)),
            national_persons=Coalesce(Subquery(persons), Value(""), output_field=CharField()),
        )
        .filter(Q(national_fields__gt="") | Q(national_persons__gt=""))
        .annotate(head=context.head_name())
    )


# --- Marriages --------------------------------------------------------------------------------------------------------


@rule(
    "DC-29",
    on=ObjectKind.PERSON,
    text=_("%(name)s%(marriage_on)s登记%(marriage)s，未办理变更"),
    condition=_(
        "识别以后最近一次婚姻登记已超过30天：结婚而配偶不是本户在册成员，且自登记之日起本户没有婚入、婚出或分户变更；"
        "或离婚而配偶仍是本户在册成员。"
    ),
    evidence=["name", "marriage", "marriage_on"],
    parameters=["marriage_days"],
    needs=["CA-MR"],
)
def marriage_not_taken_up(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """The last row, after the identification and past the term: married and the spouse is no member nor any change of
    the household says so, or divorced and the spouse still is one."""
    rows = context.department_rows("CA-MR").order_by("-registered_on", *context.preference("CA-MR"))
    spouse = Person.objects.filter(
        is_active=True, household_id=OuterRef("household_id"), id_no_index=OuterRef("spouse")
    )
    changes = NaturalChange.objects.filter(
        household_id=OuterRef("household_id"), kind__in=MARRIED, happened_on__gte=OuterRef("marriage_on")
    )
    return (
        persons.filter(Exists(context.department_rows("CA-MR")))
        .annotate(
            marriage=Subquery(rows.values("kind")[:1]),
            marriage_on=Subquery(rows.values("registered_on")[:1]),
            spouse=Subquery(rows.values("spouse_key")[:1]),
        )
        .filter(marriage_on__gt=F("household__identified_on"), marriage_on__lt=context.days_ago("marriage_days"))
        .filter(
            (Q(marriage="marriage") & ~Q(Exists(spouse)) & ~Q(Exists(changes)))
            | (Q(marriage="divorce") & Q(Exists(spouse)))
        )
    )
