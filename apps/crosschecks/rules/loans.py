"""Small loans as the banks know them (DC-23). Reading: rule-semantics.md (c)."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Case, CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.context import Context
from apps.divisions.models import Division
from apps.households.models import Person, StatusEvent

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
