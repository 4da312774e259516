"""The class of every field of small loans. Amounts and days are made public in the village; numbers are not."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, high
from apps.measures.models import LoanRepayment, LoanWish, RiskFund, SmallLoan

LEND = _("管理和监督扶贫小额信贷")
NUMBERS = _("与银行核对小额信贷")
WANT = _("了解贷款需求，落实小额信贷")


def declare_all() -> None:
    """Declare the fields of small loans; once, when the app is ready."""
    declare(
        SmallLoan,
        general(
            LEND,
            "household borrower borrower_name product bank amount term_months rate lent_on due_on collateral guarantee"
            " interest_subsidised real_household real_enterprise used_by_enterprise repaid outstanding overdue_at_bank"
            " source note",
        ),
        high(NUMBERS, "contract_no"),
    )
    declare(
        LoanRepayment,
        general(LEND, "household loan on principal reverses note source made_at made_by made_by_name"),
        high(NUMBERS, "voucher bank_line"),
    )
    declare(LoanWish, general(WANT, "household wished_on amount purpose withdrawn_on"))
    declare(RiskFund, general(LEND, "year amount document_no", Basis.PUBLIC))
