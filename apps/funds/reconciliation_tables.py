"""The declarations of the reconciliation with the finance department, and of the nightly checks of the ledger."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.funds.choices import Matching
from apps.funds.models import LedgerCheck, Reconciliation
from apps.funds.services import reconciling
from apps.pages.columns import Column
from apps.pages.filters import DateFilter, Filters, YesNoFilter, between
from apps.pages.kinds import BOOL, DATE, MOMENT, MONEY, NUMBER, PLACE, State
from apps.pages.resources import Resource, Section

RESULT = State(
    labels=dict(Matching.choices),
    colours={
        Matching.AGREES: "green",
        Matching.AMOUNT: "red",
        Matching.ACCOUNT: "red",
        Matching.DAY: "yellow",
        Matching.UNKNOWN_QUOTA: "yellow",
        Matching.ONLY_OURS: "red",
        Matching.ONLY_THEIRS: "red",
    },
)


class ReconciliationFilters(Filters):
    """财政支付核对."""

    voucher_no = django_filters.CharFilter(label=_("凭证号"), lookup_expr="startswith")
    settled = YesNoFilter(label=_("已处理"), field_name="settlement", lookup_expr="isnull", exclude=True)
    waiting = YesNoFilter(label=_("待我处理"), method="that_wait")
    their_day_min, their_day_max = between("their_day", _("财政支付日期"), DateFilter)

    class Meta:
        model = Reconciliation
        fields = ["result"]

    def that_wait(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        mine = reconciling.waiting(self.user).values("pk")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)


class ReconciliationResource(Resource):
    """财政支付核对. Made from both sides, never by hand; a difference is settled on its page."""

    name = "fund-reconciliation"
    model = Reconciliation
    label = pgettext_lazy("列表", "财政支付核对")
    filters = ReconciliationFilters
    title = "voucher_no"
    icon = "check"
    order = ("pk",)
    empty = _("没有可核对的凭证。财政部门报送指标支付数据（FN-FU）后，系统每小时与平台的拨付逐笔核对。")
    columns = (
        Column("voucher_no", _("凭证号"), link="fund-reconciliation", link_source="pk"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("result", _("核对结果"), kind=RESULT),
        Column("our_amount", _("平台金额（元）"), kind=MONEY),
        Column("their_amount", _("财政金额（元）"), kind=MONEY),
        Column("our_day", _("平台拨付日期"), kind=DATE),
        Column("their_day", _("财政支付日期"), kind=DATE),
        Column("settled_by", _("处理人"), holds="settlement__by_name"),
        Column("settled_for", _("处理说明"), holds="settlement__reason", default=False),
        Column("their_account", _("财政收款账户"), default=False),
        Column("quota_no", _("财政指标文号"), default=False),
        Column("payments", _("平台拨付笔数"), kind=NUMBER, default=False),
        Column("as_of", _("财政数据截至"), kind=DATE, default=False),
    )
    sections = (
        Section(_("核对"), ("voucher_no", "division", "result", "quota_no", "as_of")),
        Section(_("双方所记"), ("our_amount", "their_amount", "our_day", "their_day", "payments", "their_account")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible vouchers with who settled their difference, and why."""
        settled = {"settled_by": F("settlement__by_name"), "settled_for": F("settlement__reason")}
        return super().rows(user).annotate(**settled)


class LedgerCheckFilters(Filters):
    """账目核验."""

    whole = YesNoFilter(label=_("账目相符"))

    class Meta:
        model = LedgerCheck
        fields: list[str] = []


class LedgerCheckResource(Resource):
    """账目核验, the newest first. Written by the night, never by hand."""

    name = "ledger-check"
    model = LedgerCheck
    label = pgettext_lazy("列表", "账目核验")
    filters = LedgerCheckFilters
    order = ("pk",)
    descending = True
    title = "at"
    icon = "audit"
    empty = _("还没有核验记录。系统每夜核验账目。")
    columns = (
        Column("at", _("核验时间"), kind=MOMENT, link="ledger-check", link_source="pk"),
        Column("whole", _("账目相符"), kind=BOOL),
        Column("quotas", _("不符的指标数"), kind=NUMBER),
        Column("allocations", _("不符的项目资金数"), kind=NUMBER),
        Column("payments", _("不符的拨付数"), kind=NUMBER),
        Column("found", _("不符的编号"), default=False),
        Column("division", _("核验范围"), source="division_id", kind=PLACE),
    )
    sections = (Section(_("核验"), ("at", "division", "whole", "quotas", "allocations", "payments", "found")),)
