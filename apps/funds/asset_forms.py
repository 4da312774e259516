"""Forms of the register of assets: what a survey found, the steps, and a plan of distribution with its shares."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.common.days import today
from apps.funds.asset_choices import AssetForm as FormOfAsset
from apps.funds.asset_choices import AssetKind, IncomeForm, OwnerKind
from apps.funds.choices import FundKind
from apps.funds.models import Asset, AssetDistribution, Beneficiary
from apps.funds.models.base import FUND
from apps.funds.services import assets, distributions, registering
from apps.funds.services.assets import Owner
from apps.funds.services.distributions import Plan, Share
from apps.funds.services.earning import Contract, Receipt
from apps.pages.forms import DivisionField, PageForm
from apps.pages.lines import LinesField
from apps.pages.way_forms import WayForm

ASK = ("", _("请选择"))


def _date() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=_date(), **options)


def _text(label: Any, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, **options)


def _money(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=16, decimal_places=2)


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[ASK, *choices])


class AssetForm(PageForm):
    """What a survey found: an asset with its value, form and place."""

    division = DivisionField(label=_("资产所属的嘎查村、乡镇或旗县"))
    fieldsets: ClassVar = (
        (_("资产"), ("division", "name", "kind", "form", "site", "acquired_on")),
        (_("资金"), ("value", "year", "source")),
        (_("管护"), ("owner", "manager", "company_managed", "note")),
    )

    class Meta:
        model = Asset
        fields = [
            *("division", "name", "kind", "form", "site", "acquired_on", "value", "year", "source"),
            *("owner", "manager", "company_managed", "note"),
        ]
        widgets = {"acquired_on": _date()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        else:
            del self.fields["division"]

    def save(self, commit: bool = True) -> Asset:
        """Write what was found."""
        return assets.save(self.instance, by=self.user, expected_version=self.cleaned_data.get("version"))


def _by(*steps: str) -> frozenset[str]:
    return frozenset(steps)


class AssetStepForm(WayForm):
    """One step of an asset."""

    way = assets.WAY
    ASKED_BY = {
        "kind": _by("classify"),
        **dict.fromkeys(("owner_kind", "owner", "household"), _by("confirm")),
        "manager": _by("use"),
        **dict.fromkeys(
            ("operator", "income_form", "from_on", "until_on", "yearly_yield", "is_prepaid", "deposit"),
            _by("contract"),
        ),
        "on": _by("end_contract"),
        **dict.fromkeys(("year", "amount", "received_on"), _by("receive")),
        "voucher_no": _by("receive", "cancel_yield"),
    }

    kind = _choice(_("资产类别"), AssetKind.choices)
    owner_kind = _choice(_("权属"), OwnerKind.choices)
    owner = _text(_("所有者"), 100, help_text=_("国家或村集体所有的填写单位名称。"))
    household = _text(_("所属农户（户编码）"), 17, help_text=_("到户类资产填写。"))
    manager = _text(_("管护责任人"), 60)
    operator = _text(_("经营主体"), 100)
    income_form = _choice(_("经营方式"), IncomeForm.choices)
    from_on = _day(_("合同开始日期"))
    until_on = _day(_("合同终止日期"))
    yearly_yield = _money(_("年约定收益（元）"))
    is_prepaid = forms.BooleanField(label=_("上打租（先付后用）"), required=False)
    deposit = _money(_("保证金（元）"))
    on = _day(_("终止日期"), help_text=_("不填为今天。"))
    year = forms.IntegerField(label=_("收益年度"), required=False, min_value=2011, max_value=2100)
    amount = _money(_("收益金额（元）"))
    received_on = _day(_("到账日期"))
    voucher_no = _text(_("凭证号"), 60)

    def __init__(self, data: Any = None, *, row: Asset, user: Any) -> None:
        super().__init__(data, row=row, user=user)
        self.initial.update(
            kind=row.kind,
            owner=row.owner or str(row.division),
            owner_kind=row.owner_kind,
            manager=row.manager,
            year=today().year,
        )

    def save(self) -> Asset:
        """Take the step."""
        data = self.cleaned_data
        return assets.take(self.row, data["step"], by=self.user, said=said_of(data), expected_version=data["version"])


def said_of(data: Mapping[str, Any]) -> assets.Said:
    """What is said with a step of an asset, from what a form or the API took in."""
    return assets.Said(
        note=data.get("note", ""),
        kind=data.get("kind", ""),
        owner=Owner(data.get("owner_kind", ""), data.get("owner", ""), data.get("household", "")),
        manager=data.get("manager", ""),
        on=data.get("on"),
        contract=_contract(data),
        receipt=_receipt(data),
        voucher_no=data.get("voucher_no", ""),
    )


def _contract(data: Mapping[str, Any]) -> Contract | None:
    start: datetime.date | None = data.get("from_on")
    end: datetime.date | None = data.get("until_on")
    each: Decimal | None = data.get("yearly_yield")
    if start is None or end is None or each is None:
        return None
    deposit = data.get("deposit") or Decimal(0)
    by = {"operator": data.get("operator", ""), "income_form": data.get("income_form", "")}
    prepaid = bool(data.get("is_prepaid"))
    return Contract(**by, from_on=start, until_on=end, yearly_yield=each, is_prepaid=prepaid, deposit=deposit)


def _receipt(data: Mapping[str, Any]) -> Receipt | None:
    year: int | None = data.get("year")
    amount: Decimal | None = data.get("amount")
    day: datetime.date | None = data.get("received_on")
    if year is None or amount is None or day is None:
        return None
    return Receipt(year, amount, day, data.get("voucher_no", ""))


REGISTRATION: dict[str, forms.Field] = {
    "asset_kind": _choice(_("资产类别"), AssetKind.choices),
    "asset_form": _choice(_("资产形态"), FormOfAsset.choices),
    "asset_value": _money(_("资产原值（元）")),
    "asset_source": _choice(_("资金来源"), FundKind.choices),
    "asset_owner_kind": _choice(_("权属"), OwnerKind.choices),
    "asset_owner": _text(_("所有者"), 100, help_text=_("到户类资产按受益户分别登记，不填。")),
    "asset_manager": _text(_("管护责任人"), 60),
    "asset_company": forms.BooleanField(label=_("公司化管理试点"), required=False),
}
"""What the step that registers a project's asset asks for."""


