"""Writing small loans: what people enter keeps to the limits, what a bank reports is kept as it is."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.households.models import Household
from apps.measures.choices import LARGEST, LONGEST, Source
from apps.measures.models import SmallLoan

CAPABILITY = SmallLoan.change_capability
LIMITED = ("amount", "term_months")
"""What people may not enter beyond the policy's limits (R-149). Collateral, guarantee and interest are entered as they
are: whoever finds them at a household reports them."""


@transaction.atomic
def lend(loan: SmallLoan, *, by: User) -> SmallLoan:
    """Enter a loan at its household; without a day of repayment that is the term after the day of lending.

    Raises PermissionDenied without `change_register` there, ServiceError for a borrower who is not an active member of
    the household, for what breaks a limit (with its field) and for a day to come.
    """
    household = loan.household
    policy.require(by, CAPABILITY, household.division_id)
    loan.division_id, loan.source = household.division_id, Source.HAND
    if loan.borrower.household_id != household.pk or not loan.borrower.is_active:
        raise ServiceError(_("借款人应是该户的在册成员。"), field="borrower", code="borrower")
    loan.borrower_name = loan.borrower.name
    within_limits(loan)
    return _write(loan, None)


@transaction.atomic
def change_loan(loan: SmallLoan, *, by: User, expected_version: int | None = None) -> SmallLoan:
    """Correct a loan. Limits are asked of what is changed: what a bank reported may stay as it is.

    Raises PermissionDenied without `change_register` at its household, ServiceError as `lend` does, StaleVersion.
    """
    policy.require(by, CAPABILITY, loan.household.division_id)
    before = SmallLoan.objects.select_for_update().get(pk=loan.pk)
    within_limits(loan, [name for name in LIMITED if getattr(loan, name) != getattr(before, name)])
    return _write(loan, expected_version)


def mark_real_user(
    loan: SmallLoan,
    *,
    by: User,
    household: Household | None = None,
    enterprise: str = "",
    expected_version: int | None = None,
) -> SmallLoan:
    """Say who really uses a loan: another household, an enterprise, or (neither) its own; what differs is 户贷企用."""
    loan.real_household = None if household is not None and household.pk == loan.household_id else household
    loan.real_enterprise = enterprise.strip()
    return change_loan(loan, by=by, expected_version=expected_version)


@transaction.atomic
def book_loans(loans: Sequence[SmallLoan], *, by: User) -> None:
    """Write what a bank reports, in few statements: no limit is asked, the rules tell what breaks one.

    Raises PermissionDenied without `change_register` at one of the households, ServiceError (409) when somebody else
    entered one of the contracts meanwhile: nothing is written then.
    """
    for loan in loans:
        policy.require(by, CAPABILITY, loan.division_id)
        loan.source = Source.BANK
    with contracts_told():
        SmallLoan.objects.bulk_create(loans, batch_size=2000)


def within_limits(loan: SmallLoan, names: Sequence[str] = LIMITED) -> None:
    """ServiceError, with its field, for the first of these that breaks a limit of the policy (R-149)."""
    broken = {
        "amount": loan.amount is not None and loan.amount > LARGEST,
        "term_months": loan.term_months is not None and loan.term_months > LONGEST,
    }
    reasons = {
        "amount": _("小额信贷不超过5万元；银行实际发放超过的，由银行文件导入。"),
        "term_months": _("小额信贷期限不超过36个月；银行实际期限更长的，由银行文件导入。"),
    }
    for name in names:
        if broken[name]:
            raise ServiceError(reasons[name], field=name, code="limit")


def end_of_term(lent_on: datetime.date, months: int) -> datetime.date:
    """The day on which a term of months ends: the same day of the month, or the month's last."""
    year, month = divmod(lent_on.year * 12 + lent_on.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(lent_on.day, calendar.monthrange(year, month + 1)[1]))


def require_come(on: datetime.date, field: str) -> None:
    """ServiceError for a day to come."""
    if on > today():
        raise ServiceError(_("日期不能晚于今天。"), field=field, code="future")


@contextmanager
def contracts_told() -> Iterator[None]:
    """Turn a contract that is there already, here or out of sight, into a ServiceError (409); where is not said."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "loan_contract_once" not in str(error):
            raise
        message = _("这家银行的这个合同编号不能使用，请核实。")
        raise ServiceError(message, field="contract_no", code="contract", status=409) from None


def _write(loan: SmallLoan, expected_version: int | None) -> SmallLoan:
    if loan.due_on is None and loan.lent_on is not None and loan.term_months:
        loan.due_on = end_of_term(loan.lent_on, loan.term_months)
    loan.bank, loan.contract_no = loan.bank.strip(), loan.contract_no.strip()
    loan.full_clean(exclude=("division", "borrower_name"))
    require_come(loan.lent_on, "lent_on")
    with contracts_told():
        loan.save(expected_version=expected_version)
    loan.refresh_from_db(fields=["used_by_enterprise", "outstanding"])
    return loan
