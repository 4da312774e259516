"""账目核验: whether the sums of the ledger were those of its entries on a night."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.funds.models.base import FundsModel


class LedgerCheck(FundsModel):
    """账目核验记录: how many quotas, allocations and payments did not agree with their entries, and the first of them.
    Append-only."""

    change_capability: ClassVar[str] = "pay_funds"

    at = models.DateTimeField(_("核验时间"), default=timezone.now, editable=False)
    quotas = models.PositiveIntegerField(_("不符的指标数"), editable=False)
    allocations = models.PositiveIntegerField(_("不符的项目资金数"), editable=False)
    payments = models.PositiveIntegerField(_("不符的拨付数"), editable=False)
    whole = models.BooleanField(_("账目相符"), editable=False)
    found = models.CharField(_("不符的编号"), max_length=500, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("账目核验")
        constraints = [
            models.CheckConstraint(
                condition=Q(whole=True, quotas=0, allocations=0, payments=0)
                | (Q(whole=False) & (Q(quotas__gt=0) | Q(allocations__gt=0) | Q(payments__gt=0))),
                name="ledger_check_adds_up",
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="ledger_check_division")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
