"""Money and what it is spent on: quotas, projects, orders, the ledger."""

from apps.funds.models.entry import Entry
from apps.funds.models.order import ApprovalBand, FundOrder, OrderLine, OrderLog
from apps.funds.models.payment import Payment
from apps.funds.models.project import Allocation, Project
from apps.funds.models.quota import ClosedYear, Quota

__all__ = [
    "Allocation",
    "ApprovalBand",
    "ClosedYear",
    "Entry",
    "FundOrder",
    "OrderLine",
    "OrderLog",
    "Payment",
    "Project",
    "Quota",
]