def registration_of(data: Mapping[str, Any]) -> registering.Registration | None:
    """What is said with that step; None where the value is missing."""
    value: Decimal | None = data.get("asset_value")
    if value is None:
        return None
    return registering.Registration(
        kind=data.get("asset_kind", ""),
        form=data.get("asset_form", ""),
        value=value,
        source=data.get("asset_source", ""),
        owner=Owner(data.get("asset_owner_kind", ""), data.get("asset_owner", "")),
        manager=data.get("asset_manager", ""),
        company_managed=bool(data.get("asset_company")),
    )


class ShareForm(forms.Form):
    """What one household gets."""

    household = forms.CharField(label=_("户编码"), max_length=17)
    person = forms.CharField(label=_("领取人"), max_length=50, required=False)
    amount = forms.DecimalField(
        label=_("金额（元）"), max_digits=FUND["max_digits"], decimal_places=FUND["decimal_places"]
    )


class DistributionForm(PageForm):
    """A plan of distribution with its shares, as the village's meeting decided it."""

    shares = LinesField(
        ShareForm,
        label=_("分配到户"),
        required=False,
        help_text=_("领取人不填为户主；各户金额与集体留存合计等于分配金额。"),
    )
    fieldsets: ClassVar = (
        (_("收益分配"), ("asset", "year", "amount", "collective")),
        (_("村民会议"), ("met_on", "present", "minutes")),
        (_("分配到户"), ("shares",)),
    )

    class Meta:
        model = AssetDistribution
        fields = ["asset", "year", "amount", "collective", "met_on", "present", "minutes"]
        widgets = {"met_on": _date(), "minutes": forms.Textarea(attrs={"rows": 4, "maxlength": 2000})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collective"].required = False
        self.initial.setdefault("year", today().year - 1)
        if self.initial.get("asset") and not self.is_bound:
            self.initial["shares"] = self._helped(self.initial["asset"])

    def _helped(self, asset: Any) -> list[dict[str, str]]:
        """A line for each household that the project of the asset helps: those whom a yield mostly goes to."""
        key = str(getattr(asset, "pk", asset))
        if not (key.isascii() and key.isdigit()):
            return []
        sees = Asset.objects.visible_to(self.user).filter(pk=int(key))
        rows = Beneficiary.objects.visible_to(self.user).filter(project__assets__in=sees, is_active=True)
        return [
            {"household": code} for code in rows.order_by("household_code").values_list("household_code", flat=True)
        ]

    def _post_clean(self) -> None:
        """The plan is made by the service; no instance is filled."""

    def save(self, commit: bool = True) -> AssetDistribution:
        """Write the plan."""
        data = self.cleaned_data
        plan = Plan(
            year=data["year"],
            amount=data["amount"],
            met_on=data["met_on"],
            present=data["present"],
            minutes=data["minutes"],
            shares=[Share(row["household"], row["amount"], row["person"]) for row in data["shares"]],
            collective=data.get("collective") or Decimal(0),
        )
        return distributions.plan(data["asset"], plan, by=self.user)


class DistributionStepForm(WayForm):
    """One step of a distribution."""

    way = distributions.WAY
    ASKED_BY = {"on": _by("pay_out")}

    on = _day(_("发放日期"), help_text=_("不填为今天。"))

    def save(self) -> AssetDistribution:
        """Take the step."""
        data = self.cleaned_data
        said = distributions.Said(note=data["note"], on=data.get("on"))
        return distributions.take(self.row, data["step"], by=self.user, said=said, expected_version=data["version"])
