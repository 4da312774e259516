"""资金审批单: what is to be done with money, its lines, and every step that four different people took on it."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.common.fields import BlindIndexField, SealedField
from apps.common.models import Versioned
from apps.divisions.models import Division
from apps.funds.choices import ORDER_ACTS, FundKind, OrderState, Origin
from apps.funds.models.base import FUND, YEARS, FundsModel, money
from apps.funds.models.project import Allocation, Project
from apps.funds.models.quota import Quota
from apps.funds.querysets import OrderQuerySet
from apps.pages.steplogs import LONGEST_NOTE, StepLog, person


class FundOrder(Versioned, FundsModel):
    """资金审批单: one act upon money with its lines, placed where it is decided: region, league or county.

    It changes nothing until it is carried out; then all its lines are booked, or none. `round` counts the proposals:
    what was returned is proposed again. `signatures` is how many different people approve, by the band of the amount
    at the time of the proposal (`ApprovalBand`).
    """

    act = models.CharField(_("事项"), max_length=10, choices=ORDER_ACTS, editable=False)
    year = models.PositiveSmallIntegerField(_("资金年度"), validators=YEARS, editable=False)
    title = models.CharField(_("标题"), max_length=100)
    document_no = models.CharField(_("文号"), max_length=60, blank=True, default="")
    reason = models.CharField(_("事由和依据"), max_length=LONGEST_NOTE)
    total = money(_("合计金额"))
    state = models.CharField(
        _("状态"), max_length=10, choices=OrderState.choices, default=OrderState.DRAFT, editable=False
    )
    state_since = models.DateTimeField(_("状态时间"), auto_now_add=True, editable=False)
    due_on = models.DateField(_("办理期限"), null=True, editable=False)
    round = models.PositiveSmallIntegerField(_("提交次数"), default=0, editable=False)
    signatures = models.PositiveSmallIntegerField(_("需审批人数"), default=1, editable=False)
    signed = models.PositiveSmallIntegerField(_("已审批人数"), default=0, editable=False)
    drafted_by = person(_("拟稿人"))
    drafted_by_name = models.CharField(_("拟稿人姓名"), max_length=60, blank=True, default="", editable=False)
    done_on = models.DateField(_("办结日期"), null=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(OrderQuerySet)()

    class Meta:
        verbose_name = _("资金审批单")
        constraints = [
            # Target of the composite key that keeps lines and steps where their order is.
            models.UniqueConstraint(fields=["division", "id"], name="order_place"),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="order_state_known"),
            models.CheckConstraint(
                condition=~Q(state=OrderState.DONE) | Q(done_on__isnull=False), name="order_done_on_a_day"
            ),
        ]
        indexes = [models.Index(fields=["division", "state", "due_on", "id"], name="order_due")]

    def __str__(self) -> str:
        return self.title


class OfOrder(FundsModel):
    """What hangs off an order: placed where it is, by the database."""

    class Meta:
        abstract = True


class OrderLine(OfOrder):
    """审批单明细: one movement that an order asks for. What it names depends on the act (`services.lines`).

    `payee_*` are of a payment: a registered household with its own account, or a unit. `target_division` is where
    quotas are passed to.
    """

    order = models.ForeignKey(FundOrder, on_delete=models.CASCADE, related_name="lines", verbose_name=_("资金审批单"))
    position = models.PositiveSmallIntegerField(_("序号"))
    quota = models.ForeignKey(
        Quota, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("资金指标")
    )
    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("项目资金")
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("扶贫项目")
    )
    target_division = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("下达到")
    )
    reverses = models.ForeignKey(
        "funds.Entry", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("冲销的账目")
    )
    kind = models.CharField(_("资金种类"), max_length=20, choices=FundKind.choices, blank=True, default="")
    origin = models.CharField(_("资金来源"), max_length=10, choices=Origin.choices, blank=True, default="")
    amount = models.DecimalField(_("金额（元）"), **FUND)  # type: ignore[arg-type]
    household = models.ForeignKey(
        "households.Household",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("受益户"),
    )
    payee_name = models.CharField(_("收款人"), max_length=100, blank=True, default="")
    payee_account = SealedField(kind="bank", verbose_name=_("收款账号"), null=True, blank=True)
    payee_account_index = BlindIndexField(source="payee_account", kind="bank")
    voucher_no = models.CharField(_("凭证号"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("审批单明细")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="order_line_positive",
                violation_error_message=_("金额必须大于0。"),
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="order_line_division")]

    def __str__(self) -> str:
        return f"{self.order_id}-{self.position}"


class OrderLog(FundsModel, StepLog):
    """审批记录: every step with who, when, from where to where and why. Append-only.

    The database itself lets nobody take two of the steps that must be different people's in one round.
    """

    order = models.ForeignKey(FundOrder, on_delete=models.PROTECT, related_name="log", verbose_name=_("资金审批单"))

    class Meta:
        verbose_name = _("审批记录")
        constraints = [
            models.UniqueConstraint(fields=["order", "round", "by"], condition=Q(apart=True), name="order_nobody_twice")
        ]
        indexes = [models.Index(fields=["division", "id"], name="order_log_division")]


class ApprovalBand(Versioned, FundsModel):
    """审批权限: from which amount on how many people approve, and in how many days. The nearest place that has any
    bands for an act sets them for itself and below."""

    change_capability: ClassVar[str] = "manage_parameters"

    act = models.CharField(_("事项"), max_length=10, choices=ORDER_ACTS)
    above = models.DecimalField(_("金额下限（元，含）"), **FUND, default=0, validators=[MinValueValidator(0)])  # type: ignore[arg-type]
    signatures = models.PositiveSmallIntegerField(
        _("需审批人数"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    days = models.PositiveSmallIntegerField(
        _("每步办理天数"), default=5, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )

    class Meta:
        verbose_name = _("审批权限")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "act", "above"],
                name="band_once",
                violation_error_message=_("这个地方已有这一金额的审批权限。"),
            ),
            models.CheckConstraint(condition=Q(above__gte=0, signatures__range=(1, 3)), name="band_sound"),
        ]
        indexes = [models.Index(fields=["division", "id"], name="band_division")]

    def __str__(self) -> str:
        return f"{self.get_act_display()} ≥ {self.above}"
