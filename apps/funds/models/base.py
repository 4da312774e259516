"""What every row of money has: its realm, its amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.access.models import PlacedModel

EARLIEST, LATEST = 2011, 2100
YEARS = (MinValueValidator(EARLIEST), MaxValueValidator(LATEST))
FUND = {"max_digits": 16, "decimal_places": 2}
"""Options of a field that holds yuan of public money: up to 99 trillion, to the cent."""


class FundsModel(PlacedModel):
    """A row about public money: seen with `view_funds`, not with the right to the register."""

    realm: ClassVar[str] = "funds"
    change_capability: ClassVar[str] = "propose_funds"

    class Meta:
        abstract = True


def money(label: Any, **options: Any) -> models.DecimalField:
    """A sum in yuan that the database keeps: nobody enters it."""
    return models.DecimalField(label, **FUND, default=Decimal(0), editable=False, **options)  # type: ignore[arg-type]
