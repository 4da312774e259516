"""Small loans as the register keeps them (PC-09 to PC-13, PC-19) and as the banks know them (DC-23).

Design: a loan is asked about while some of it is outstanding at the end of the date: what is repaid needs nothing more.
"""

from __future__ import annotations

from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateField,
    DecimalField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, ExtractDay
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.money import YUAN
from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.context import Context
from apps.divisions.models import Division
from apps.households.models import Household, Person, StatusEvent
from apps.measures.choices import LoanProduct
from apps.measures.models import LoanRepayment, LoanWish, RiskFund, SmallLoan

__all__: list[str] = []

ENTITLED, STABLE = ("20", "30", "40", "50"), "41"


class NumberOf(Func):
    """A number for a text, always the same one: what names a row whose key changes with every delivery."""

    template = "(hashtextextended(%(expressions)s, 0) & 9223372036854775807)"
    output_field = BigIntegerField()


@rule(
    "DC-23",
    on=ObjectKind.DATASET,
    text=_("%(borrower)s享受扶贫贷款但不在册"),
    condition=_(
        "未还清的扶贫小额信贷，借款人有可用的证件号码，但其所在户不是未脱贫、预脱贫、已脱贫或返贫户，"
        "也不是放款之后才稳定脱贫的户；注销的成员也算。"
    ),
    evidence=[("borrower", "name"), "loan_no", ("loan_amount", "amount"), "lent_on"],
    needs=["BK-LN"],
    key="row_key",
    place="placed_at",
)
def borrower_is_not_registered(loans: QuerySet[Any], context: Context) -> QuerySet[Any]:
    """A small loan that runs, and nobody of that number in a household entitled when it was lent.

    A loan is named by its supplier and number, and lies where the bank says, or at the supplier where that is no place
    of ours.
    """
    later = StatusEvent.objects.filter(
        household_id=OuterRef("household_id"), status=STABLE, on__gte=OuterRef(OuterRef("lent_on"))
    )
    entitled = Person.objects.filter(
        Q(household__status__in=ENTITLED) | Q(Exists(later), household__status=STABLE), id_no_index=OuterRef("key")
    )
    known = Division.objects.filter(code=OuterRef("lent_in"))
    return loans.filter(~Exists(entitled), product="small", repaid_on=None, key__isnull=False).annotate(
        row_key=NumberOf(Concat(Cast("division_id", CharField()), Value(" "), F("loan_no"))),
        placed_at=Case(
            When(Exists(known), then=F("lent_in")), default=F("division_id"), output_field=BigIntegerField()
        ),
    )


# --- the register's own loans ---

COUNTY_SPAN = 10**6
LAPSES = ("collateral", "guarantee", "unsubsidised", "no_fund")
OTHER_HOUSEHOLD = "@household"
"""What stands in evidence for another household, whose name whoever reads of this one need not know."""


def _no_loans() -> str:
    """Why nobody's loans can be tested, for people: none were entered."""
    return "" if SmallLoan.objects.exists() else gettext("尚未登记小额信贷")


def _no_wishes() -> str:
    """Why nobody's wish can be tested, for people: none were entered."""
    return "" if LoanWish.objects.exists() else gettext("尚未登记贷款意愿")


def _running(context: Context) -> QuerySet[SmallLoan]:
    """The loans of which something was outstanding at the end of the date."""
    return SmallLoan.objects.with_left(context.date).filter(left__gt=0).order_by()  # type: ignore[misc]


def _having(households: QuerySet[Household], loans: QuerySet[SmallLoan], context: Context) -> QuerySet[Any]:
    """Households with one of these loans, and the head for the sentence."""
    found = households.filter(pk__in=loans.values("household_id"))
    return found.annotate(head=context.head_name())


def _of_household(loans: QuerySet[SmallLoan], order: str, value: str) -> Subquery:
    """A value of the first of the outer household's loans in an order."""
    return Subquery(loans.filter(household_id=OuterRef("pk")).order_by(order, "pk").values(value)[:1])


def _days_since(path: str, context: Context) -> ExtractDay:
    return ExtractDay(ExpressionWrapper(Value(context.date, DateField()) - F(path), DurationField()))


@rule(
    "PC-09",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户小额信贷%(small_left)s元，超过5万元"),
    condition=_("一户未还清的扶贫小额信贷在比对日期的未还本金合计超过上限（默认5万元）；其他贷款产品不计。"),
    evidence=["code", "head", "small_left"],
    parameters=["loan_max"],
    missing=_no_loans,
    on_save=False,
)
def too_much_is_lent(households: QuerySet[Household], context: Context) -> QuerySet[Any]:
    """More outstanding of small loans than the threshold, over all contracts of the household."""
    small = SmallLoan.objects.filter(product=LoanProduct.SMALL, lent_on__lte=context.date).order_by()
    of_household = {"household_id": OuterRef("pk")}
    lent = small.filter(**of_household).values("household_id").annotate(sum=Sum("amount")).values("sum")
    paid = LoanRepayment.objects.filter(
        **of_household, loan__product=LoanProduct.SMALL, loan__lent_on__lte=context.date, on__lte=context.date
    )
    repaid = paid.order_by().values("household_id").annotate(sum=Sum("principal")).values("sum")
    left = ExpressionWrapper(
        Subquery(lent) - Coalesce(Subquery(repaid), Value(0, DecimalField(**YUAN))),  # type: ignore[arg-type]
        output_field=DecimalField(**YUAN),  # type: ignore[arg-type]
    )
    return (
        _having(households, small, context).annotate(small_left=left).filter(small_left__gt=context.number("loan_max"))
    )


