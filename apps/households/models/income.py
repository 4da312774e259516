"""一户一年: income (registry.md §2.3). Yuan; the accounting year runs from 1 October to 30 September."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.common.models import Versioned
from apps.households.models.household import HouseholdFact

TRANSFER_PARTS = (
    "family_planning",
    "dibao_amount",
    "tekun_amount",
    "pension_amount",
    "eco_amount",
    "other_transfer",
)
PROPERTY_PARTS = ("asset_dividend", "other_property")
TOTALS = ("wage", "operating", "property", "transfer")
COUNTED = (*TOTALS, "wage_public_job", "operating_cost", *TRANSFER_PARTS, *PROPERTY_PARTS)


def _money(label: Any, *, signed: bool = False) -> models.DecimalField:
    """An amount in yuan with two decimals; empty when it was not recorded."""
    return models.DecimalField(
        label,
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[] if signed else [MinValueValidator(0)],
    )


def _zero(name: str) -> Coalesce:
    return Coalesce(F(name), Value(Decimal(0)))


_GROSS = _zero("wage") + _zero("operating") + _zero("property") + _zero("transfer")
_UNSTATED = Q(wage=None, operating=None, property=None, transfer=None)


@pghistory.track(model_name="HouseholdIncomeEvent", exclude=["gross", "net"])
class HouseholdIncome(Versioned, HouseholdFact):
    """年度收入. `gross` and `net` are computed by the database; what a form or file stated is kept beside them.

    Where no total is recorded at all, `net` is the stated figure (rule-semantics.md a.10).
    """

    wage = _money(_("工资性收入"))
    wage_public_job = _money(_("其中：公益性岗位收入"))
    operating = _money(_("生产经营性收入"))
    property = _money(_("财产性收入"))
    asset_dividend = _money(_("资产收益扶贫分红收入"))
    other_property = _money(_("其他财产性收入"))
    transfer = _money(_("转移性收入"))
    family_planning = _money(_("计划生育金"))
    dibao_amount = _money(_("低保金"))
    tekun_amount = _money(_("特困供养金"))
    pension_amount = _money(_("养老保险金"))
    eco_amount = _money(_("生态补偿金"))
    other_transfer = _money(_("其他转移性收入"))
    operating_cost = _money(_("生产经营性支出"))

    gross = models.GeneratedField(
        expression=_GROSS,
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
        verbose_name=_("年总收入"),
    )
    net = models.GeneratedField(
        expression=Case(When(_UNSTATED, then=F("net_stated")), default=_GROSS - _zero("operating_cost")),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
        verbose_name=_("纯收入"),
    )
    gross_stated = _money(_("年总收入（填报）"), signed=True)
    net_stated = _money(_("纯收入（填报）"), signed=True)
    per_capita_net_stated = _money(_("人均纯收入（填报）"), signed=True)

    class Meta:
        verbose_name = _("年度收入")
        constraints = [
            models.UniqueConstraint(
                fields=["household", "year"],
                name="household_income_once",
                violation_error_message=_("这一年度的收入已经登记。"),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__gte": 0}) | Q(**{name: None}), name=f"income_{name}_min"
                )
                for name in COUNTED
            ),
        ]
        indexes = [models.Index(fields=["division", "year", "id"], name="household_income_division")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.year}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Blank totals are filled from their parts (rule-semantics.md a.10)."""
        self.fill_totals()
        super().save(*args, **kwargs)

    def fill_totals(self) -> None:
        """Set a blank `transfer` or `property` to the sum of its parts, if any part is given."""
        for total, parts in (("transfer", TRANSFER_PARTS), ("property", PROPERTY_PARTS)):
            given = [value for name in parts if (value := getattr(self, name)) is not None]
            if getattr(self, total) is None and given:
                setattr(self, total, sum(given, Decimal(0)))
