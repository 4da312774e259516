"""The last serial number issued in each village, so that a household code is never given twice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel


class CodeCounter(PlacedModel):
    """编码流水号: one row a village; it stays when households move away, so their codes are not issued again."""

    last = models.PositiveIntegerField(_("最后流水号"), default=0)

    class Meta:
        verbose_name = _("编码流水号")
        constraints = [models.UniqueConstraint(fields=["division"], name="code_counter_once")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.last}"
