"""What a loan can be (registry.md §6)."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LARGEST = Decimal(50_000)
"""Yuan that a small loan is at most (R-149)."""
LONGEST = 36
"""Months that it runs at most (R-149)."""
SOON = 90
"""Days before its end in which a loan is said to end soon."""
EARLIEST = 2011
"""The first year of a risk fund."""


class LoanProduct(TextChoices):
    """贷款产品; the codes are those of the banks' own data (BK-LN)."""

    SMALL = "small", _("扶贫小额信贷")
    WEALTH = "fumin", _("金融扶贫富民工程贷款")
    RELENDING = "relending", _("扶贫再贷款")
    MICRO = "micro", _("中和农信小额贷款")
    OTHER = "other", pgettext_lazy("贷款产品", "其他")


class Source(TextChoices):
    """录入方式: what a bank reports is a fact, whatever limit it breaks; what people enter keeps to the limits."""

    HAND = "hand", _("手工录入")
    BANK = "bank", _("银行报送")
