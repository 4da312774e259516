"""收益分配: how the yield of an asset's year is shared out among households and the collective."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.funds.asset_choices import DistributionState
from apps.funds.asset_querysets import DistributionQuerySet
from apps.funds.models.asset import Asset
from apps.funds.models.base import FUND, YEARS, FundsModel, money
from apps.pages.steplogs import StepLog, person


class AssetDistribution(Versioned, FundsModel):
    """收益分配 of a year, decided by the village's meeting: `amount` yuan, of which `collective` stays with the
    village and the rest goes to the households of its lines.

    `to_households` is the sum of the lines: the database moves it as they are added, and no plan goes further unless it
    comes to the amount. Nor is more shared out than was received of the year, nor anything changed of what a plan says.
    There is one for each year; what was withdrawn counts no more.
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="distributions", verbose_name=_("扶贫资产"))
    year = models.PositiveSmallIntegerField(_("收益年度"), validators=YEARS)
    amount = models.DecimalField(_("分配金额（元）"), **FUND, validators=[MinValueValidator(Decimal("0.01"))])  # type: ignore[arg-type]
    collective = models.DecimalField(_("集体留存（元）"), **FUND, default=Decimal(0), validators=[MinValueValidator(0)])  # type: ignore[arg-type]
    to_households = money(_("到户金额（元）"))
    met_on = models.DateField(_("村民会议日期"))
    present = models.PositiveSmallIntegerField(_("到会人数"), validators=[MinValueValidator(1)])
    minutes = models.TextField(_("会议记录"), max_length=2000)
    distributed_on = models.DateField(_("发放日期"), null=True, editable=False)

    state = models.CharField(
        _("状态"), max_length=20, choices=DistributionState.choices, default=DistributionState.PLANNED, editable=False
    )
    state_since = models.DateTimeField(_("状态时间"), auto_now_add=True, editable=False)
    round = models.PositiveSmallIntegerField(_("办理次数"), default=1, editable=False)
    drafted_by = person(_("拟稿人"))
    drafted_by_name = models.CharField(_("拟稿人姓名"), max_length=60, blank=True, default="", editable=False)

    objects: ClassVar = ScopedManager.from_queryset(DistributionQuerySet)()

    class Meta:
        verbose_name = _("资产收益分配")
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="distribution_place"),
            models.UniqueConstraint(
                fields=["asset", "year"],
                condition=~Q(state=DistributionState.WITHDRAWN),
                name="distribution_once_a_year",
            ),
            models.CheckConstraint(condition=Q(state__in=DistributionState.values), name="distribution_state_known"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, collective__gte=0, collective__lte=F("amount"), present__gt=0)
                & ~Q(minutes=""),
                name="distribution_sound",
            ),
            models.CheckConstraint(
                condition=Q(amount=F("collective") + F("to_households"))
                | Q(
                    state__in=[DistributionState.PLANNED, DistributionState.WITHDRAWN],
                    amount__gt=F("collective") + F("to_households"),
                ),
                name="distribution_lines_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=DistributionState.DISTRIBUTED) | Q(distributed_on__gte=F("met_on")),
                name="distribution_after_meeting",
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="distribution_division"),
            models.Index(fields=["division", "year"], name="distribution_year"),
        ]

    def __str__(self) -> str:
        return f"{self.asset} {self.year}"


class DistributionLine(FundsModel):
    """收益分配到户: what one registered household gets of a distribution, in yuan, and which of its members takes it.

    It lies where the household lies, and begins in the village of the distribution; code and names stand beside the
    key, because who sees money need not see the register. Append-only.
    """

    distribution = models.ForeignKey(
        AssetDistribution, on_delete=models.PROTECT, related_name="lines", verbose_name=_("收益分配")
    )
    household = models.ForeignKey(
        "households.Household", on_delete=models.PROTECT, related_name="asset_income", verbose_name=_("贫困户")
    )
    household_code = models.CharField(_("户编码"), max_length=17, editable=False)
    head = models.CharField(_("户主"), max_length=50, blank=True, default="", editable=False)
    person = models.CharField(_("领取人"), max_length=50)
    amount = models.DecimalField(_("金额（元）"), **FUND, validators=[MinValueValidator(Decimal("0.01"))])  # type: ignore[arg-type]

    objects: ClassVar = ScopedManager()

    class Meta:
        verbose_name = _("收益分配到户")
        constraints = [
            models.UniqueConstraint(fields=["distribution", "household"], name="distribution_household_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="distribution_line_positive"),
        ]
        indexes = [models.Index(fields=["division", "id"], name="distribution_line_division")]

    def __str__(self) -> str:
        return f"{self.head or self.household_code} {self.amount}"


class DistributionLog(FundsModel, StepLog):
    """收益分配办理记录."""

    distribution = models.ForeignKey(
        AssetDistribution, on_delete=models.PROTECT, related_name="log", verbose_name=_("收益分配")
    )

    class Meta:
        verbose_name = _("收益分配办理记录")
        constraints = [
            models.UniqueConstraint(
                fields=["distribution", "round", "by"], condition=Q(apart=True), name="distribution_nobody_twice"
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="distribution_log_division")]
