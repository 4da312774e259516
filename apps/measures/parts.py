"""What loans add to pages of apps below: a household's loans and wishes, a county's risk funds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.divisions import codes
from apps.measures.tables import LoanResource, LoanWishResource, RiskFundResource
from apps.pages.parts import Table, shown
from apps.pages.resources import Resource


def of_borrower(person: Any) -> Q:
    """Loans of the person's household, and those that he took when he was of another."""
    return Q(household=person.household_id) | Q(borrower=person.pk) | Q(real_household=person.household_id)


def loans_of(user: Any, household: Any) -> Table | None:
    """The loans of a household, the latest first, and the way to enter one."""
    names = ("borrower_name", "product", "bank", "amount", "outstanding", "due_on", "overdue", "used_by_enterprise")
    return _of_household(user, LoanResource, _("小额信贷"), household, names, "-lent_on")


def wishes_of(user: Any, household: Any) -> Table | None:
    """Whether a household wants a loan, and the way to enter that it does."""
    names = ("wished_on", "amount", "purpose", "lent", "withdrawn_on")
    return _of_household(user, LoanWishResource, _("贷款意愿"), household, names, "-wished_on")


def _of_household(
    user: Any, resource: type[Resource], title: str, household: Any, names: Sequence[str], order: str
) -> Table | None:
    query = f"?household={household.pk}"
    return shown(user, resource, title, names, order=order, query=query, place=household, household=household.pk)


def funds_of(user: Any, division: Any) -> Table | None:
    """What a county keeps for loans that are not repaid; of counties alone."""
    if division.level != codes.COUNTY:
        return None
    query, names = f"?division={codes.text(division.pk)}", ("document_no", "year", "amount")
    return shown(
        user,
        RiskFundResource,
        _("风险补偿金"),
        names,
        order="-year",
        query=query,
        place=division.pk,
        division=division.pk,
    )
