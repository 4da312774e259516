"""What money and projects add to a household's page, for those who see money there: what it got."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.funds.asset_tables import AssetResource, DistributionLineResource
from apps.funds.project_tables import BeneficiaryResource
from apps.funds.tables import PaymentResource
from apps.pages.parts import Table, shown
from apps.pages.resources import Resource


def projects_of(user: Any, household: Any) -> Table | None:
    """The projects that help a household."""
    return _got(
        user, BeneficiaryResource, _("项目受益"), household, ("year", "kind", "project_name", "is_active"), "-year"
    )


def payments_of(user: Any, household: Any) -> Table | None:
    """What was paid to a household out of projects."""
    names = ("voucher_no", "paid_on", "project_name", "amount", "payee_name", "reversed_on")
    return _got(user, PaymentResource, _("到户资金"), household, names, "-paid_on")


def assets_of(user: Any, household: Any) -> Table | None:
    """The assets that are a household's own."""
    return _got(
        user, AssetResource, _("到户资产"), household, ("name", "number", "form", "value", "year", "state"), "-year"
    )


def shares_of(user: Any, household: Any) -> Table | None:
    """What a household got of the yield of operating assets."""
    names = ("year", "asset_name", "person", "amount", "state", "distributed_on")
    return _got(user, DistributionLineResource, _("资产收益"), household, names, "-distribution__year")


def _got(
    user: Any, resource: type[Resource], title: str, household: Any, names: Sequence[str], order: str
) -> Table | None:
    """The rows of a household, where there are any."""
    table = shown(user, resource, title, names, order=order, query=f"?household={household.pk}", household=household.pk)
    return table if table is not None and table.rows else None
