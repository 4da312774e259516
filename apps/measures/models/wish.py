"""贷款意愿: that a household wants a loan, since when, and what for (PC-19, R-152)."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.common.money import CENT, YUAN
from apps.measures.querysets import LoanWishQuerySet


@pghistory.track(model_name="LoanWishEvent")
class LoanWish(Versioned, PlacedModel):
    """One wish of one household; it stands when a loan was lent, and ends only by being taken back."""

    household_lookup = "household_id"

    household = models.ForeignKey(
        "households.Household",
        on_delete=models.PROTECT,
        db_index=False,
        related_name="loan_wishes",
        verbose_name=_("贫困户"),
    )
    wished_on = models.DateField(_("提出日期"))
    amount = models.DecimalField(
        _("希望金额（元）"),
        **YUAN,  # type: ignore[arg-type]
        null=True,
        blank=True,
        validators=[MinValueValidator(CENT)],
    )
    purpose = models.CharField(_("用途"), max_length=100, blank=True, default="")
    withdrawn_on = models.DateField(_("撤回日期"), null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(LoanWishQuerySet)()

    class Meta:
        verbose_name = _("贷款意愿")
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(withdrawn_on=None),
                name="loan_wish_open_once",
                violation_error_message=_("该户的贷款意愿已经登记。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("wished_on")),
                name="loan_wish_ends_after_begin",
                violation_error_message=_("撤回日期不能早于提出日期。"),
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="loan_wish_division")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.wished_on:%Y-%m-%d}"
