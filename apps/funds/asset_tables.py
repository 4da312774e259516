"""The declarations of assets, their contracts, yields, distributions, and what households got."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.days import today
from apps.funds import asset_filters as filters
from apps.funds import asset_forms as forms
from apps.funds.asset_choices import AssetForm, AssetKind, AssetState, IncomeForm, OwnerKind
from apps.funds.asset_kinds import ASSET_STATE, DISTRIBUTION_STATE
from apps.funds.asset_querysets import AssetQuerySet
from apps.funds.choices import FundKind
from apps.funds.models import Asset, AssetContract, AssetDistribution, AssetYield, DistributionLine
from apps.funds.services import assets, distributions
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MONEY, NUMBER, PLACE, YEAR, Choice
from apps.pages.resources import Related, Resource, Section

KIND, FORM, SOURCE, OWNER = Choice(AssetKind), Choice(AssetForm), Choice(FundKind), Choice(OwnerKind)


class AssetContractResource(Resource):
    """经营合同. Entered by a step of the asset, so there is no form."""

    name = "asset-contract"
    model = AssetContract
    label = pgettext_lazy("列表", "资产经营合同")
    filters = filters.ContractFilters
    title = "operator"
    icon = "document"
    empty = _("没有经营合同。在经营类资产的页面上登记后，会列在这里。")
    columns = (
        Column("operator", _("经营主体")),
        Column("asset_name", _("资产名称"), source="asset__name"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("income_form", _("经营方式"), kind=Choice(IncomeForm)),
        Column("from_on", _("合同开始日期"), kind=DATE),
        Column("until_on", _("合同终止日期"), kind=DATE),
        Column("yearly_yield", _("年约定收益（元）"), kind=MONEY),
        Column("is_prepaid", _("上打租"), kind=BOOL),
        Column("deposit", _("保证金（元）"), kind=MONEY, default=False),
        Column("ended_on", _("提前终止日期"), kind=DATE, default=False),
        Column("made_by", _("登记人"), source="made_by_name", default=False),
        Column("asset", _("扶贫资产"), source="asset_id", kind=NUMBER, default=False),
    )
    sections = (
        Section(
            _("经营合同"),
            (
                *("operator", "asset_name", "income_form", "from_on", "until_on", "yearly_yield", "is_prepaid"),
                *("deposit", "ended_on", "made_by"),
            ),
        ),
    )


class AssetYieldResource(Resource):
    """资产收益. Entered by a step of the asset, so there is no form."""

    name = "asset-yield"
    model = AssetYield
    label = pgettext_lazy("列表", "资产收益")
    filters = filters.YieldFilters
    title = "voucher_no"
    icon = "chart"
    empty = _("没有收益记录。在经营类资产的页面上登记到账后，会列在这里。")
    columns = (
        Column("voucher_no", _("凭证号"), kind=IDENTIFIER),
        Column("asset_name", _("资产名称"), source="asset__name"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("year", _("收益年度"), kind=YEAR),
        Column("amount", _("收益金额（元）"), kind=MONEY),
        Column("received_on", _("到账日期"), kind=DATE),
        Column("cancelled_on", _("作废日期"), kind=DATE),
        Column("made_by", _("登记人"), source="made_by_name", default=False),
        Column("asset", _("扶贫资产"), source="asset_id", kind=NUMBER, default=False),
    )
    sections = (
        Section(_("收益"), ("asset_name", "year", "amount", "received_on", "voucher_no", "cancelled_on", "made_by")),
    )


class DistributionLineResource(Resource):
    """收益分配到户. The lines come with their distribution, so there is no form."""

    name = "distribution-line"
    model = DistributionLine
    label = pgettext_lazy("列表", "收益分配到户")
    filters = filters.DistributionLineFilters
    title = "head"
    icon = "household"
    empty = _("没有分配到户的收益。嘎查村拟定收益分配方案后，会列在这里。")
    columns = (
        Column("head", _("户主")),
        Column("household_code", _("户编码"), kind=IDENTIFIER),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("asset_name", _("资产名称"), source="distribution__asset__name"),
        Column("year", _("收益年度"), source="distribution__year", kind=YEAR),
        Column("person", _("领取人")),
        Column("amount", _("金额（元）"), kind=MONEY),
        Column("state", _("状态"), source="distribution__state", kind=DISTRIBUTION_STATE),
        Column("distributed_on", _("发放日期"), source="distribution__distributed_on", kind=DATE),
        Column("household", _("贫困户"), source="household_id", kind=NUMBER, default=False),
        Column("distribution", _("收益分配"), source="distribution_id", kind=NUMBER, default=False),
    )
    sections = (
        Section(
            _("收益分配到户"),
            (
                *("head", "household_code", "division", "asset_name", "year", "person", "amount"),
                *("state", "distributed_on"),
            ),
        ),
    )


class AssetDistributionResource(Resource):
    """收益分配. Planned by the form; what was planned is not changed."""

    name = "asset-distribution"
    model = AssetDistribution
    label = pgettext_lazy("列表", "收益分配")
    filters = filters.DistributionFilters
    form = forms.DistributionForm
    title = "asset__name"
    icon = "list"
    empty = _("没有收益分配。资产收益到账、村民会议决定后，可以在这里拟定分配方案。")
    columns = (
        Column("asset_name", _("资产名称"), source="asset__name"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("year", _("收益年度"), kind=YEAR),
        Column("amount", _("分配金额（元）"), kind=MONEY),
        Column("collective", _("集体留存（元）"), kind=MONEY),
        Column("households", _("分配户数"), kind=NUMBER, holds="amount"),
        Column("state", _("状态"), kind=DISTRIBUTION_STATE),
        Column("distributed_on", _("发放日期"), kind=DATE),
        Column("met_on", _("村民会议日期"), kind=DATE, default=False),
        Column("present", _("到会人数"), kind=NUMBER, default=False),
        Column("minutes", _("会议记录"), default=False),
        Column("drafted_by", _("拟稿人"), source="drafted_by_name", default=False),
        Column("asset", _("扶贫资产"), source="asset_id", kind=NUMBER, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("收益分配"), ("asset_name", "division", "year", "amount", "collective", "households", "drafted_by")),
        Section(_("村民会议"), ("met_on", "present", "minutes")),
        Section(_("办理"), ("state", "distributed_on")),
    )
    related = (
        Related(
            _("分配到户"),
            DistributionLineResource,
            "distribution_id",
            ("head", "household_code", "division", "person", "amount"),
        ),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible distributions with the number of their households."""
        return cast("Any", super().rows(user)).with_households()

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """A plan is made by the office of the place; once made it is not changed."""
        if isinstance(where, AssetDistribution):
            return False
        if isinstance(where, Asset):
            return distributions.earns(where) and assets.may_enter(user, where.division_id)
        return assets.may_enter(user, where if isinstance(where, int) else None)


