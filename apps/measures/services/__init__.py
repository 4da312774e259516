from apps.measures.services.funds import save_fund
from apps.measures.services.loans import book_loans, change_loan, lend, mark_real_user, within_limits
from apps.measures.services.repayments import book_repayments, repay, reverse
from apps.measures.services.wishes import save_wish

__all__ = [
    "book_loans",
    "book_repayments",
    "change_loan",
    "lend",
    "mark_real_user",
    "repay",
    "reverse",
    "save_fund",
    "save_wish",
    "within_limits",
]
