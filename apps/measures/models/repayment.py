"""贷款还款: what was paid back on a loan. Append-only; what is wrong is reversed by a row of its own."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.common.money import YUAN
from apps.measures.choices import Source
from apps.measures.models.loan import SmallLoan


class LoanRepayment(PlacedModel):
    """One repayment of principal, or (negative) the reversal of one.

    `bank_line` is the bank's own number of the line, by which the same file twice writes it once. The database keeps
    the row with the loan's household, and writes the sums of the loan.
    """

    household_lookup: ClassVar[str | None] = "household_id"

    household = models.ForeignKey(
        "households.Household",
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
        editable=False,
        verbose_name=_("贫困户"),
    )
    loan = models.ForeignKey(
        SmallLoan, on_delete=models.PROTECT, db_index=False, related_name="repayments", verbose_name=_("小额信贷")
    )
    on = models.DateField(_("还款日期"))
    principal = models.DecimalField(_("归还本金（元）"), **YUAN)  # type: ignore[arg-type]
    voucher = models.CharField(_("凭证号"), max_length=60, blank=True, default="")
    bank_line = models.CharField(_("银行流水号"), max_length=60, blank=True, default="", editable=False)
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("冲销的还款"),
    )
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    source = models.CharField(_("录入方式"), max_length=4, choices=Source.choices, default=Source.HAND, editable=False)
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        editable=False,
        verbose_name=_("登记人账户"),
    )
    made_by_name = models.CharField(_("登记人"), max_length=60, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("贷款还款")
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, principal__gt=0) | Q(reverses__isnull=False, principal__lt=0),
                name="repayment_positive_or_reversing",
            ),
            models.UniqueConstraint(
                fields=["loan", "bank_line"], condition=~Q(bank_line=""), name="repayment_bank_line_once"
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="repayment_division"),
            models.Index(fields=["loan", "on"], include=["principal"], name="repayment_loan"),
            models.Index(fields=["household"], name="repayment_household"),
            models.Index(fields=["bank_line"], condition=~Q(bank_line=""), name="repayment_bank_line"),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.principal}"
