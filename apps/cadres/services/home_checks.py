"""Writing what was heard at households about their helpers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.cadres.models import HomeCheck
from apps.common.days import today
from apps.common.errors import ServiceError

CAPABILITY = HomeCheck.change_capability


@transaction.atomic
def save_home_check(check: HomeCheck, *, by: User, expected_version: int | None = None) -> HomeCheck:
    """Enter or correct one check, where the household is; without a name it was whoever enters it.

    Raises PermissionDenied without `change_register` there or for one's own households (nobody asks them about
    himself), ServiceError for a day to come.
    """
    household = check.household
    policy.require(by, CAPABILITY, household.division_id)
    if helped_by([household.pk], by.pk):
        raise PermissionDenied(str(not_ones_own()))
    require_come(check.checked_on)
    check.division_id = household.division_id
    check.checker = check.checker.strip() or by.name
    check.full_clean(exclude=("division",))
    check.save(expected_version=expected_version)
    return check


@transaction.atomic
def enter_home_checks(checks: Sequence[HomeCheck], *, by: User) -> None:
    """Write what an import has checked, in few statements.

    Raises PermissionDenied without `change_register` at one of the households, ServiceError (409) when somebody else
    entered one of the days meanwhile: nothing is written then.
    """
    for check in checks:
        policy.require(by, CAPABILITY, check.division_id)
        check.checker = check.checker or by.name
    try:
        with transaction.atomic():
            HomeCheck.objects.bulk_create(checks, batch_size=2000)
    except IntegrityError as error:
        if "home_check_once_a_day" not in str(error):
            raise
        raise ServiceError(_("有户当天的核查刚刚已被登记，请重新导入。"), code="entered", status=409) from None


def helped_by(households: Collection[int], user_id: int | None) -> set[int]:
    """Those of some households whose helper an account is now."""
    rows = Pairing.objects.filter(household__in=households, helper=user_id, helper__isnull=False, until_on=None)
    return set(rows.values_list("household_id", flat=True))


def not_ones_own() -> ServiceError:
    """What a helper is told who would ask his own household about himself."""
    return ServiceError(_("自己帮扶的户，由他人入户核查。"), code="own")


def require_come(on: date) -> None:
    """ServiceError for a day to come."""
    if on > today():
        raise ServiceError(_("日期不能晚于今天。"), field="checked_on", code="future")
