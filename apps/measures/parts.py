"""What loans add to pages of apps below: a household's loans and wishes, a county's risk funds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.divisions import codes
from apps.measures.tables import LoanResource, LoanWishResource, RiskFundResource
from apps.pages.parts import Table
from apps.pages.resources import Resource

SHOWN = 20


def of_borrower(person: Any) -> Q:
    """Loans of the person's household, and those that he took when he was of another."""
    return Q(household=person.household_id) | Q(borrower=person.pk) | Q(real_household=person.household_id)


def loans_of(user: Any, household: Any) -> Table | None:
    """The loans of a household, the latest first, and the way to enter one."""
    names = ("borrower_name", "product", "bank", "amount", "outstanding", "due_on", "overdue", "used_by_enterprise")
    query = f"?household={household.pk}"
    return _table(user, LoanResource, household, names, {"household": household.pk}, "-lent_on", query, _("小额信贷"))


def wishes_of(user: Any, household: Any) -> Table | None:
    """Whether a household wants a loan, and the way to enter that it does."""
    names = ("wished_on", "amount", "purpose", "lent", "withdrawn_on")
    query = f"?household={household.pk}"
    return _table(
        user, LoanWishResource, household, names, {"household": household.pk}, "-wished_on", query, _("贷款意愿")
    )


def funds_of(user: Any, division: Any) -> Table | None:
    """What a county keeps for loans that are not repaid; of counties alone."""
    if division.level != codes.COUNTY:
        return None
    query = f"?division={codes.text(division.pk)}"
    names, where = ("document_no", "year", "amount"), {"division": division.pk}
    return _table(user, RiskFundResource, division.pk, names, where, "-year", query, _("风险补偿金"))


def _table(
    user: Any,
    resource: type[Resource],
    place: Any,
    names: Sequence[str],
    where: dict[str, Any],
    order: str,
    query: str,
    title: str,
) -> Table | None:
    if not resource.open_to(user):
        return None
    columns = [resource.column(name) for name in names]
    reader = resource.reader(user, columns)
    rows = list(resource.rows(user).filter(**where).order_by(order, "-pk").values_list(*reader.paths)[:SHOWN])
    return Table(
        title,
        columns,
        list(reader.table_rows(rows)),
        more=f"{resource.url('list')}{query}" if rows else "",
        add=f"{resource.url('create')}{query}" if resource.may_change(user, place) else "",
        id=f"{resource.name}s",
    )
