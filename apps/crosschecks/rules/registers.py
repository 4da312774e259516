"""Who is registered where, lives and is supported: public security, civil affairs, justice (DC-01 … DC-06, DC-26,
DC-27). Readings: rule-semantics.md (c).

Whoever has no citizen number is neither found nor missed in any register.
"""

from __future__ import annotations

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
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
from apps.crosschecks.rules.conditions import HAS_KEY, any_of, names_of, standing_on, valid_on
from apps.crosschecks.rules.context import HEAD, Context
from apps.crosschecks.rules.matching import met, of_that_name
from apps.divisions import codes
from apps.divisions.models import Division
from apps.households.models import Household, Person

__all__: list[str] = []

URBAN = "非农业"
COUNTY = codes.SPAN[codes.COUNTY]
LEAGUE = codes.SPAN[codes.LEAGUE]
COUPLE, CHILDREN, PARENTS = ["01", "02"], ["03", "04"], [str(relation) for relation in range(11, 17)]


@rule(
    "DC-01",
    on=ObjectKind.PERSON,
    text=_("%(name)s：%(match)s"),
    condition=_(
        "公安户籍人口中没有该证件号码，或同号记录的姓名均与登记不同。姓名比较不计空格和间隔点；已注销的记录也算查到。"
    ),
    evidence=["name", "match"],
    needs=["PS-HK"],
)
def not_in_the_register(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """No row, or none of the same name; cancelled rows count as found."""
    rows = context.department_rows("PS-HK")
    match = Case(When(Exists(rows), then=Value("name_differs")), default=Value("not_found"))
    return persons.filter(~Exists(of_that_name(rows)), HAS_KEY).annotate(match=match)


def ended(context: Context) -> str:
    """Of DC-02 everybody of whom some registration has ended: few, where to look for live ones is to read them all."""
    return f"""
        SELECT person.id, person.division_id FROM households_person person
        WHERE person.is_active AND person.division_id BETWEEN {context.low} AND {context.high}
          AND person.id_no_index IN (
            SELECT own.key FROM datasets_householdregister own
            WHERE own.version_id IN ({context.versions_list("PS-HK")}) AND own.cancelled_on <= date '{context.date}'
              AND own.key IS NOT NULL)
    """  # noqa: S608  (numbers and a date of ours)


@rule(
    "DC-02",
    on=ObjectKind.PERSON,
    text=_("%(name)s户口已于%(cancelled_on)s注销，仍在册"),
    condition=_("公安户籍人口中有该证件号码的记录，且全部已在比对日期之前（含当日）注销。"),
    evidence=["name", "cancelled_on", "cancel_reason", "name_differs"],
    needs=["PS-HK"],
    suspects=ended,
)
def cancelled(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """At least one row, and no live one: somebody who moved has a live row elsewhere."""
    rows = context.department_rows("PS-HK")
    over, live = rows.filter(cancelled_on__lte=context.date), rows.filter(standing_on(context.date))
    return persons.filter(Exists(over), ~Exists(live)).annotate(
        **met(context, "PS-HK", rows, cancelled_on="cancelled_on", cancel_reason="cancel_reason")
    )


@rule(
    "DC-03",
    on=ObjectKind.PERSON,
    text=_("%(name)s在%(registers)s中有记录，仍在册"),
    condition=_("死亡火化中有该证件号码的记录，或死亡注销中有死亡日期不晚于比对日期的记录；两者有其一即运行。"),
    evidence=["name", "registers", "cremated_on", "died_on", "name_differs"],
    needs=[["CA-CR", "PS-DE"]],
)
def dead(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A cremation, or a death on or before `D`; the evidence says in which of the two."""
    cremated = context.department_rows("CA-CR")
    died = context.department_rows("PS-DE").filter(died_on__lte=context.date)
    registers = {"CA-CR": Q(Exists(cremated)), "PS-DE": Q(Exists(died))}
    one = met(context, "CA-CR", cremated, cremated_on="cremated_on")
    other = met(context, "PS-DE", died, died_on="died_on")
    differs = Coalesce(one.pop("name_differs"), other.pop("name_differs"))
    return persons.filter(any_of(registers)).annotate(
        registers=names_of(registers), name_differs=differs, **one, **other
    )


# --- DC-04: where the register is kept --------------------------------------------------------------------------------


def _successors() -> list[tuple[int, int]]:
    """(unit, county) where a unit's county is not the one of its code: units that have ended, with the county of what
    took their place, and development zones with the county in which they lie. The narrowest unit stands first."""
    rows = Division.objects.values_list("code", "replaced_by", "host").filter(
        Q(replaced_by__isnull=False) | Q(host__isnull=False)
    )
    replaced = {code: successor for code, successor, _host in rows if successor}
    hosts = {code: host for code, _successor, host in rows if host}
    found: dict[int, int] = {}
    for unit in sorted({*replaced, *hosts}, key=codes.level):
        last, seen = unit, set[int]()
        while last in replaced and last not in seen:
            seen.add(last)
            last = replaced[last]
        if codes.level(last) < codes.COUNTY:
            continue
        county = codes.at(last, codes.COUNTY)
        county = hosts.get(county, county)
        above = [found[upper] for upper in codes.ancestors(unit) if upper in found]
        if county != (above[-1] if above else unit - unit % COUNTY):
            found[unit] = county
    return sorted(found.items(), key=lambda one: -codes.level(one[0]))


def _county(name: str, successors: list[tuple[int, int]]) -> Case:
    """The county of a column of division codes as it is today; null for a code that names none."""
    code = Cast(name, BigIntegerField())
    now = []
    for unit, county in successors:
        low, high = codes.subtree(unit)
        now.append(When(**{f"{name}__gte": low, f"{name}__lte": high}, then=Value(county)))
    return Case(
        *now,
        When(**{f"{name}_in_league__lt": COUNTY}, then=None),
        default=code - code % Value(COUNTY, BigIntegerField()),
        output_field=BigIntegerField(),
    )


@rule(
    "DC-04",
    on=ObjectKind.PERSON,
    text=_("%(name)s户籍在%(registered_county)s，户口性质为%(register_kind)s"),
    condition=_(
        "公安户籍人口中未注销的记录（有多条时取最新一条）不在登记所在旗县，或户口性质为非农业。"
        "已变更的区划代码按现代码、开发区按所在旗县比较；“居民”不算不符。"
    ),
    evidence=["name", "registered_county", "register_kind", "name_differs"],
    needs=["PS-HK"],
)
def moved_out(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """The chosen live row is of another county, or not agricultural. Old codes are carried forward, a zone is its host;
    a code that names no county is no hit."""
    successors = _successors()
    here = persons.alias(division_id_in_league=F("division_id") % Value(LEAGUE, BigIntegerField()))
    here = here.alias(county=_county("division_id", successors))
    live = (
        context.department_rows("PS-HK")
        .filter(standing_on(context.date))
        .alias(registered_at_in_league=F("registered_at") % Value(LEAGUE, BigIntegerField()))
        .annotate(at=_county("registered_at", successors))
        .annotate(out=Case(
            When(Q(kind=URBAN) | (Q(at__isnull=False) & ~Q(at=OuterRef("county"))), then=True),
            default=False,
            output_field=BooleanField(),
        ))
    )  # fmt: skip
    county = Subquery(context.chosen("PS-HK", live).values("at"), output_field=BigIntegerField())
    name = Division.objects.filter(code=OuterRef("registered_in")).values("name")[:1]
    return (
        here.alias(out=Subquery(context.chosen("PS-HK", live).values("out")))
        .filter(out=True)
        .alias(registered_in=county)
        .annotate(
            registered_county=Coalesce(Subquery(name), Cast(F("registered_in") / Value(COUNTY), CharField())),
            **met(context, "PS-HK", live, register_kind="kind"),
        )
    )


# --- Support ----------------------------------------------------------------------------------------------------------


def _differs_from(code: str, flag: str, persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """The yearly flag of a support is not null and says other than whether civil affairs have a valid row."""
    rows = context.department_rows(code).filter(valid_on(context.date))
    yes, no = Q(**{f"y__{flag}": True}), Q(**{f"y__{flag}": False})
    return (
        context.with_year(persons)
        .filter((yes & HAS_KEY & ~Exists(rows)) | (no & Exists(rows)))
        .annotate(
            support=Case(When(yes, then=Value("here")), default=Value("there")),
            **met(context, code, rows, supported_from="from_on"),
        )
    )


@rule(
    "DC-05",
    on=ObjectKind.PERSON,
    text=_("%(name)s低保信息与民政不一致：%(support)s"),
    condition=_("年度情况中是否享受低保已填写，且与民政农村低保在比对日期是否有有效记录不一致。"),
    evidence=["name", "support", "supported_from", "name_differs"],
    needs=["CA-DB"],
)
def allowance_differs(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """`dibao` not null and different from: a row of CA-DB is valid on `D`."""
    return _differs_from("CA-DB", "dibao", persons, context)


@rule(
    "DC-06",
    on=ObjectKind.PERSON,
    text=_("%(name)s特困供养信息与民政不一致：%(support)s"),
    condition=_("年度情况中是否特困供养已填写，且与民政特困供养在比对日期是否有有效记录不一致。"),
    evidence=["name", "support", "supported_from", "name_differs"],
    needs=["CA-TK"],
)
def destitute_support_differs(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """`tekun` not null and different from: a row of CA-TK is valid on `D`."""
    return _differs_from("CA-TK", "tekun", persons, context)


# --- DC-26: the register of the head ----------------------------------------------------------------------------------


def related_elsewhere(context: Context) -> str:
    """Of DC-26 all households with a head in whose register stands somebody who never was a member, whatever kin."""
    versions, live = context.versions_list("PS-HK"), f"cancelled_on > date '{context.date}'"
    own, kin = (
        f"{row}.version_id IN ({versions}) AND ({row}.cancelled_on IS NULL OR {row}.{live})" for row in ("own", "kin")
    )
    return f"""
        SELECT DISTINCT head.household_id, head.division_id FROM households_person head
        JOIN datasets_householdregister own ON own.key = head.id_no_index AND {own}
        JOIN datasets_householdregister kin
            ON kin.version_id = own.version_id AND kin.register_no = own.register_no AND kin.key IS NOT NULL AND {kin}
        WHERE head.is_active AND head.relation = '{HEAD}' AND head.division_id BETWEEN {context.low} AND {context.high}
          AND NOT EXISTS (SELECT 1 FROM households_person member
                          WHERE member.household_id = head.household_id AND member.id_no_index = kin.key)
    """  # noqa: S608  (numbers and a date of ours)


@rule(
    "DC-26",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户同户籍的%(unregistered)s未登记为本户成员"),
    condition=_(
        "有且只有一个户主，其户籍（未注销）中有未登记为本户成员、也不是本户原成员的人：户主在户籍中为户主或配偶时，"
        "指户主、配偶、子女、父母（含公婆、岳父母）；户主在户籍中为子女时，指户主、配偶。该人在其他户登记的也算（拆户）。"
    ),
    evidence=["code", "head", "unregistered"],
    needs=["PS-HK"],
    suspects=related_elsewhere,
)
def left_out(households: QuerySet[Household], context: Context) -> QuerySet[Household]:
    """In the register of the household's one head stands a live row of its nearest kin who never was a member here.

    A register is known by its number within a version: suppliers give the same numbers. Whether it has such kin is
    asked as a value, household by household: as a condition the planner would join the whole register to it.
    """
    live = context.department("PS-HK").filter(standing_on(context.date), key__isnull=False)
    heads = Person.objects.filter(is_active=True, relation=HEAD, household_id=OuterRef(OuterRef("pk")))
    own = context.chosen("PS-HK", live.filter(key=Subquery(heads.order_by("pk").values("id_no_index")[:1])))
    member = Person.objects.filter(household_id=OuterRef(OuterRef(OuterRef("pk"))), id_no_index=OuterRef("key"))
    kin = live.filter(
        ~Exists(member), version_id=OuterRef("version_id"), register_no=OuterRef("register_no")
    ).alias(as_head=ExpressionWrapper(OuterRef("register_relation"), CharField())).filter(
        Q(as_head__in=COUPLE, register_relation__in=[*COUPLE, *CHILDREN, *PARENTS])
        | Q(as_head__in=CHILDREN, register_relation__in=COUPLE)
    )  # fmt: skip
    named = kin.order_by().values("register_no").annotate(text=StringAgg("name", delimiter=",", order_by="row_no"))
    mine = context.department("PS-HK").filter(pk=OuterRef("own_row"))
    return (
        households.alias(heads=context.member_count(relation=HEAD), own_row=Subquery(own.values("pk")))
        .alias(left=Subquery(mine.annotate(left=Exists(kin)).values("left")))
        .filter(left=True, heads=1)
        .annotate(
            head=context.head_name(),
            unregistered=Subquery(mine.annotate(names=Subquery(named.values("text"))).values("names")[:1]),
        )
    )


@rule(
    "DC-27",
    on=ObjectKind.PERSON,
    text=_("%(name)s服刑期间仍在册"),
    condition=_("司法行政服刑人员中有在比对日期有效的记录。"),
    evidence=["name", "imprisoned_from", "imprisoned_to", "name_differs"],
    needs=["JU-PR"],
)
def imprisoned(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A row of JU-PR is valid on `D`."""
    rows = context.department_rows("JU-PR").filter(valid_on(context.date))
    return persons.filter(Exists(rows)).annotate(
        **met(context, "JU-PR", rows, imprisoned_from="from_on", imprisoned_to="to_on")
    )
