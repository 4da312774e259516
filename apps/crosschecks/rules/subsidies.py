"""What households get out of projects (FP-11, FP-14, FP-19): payments and beneficiaries against the register."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import MONEY, Unequal, any_of, names_of
from apps.crosschecks.rules.context import Context
from apps.crosschecks.rules.matching import folded
from apps.funds.choices import ProjectKind
from apps.funds.models import Beneficiary, Payment
from apps.households.models import LIVE, Household, Person
from apps.households.models.household import HELPED

__all__: list[str] = []

EVERY_STATUS = (*LIVE, "60", "70")


@rule(
    "FP-11",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户补助%(subsidy)s元，超上限"),
    condition=_(
        "同一项目年度的危土房改造项目拨付给该户的金额合计（不计已冲销的）超过上限（默认20000元）；各种户状态都比。"
    ),
    evidence=["code", "head", "fund_year", "subsidy"],
    parameters=["dwelling_cap"],
    statuses=EVERY_STATUS,
    on_save=False,
)
def above_the_cap(households: QuerySet[Household], context: Context) -> QuerySet[Any]:
    """More was paid to a household for its dwelling out of one year's projects than the cap of its place."""
    paid = Payment.objects.filter(project__kind=ProjectKind.DWELLING, reversed_on=None, household__isnull=False)
    of_year: QuerySet[Any, Any] = (
        paid.filter(household_id=OuterRef("pk"))
        .order_by()
        .values("project__year")
        .annotate(sum=Sum("amount"))
        .order_by("-sum", "-project__year")
    )
    return (
        households.filter(pk__in=paid.values("household_id"))
        .annotate(subsidy=Subquery(of_year.values("sum")[:1], output_field=MONEY))
        .filter(subsidy__gt=context.number("dwelling_cap"))
        .annotate(head=context.head_name(), fund_year=Subquery(of_year.values("project__year")[:1]))
    )


@rule(
    "FP-14",
    on=ObjectKind.BENEFIT,
    text=_("%(project)s受益户%(head)s%(benefit_fault)s"),
    condition=_(
        "当年及以后年度项目的受益户不是未脱贫、预脱贫、脱贫享受政策或返贫户；"
        "或同一户在同一年度有两个同类项目（任何年度）。已终止项目不比。"
    ),
    evidence=[("code", "household_code"), "head", ("project", "of_project"), "fund_year", "benefit_fault"],
    on_save=False,
)
def wrongly_helped(benefits: Any, context: Context) -> QuerySet[Any]:
    """Helped by a project of this year or a coming one and not entitled now, or twice a year by the same kind.

    What a household was when a project of earlier years helped it is not asked: many have left poverty since.
    """
    twice = Beneficiary.objects.filter(
        ~Q(pk=OuterRef("pk")),
        household_id=OuterRef("household_id"),
        year=OuterRef("year"),
        kind=OuterRef("kind"),
        is_active=True,
        project__isnull=False,
    )
    wrong = {
        "unregistered": Q(~Q(household__status__in=HELPED), year__gte=context.date.year),
        "double": Q(Exists(twice)),
    }
    return benefits.filter(any_of(wrong)).annotate(
        benefit_fault=names_of(wrong), fund_year=F("year"), of_project=F("project__name")
    )


@rule(
    "FP-19",
    on=ObjectKind.PAYMENT,
    text=_("%(project)s支付给%(payee)s，与受益人不符：%(payee_fault)s"),
    condition=_(
        "拨付到户的资金（不计已冲销的），收款人不是该户现在或过去的成员（姓名不计空格和间隔点），或收款账号与该户登记的银行卡号"
        "不同；有一方没有账号的不比。"
    ),
    evidence=[
        ("project", "of_project"),
        ("payee", "payee_name"),
        ("code", "of_household"),
        "payee_fault",
        ("payment", "amount"),
        "paid_on",
        "voucher_no",
    ],
    on_save=False,
)
def other_payee(payments: QuerySet[Payment], context: Context) -> QuerySet[Any]:
    """Paid for a household to somebody who never was a member of it, or to another account than it has."""
    members = Person.objects.filter(household_id=OuterRef("household_id")).alias(
        own=folded(F("name")), payee=folded(OuterRef("payee_name"))
    )
    wrong = {
        "payee": Q(~Exists(members.filter(own=F("payee")))),
        "account": Q(Unequal(F("payee_account_index"), F("household__bank_account_index"))),
    }
    return payments.filter(any_of(wrong), reversed_on=None, household__isnull=False).annotate(
        of_project=F("project__name"), of_household=F("household__code"), payee_fault=names_of(wrong)
    )
