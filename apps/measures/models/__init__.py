from apps.measures.models.fund import RiskFund
from apps.measures.models.loan import SmallLoan
from apps.measures.models.repayment import LoanRepayment
from apps.measures.models.wish import LoanWish

__all__ = ["LoanRepayment", "LoanWish", "RiskFund", "SmallLoan"]
