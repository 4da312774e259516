"""扶贫资产: what was made from poverty-alleviation money, whose it is and how it fares (workflows.md §9)."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.funds.asset_choices import AWAY, EARNING, UNREGISTERED, AssetForm, AssetKind, AssetState, OwnerKind
from apps.funds.asset_querysets import AssetQuerySet
from apps.funds.choices import FundKind
from apps.funds.models.base import FUND, YEARS, FundsModel
from apps.funds.models.project import Project
from apps.pages.steplogs import StepLog, person

BEFORE_CONFIRMATION = (AssetState.SURVEYED, AssetState.CLASSIFIED)


@pghistory.track(model_name="AssetEvent")
class Asset(Versioned, FundsModel):
    """扶贫资产, at the village, township or county that owns it (R-115, R-116).

    `project` is empty for older assets that a survey found (money of 2012 to 2018). A household's own asset lies where
    the household lies; the database keeps it there. `number` is given with the registration, `state_before` says where
    an asset comes back to from a side state or a refused writing-off. Values are yuan.
    """

    name = models.CharField(_("资产名称"), max_length=100)
    number = models.CharField(_("资产编号"), max_length=24, blank=True, default="", editable=False)
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="assets", null=True, editable=False, verbose_name=_("扶贫项目")
    )
    kind = models.CharField(_("资产类别"), max_length=20, choices=AssetKind.choices, blank=True, default="")
    form = models.CharField(_("资产形态"), max_length=20, choices=AssetForm.choices)
    value = models.DecimalField(_("资产原值（元）"), **FUND, validators=[MinValueValidator(Decimal("0.01"))])  # type: ignore[arg-type]
    year = models.PositiveSmallIntegerField(_("资金年度"), validators=YEARS)
    source = models.CharField(_("资金来源"), max_length=20, choices=FundKind.choices)
    acquired_on = models.DateField(_("形成日期"))
    site = models.CharField(_("坐落或存放地点"), max_length=200)
    owner_kind = models.CharField(_("权属"), max_length=20, choices=OwnerKind.choices, blank=True, default="")
    owner = models.CharField(_("所有者"), max_length=100, blank=True, default="")
    household = models.ForeignKey(
        "households.Household",
        on_delete=models.PROTECT,
        related_name="assets",
        null=True,
        editable=False,
        verbose_name=_("所属农户"),
    )
    manager = models.CharField(_("管护责任人"), max_length=60, blank=True, default="")
    company_managed = models.BooleanField(_("公司化管理试点"), default=False)
    note = models.CharField(_("说明"), max_length=500, blank=True, default="")

    state = models.CharField(
        _("状态"), max_length=20, choices=AssetState.choices, default=AssetState.SURVEYED, editable=False
    )
    state_since = models.DateTimeField(_("状态时间"), auto_now_add=True, editable=False)
    state_before = models.CharField(
        _("此前状态"), max_length=20, choices=AssetState.choices, blank=True, default="", editable=False
    )
    round = models.PositiveSmallIntegerField(_("办理次数"), default=0, editable=False)
    drafted_by = person(_("清查人"))
    drafted_by_name = models.CharField(_("清查人姓名"), max_length=60, blank=True, default="", editable=False)
    confirmed_on = models.DateField(_("确权日期"), null=True, editable=False)
    registered_on = models.DateField(_("登记日期"), null=True, editable=False)
    written_off_on = models.DateField(_("核销日期"), null=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(AssetQuerySet)()

    class Meta:
        verbose_name = _("扶贫资产")
        constraints = [
            # Target of the composite keys that keep what hangs off an asset where it is.
            models.UniqueConstraint(fields=["id", "division"], name="asset_place"),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="asset_number_once"),
            models.CheckConstraint(condition=Q(state__in=AssetState.values), name="asset_state_known"),
            models.CheckConstraint(condition=Q(value__gt=0), name="asset_value_positive"),
            models.CheckConstraint(
                condition=Q(state__in=AWAY) & ~Q(state_before="") | ~Q(state__in=AWAY) & Q(state_before=""),
                name="asset_state_before",
            ),
            models.CheckConstraint(
                condition=Q(state=AssetState.SURVEYED) | Q(state_before=AssetState.SURVEYED) | ~Q(kind=""),
                name="asset_classified",
            ),
            models.CheckConstraint(
                condition=Q(state__in=BEFORE_CONFIRMATION)
                | Q(state_before__in=BEFORE_CONFIRMATION)
                | (~Q(owner_kind="") & ~Q(owner="") & Q(confirmed_on__isnull=False)),
                name="asset_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNREGISTERED)
                | Q(state_before__in=UNREGISTERED)
                | (~Q(number="") & Q(registered_on__isnull=False)),
                name="asset_has_number",
            ),
            # A household's own asset belongs to a household, and nothing else does.
            models.CheckConstraint(
                condition=Q(owner_kind="")
                | Q(owner_kind=OwnerKind.HOUSEHOLD, kind=AssetKind.HOUSEHOLD, household__isnull=False)
                | Q(owner_kind__in=[OwnerKind.STATE, OwnerKind.COLLECTIVE], household=None)
                & ~Q(kind=AssetKind.HOUSEHOLD),
                name="asset_owner_fits_kind",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=EARNING) | Q(kind=AssetKind.OPERATING), name="asset_earning_operates"
            ),
            models.CheckConstraint(
                condition=~Q(state=AssetState.WRITTEN_OFF) | Q(written_off_on__isnull=False),
                name="asset_written_off_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="asset_division"),
            models.Index(fields=["division", "kind", "state", "id"], name="asset_kind_state"),
        ]

    def __str__(self) -> str:
        return self.name


class AssetLog(FundsModel, StepLog):
    """资产办理记录."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="log", verbose_name=_("扶贫资产"))

    class Meta:
        verbose_name = _("资产办理记录")
        constraints = [
            models.UniqueConstraint(fields=["asset", "round", "by"], condition=Q(apart=True), name="asset_nobody_twice")
        ]
        indexes = [models.Index(fields=["division", "id"], name="asset_log_division")]
