"""Writing what counties keep for loans that are not repaid."""

from __future__ import annotations

from django.db import transaction

from apps.access import policy
from apps.accounts.models import User
from apps.measures.models import RiskFund


@transaction.atomic
def save_fund(fund: RiskFund, *, by: User, expected_version: int | None = None) -> RiskFund:
    """Enter or correct what a county put aside in a year. Raises PermissionDenied without `change_register` there."""
    policy.require(by, RiskFund.change_capability, fund.division_id)
    fund.full_clean(exclude=("division",) if fund.pk else None)
    fund.save(expected_version=expected_version)
    return fund
