"""Small loans, what is paid back, who wants one and what counties keep for them: declared once for every surface."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Model, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.days import today
from apps.households.models import Household
from apps.households.tables.shared import KEYS
from apps.measures import filters, forms
from apps.measures.choices import LoanProduct, Source
from apps.measures.kinds import ALARM
from apps.measures.models import LoanRepayment, LoanWish, RiskFund, SmallLoan
from apps.measures.querysets import overdue
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MOMENT, MONEY, NUMBER, PLACE, YEAR, Choice, Number
from apps.pages.resources import Related, Resource, Section


def household_column() -> Column:
    """The household by its code, where it is visible too."""
    return Column(
        "household",
        _("户编码"),
        source="code_seen",
        holds="household__code",
        kind=IDENTIFIER,
        link="household",
        link_source="household_seen",
    )


def with_household(rows: QuerySet[Any], user: Any, name: str = "household") -> QuerySet[Any]:
    """Rows with a household that they name, where it is visible too; as `<…>_seen`."""
    seen = Household.objects.visible_to(user).filter(pk=OuterRef(f"{name}_id"))
    prefix = "" if name == "household" else "real_"
    return rows.annotate(
        **{f"{prefix}household_seen": Subquery(seen.values("pk")), f"{prefix}code_seen": Subquery(seen.values("code"))}
    )


class LoanRepaymentResource(Resource):
    """贷款还款: never changed; what is wrong is reversed."""

    name = "loan-repayment"
    model = LoanRepayment
    filters = filters.LoanRepaymentFilters
    form = forms.LoanRepaymentForm
    title = "on"
    icon = "export"
    label = pgettext_lazy("列表", "贷款还款")
    empty = _("没有还款记录。打开小额信贷登记还款，或者在数据导入里导入银行文件。")
    columns = (
        Column("on", _("还款日期"), kind=DATE, link="loan-repayment", link_source="pk"),
        Column("borrower_name", _("借款人姓名"), source="loan__borrower_name"),
        Column("loan", _("小额信贷"), source="loan_id", kind=NUMBER, link="loan", link_source="loan_id", default=False),
        household_column(),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("principal", _("归还本金（元）"), kind=MONEY),
        Column("voucher", _("凭证号"), kind=IDENTIFIER),
        Column("bank_line", _("银行流水号"), kind=IDENTIFIER, default=False),
        Column("reverses", _("冲销的还款"), source="reverses_id", kind=NUMBER, default=False),
        Column("note", _("说明"), default=False),
        Column("source", _("录入方式"), kind=Choice(Source)),
        Column("made_by_name", _("登记人"), default=False),
        Column("made_at", _("登记时间"), kind=MOMENT, default=False),
    )
    sections = (
        Section(_("还款"), ("on", "principal", "voucher", "bank_line")),
        Section(_("贷款"), ("loan", "borrower_name", "household", "division")),
        Section(_("登记"), ("source", "made_by_name", "made_at", "reverses", "note")),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """New ones are entered; one that is there is only reversed, by a new one."""
        return not isinstance(where, LoanRepayment) and super().may_change(user, where)

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible repayments with the household where that is visible too."""
        return with_household(super().rows(user), user)


