"""风险补偿金: what a county keeps for loans that are not repaid (PC-11, R-149)."""

from __future__ import annotations

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.common.models import Versioned
from apps.common.money import CENT
from apps.divisions import codes
from apps.measures.choices import EARLIEST


@pghistory.track(model_name="RiskFundEvent")
class RiskFund(Versioned, PlacedModel):
    """What one county put aside in one year, by which document. It counts from that year on."""

    year = models.PositiveSmallIntegerField(
        _("年度"), validators=[MinValueValidator(EARLIEST), MaxValueValidator(2100)]
    )
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, validators=[MinValueValidator(CENT)])
    document_no = models.CharField(_("文号"), max_length=60)

    class Meta:
        verbose_name = _("风险补偿金")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "year"],
                name="risk_fund_once_a_year",
                violation_error_message=_("这个旗县当年的风险补偿金已经登记。"),
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="risk_fund_positive"),
        ]
        indexes = [models.Index(fields=["division", "id"], name="risk_fund_division")]

    def __str__(self) -> str:
        return f"{self.year} {self.document_no}"

    def clean(self) -> None:
        """Risk funds are those of counties."""
        super().clean()
        if self.pk is None and self.division_id and codes.level(self.division_id) != codes.COUNTY:
            raise ValidationError({"division": _("请选择旗县一级的区划。")})
