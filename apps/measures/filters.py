"""How loans, repayments, wishes and risk funds are narrowed on pages, in the API and in exports."""

from __future__ import annotations

import datetime
from typing import Any, cast

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.measures.choices import SOON
from apps.measures.models import LoanRepayment, LoanWish, RiskFund, SmallLoan
from apps.measures.querysets import LoanWishQuerySet, SmallLoanQuerySet, overdue
from apps.pages.filters import DateFilter, Filters, WholeNumberFilter, YesNoFilter, between


class LoanFilters(Filters):
    """小额信贷."""

    overdue = YesNoFilter(label=_("已逾期"), method="with_overdue")
    used_by_enterprise = YesNoFilter(label=_("户贷企用"), field_name="used_by_enterprise")
    due_soon = YesNoFilter(label=_("90天内到期"), method="with_due_soon")
    running = YesNoFilter(label=_("未还清"), method="with_running")
    borrower_name = django_filters.CharFilter(label=_("借款人姓名"), lookup_expr="startswith")
    bank = django_filters.CharFilter(label=_("贷款银行"), lookup_expr="startswith")
    contract_no = django_filters.CharFilter(label=_("合同编号"))
    lent_from, lent_to = between("lent_on", _("放款日期"), DateFilter)
    due_from, due_to = between("due_on", _("到期日期"), DateFilter)
    amount_min, amount_max = between("amount", _("贷款金额（元）"))

    class Meta:
        model = SmallLoan
        # In this order they stand above the list: what is asked most comes first.
        fields = [
            *("household", "product", "overdue", "used_by_enterprise", "due_soon", "running"),
            *("interest_subsidised", "collateral", "guarantee", "source"),
        ]

    def with_overdue(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        late = overdue(today())
        return rows.filter(late) if value else rows.exclude(late)

    def with_due_soon(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        until = today() + datetime.timedelta(days=SOON)
        soon = {"due_on__gte": today(), "due_on__lte": until, "outstanding__gt": 0}
        return rows.filter(**soon) if value else rows.exclude(**soon)

    def with_running(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return cast("SmallLoanQuerySet", rows).running() if value else rows.filter(outstanding=0)


class LoanRepaymentFilters(Filters):
    """贷款还款."""

    household = WholeNumberFilter(label=_("贫困户"), field_name="household_id")
    on_from, on_to = between("on", _("还款日期"), DateFilter)
    reversing = YesNoFilter(label=_("冲销记录"), field_name="reverses", lookup_expr="isnull", exclude=True)

    class Meta:
        model = LoanRepayment
        fields = ["loan", "source"]


class LoanWishFilters(Filters):
    """贷款意愿."""

    open = YesNoFilter(label=_("仍有意愿"), field_name="withdrawn_on", lookup_expr="isnull")
    lent = YesNoFilter(label=_("已获贷款"), method="with_lent")
    wished_from, wished_to = between("wished_on", _("提出日期"), DateFilter)

    class Meta:
        model = LoanWish
        fields = ["household"]

    def with_lent(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return cast("LoanWishQuerySet", rows).with_lent().filter(lent=value)


class RiskFundFilters(Filters):
    """风险补偿金."""

    document_no = django_filters.CharFilter(label=_("文号"), lookup_expr="startswith")

    class Meta:
        model = RiskFund
        fields = ["year"]
