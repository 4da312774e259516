"""What members of a household own and earn elsewhere: posts, vehicles, dwellings, firms, tax, housing fund, pensions
(DC-08 … DC-14). Readings: rule-semantics.md (c).

A hit says that a household must be looked at again; it proves nothing by itself.
"""

from __future__ import annotations

from django.db.models import Count, Exists, ExpressionWrapper, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import any_of, names_of, standing_on, valid_on
from apps.crosschecks.rules.context import Context
from apps.crosschecks.rules.matching import met
from apps.households.models import Person

__all__: list[str] = []

PERMANENT = ["civil_servant", "institution", "retired"]
CARS = ["car", "van", "truck"]
BOUGHT = ["housing", "business"]
RESETTLEMENT, HOMESTEAD = "resettlement", "homestead"


@rule(
    "DC-08",
    on=ObjectKind.PERSON,
    text=_("%(name)s为财政供养人员（%(unit)s，%(post_kind)s）"),
    condition=_("财政供养人员中有在比对日期有效的记录，人员类别为公务员、事业人员或退休人员。"),
    evidence=["name", "unit", "post_kind", "name_differs"],
    needs=["FN-PY"],
)
def on_the_payroll(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A valid row of a permanent post; contracts, public jobs and village stipends pass."""
    rows = context.department_rows("FN-PY").filter(valid_on(context.date), post_kind__in=PERMANENT)
    return persons.filter(Exists(rows)).annotate(**met(context, "FN-PY", rows, unit="unit", post_kind="post_kind"))


@rule(
    "DC-09",
    on=ObjectKind.PERSON,
    text=_("%(name)s名下有%(vehicle)s，%(registered_on)s登记"),
    condition=_("机动车登记中有未注销的轿车、客车或货车，价值未填或高于上限（默认30000元）。"),
    evidence=["name", "vehicle", "registered_on", "vehicle_value", "name_differs"],
    parameters=["vehicle_value"],
    needs=["PS-VH"],
)
def owns_a_vehicle(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A car, van or truck that is not cancelled and whose value is unknown or above the threshold."""
    dear = Q(value=None) | Q(value__gt=OuterRef("value_limit"))
    rows = context.department_rows("PS-VH").filter(dear, standing_on(context.date), kind__in=CARS)
    return (
        persons.alias(value_limit=context.number("vehicle_value"))
        .filter(Exists(rows))
        .annotate(**met(context, "PS-VH", rows, vehicle="kind", registered_on="registered_on", vehicle_value="value"))
    )


def owns_something(context: Context) -> str:
    """Of DC-10 the same, homesteads counted once for all households: the register would count them for each member."""
    sales, estates = context.versions_list("HC-SP"), context.versions_list("NR-RE")
    sold, standing = (
        f"{row}.key IS NOT NULL AND ({row}.cancelled_on IS NULL OR {row}.cancelled_on > date '{context.date}')"
        for row in ("sale", "estate")
    )
    other = ", ".join(f"'{kind}'" for kind in (*BOUGHT, RESETTLEMENT))
    return f"""
        WITH owned AS (
            SELECT person.id, person.household_id, person.division_id, estate.kind, estate.property_no
            FROM households_person person
            JOIN datasets_realestate estate ON estate.key = person.id_no_index
            WHERE person.is_active AND estate.version_id IN ({estates}) AND {standing}
        ), several AS (
            SELECT owned.household_id FROM owned WHERE owned.kind = '{HOMESTEAD}'
            GROUP BY owned.household_id HAVING min(owned.property_no) <> max(owned.property_no)
        )
        SELECT owned.id, owned.division_id FROM owned
        WHERE owned.division_id BETWEEN {context.low} AND {context.high}
          AND (owned.kind IN ({other})
               OR owned.kind = '{HOMESTEAD}' AND owned.household_id IN (SELECT several.household_id FROM several))
        UNION ALL
        SELECT person.id, person.division_id FROM households_person person
        WHERE person.is_active AND person.division_id BETWEEN {context.low} AND {context.high}
          AND person.id_no_index IN (
            SELECT sale.key FROM datasets_housingsale sale WHERE sale.version_id IN ({sales}) AND {sold})
    """  # noqa: S608  (numbers, a date and words of ours)


@rule(
    "DC-10",
    on=ObjectKind.PERSON,
    text=_("%(name)s名下有不动产：%(assets)s，%(located)s"),
    condition=_(
        "未注销的记录中有：商品房网签；或用途为住宅、商业的不动产；或安置住房（本户没有易地搬迁记录）；"
        "或宅基地，且在册成员名下的宅基地合计两处以上。商品房网签、不动产登记有其一即运行。"
    ),
    evidence=["name", "assets", "located", "homesteads", "name_differs"],
    needs=[["NR-RE", "HC-SP"]],
    suspects=owns_something,
)
def owns_dwellings(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """Each of the two sets speaks for itself. Relocation is not kept yet: a record that only excuses is absent (a.13).

    Homesteads are counted by property number over the active members, so that one in the name of two is one.
    """
    sales = context.department_rows("HC-SP").filter(standing_on(context.date))
    estates = context.department_rows("NR-RE").filter(standing_on(context.date))
    members = Person.objects.filter(is_active=True, household_id=OuterRef(OuterRef("household_id")))
    of_members = context.department("NR-RE").filter(
        standing_on(context.date), kind=HOMESTEAD, key__in=members.order_by().values("id_no_index")
    )
    counted = of_members.order_by().values("kind").annotate(n=Count("property_no", distinct=True)).values("n")
    several = Q(homesteads__gte=2)
    assets = {
        "sale": Q(Exists(sales)),
        "dwelling": Q(Exists(estates.filter(kind__in=BOUGHT))),
        "resettlement": Q(Exists(estates.filter(kind=RESETTLEMENT))),
        "homesteads": Q(Exists(estates.filter(kind=HOMESTEAD))) & several,
    }
    offending = Q(kind__in=[*BOUGHT, RESETTLEMENT]) | Q(kind=HOMESTEAD, among__gte=2)
    proof = estates.alias(among=ExpressionWrapper(OuterRef("homesteads"), IntegerField())).filter(offending)
    sale, estate = met(context, "HC-SP", sales, sold="place"), met(context, "NR-RE", proof, owned="place")
    return (
        persons.annotate(homesteads=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
        .filter(any_of(assets))
        .annotate(
            assets=names_of(assets),
            located=Coalesce(sale["sold"], estate["owned"]),
            name_differs=Coalesce(sale["name_differs"], estate["name_differs"]),
        )
    )


@rule(
    "DC-11",
    on=ObjectKind.PERSON,
    text=_("%(name)s为%(firm)s的%(firm_role)s"),
    condition=_("市场主体存续，且该人为法定代表人（个体工商户除外）或公司股东。合作社社员和个体工商户不算。"),
    evidence=["name", "firm", "firm_kind", "firm_role", "share", "name_differs"],
    needs=["MR-BE"],
)
def owns_a_firm(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """An active firm's legal person unless it is an individual business, or a shareholder of a company."""
    leads = Q(role="legal_person") & ~Q(firm_kind="individual")
    shares = Q(role="shareholder", firm_kind="company")
    rows = context.department_rows("MR-BE").filter(leads | shares, state="active")
    return persons.filter(Exists(rows)).annotate(
        **met(context, "MR-BE", rows, firm="firm", firm_kind="firm_kind", firm_role="role", share="share")
    )


@rule(
    "DC-12",
    on=ObjectKind.PERSON,
    text=_("%(name)s%(tax_year)s年缴纳个人所得税%(tax)s元"),
    condition=_("比对年度或上一年度，同一纳税年度的个人所得税合计高于上限（默认0元）。"),
    evidence=["name", "tax_year", "tax", "name_differs"],
    parameters=["tax_floor"],
    needs=["TX-TX"],
)
def pays_income_tax(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """The sum of one tax year, `Y` or `Y-1`, is above the threshold; the evidence is of the later one."""
    rows = context.department_rows("TX-TX").filter(tax_year__in=[context.year, context.year - 1])
    sums = rows.order_by().values("tax_year").annotate(total=Sum("amount")).filter(total__gt=OuterRef("floor"))
    latest = sums.order_by("-tax_year")
    of_that_year = rows.filter(tax_year=OuterRef("tax_year"))
    return (
        persons.alias(floor=context.number("tax_floor"))
        .filter(Exists(sums))
        .annotate(
            tax_year=Subquery(latest.values("tax_year")[:1]),
            tax=Subquery(latest.values("total")[:1]),
        )
        .annotate(**met(context, "TX-TX", of_that_year))
    )


@rule(
    "DC-13",
    on=ObjectKind.PERSON,
    text=_("%(name)s缴存住房公积金（%(unit)s）"),
    condition=_("公积金账户状态正常，且月缴存额大于0。"),
    evidence=["name", "unit", "fund_amount", "name_differs"],
    needs=["HF-GJ"],
)
def pays_into_the_housing_fund(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A normal account with an amount above 0."""
    rows = context.department_rows("HF-GJ").filter(state="normal", amount__gt=0)
    return persons.filter(Exists(rows)).annotate(**met(context, "HF-GJ", rows, unit="unit", fund_amount="amount"))


@rule(
    "DC-14",
    on=ObjectKind.PERSON,
    text=_("%(name)s领取%(pension_scheme)s%(pension)s元/月"),
    condition=_("养老待遇中有在比对日期有效的职工养老或机关事业养老记录，且月待遇大于0。"),
    evidence=["name", "pension_scheme", "pension", "name_differs"],
    needs=["HR-PE"],
)
def draws_a_pension(persons: QuerySet[Person], context: Context) -> QuerySet[Person]:
    """A valid row of the employees' or public scheme with an amount above 0."""
    rows = context.department_rows("HR-PE").filter(
        valid_on(context.date), scheme__in=["employee", "public"], amount__gt=0
    )
    return persons.filter(Exists(rows)).annotate(
        **met(context, "HR-PE", rows, pension_scheme="scheme", pension="amount")
    )
