"""Household logic: head, spouse, count, kinship, phone, account (HH-01 … HH-08, HH-15, HH-16).

Readings: rule-semantics.md (c). Ages are on 31 December of the register year; a null operand fails its atom only.
"""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.context import HEAD, Context
from apps.households.models import LIVE, Household, Person

__all__: list[str] = []

SPOUSE = "02"
CHILDREN = ("03", "04")
GRANDCHILDREN = ("07", "08", "09", "10")
PARENTS = ("11", "12", "13", "14", "15", "16")


class YearsBefore(Func):
    """A date column some years earlier, 29 February falling back to the 28th (rule-semantics.md a.6)."""

    template = "CAST((%(expressions)s * INTERVAL '1 year') AS date)"
    arg_joiner = " - "
    output_field = DateField()


def _several(context: Context, relation: str) -> QuerySet[Any]:
    """Households under test with more than one active member of a relation."""
    groups = context.members().filter(relation=relation).order_by().values("household_id")
    return groups.annotate(n=Count("pk")).filter(n__gt=1).values("household_id")


@rule(
    "HH-01",
    on=ObjectKind.HOUSEHOLD,
    text=_("户%(code)s没有户主"),
    condition=_("户内有在册成员，但没有与户主关系为“户主”的成员。"),
    evidence=["code", "members"],
)
def no_head(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """At least one active member, none of them with relation 01. An empty household is HH-06 only."""
    return households.annotate(members=context.member_count()).filter(
        Exists(context.members_of()), ~Exists(context.heads_of())
    )


@rule(
    "HH-02",
    on=ObjectKind.HOUSEHOLD,
    text=_("户%(code)s有%(heads)s个户主"),
    condition=_("与户主关系为“户主”的在册成员多于一人。"),
    evidence=["code", "heads"],
    blocks="relation",
)
def several_heads(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """More than one active member with relation 01."""
    return households.annotate(heads=context.member_count(relation=HEAD)).filter(pk__in=_several(context, HEAD))


@rule(
    "HH-03",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户登记了%(spouses)s名配偶"),
    condition=_("与户主关系为“配偶”的在册成员多于一人。"),
    evidence=["code", "head", "spouses"],
)
def several_spouses(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """More than one active member with relation 02."""
    return households.annotate(head=context.head_name(), spouses=context.member_count(relation=SPOUSE)).filter(
        pk__in=_several(context, SPOUSE)
    )


def _with_head(persons: QuerySet[Person], context: Context, condition: Q) -> QuerySet[Person]:
    """Persons who meet a condition on their household's head as `head`; only where there is exactly one (a.4).

    One `filter()` for all of it: a second one would join the head a second time.
    """
    head = FilteredRelation(
        "household__persons", condition=Q(household__persons__relation=HEAD, household__persons__is_active=True)
    )
    other = context.heads_of("household_id").exclude(pk=OuterRef("head__pk"))
    return persons.alias(head=head).filter(condition, ~Exists(other), head__pk__isnull=False)


@rule(
    "HH-04",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s与配偶性别相同"),
    condition=_("有且只有一个户主，且有配偶登记的性别与户主相同（均为男或均为女）。"),
    evidence=["code", "head", "spouse"],
)
def same_sex(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """A defined head, and an active member with relation 02 of the head's sex, both 1 or 2."""
    spouses = context.members().filter(relation=SPOUSE, sex__in=["1", "2"])
    spouses = _with_head(spouses, context, Q(sex=F("head__sex")))
    name = context.members_of().filter(relation=SPOUSE).order_by("pk").values("name")[:1]
    return households.annotate(head=context.head_name(), spouse=Subquery(name)).filter(
        pk__in=spouses.order_by().values("household_id")
    )


@rule(
    "HH-05",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户填报%(stated)s人，在册成员%(members)s人"),
    condition=_("填报的家庭人口数不为空，与在册成员数不同（空户除外）。"),
    evidence=["code", "head", ("stated", "member_count_stated"), "members"],
)
def count_differs(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """At least one active member, and the stated count is not their number."""
    counted = context.households().filter(member_count_stated__isnull=False)
    counted = counted.annotate(n=Count("persons", filter=Q(persons__is_active=True)))
    differing = counted.filter(~Q(n=F("member_count_stated")), n__gt=0).values("pk")
    return households.annotate(head=context.head_name(), members=context.member_count()).filter(pk__in=differing)


@rule(
    "HH-06",
    on=ObjectKind.HOUSEHOLD,
    text=_("户%(code)s没有在册成员"),
    condition=_("在册户（含拟识别）没有任何在册成员。"),
    evidence=["code"],
    statuses=LIVE,
)
def empty(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Status 10 to 50 and no active member."""
    return households.filter(~Exists(context.members_of()))


@rule(
    "HH-07",
    on=ObjectKind.PERSON,
    text=_("%(name)s（%(relation)s）与户主%(head)s的年龄不合亲属关系"),
    condition=_("父母（含配偶父母）比户主大不足15岁，子女比户主小不足15岁，孙辈比户主小不足30岁。"),
    evidence=["name", "relation", "birth_date", ("head", "head__name"), ("head_birth_date", "head__birth_date")],
    parameters=["parent_gap", "grandparent_gap"],
)
def kinship_contradicts_ages(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """The gap in completed years between the member and a defined head is less than kinship asks; equality passes."""
    parent, grandparent = context.whole("parent_gap"), context.whole("grandparent_gap")
    kin = persons.filter(relation__in=(*PARENTS, *CHILDREN, *GRANDCHILDREN))
    return _with_head(
        kin,
        context,
        Q(relation__in=PARENTS, birth_date__gt=YearsBefore("head__birth_date", parent))
        | Q(relation__in=CHILDREN, head__birth_date__gt=YearsBefore("birth_date", parent))
        | Q(relation__in=GRANDCHILDREN, head__birth_date__gt=YearsBefore("birth_date", grandparent)),
    )


@rule(
    "HH-08",
    on=ObjectKind.HOUSEHOLD,
    text=_("户主%(head)s未成年（%(birth_date)s出生），户内有成年人"),
    condition=_("有且只有一个户主，年末不满16岁，而户内另有满18岁的在册成员。"),
    evidence=["code", "head", "birth_date"],
    parameters=["head_age_min", "adult_age"],
)
def head_is_minor(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """A defined head of 15 or younger, and another active member of 18 or more, on 31 December `Y`."""
    adults = context.members().filter(birth_date__lte=context.born_by("adult_age"))
    young_head = Q(head__birth_date__gt=context.born_by("head_age_min")) & ~Q(pk=F("head__pk"))
    young = _with_head(adults, context, young_head).order_by().values("household_id")
    born = context.heads_of().order_by("pk").values("birth_date")[:1]
    return households.annotate(head=context.head_name(), birth_date=Subquery(born)).filter(pk__in=young)


# --- Phone and account: also compared with other households of the region --------------------------------------------


@rule(
    "HH-15",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户联系电话%(phone)s（%(sharing)s户登记同一号码）"),
    condition=_("联系电话为空，或格式不正确，或全区登记同一号码的户数超过上限（默认5户）；格式错误的号码不计共用。"),
    evidence=["code", "head", ("phone", "phone_state"), "sharing"],
    parameters=["phone_share_max"],
    looks_around=True,
)
def phone_unusable(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Phone blank, malformed, or held by more than `phone_share_max` households of `L`, this one included."""
    same = context.registered().filter(phone_index=OuterRef("phone_index"), phone_ok=True)
    limit = context.settings.least("phone_share_max")
    crowded = Q(phone_index__in=_groups(context.alike("phone_index").filter(phone_ok=True), "phone_index", int(limit)))
    if context.settings.varies("phone_share_max"):
        crowded &= Q(sharing__gt=context.whole("phone_share_max"))
    state = Case(When(phone__isnull=True, then=Value("blank")), When(phone_ok=False, then=Value("malformed")))
    return households.annotate(
        head=context.head_name(), phone_state=Coalesce(state, Value("shared")), sharing=_counted(same, "phone_index")
    ).filter(Q(phone__isnull=True) | Q(phone_ok=False) | (Q(phone_ok=True) & crowded))


@rule(
    "HH-16",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户银行卡号%(account)s（%(sharing)s户登记同一卡号）"),
    condition=_("银行卡号为空，或与全区另一在册户的卡号相同。"),
    evidence=["code", "head", "account", "sharing"],
    looks_around=True,
)
def account_unusable(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """Account blank, or equal (digits only) in another household of `L`."""
    same = context.registered().filter(bank_account_index=OuterRef("bank_account_index"))
    shared = _groups(context.alike("bank_account_index"), "bank_account_index", 1)
    state = Case(When(bank_account__isnull=True, then=Value("blank")), default=Value("shared"))
    return households.annotate(
        head=context.head_name(), account=state, sharing=_counted(same, "bank_account_index")
    ).filter(Q(bank_account__isnull=True) | Q(bank_account_index__in=shared))


def _groups(rows: QuerySet[Household], name: str, limit: int) -> QuerySet[Any]:
    """The values that more than `limit` of these rows hold."""
    held = rows.filter(**{f"{name}__isnull": False}).order_by().values(name)
    return held.annotate(n=Count("pk")).filter(n__gt=limit).values(name)


def _counted(rows: QuerySet[Household], group: str) -> Coalesce:
    """How many rows share the outer row's value."""
    counted = rows.order_by().values(group).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
