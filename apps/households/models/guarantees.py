"""两不愁三保障: the guarantees of a year with their evidence (registry.md §2.4)."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.models import Versioned
from apps.households.models.household import HouseholdFact

# G6 of rule-semantics.md a.11; income is judged from the figures, not ticked.
GUARANTEES = ("food_ok", "clothing_ok", "education_ok", "medical_ok", "housing_ok", "water_ok")


class Verdict(models.TextChoices):
    """One guarantee's verdict."""

    MET = "met", _("达标")
    NOT_MET = "not_met", _("未达标")
    UNKNOWN = "unknown", _("未核实")


def _verdict(label: Any) -> models.CharField:
    return models.CharField(label, max_length=8, choices=Verdict, default=Verdict.UNKNOWN)


@pghistory.track(model_name="GuaranteeStatusEvent")
class GuaranteeStatus(Versioned, HouseholdFact):
    """一年的两不愁三保障. An exit needs all of them met."""

    food_ok = _verdict(_("不愁吃"))
    clothing_ok = _verdict(_("不愁穿"))
    education_ok = _verdict(_("义务教育有保障"))
    medical_ok = _verdict(_("基本医疗有保障"))
    housing_ok = _verdict(_("住房安全有保障"))
    water_ok = _verdict(_("饮水安全"))
    income_ok = _verdict(_("收入达标"))
    assessed_on = models.DateField(_("核实日期"), null=True, blank=True)
    evidence = models.CharField(_("依据"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("两不愁三保障")
        constraints = [
            models.UniqueConstraint(
                fields=["household", "year"],
                name="guarantee_once",
                violation_error_message=_("这一年度的两不愁三保障已经登记。"),
            ),
            *(
                models.CheckConstraint(condition=models.Q(**{f"{name}__in": Verdict.values}), name=f"guarantee_{name}")
                for name in (*GUARANTEES, "income_ok")
            ),
        ]
        indexes = [models.Index(fields=["division", "year", "id"], name="guarantee_division")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.year}"
