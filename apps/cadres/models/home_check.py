"""入户核查: what somebody who is not its helper heard at a household about its helper (CV-14)."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.cadres.choices import Satisfaction
from apps.common.models import Versioned


@pghistory.track(model_name="HomeCheckEvent")
class HomeCheck(Versioned, PlacedModel):
    """One check at one household, as an office enters it.

    Neither pairing nor share opens it: what a household says of its helper is not for him to read, name by name.
    """

    household = models.ForeignKey(
        "households.Household",
        on_delete=models.PROTECT,
        db_index=False,
        related_name="home_checks",
        verbose_name=_("贫困户"),
    )
    checked_on = models.DateField(_("核查日期"))
    checker = models.CharField(_("核查人"), max_length=60, blank=True, help_text=_("不填即为本人。"))
    knows_helper = models.BooleanField(_("知道帮扶责任人"))
    satisfaction = models.CharField(
        _("对帮扶是否满意"), max_length=12, choices=Satisfaction.choices, blank=True, default=""
    )
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("入户核查")
        verbose_name_plural = _("入户核查")
        constraints = [
            models.UniqueConstraint(
                fields=["household", "checked_on"],
                name="home_check_once_a_day",
                violation_error_message=_("该户当天的核查已经登记。"),
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="home_check_division")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.checked_on:%Y-%m-%d}"
