"""How money is narrowed on pages, in the API and in exports."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.funds.choices import Light, QuotaState
from apps.funds.models import ApprovalBand, ClosedYear, Entry, FundOrder, Payment, Quota
from apps.funds.services.reading import waiting
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, WholeNumberFilter, YesNoFilter, between


class QuotaFilters(Filters):
    """资金指标."""

    state = ChoicesFilter(label=_("状态"), choices=QuotaState.choices)
    parent = WholeNumberFilter(label=_("上级指标"), field_name="parent_id")
    document_no = django_filters.CharFilter(label=_("文号"), lookup_expr="startswith")
    left = YesNoFilter(label=_("有余额"), method="with_left")

    class Meta:
        model = Quota
        fields = ["year", "kind", "origin"]

    def with_left(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        used = F("passed") + F("allocated") + F("recovered")
        return rows.filter(amount__gt=used) if value else rows.filter(amount=used)


class OrderFilters(Filters):
    """资金审批单."""

    light = ChoicesFilter(label=_("期限"), choices=Light.choices)
    waiting = YesNoFilter(label=_("待我办理"), method="waiting_for_me")

    class Meta:
        model = FundOrder
        fields = ["act", "state", "year"]

    def waiting_for_me(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        mine = waiting(self.user).order_by().values("pk")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)


class EntryFilters(Filters):
    """账目."""

    quota = WholeNumberFilter(label=_("资金指标"), field_name="quota_id")
    project = WholeNumberFilter(label=_("扶贫项目"), field_name="project_id")
    order_of = WholeNumberFilter(label=_("审批单"), field_name="order_id")
    booked_from, booked_to = between("booked_on", _("记账日期"), DateFilter)

    class Meta:
        model = Entry
        fields = ["act", "kind", "origin", "year"]


class PaymentFilters(Filters):
    """资金拨付."""

    project = WholeNumberFilter(label=_("扶贫项目"), field_name="project_id")
    household = WholeNumberFilter(label=_("受益户"), field_name="household_id")
    paid_from, paid_to = between("paid_on", _("拨付日期"), DateFilter)
    voucher_no = django_filters.CharFilter(label=_("凭证号"), lookup_expr="startswith")
    reversed = YesNoFilter(label=_("已冲销"), method="with_reversed")

    class Meta:
        model = Payment
        fields: list[str] = []

    def with_reversed(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(reversed_on__isnull=not value)


class BandFilters(Filters):
    """审批权限."""

    class Meta:
        model = ApprovalBand
        fields = ["act"]


class ClosedYearFilters(Filters):
    """年度关账."""

    class Meta:
        model = ClosedYear
        fields = ["year"]
