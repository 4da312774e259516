"""账目: the ledger. Append-only; what is wrong is reversed by an entry of its own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.divisions.models import Division
from apps.funds.choices import ENTRY_ACTS, PROJECT_ACTS, QUOTA_ACTS, FundKind, Origin
from apps.funds.models.base import FUND, FundsModel
from apps.funds.models.order import FundOrder
from apps.funds.models.project import Allocation, Project
from apps.funds.models.quota import Quota
from apps.pages.steplogs import person


class Entry(FundsModel):
    """账目: one movement of money.

    It stands where the money goes: what is passed down at the place that gets it (`from_division` gave it), what goes
    into a project where that is built. A single row moves both sides, so that what leaves one arrives at the other.
    `amount` is positive, except where an entry reverses another one. Days of one quota never go back, so that every
    past day shows a state that once was. Kind, origin and year are the quota's, written by the database for sums.
    """

    change_capability: ClassVar[str] = "pay_funds"

    act = models.CharField(_("事项"), max_length=10, choices=ENTRY_ACTS)
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="entries", verbose_name=_("资金指标"))
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="entries", null=True, verbose_name=_("扶贫项目")
    )
    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, related_name="entries", null=True, verbose_name=_("项目资金")
    )
    amount = models.DecimalField(_("金额"), **FUND)  # type: ignore[arg-type]
    booked_on = models.DateField(_("记账日期"))
    kind = models.CharField(_("资金种类"), max_length=20, choices=FundKind.choices, editable=False)
    origin = models.CharField(_("资金来源"), max_length=10, choices=Origin.choices, editable=False)
    year = models.PositiveSmallIntegerField(_("资金年度"), editable=False)
    from_division = models.ForeignKey(
        Division,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        editable=False,
        verbose_name=_("下达地区"),
    )
    order = models.ForeignKey(
        FundOrder, on_delete=models.PROTECT, related_name="entries", null=True, verbose_name=_("审批单")
    )
    document_no = models.CharField(_("文号或凭证号"), max_length=60, blank=True, default="")
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="reversed_by", null=True, verbose_name=_("冲销的账目")
    )
    made_at = models.DateTimeField(_("记账时间"), auto_now_add=True)
    made_by = person(_("记账人"))
    made_by_name = models.CharField(_("记账人姓名"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("账目")
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="entry_positive_or_reversing",
            ),
            models.CheckConstraint(
                condition=Q(act__in=QUOTA_ACTS, project=None, allocation=None)
                | Q(
                    act__in=PROJECT_ACTS,
                    project__isnull=False,
                    allocation__isnull=False,
                ),
                name="entry_of_a_quota_or_a_project",
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="entry_division"),
            # Sums at any place and day are read from this index alone.
            models.Index(
                fields=["division", "booked_on"],
                include=["act", "amount", "year", "kind", "origin", "from_division"],
                name="entry_sums",
            ),
            models.Index(fields=["quota", "booked_on"], name="entry_quota"),
            models.Index(fields=["project"], name="entry_project", condition=Q(project__isnull=False)),
            models.Index(fields=["order"], name="entry_order", condition=Q(order__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.amount}"