class LoanResource(Resource):
    """小额信贷."""

    name = "loan"
    model = SmallLoan
    filters = filters.LoanFilters
    form = forms.LoanForm
    title = "borrower_name"
    icon = "chart"
    label = pgettext_lazy("列表", "小额信贷")
    empty = _("没有小额信贷记录。打开贫困户的一户一档登记，或者在数据导入里导入银行文件。")
    columns = (
        Column("borrower_name", _("借款人姓名"), link="loan", link_source="pk"),
        household_column(),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("product", _("贷款产品"), kind=Choice(LoanProduct)),
        Column("bank", _("贷款银行")),
        Column("contract_no", _("合同编号"), kind=IDENTIFIER, default=False),
        Column("amount", _("贷款金额（元）"), kind=MONEY),
        Column("outstanding", _("未还本金（元）"), kind=MONEY),
        Column("repaid", _("已还本金（元）"), kind=MONEY, default=False),
        Column("term_months", _("期限（月）"), kind=NUMBER, default=False),
        Column("rate", _("年利率（%）"), kind=Number(4), default=False),
        Column("lent_on", _("放款日期"), kind=DATE, default=False),
        Column("due_on", _("到期日期"), kind=DATE),
        Column("overdue", _("已逾期"), holds="due_on", kind=ALARM),
        Column("overdue_at_bank", _("银行认定逾期"), kind=BOOL, default=False),
        Column("used_by_enterprise", _("户贷企用"), kind=ALARM),
        Column("real_enterprise", _("实际用款企业"), default=False),
        Column(
            "real_household",
            _("实际用款户"),
            source="real_code_seen",
            holds="real_household__code",
            kind=IDENTIFIER,
            link="household",
            link_source="real_household_seen",
            default=False,
        ),
        Column("collateral", _("有抵押"), kind=BOOL, default=False),
        Column("guarantee", _("有担保"), kind=BOOL, default=False),
        Column("interest_subsidised", _("财政贴息"), kind=BOOL, default=False),
        Column("source", _("录入方式"), kind=Choice(Source), default=False),
        Column("note", _("说明"), default=False),
        *KEYS,
    )
    sections = (
        Section(_("借款"), ("borrower_name", "household", "division", "product", "bank", "contract_no")),
        Section(_("金额和期限"), ("amount", "repaid", "outstanding", "lent_on", "due_on", "term_months", "rate")),
        Section(_("逾期"), ("overdue", "overdue_at_bank")),
        Section(_("政策"), ("interest_subsidised", "collateral", "guarantee", "source", "note")),
        Section(_("实际用款"), ("used_by_enterprise", "real_enterprise", "real_household")),
    )
    related = (
        Related(_("还款记录"), LoanRepaymentResource, "loan", ("on", "principal", "voucher", "source", "made_by_name")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible loans with their households where those are visible too, and whether they are overdue today."""
        rows = with_household(with_household(super().rows(user), user), user, "real_household")
        late = ExpressionWrapper(overdue(today()), output_field=BooleanField())
        return rows.annotate(overdue=late)


class LoanWishResource(Resource):
    """贷款意愿: which households want a loan, and whether they have one."""

    name = "loan-wish"
    model = LoanWish
    filters = filters.LoanWishFilters
    form = forms.LoanWishForm
    title = "wished_on"
    icon = "check"
    label = pgettext_lazy("列表", "贷款意愿")
    empty = _("没有登记的贷款意愿。打开贫困户的一户一档登记。")
    columns = (
        Column("wished_on", _("提出日期"), kind=DATE, link="loan-wish", link_source="pk"),
        household_column(),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("amount", _("希望金额（元）"), kind=MONEY),
        Column("purpose", _("用途")),
        Column("lent", _("已获贷款"), holds="household", kind=BOOL),
        Column("withdrawn_on", _("撤回日期"), kind=DATE),
        *KEYS,
    )
    sections = (
        Section(_("意愿"), ("household", "division", "wished_on", "amount", "purpose", "lent", "withdrawn_on")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible wishes with the household where that is visible too, and whether it has a loan."""
        return with_household(super().rows(user).with_lent(), user)  # type: ignore[attr-defined]


class RiskFundResource(Resource):
    """风险补偿金 of counties."""

    name = "risk-fund"
    model = RiskFund
    filters = filters.RiskFundFilters
    form = forms.RiskFundForm
    title = "document_no"
    icon = "list"
    label = pgettext_lazy("列表", "风险补偿金")
    empty = _("没有登记的风险补偿金。没有风险补偿金的旗县，其小额信贷会被比对规则列出。")
    columns = (
        Column("document_no", _("文号"), link="risk-fund", link_source="pk"),
        Column("division", _("旗县"), source="division_id", kind=PLACE),
        Column("year", _("年度"), kind=YEAR),
        Column("amount", _("金额（元）"), kind=MONEY),
        *KEYS,
    )
    sections = (Section(_("风险补偿金"), ("division", "year", "amount", "document_no")),)


__all__ = ["LoanRepaymentResource", "LoanResource", "LoanWishResource", "RiskFundResource"]
