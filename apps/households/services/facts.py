"""Yearly facts and reported changes: plain writes, each asking for the right at the place of the household."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.households.models import (
    GuaranteeStatus,
    HouseholdIncome,
    HouseholdYear,
    NaturalChange,
    PersonYear,
)

Fact = HouseholdYear | HouseholdIncome | GuaranteeStatus | PersonYear


@transaction.atomic
def save_fact(fact: Fact, *, by: User, expected_version: int | None = None) -> Fact:
    """Enter or change one year of a household or person; StaleVersion when somebody else changed it since."""
    owner = fact.person if isinstance(fact, PersonYear) else fact.household
    policy.require(by, "change_register", owner.division_id)
    fact.division_id = owner.division_id
    if isinstance(fact, HouseholdIncome):
        fact.fill_totals()
    fact.validate_constraints()
    if expected_version is None:
        fact.save()
    else:
        fact.save(expected_version=expected_version)
    return fact


@transaction.atomic
def report_change(change: NaturalChange, *, by: User) -> NaturalChange:
    """Report a birth, death, marriage or move. The person must belong to the household, and so must a new head."""
    policy.require(by, "change_register", change.household.division_id)
    for field in ("person", "new_head"):
        member = getattr(change, field)
        if member is not None and member.household_id != change.household_id:
            raise ServiceError(_("此人不是这一户的成员。"), field=field)
    change.division_id = change.household.division_id
    change.reported_by = by
    change.save()
    return change
