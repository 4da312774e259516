"""项目库: what villages propose, and every step on its way into the library and out of it."""

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
from apps.funds.choices import ProjectKind, SupportMode
from apps.funds.models.base import FUND, YEARS, FundsModel
from apps.funds.project_choices import DRAFTED, ItemState
from apps.funds.project_querysets import LibraryQuerySet
from apps.pages.steplogs import StepLog, person


@pghistory.track(model_name="LibraryItemEvent")
class LibraryItem(Versioned, FundsModel):
    """入库项目: what a village or township proposes for a year, with its meeting, need and expected help (R-125).

    Without target, mechanism and beneficiaries it is not proposed, and so never enters the library. `valid_for` is the
    last year for which it was confirmed: each fourth quarter the county confirms it for the next one or leaves it out.
    """

    name = models.CharField(_("项目名称"), max_length=100)
    kind = models.CharField(_("项目类别"), max_length=20, choices=ProjectKind.choices)
    mode = models.CharField(_("扶持方式"), max_length=20, choices=SupportMode.choices, default=SupportMode.DIRECT)
    year = models.PositiveSmallIntegerField(_("计划年度"), validators=YEARS)
    site = models.CharField(_("建设地点"), max_length=100, blank=True, default="")
    scale = models.CharField(_("建设规模和内容"), max_length=500)
    amount = models.DecimalField(_("申请资金（元）"), **FUND, validators=[MinValueValidator(Decimal("0.01"))])  # type: ignore[arg-type]
    subsidy_standard = models.CharField(_("补助标准"), max_length=200, blank=True, default="")
    need = models.TextField(_("必要性"), max_length=1000)
    target = models.TextField(_("绩效目标"), max_length=1000, blank=True, default="")
    mechanism = models.TextField(_("带贫机制"), max_length=1000, blank=True, default="")
    met_on = models.DateField(_("村民会议日期"))
    present = models.PositiveSmallIntegerField(_("到会人数"), validators=[MinValueValidator(1)])
    decision = models.CharField(_("会议决议"), max_length=500)

    state = models.CharField(
        _("状态"), max_length=20, choices=ItemState.choices, default=ItemState.DRAFT, editable=False
    )
    state_since = models.DateTimeField(_("状态时间"), auto_now_add=True, editable=False)
    due_on = models.DateField(_("办理期限"), null=True, editable=False)
    round = models.PositiveSmallIntegerField(_("提交次数"), default=0, editable=False)
    signatures = models.PositiveSmallIntegerField(_("需审批人数"), default=1, editable=False)
    signed = models.PositiveSmallIntegerField(_("已审批人数"), default=0, editable=False)
    drafted_by = person(_("拟稿人"))
    drafted_by_name = models.CharField(_("拟稿人姓名"), max_length=60, blank=True, default="", editable=False)
    noticed_on = models.DateField(_("公示日期"), null=True, editable=False)
    entered_on = models.DateField(_("入库日期"), null=True, editable=False)
    valid_for = models.PositiveSmallIntegerField(_("有效年度"), editable=False, validators=YEARS)

    objects: ClassVar = ScopedManager.from_queryset(LibraryQuerySet)()

    class Meta:
        verbose_name = _("入库项目")
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="library_item_place"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="library_item_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="library_item_amount_positive"),
            models.CheckConstraint(
                condition=Q(state__in=[*DRAFTED, ItemState.WITHDRAWN]) | (~Q(target="") & ~Q(mechanism="")),
                name="library_item_has_target",
                violation_error_message=_("没有绩效目标和带贫机制的项目不能入库。"),
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="library_item_division"),
            models.Index(fields=["division", "state", "due_on", "id"], name="library_item_due"),
        ]

    def __str__(self) -> str:
        return self.name


class LibraryLog(FundsModel, StepLog):
    """项目库办理记录."""

    item = models.ForeignKey(LibraryItem, on_delete=models.PROTECT, related_name="log", verbose_name=_("入库项目"))

    class Meta:
        verbose_name = _("项目库办理记录")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "round", "by"], condition=Q(apart=True), name="library_nobody_twice"
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="library_log_division")]
