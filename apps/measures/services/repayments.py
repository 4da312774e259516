"""Writing what is paid back, and taking back what was written wrongly. The database keeps the sums of the loans."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.measures.models import LoanRepayment, SmallLoan
from apps.measures.services.loans import CAPABILITY, require_come

OVERPAID, TWICE, REVERSED = "loan_not_overpaid", "repayment_bank_line_once", "measures_loanrepayment_reverses_id_key"


@transaction.atomic
def repay(
    loan: SmallLoan, *, on: datetime.date, principal: Decimal, by: User, voucher: str = "", note: str = ""
) -> LoanRepayment:
    """Enter one repayment of principal, in yuan.

    Raises PermissionDenied without `change_register` at the household, ServiceError for what is not more than nothing,
    more than is outstanding, or of a day before the loan or to come.
    """
    policy.require(by, CAPABILITY, loan.division_id)
    loan = SmallLoan.objects.select_for_update().get(pk=loan.pk)
    require_fitting(loan, on, principal, loan.amount - loan.repaid)
    made = LoanRepayment(loan=loan, on=on, principal=principal, voucher=voucher.strip(), note=note.strip())
    return _book([made], by)[0]


@transaction.atomic
def reverse(repayment: LoanRepayment, *, reason: str, by: User, on: datetime.date | None = None) -> LoanRepayment:
    """Take a repayment back by a row of its own; it counts from the day of the repayment, unless another is said.

    Raises PermissionDenied without `change_register` there, ServiceError without a reason, and (409) for what is
    reversed already or is a reversal itself.
    """
    policy.require(by, CAPABILITY, repayment.division_id)
    if not reason.strip():
        raise ServiceError(_("请写明冲销原因。"), field="note", code="required")
    SmallLoan.objects.select_for_update().get(pk=repayment.loan_id)
    if repayment.reverses_id is not None or LoanRepayment.objects.filter(reverses=repayment).exists():
        raise ServiceError(_("这笔还款已经冲销，或者它本身是冲销记录。"), field="reverses", code="reversed", status=409)
    made = LoanRepayment(
        loan=repayment.loan,
        on=on or repayment.on,
        principal=-repayment.principal,
        reverses=repayment,
        note=reason.strip()[:200],
    )
    return _book([made], by)[0]


@transaction.atomic
def book_repayments(rows: Sequence[LoanRepayment], overdue: Mapping[int, bool], *, by: User) -> None:
    """Write the lines of a bank's file, and by loan whether the bank calls it overdue; all or none.

    Raises PermissionDenied without `change_register` at one of the households, ServiceError (409) when a line was
    written or a loan repaid meanwhile.
    """
    for loan in SmallLoan.objects.filter(pk__in=overdue).select_for_update().order_by("pk"):
        policy.require(by, CAPABILITY, loan.division_id)
    _book(rows, by)
    for said in (True, False):
        keys = [key for key, one in overdue.items() if one is said]
        changed = SmallLoan.objects.filter(pk__in=keys).exclude(overdue_at_bank=said)
        changed.update(overdue_at_bank=said, version=F("version") + 1, updated_at=timezone.now())


def require_fitting(loan: SmallLoan, on: datetime.date, principal: Decimal, left: Decimal) -> None:
    """ServiceError for a repayment that cannot be of this loan, of which so much is left."""
    if principal <= 0:
        raise ServiceError(_("归还本金应大于零。"), field="principal", code="positive")
    if principal > left:
        raise ServiceError(
            _("归还本金超过未还本金 %(left)s 元。") % {"left": f"{left:,.2f}"}, field="principal", code="overpaid"
        )
    if on < loan.lent_on:
        raise ServiceError(_("还款日期不能早于放款日期。"), field="on", code="early")
    require_come(on, "on")


def _book(rows: Sequence[LoanRepayment], by: User) -> list[LoanRepayment]:
    for row in rows:
        policy.require(by, CAPABILITY, row.loan.division_id)
        row.household_id, row.division_id = row.loan.household_id, row.loan.division_id
        row.made_by, row.made_by_name = by, str(by)[:60]
        row.clean_fields(exclude=("division",))
    with _explained():
        return LoanRepayment.objects.bulk_create(rows, batch_size=2000)


@contextmanager
def _explained() -> Iterator[None]:
    reasons = {
        OVERPAID: (_("归还本金超过未还本金。"), "principal"),
        TWICE: (_("这条银行流水刚刚已被登记，请重新导入。"), "bank_line"),
        REVERSED: (_("这笔还款已经冲销。"), "reverses"),
    }
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if name not in reasons:
            raise
        message, field = reasons[name]
        raise ServiceError(message, field=field, code=name, status=409) from None
