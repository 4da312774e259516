"""Money and what it is spent on: quotas, projects, orders, the ledger."""

from apps.funds.models.asset import Asset, AssetLog
from apps.funds.models.asset_distribution import AssetDistribution, DistributionLine, DistributionLog
from apps.funds.models.asset_income import AssetContract, AssetYield
from apps.funds.models.beneficiary import Beneficiary
from apps.funds.models.check import LedgerCheck
from apps.funds.models.entry import Entry
from apps.funds.models.library import LibraryItem, LibraryLog
from apps.funds.models.negative import NegativeCheck, NegativeItem
from apps.funds.models.order import ApprovalBand, FundOrder, OrderLine, OrderLog
from apps.funds.models.payment import Payment
from apps.funds.models.progress import ProgressPhoto, ProjectLog, ProjectProgress
from apps.funds.models.project import Allocation, Project
from apps.funds.models.quota import ClosedYear, Quota
from apps.funds.models.reconciliation import Reconciliation, ReconciliationSettlement

__all__ = [
    "Allocation",
    "ApprovalBand",
    "Asset",
    "AssetContract",
    "AssetDistribution",
    "AssetLog",
    "AssetYield",
    "Beneficiary",
    "ClosedYear",
    "DistributionLine",
    "DistributionLog",
    "Entry",
    "FundOrder",
    "LedgerCheck",
    "LibraryItem",
    "LibraryLog",
    "NegativeCheck",
    "NegativeItem",
    "OrderLine",
    "OrderLog",
    "Payment",
    "ProgressPhoto",
    "Project",
    "ProjectLog",
    "ProjectProgress",
    "Quota",
    "Reconciliation",
    "ReconciliationSettlement",
]
