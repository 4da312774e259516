"""Writing that a household wants a loan, and that it does not any more."""

from __future__ import annotations

from django.db import transaction

from apps.access import policy
from apps.accounts.models import User
from apps.measures.models import LoanWish
from apps.measures.services.loans import require_come


@transaction.atomic
def save_wish(wish: LoanWish, *, by: User, expected_version: int | None = None) -> LoanWish:
    """Enter, correct or take back one wish, where the household is.

    Raises PermissionDenied without `change_register` there, ServiceError for a day to come.
    """
    policy.require(by, LoanWish.change_capability, wish.household.division_id)
    wish.division_id = wish.household.division_id
    wish.full_clean(exclude=("division",))
    require_come(wish.wished_on, "wished_on")
    if wish.withdrawn_on is not None:
        require_come(wish.withdrawn_on, "withdrawn_on")
    wish.save(expected_version=expected_version)
    return wish
