"""What an operating asset earns: the contracts by which others run it, and the yields that were received."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.funds.asset_choices import IncomeForm
from apps.funds.models.asset import Asset
from apps.funds.models.base import FUND, YEARS, FundsModel
from apps.pages.steplogs import person


class AssetContract(FundsModel):
    """资产经营合同: who runs an asset from one day to another and what he owes for a year, in yuan (R-120).

    `is_prepaid` is 上打租: the year's yield is paid before the year begins (R-121). A contract is not changed; one that
    ends early says so by `ended_on`. One asset has one contract at a time.
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("扶贫资产"))
    operator = models.CharField(_("经营主体"), max_length=100)
    income_form = models.CharField(_("经营方式"), max_length=20, choices=IncomeForm.choices)
    from_on = models.DateField(_("合同开始日期"))
    until_on = models.DateField(_("合同终止日期"))
    yearly_yield = models.DecimalField(_("年约定收益（元）"), **FUND, validators=[MinValueValidator(Decimal("0.01"))])  # type: ignore[arg-type]
    is_prepaid = models.BooleanField(_("上打租（先付后用）"), default=False)
    deposit = models.DecimalField(_("保证金（元）"), **FUND, default=Decimal(0), validators=[MinValueValidator(0)])  # type: ignore[arg-type]
    ended_on = models.DateField(_("提前终止日期"), null=True, editable=False)
    made_by = person(_("登记人"))
    made_by_name = models.CharField(_("登记人姓名"), max_length=60, blank=True, default="", editable=False)

    objects: ClassVar = ScopedManager()

    class Meta:
        verbose_name = _("资产经营合同")
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gt=F("from_on"), yearly_yield__gt=0, deposit__gte=0)
                & (Q(ended_on=None) | Q(ended_on__gte=F("from_on"), ended_on__lte=F("until_on"))),
                name="contract_sound",
            ),
            ExclusionConstraint(
                name="contract_one_at_a_time",
                expressions=[
                    ("asset", RangeOperators.EQUAL),
                    (
                        Func(
                            "from_on",
                            Coalesce("ended_on", "until_on"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="contract_division")]

    def __str__(self) -> str:
        return f"{self.operator} {self.from_on}"


class AssetYield(FundsModel):
    """资产收益: money of a year that was received, in yuan, with its voucher.

    Never changed: what was entered by mistake is cancelled, which the database refuses once it was distributed."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="yields", verbose_name=_("扶贫资产"))
    year = models.PositiveSmallIntegerField(_("收益年度"), validators=YEARS)
    amount = models.DecimalField(_("收益金额（元）"), **FUND, validators=[MinValueValidator(Decimal("0.01"))])  # type: ignore[arg-type]
    received_on = models.DateField(_("到账日期"))
    voucher_no = models.CharField(_("凭证号"), max_length=60)
    cancelled_on = models.DateField(_("作废日期"), null=True, editable=False)
    made_by = person(_("登记人"))
    made_by_name = models.CharField(_("登记人姓名"), max_length=60, blank=True, default="", editable=False)

    objects: ClassVar = ScopedManager()

    class Meta:
        verbose_name = _("资产收益")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="yield_positive"),
            models.UniqueConstraint(
                fields=["asset", "voucher_no"], condition=Q(cancelled_on=None), name="yield_voucher_once"
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="yield_division"),
            models.Index(fields=["division", "year"], name="yield_year"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_no} {self.amount}"
