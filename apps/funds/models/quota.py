"""资金指标: a lot of money at a place, handed down from a lot above; and the years whose books are closed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.divisions.models import Division
from apps.funds.choices import FundKind, Origin, QuotaState
from apps.funds.models.base import YEARS, FundsModel, money
from apps.funds.querysets import QuotaQuerySet
from apps.pages.steplogs import person

STATE = Case(
    When(~Q(amount=0) & Q(recovered=F("amount")), then=Value(QuotaState.RECOVERED)),
    When(received_on=None, then=Value(QuotaState.ISSUED)),
    When(~Q(claimed=0) & Q(claimed=F("amount") - F("recovered") - F("passed")), then=Value(QuotaState.SETTLED)),
    When(~Q(paid=0) & Q(paid=F("amount") - F("recovered") - F("passed")), then=Value(QuotaState.PAID)),
    When(~Q(amount=0) & Q(amount=F("allocated") + F("recovered") + F("passed")), then=Value(QuotaState.ALLOCATED)),
    default=Value(QuotaState.RECEIVED),
)


class Quota(Versioned, FundsModel):
    """资金指标: money of one kind, year and origin at one place, with its document.

    It comes out of a place's own budget (`parent` empty) or was passed down out of a quota above. What is left is
    amount − passed − allocated − recovered. All sums are kept by the ledger's trigger alone, which nobody can get
    around: what is not covered cannot be booked (migration 0002).
    """

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="passed_on",
        null=True,
        editable=False,
        verbose_name=_("上级指标"),
    )
    from_division = models.ForeignKey(
        Division,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        editable=False,
        verbose_name=_("下达地区"),
    )
    kind = models.CharField(_("资金种类"), max_length=20, choices=FundKind.choices, editable=False)
    origin = models.CharField(_("资金来源"), max_length=10, choices=Origin.choices, editable=False)
    year = models.PositiveSmallIntegerField(_("资金年度"), validators=YEARS, editable=False)
    document_no = models.CharField(_("文号"), max_length=60, editable=False)
    issued_on = models.DateField(_("下达日期"), editable=False)
    received_on = models.DateField(_("收到日期"), null=True, editable=False)
    received_by = person(_("签收人"))
    received_by_name = models.CharField(_("签收人姓名"), max_length=60, blank=True, default="", editable=False)
    amount = money(_("指标金额"))
    passed = money(_("已下达下级"))
    allocated = money(_("已落实到项目"))
    paid = money(_("已拨付"))
    claimed = money(_("已报账"))
    recovered = money(_("已收回"))
    carried = money(_("累计结转"))
    last_on = models.DateField(_("最近记账日期"), null=True, editable=False)
    state: Any = models.GeneratedField(
        expression=STATE,
        output_field=models.CharField(_("状态"), max_length=20, choices=QuotaState.choices),
        db_persist=True,
    )

    objects: ClassVar = ScopedManager.from_queryset(QuotaQuerySet)()

    class Meta:
        verbose_name = _("资金指标")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    passed__gte=0, allocated__gte=0, paid__gte=0, claimed__gte=0, recovered__gte=0, carried__gte=0
                )
                & Q(amount__gte=F("passed") + F("allocated") + F("recovered")),
                name="quota_not_overspent",
                violation_error_message=_("指标余额不足。"),
            ),
            models.CheckConstraint(
                condition=Q(allocated__gte=F("paid")) & Q(paid__gte=F("claimed")), name="quota_paid_as_allocated"
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=False) | Q(passed=0, allocated=0), name="quota_used_when_received"
            ),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=F("issued_on")), name="quota_received_after_issue"
            ),
            models.CheckConstraint(
                condition=Q(parent=None, from_division=None) | Q(parent__isnull=False, from_division__isnull=False),
                name="quota_from_above_or_own",
            ),
            models.UniqueConstraint(fields=["division", "id"], name="quota_place"),
        ]
        indexes = [models.Index(fields=["division", "year", "kind", "id"], name="quota_year")]

    def __str__(self) -> str:
        return f"{self.document_no} {self.get_kind_display()}"


class ClosedYear(FundsModel):
    """年度关账: the books of a year are closed at a place and everywhere below; nothing is booked into it any more."""

    change_capability: ClassVar[str] = "pay_funds"

    year = models.PositiveSmallIntegerField(_("年度"), validators=YEARS)
    closed_at = models.DateTimeField(_("关账时间"), auto_now_add=True)
    closed_by = person(_("关账人"))
    closed_by_name = models.CharField(_("关账人姓名"), max_length=60, editable=False)
    carried = money(_("结转金额"))
    quotas = models.PositiveIntegerField(_("结转指标数"), default=0, editable=False)

    class Meta:
        verbose_name = _("年度关账")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "year"],
                name="year_closed_once",
                violation_error_message=_("这个年度已经关账。"),
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="closed_year_division")]

    def __str__(self) -> str:
        return str(self.year)
