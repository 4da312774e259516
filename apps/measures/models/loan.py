"""小额信贷: what a bank has lent to a household (registry.md §6, R-149)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.common.money import CENT, YUAN
from apps.measures.choices import LoanProduct, Source
from apps.measures.querysets import SmallLoanQuerySet


@pghistory.track(model_name="SmallLoanEvent")
class SmallLoan(Versioned, PlacedModel):
    """One contract of one bank with one household, as long as it lives.

    Who really uses the money is the household itself, another one or an enterprise; both of the latter are 户贷企用,
    which the database says. `repaid` is the sum of the loan's repayments, written by the database with each of them;
    nobody else may move it. Limits are asked where people enter a loan, and by the rules of everybody's: what a bank
    reports is kept as it is. The borrower's name stands beside the key, as he may move to another household.
    """

    household_lookup = "household_id"

    household = models.ForeignKey(
        "households.Household",
        on_delete=models.PROTECT,
        db_index=False,
        related_name="loans",
        verbose_name=_("贫困户"),
    )
    borrower = models.ForeignKey(
        "households.Person", on_delete=models.PROTECT, related_name="loans", verbose_name=_("借款人")
    )
    borrower_name = models.CharField(_("借款人姓名"), max_length=50, editable=False)
    product = models.CharField(
        _("贷款产品"), max_length=12, choices=LoanProduct.choices, default=LoanProduct.SMALL.value
    )
    bank = models.CharField(_("贷款银行"), max_length=60)
    contract_no = models.CharField(_("合同编号"), max_length=40)
    amount = models.DecimalField(_("贷款金额（元）"), **YUAN, validators=[MinValueValidator(CENT)])  # type: ignore[arg-type]
    term_months = models.PositiveSmallIntegerField(
        _("期限（月）"), validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    rate = models.DecimalField(
        _("年利率（%）"),
        max_digits=6,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(36)],
    )
    lent_on = models.DateField(_("放款日期"))
    due_on = models.DateField(_("到期日期"))
    collateral = models.BooleanField(_("有抵押"), default=False)
    guarantee = models.BooleanField(_("有担保"), default=False)
    interest_subsidised = models.BooleanField(_("财政贴息"), default=True)
    real_household = models.ForeignKey(
        "households.Household",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="used_loans",
        verbose_name=_("实际用款户"),
        help_text=_("由另一户使用时填写该户编码；借款户自己使用不填。"),
    )
    real_enterprise = models.CharField(
        _("实际用款企业"),
        max_length=100,
        blank=True,
        default="",
        help_text=_("由企业、合作社等使用时填写名称。"),
    )
    used_by_enterprise: Any = models.GeneratedField(
        expression=Case(
            When(~Q(real_enterprise="") | Q(real_household__isnull=False), then=Value(True)), default=Value(False)
        ),
        output_field=models.BooleanField(_("户贷企用")),
        db_persist=True,
        verbose_name=_("户贷企用"),
    )
    repaid = models.DecimalField(_("已还本金（元）"), **YUAN, default=Decimal(0), editable=False)  # type: ignore[arg-type]
    outstanding: Any = models.GeneratedField(
        expression=F("amount") - F("repaid"),
        output_field=models.DecimalField(**YUAN),  # type: ignore[arg-type]
        db_persist=True,
        verbose_name=_("未还本金（元）"),
    )
    overdue_at_bank = models.BooleanField(_("银行认定逾期"), null=True, editable=False)
    source = models.CharField(_("录入方式"), max_length=4, choices=Source.choices, default=Source.HAND, editable=False)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")

    objects: ClassVar = ScopedManager.from_queryset(SmallLoanQuerySet)()

    class Meta:
        verbose_name = _("小额信贷")
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "contract_no"],
                name="loan_contract_once",
                violation_error_message=_("这家银行的这个合同编号不能使用，请核实。"),
            ),
            # Target of the composite key that keeps a repayment with its loan's household.
            models.UniqueConstraint(fields=["id", "household"], name="loan_household"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="loan_positive"),
            models.CheckConstraint(
                condition=Q(repaid__gte=0, repaid__lte=F("amount")),
                name="loan_not_overpaid",
                violation_error_message=_("贷款金额不能少于已还本金。"),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("lent_on")),
                name="loan_ends_after_begin",
                violation_error_message=_("到期日期应晚于放款日期。"),
            ),
            models.CheckConstraint(
                condition=Q(real_household=None) | ~Q(real_household=F("household")),
                name="loan_used_by_another",
                violation_error_message=_("借款户自己使用的，不填实际用款户。"),
            ),
            models.CheckConstraint(
                condition=Q(real_household=None) | Q(real_enterprise=""),
                name="loan_used_by_one",
                violation_error_message=_("实际用款户和实际用款企业只填一项。"),
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="loan_division"),
            models.Index(fields=["division", "due_on"], name="loan_running", condition=Q(outstanding__gt=0)),
            models.Index(fields=["household"], name="loan_of_household"),
            models.Index(fields=["contract_no"], name="loan_contract"),
        ]

    def __str__(self) -> str:
        return f"{self.borrower_name} {self.contract_no}"