class AssetResource(Resource):
    """扶贫资产."""

    name = "asset"
    model = Asset
    label = pgettext_lazy("列表", "扶贫资产")
    filters = filters.AssetFilters
    form = forms.AssetForm
    title = "name"
    icon = "list"
    empty = _("没有符合条件的资产。项目完工后由旗县登记，以往年度的资产由嘎查村清查后登记。")
    columns = (
        Column("name", _("资产名称")),
        Column("number", _("资产编号"), kind=IDENTIFIER),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("kind", _("资产类别"), kind=KIND),
        Column("form", _("资产形态"), kind=FORM),
        Column("value", _("资产原值（元）"), kind=MONEY),
        Column("year", _("资金年度"), kind=YEAR),
        Column("state", _("状态"), kind=ASSET_STATE),
        Column("year_yield", _("本年收益"), kind=MONEY, holds="value"),
        Column("year_shared", _("本年分配"), kind=MONEY, holds="value"),
        Column("source", _("资金来源"), kind=SOURCE, default=False),
        Column("acquired_on", _("形成日期"), kind=DATE, default=False),
        Column("site", _("坐落或存放地点"), default=False),
        Column("owner_kind", _("权属"), kind=OWNER, default=False),
        Column("owner", _("所有者"), default=False),
        Column("manager", _("管护责任人"), default=False),
        Column("company_managed", _("公司化管理试点"), kind=BOOL, default=False),
        Column("confirmed_on", _("确权日期"), kind=DATE, default=False),
        Column("registered_on", _("登记日期"), kind=DATE, default=False),
        Column("written_off_on", _("核销日期"), kind=DATE, default=False),
        Column("drafted_by", _("清查人"), source="drafted_by_name", default=False),
        Column("note", _("说明"), default=False),
        Column("project_name", _("项目名称"), source="project__name", default=False),
        Column("project", _("扶贫项目"), source="project_id", kind=NUMBER, default=False),
        Column("household", _("所属农户"), source="household_id", kind=NUMBER, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("资产"), ("number", "division", "kind", "form", "site", "acquired_on", "state", "note")),
        Section(_("资金"), ("value", "year", "source", "project_name")),
        Section(_("权属和管护"), ("owner_kind", "owner", "manager", "company_managed")),
        Section(_("收益"), ("year_yield", "year_shared")),
        Section(_("登记"), ("drafted_by", "confirmed_on", "registered_on", "written_off_on")),
    )
    related = (
        Related(
            _("经营合同"),
            AssetContractResource,
            "asset_id",
            ("operator", "income_form", "from_on", "until_on", "yearly_yield", "is_prepaid", "ended_on"),
        ),
        Related(
            _("收益到账"),
            AssetYieldResource,
            "asset_id",
            ("voucher_no", "year", "amount", "received_on", "cancelled_on"),
        ),
        Related(
            _("收益分配"),
            AssetDistributionResource,
            "asset",
            ("year", "amount", "collective", "households", "state", "distributed_on"),
        ),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible assets with what they earned this year."""
        return cast("AssetQuerySet", super().rows(user)).with_income(today().year)

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Entered and changed in the office of its place, until it is classified."""
        if isinstance(where, Asset):
            return where.state == AssetState.SURVEYED and assets.may_enter(user, where.division_id)
        return assets.may_enter(user, where if isinstance(where, int) else None)
