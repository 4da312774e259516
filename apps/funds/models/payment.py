"""拨付: money that went out, to whom and by which voucher."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.fields import BlindIndexField, SealedField
from apps.funds.models.base import FUND, FundsModel
from apps.funds.models.entry import Entry
from apps.funds.models.project import Allocation, Project


class Payment(FundsModel):
    """资金拨付: made when an order of payment is carried out, one for each of its lines; never changed.

    `entry` booked it. What was wrong is reversed, and says so by `reversed_on`.
    """

    change_capability: ClassVar[str] = "pay_funds"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payments", verbose_name=_("扶贫项目"))
    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("项目资金")
    )
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="payment", verbose_name=_("账目"))
    amount = models.DecimalField(_("金额"), **FUND)  # type: ignore[arg-type]
    paid_on = models.DateField(_("拨付日期"))
    household = models.ForeignKey(
        "households.Household", on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("受益户")
    )
    payee_name = models.CharField(_("收款人"), max_length=100)
    payee_account = SealedField(kind="bank", verbose_name=_("收款账号"), null=True)
    payee_account_index = BlindIndexField(source="payee_account", kind="bank")
    voucher_no = models.CharField(_("凭证号"), max_length=60)
    reversed_on = models.DateField(_("冲销日期"), null=True)

    class Meta:
        verbose_name = _("资金拨付")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive")]
        indexes = [
            models.Index(fields=["division", "id"], name="payment_division"),
            models.Index(fields=["division", "paid_on", "id"], name="payment_day"),
            models.Index(fields=["project"], name="payment_project"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_no} {self.amount}"
