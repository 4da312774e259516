"""Writing what was heard at a household about its helper."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.cadres.models import HomeCheck
from apps.common.days import today
from apps.common.errors import ServiceError


@transaction.atomic
def save_home_check(check: HomeCheck, *, by: User, expected_version: int | None = None) -> HomeCheck:
    """Enter or correct one check, where the household is; without a name it was whoever enters it.

    Raises PermissionDenied without `change_register` there or for one's own households (nobody asks them about
    himself), ServiceError for a day to come.
    """
    household = check.household
    policy.require(by, HomeCheck.change_capability, household.division_id)
    if Pairing.objects.filter(household=household, helper=by, until_on=None).exists():
        raise PermissionDenied(_("自己帮扶的户，由他人入户核查。"))
    if check.checked_on > today():
        raise ServiceError(_("日期不能晚于今天。"), field="checked_on", code="future")
    check.division_id = household.division_id
    check.checker = check.checker.strip() or by.name
    check.full_clean(exclude=("division",))
    check.save(expected_version=expected_version)
    return check