@rule(
    "PC-10",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户小额信贷期限%(term_months)s个月"),
    condition=_("未还清的贷款期限超过上限（默认36个月）。"),
    evidence=["code", "head", "term_months", "lent_since"],
    parameters=["loan_months"],
    missing=_no_loans,
    on_save=False,
)
def lent_for_too_long(households: QuerySet[Household], context: Context) -> QuerySet[Any]:
    """A running loan with a longer term than the threshold; the longest is told."""
    long = _running(context).filter(term_months__gt=context.whole("loan_months"))
    return _having(households, long, context).annotate(
        term_months=_of_household(long, "-term_months", "term_months"),
        lent_since=_of_household(long, "-term_months", "lent_on"),
    )


@rule(
    "PC-11",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户贷款存在抵押、担保或未贴息：%(lapses)s"),
    condition=_("未还清的贷款有抵押或担保、没有财政贴息，或者放款当年旗县还没有设立风险补偿金。"),
    evidence=["code", "head", "lapses"],
    missing=_no_loans,
    on_save=False,
)
def lent_against_the_policy(households: QuerySet[Household], context: Context) -> QuerySet[Any]:
    """A running loan with collateral or guarantee, without subsidised interest, or in a county that had put nothing
    aside by the year of lending."""
    funds = RiskFund.objects.filter(
        division_id__lte=OuterRef("division_id"),
        division_id__gt=OuterRef("division_id") - COUNTY_SPAN,
        year__lte=OuterRef("lent_on__year"),
    )
    running = _running(context)
    lapsed = {
        "collateral": running.filter(collateral=True),
        "guarantee": running.filter(guarantee=True),
        "unsubsidised": running.filter(interest_subsidised=False),
        "no_fund": running.filter(~Exists(funds)),
    }
    bad = running.filter(Q(collateral=True) | Q(guarantee=True) | Q(interest_subsidised=False) | ~Exists(funds))
    told = [
        Case(
            When(Exists(lapsed[name].filter(household_id=OuterRef("pk"))), then=Value(f"{name},")),
            default=Value(""),
            output_field=CharField(),
        )
        for name in LAPSES
    ]
    return _having(households, bad, context).annotate(lapses=Concat(*told))


@rule(
    "PC-12",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户贷款由%(real_user)s使用"),
    condition=_("未还清的贷款登记了实际用款企业，或者另一户为实际用款户。"),
    evidence=["code", "head", "real_user", "loan_left"],
    missing=_no_loans,
    on_save=False,
)
def used_by_somebody_else(households: QuerySet[Household], context: Context) -> QuerySet[Any]:
    """A running loan whose real user is not the household; the largest rest is told."""
    used = _running(context).filter(used_by_enterprise=True)
    user = Case(When(real_enterprise="", then=Value(OTHER_HOUSEHOLD)), default=F("real_enterprise"))
    named = used.annotate(real_user=user)
    return _having(households, used, context).annotate(
        real_user=_of_household(named, "-left", "real_user"), loan_left=_of_household(used, "-left", "left")
    )


@rule(
    "PC-13",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户贷款逾期%(days)s天"),
    condition=_("到期日期早于比对日期的贷款，到比对日期仍未还清。"),
    evidence=["code", "head", "loan_due_on", "days", "loan_left"],
    missing=_no_loans,
    on_save=False,
)
def not_repaid_in_time(households: QuerySet[Household], context: Context) -> QuerySet[Any]:
    """A loan that was due before the date and was not wholly repaid by it; the longest overdue is told."""
    late = _running(context).filter(due_on__lt=context.date)
    days = late.annotate(days=_days_since("due_on", context))
    return _having(households, late, context).annotate(
        loan_due_on=_of_household(late, "due_on", "due_on"),
        days=_of_household(days, "due_on", "days"),
        loan_left=_of_household(late, "due_on", "left"),
    )


@rule(
    "PC-19",
    on=ObjectKind.HOUSEHOLD,
    text=_("%(head)s户有贷款意愿，%(days)s天未办理"),
    condition=_("户登记了贷款意愿且未撤回，到比对日期已超过期限（默认60天），没有任何贷款。"),
    evidence=["code", "head", "wished_on", "days"],
    parameters=["loan_wish_days"],
    missing=_no_wishes,
    on_save=False,
)
def wants_a_loan_and_has_none(households: QuerySet[Household], context: Context) -> QuerySet[Any]:
    """An open wish of more days ago than the threshold, and no loan lent by the date, repaid or not."""
    wishes = LoanWish.objects.filter(
        Q(withdrawn_on=None) | Q(withdrawn_on__gt=context.date), wished_on__lt=context.days_ago("loan_wish_days")
    ).order_by()
    lent = SmallLoan.objects.filter(household_id=OuterRef("pk"), lent_on__lte=context.date)
    of_household = wishes.filter(household_id=OuterRef("pk")).order_by("wished_on")
    waited = of_household.annotate(days=_days_since("wished_on", context))
    return households.filter(~Exists(lent), pk__in=wishes.values("household_id")).annotate(
        head=context.head_name(),
        wished_on=Subquery(of_household.values("wished_on")[:1]),
        days=Subquery(waited.values("days")[:1]),
    )
