"""How assets, their contracts, yields and distributions are narrowed on pages, in the API and in exports."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.funds.asset_choices import OwnerKind
from apps.funds.models import Asset, AssetContract, AssetDistribution, AssetYield, DistributionLine
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, WholeNumberFilter, YesNoFilter, between


class AssetFilters(Filters):
    """扶贫资产."""

    name = django_filters.CharFilter(label=_("资产名称"), lookup_expr="startswith")
    number = django_filters.CharFilter(label=_("资产编号"))
    owner_kind = ChoicesFilter(label=_("权属"), choices=OwnerKind.choices)
    unshared = YesNoFilter(label=_("上年收益未分配"), method="not_shared")
    surveyed = YesNoFilter(label=_("清查的存量资产"), field_name="project", lookup_expr="isnull")
    value_min, value_max = between("value", _("资产原值"))

    class Meta:
        model = Asset
        fields = ["kind", "state", "form", "year", "source", "company_managed", "project", "household"]

    def not_shared(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        unshared = Asset.objects.visible_to(self.user).unshared(today().year - 1).order_by().values("pk")
        return rows.filter(pk__in=unshared) if value else rows.exclude(pk__in=unshared)


class ContractFilters(Filters):
    """经营合同."""

    until_min, until_max = between("until_on", _("合同终止日期"), DateFilter)

    class Meta:
        model = AssetContract
        fields = ["asset", "income_form", "is_prepaid"]


class YieldFilters(Filters):
    """资产收益."""

    received_min, received_max = between("received_on", _("到账日期"), DateFilter)
    cancelled = YesNoFilter(label=_("已作废"), method="that_was_cancelled")

    class Meta:
        model = AssetYield
        fields = ["asset", "year"]

    def that_was_cancelled(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(cancelled_on__isnull=not value)


class DistributionFilters(Filters):
    """收益分配."""

    class Meta:
        model = AssetDistribution
        fields = ["year", "state", "asset"]


class DistributionLineFilters(Filters):
    """收益分配到户."""

    year = WholeNumberFilter(label=_("收益年度"), field_name="distribution__year")

    class Meta:
        model = DistributionLine
        fields = ["distribution", "household"]
