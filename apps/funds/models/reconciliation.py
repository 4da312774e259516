"""财政支付核对: the finance department's payments beside the platform's, and what was found out of differences."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.funds.choices import Matching
from apps.funds.models.base import FUND, FundsModel
from apps.funds.models.entry import Entry
from apps.pages.steplogs import LONGEST_NOTE, person


def _sum(label: Any) -> models.DecimalField:
    return models.DecimalField(label, **FUND, null=True, editable=False)  # type: ignore[arg-type]


class Compared(FundsModel):
    """What two sides say of one voucher: the platform's payments of this number together, and the department's row."""

    change_capability: ClassVar[str] = "pay_funds"

    voucher_no = models.CharField(_("凭证号"), max_length=60, editable=False)
    result = models.CharField(_("核对结果"), max_length=20, choices=Matching.choices, editable=False)
    our_amount = _sum(_("平台金额（元）"))
    their_amount = _sum(_("财政金额（元）"))
    our_day = models.DateField(_("平台拨付日期"), null=True, editable=False)
    their_day = models.DateField(_("财政支付日期"), null=True, editable=False)
    their_account = models.CharField(_("财政收款账户"), max_length=100, blank=True, default="", editable=False)
    quota_no = models.CharField(_("财政指标文号"), max_length=60, blank=True, default="", editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.voucher_no


class ReconciliationSettlement(Compared):
    """差异处理: why a difference is one, by whom; with the entry that reverses what was wrong, if there is one.

    Append-only. It keeps what it was said of: when either side says something else, the difference is open again.
    """

    reason = models.CharField(_("处理说明"), max_length=LONGEST_NOTE)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("冲销账目"))
    at = models.DateTimeField(_("处理时间"), default=timezone.now, editable=False)
    by = person(_("处理人"))
    by_name = models.CharField(_("处理人姓名"), max_length=60)

    class Meta:
        verbose_name = _("差异处理")
        indexes = [models.Index(fields=["division", "voucher_no"], name="settlement_voucher")]


class Reconciliation(Compared):
    """财政支付核对: one voucher, placed at the county of the payment; what only the department knows lies where it
    reported. Made anew from both sides (`services.reconciling`), never by hand."""

    as_of = models.DateField(_("财政数据截至"), editable=False)
    payments = models.PositiveIntegerField(_("平台拨付笔数"), default=0, editable=False)
    settlement = models.ForeignKey(
        ReconciliationSettlement,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("差异处理"),
    )

    class Meta:
        verbose_name = _("财政支付核对")
        constraints = [
            models.UniqueConstraint(fields=["division", "voucher_no"], name="reconciled_once"),
            models.CheckConstraint(
                condition=Q(our_amount__isnull=False) | Q(their_amount__isnull=False), name="reconciled_something"
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="reconciliation_division"),
            models.Index(fields=["division", "result", "id"], name="reconciliation_result"),
        ]
