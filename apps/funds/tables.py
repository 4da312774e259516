"""The declarations of money: columns and sections, for pages, API and export."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.access import policy
from apps.common.days import today
from apps.funds import filters, forms
from apps.funds.choices import Act, FundKind, Origin
from apps.funds.kinds import LIGHT, ORDER_STATE, QUOTA_STATE
from apps.funds.models import ApprovalBand, ClosedYear, Entry, FundOrder, Payment, Project, Quota
from apps.funds.querysets import OrderQuerySet, QuotaQuerySet
from apps.funds.services import steps
from apps.pages.columns import Column
from apps.pages.kinds import DATE, MASKED, MOMENT, MONEY, NUMBER, PLACE, YEAR, Choice
from apps.pages.resources import Related, Resource, Section


def with_project_name(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Add `project_name`, in place of a join by which a row without a project would be lost."""
    projects = Project.objects.visible_to(user).filter(pk=OuterRef("project_id"))
    return rows.annotate(project_name=Subquery(projects.values("name")))


class EntryResource(Resource):
    """账目, the newest first. Booked by orders; never entered or changed by hand."""

    name = "entry"
    model = Entry
    label = pgettext_lazy("列表", "账目")
    filters = filters.EntryFilters
    order = ("pk",)
    descending = True
    title = "act"
    icon = "list"
    empty = _("没有符合条件的账目。资金审批单办结时记账。")
    columns = (
        Column("act", _("事项"), kind=Choice(Act), link="entry", link_source="pk"),
        Column("amount", _("金额"), kind=MONEY),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("booked_on", _("记账日期"), kind=DATE),
        Column("kind", _("资金种类"), kind=Choice(FundKind)),
        Column("origin", _("资金来源"), kind=Choice(Origin)),
        Column("year", _("资金年度"), kind=YEAR),
        Column("project_name", _("扶贫项目"), holds="project__name"),
        Column("document_no", _("文号或凭证号")),
        Column("quota", _("资金指标"), source="quota_id", kind=NUMBER, link="quota", link_source="quota_id"),
        Column("project", _("项目编号"), source="project_id", kind=NUMBER, default=False),
        Column("allocation", _("项目资金"), source="allocation_id", kind=NUMBER, default=False),
        Column("from_division", _("下达地区"), source="from_division_id", kind=PLACE, default=False),
        Column("order", _("审批单"), source="order_id", kind=NUMBER, link="fund-order", link_source="order_id"),
        Column("reverses", _("冲销的账目"), source="reverses_id", kind=NUMBER, default=False),
        Column("made_by", _("记账人"), source="made_by_name", default=False),
        Column("made_at", _("记账时间"), kind=MOMENT, default=False),
    )
    sections = (
        Section(_("账目"), ("act", "amount", "division", "booked_on", "document_no", "reverses")),
        Section(_("资金"), ("quota", "kind", "origin", "year", "from_division", "project_name")),
        Section(_("办理"), ("order", "made_by", "made_at")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible entries with their projects' names."""
        return with_project_name(super().rows(user), user)


class QuotaResource(Resource):
    """资金指标. Made by orders of budget and of passing on; its sums are the ledger's."""

    name = "quota"
    model = Quota
    label = pgettext_lazy("列表", "资金指标")
    filters = filters.QuotaFilters
    title = "document_no"
    icon = "chart"
    order = ("pk",)
    descending = True
    empty = _("没有符合条件的资金指标。登记预算或由上级下达后列在这里。")
    columns = (
        Column("document_no", _("文号"), link="quota", link_source="pk"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("year", _("资金年度"), kind=YEAR),
        Column("kind", _("资金种类"), kind=Choice(FundKind)),
        Column("origin", _("资金来源"), kind=Choice(Origin)),
        Column("state", _("状态"), kind=QUOTA_STATE),
        Column("amount", _("指标金额"), kind=MONEY),
        Column("passed", _("已下达下级"), kind=MONEY),
        Column("allocated", _("已落实到项目"), kind=MONEY),
        Column("paid", _("已拨付"), kind=MONEY),
        Column("left", _("余额"), holds="amount", kind=MONEY),
        Column("claimed", _("已报账"), kind=MONEY, default=False),
        Column("recovered", _("已收回"), kind=MONEY, default=False),
        Column("carried", _("累计结转"), kind=MONEY, default=False),
        Column("issued_on", _("下达日期"), kind=DATE, default=False),
        Column("received_on", _("收到日期"), kind=DATE, default=False),
        Column("received_by", _("签收人"), source="received_by_name", default=False),
        Column("parent", _("上级指标"), source="parent_id", kind=NUMBER, default=False),
        Column("from_division", _("下达地区"), source="from_division_id", kind=PLACE, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("指标"), ("document_no", "division", "year", "kind", "origin", "state", "from_division")),
        Section(
            _("金额"),
            ("amount", "passed", "allocated", "paid", "claimed", "recovered", "carried", "left"),
        ),
        Section(_("签收"), ("issued_on", "received_on", "received_by")),
    )
    related = (
        Related(
            _("账目"),
            EntryResource,
            "quota_id",
            columns=("act", "amount", "division", "booked_on", "project_name", "document_no"),
        ),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible quotas with what is left of them."""
        return cast("QuotaQuerySet", super().rows(user)).with_left()


class OrderResource(Resource):
    """资金审批单. Drafted here; moved by steps."""

    name = "fund-order"
    model = FundOrder
    label = pgettext_lazy("列表", "资金审批单")
    filters = filters.OrderFilters
    form = forms.OrderForm
    order = ("pk",)
    descending = True
    title = "title"
    icon = "document"
    empty = _("没有符合条件的资金审批单。")
    columns = (
        Column("title", _("标题"), link="fund-order", link_source="pk"),
        Column("act", _("事项"), kind=Choice(Act)),
        Column("division", _("办理地区"), source="division_id", kind=PLACE),
        Column("total", _("合计金额"), kind=MONEY),
        Column("state", _("状态"), kind=ORDER_STATE),
        Column("due_on", _("办理期限"), kind=DATE),
        Column("light", _("期限"), holds="due_on", kind=LIGHT),
        Column("year", _("资金年度"), kind=YEAR),
        Column("document_no", _("文号")),
        Column("drafted_by", _("拟稿人"), source="drafted_by_name"),
        Column("done_on", _("办结日期"), kind=DATE, default=False),
        Column("reason", _("事由和依据"), default=False),
        Column("round", _("提交次数"), kind=NUMBER, default=False),
        Column("signatures", _("需审批人数"), kind=NUMBER, default=False),
        Column("signed", _("已审批人数"), kind=NUMBER, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("审批单"), ("title", "act", "division", "total", "year", "document_no", "reason")),
        Section(
            _("进度"),
            ("state", "due_on", "light", "round", "signatures", "signed", "drafted_by", "done_on"),
        ),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible orders with their light of today."""
        return cast("OrderQuerySet", super().rows(user)).with_light(today())

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Orders are drafted at fiscal levels, and changed by whoever drafted them, before they are proposed."""
        if isinstance(where, FundOrder):
            return steps.may_redraft(where, user)
        return steps.may_draft(user, where if isinstance(where, int) else None)


class PaymentResource(Resource):
    """资金拨付, the newest first. Made by orders of payment."""

    name = "payment"
    model = Payment
    label = pgettext_lazy("列表", "资金拨付")
    filters = filters.PaymentFilters
    order = ("pk",)
    descending = True
    title = "voucher_no"
    icon = "export"
    empty = _("没有符合条件的拨付。")
    columns = (
        Column("voucher_no", _("凭证号"), link="payment", link_source="pk"),
        Column("amount", _("金额"), kind=MONEY),
        Column("paid_on", _("拨付日期"), kind=DATE),
        Column("project", _("扶贫项目编号"), source="project_id", kind=NUMBER, default=False),
        Column("project_name", _("扶贫项目"), holds="project__name"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("payee_name", _("收款人")),
        Column("payee_account", _("收款账号"), kind=MASKED),
        Column("household", _("受益户编号"), source="household_id", kind=NUMBER, default=False),
        Column("allocation", _("项目资金"), source="allocation_id", kind=NUMBER, default=False),
        Column("entry", _("账目"), source="entry_id", kind=NUMBER, default=False),
        Column("reversed_on", _("冲销日期"), kind=DATE),
    )
    sections = (
        Section(_("拨付"), ("voucher_no", "amount", "paid_on", "reversed_on")),
        Section(_("项目"), ("project_name", "division")),
        Section(_("收款人"), ("payee_name", "payee_account")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible payments with their projects' names."""
        return with_project_name(super().rows(user), user)


class BandResource(Resource):
    """审批权限."""

    name = "approval-band"
    model = ApprovalBand
    label = pgettext_lazy("列表", "审批权限")
    filters = filters.BandFilters
    form = forms.BandForm
    title = "above"
    icon = "rule"
    empty = _("这里没有设置审批权限。上级已设置的，下级直接适用；都没有的，由一人审批。")
    columns = (
        Column("act", _("事项"), kind=Choice(Act), link="approval-band", link_source="pk"),
        Column("division", _("适用地区"), source="division_id", kind=PLACE),
        Column("above", _("金额下限（元，含）"), kind=MONEY),
        Column("signatures", _("需审批人数"), kind=NUMBER),
        Column("days", _("每步办理天数"), kind=NUMBER),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """With the right to set parameters there."""
        return policy.can(user, ApprovalBand.change_capability, where)


class ClosedYearResource(Resource):
    """年度关账."""

    name = "closed-year"
    model = ClosedYear
    label = pgettext_lazy("列表", "年度关账")
    filters = filters.ClosedYearFilters
    form = forms.ClosedYearForm
    order = ("pk",)
    descending = True
    title = "year"
    icon = "clock"
    empty = _("还没有关账的年度。")
    columns = (
        Column("year", _("年度"), kind=YEAR, link="closed-year", link_source="pk"),
        Column("division", _("关账地区"), source="division_id", kind=PLACE),
        Column("carried", _("结转金额"), kind=MONEY),
        Column("quotas", _("结转指标数"), kind=NUMBER),
        Column("closed_by", _("关账人"), source="closed_by_name"),
        Column("closed_at", _("关账时间"), kind=MOMENT),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Years are closed, never changed."""
        return not isinstance(where, ClosedYear) and policy.can(user, ClosedYear.change_capability, where)
