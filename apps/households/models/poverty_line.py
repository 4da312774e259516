"""Poverty lines by year and place (registry.md §9); a parameter, open to everyone below the place that set it."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.divisions.models import Division


class PovertyLine(models.Model):
    """贫困标准: yuan a head and year. The nearest division's line of the year holds, else its latest earlier one."""

    year = models.PositiveSmallIntegerField(_("年度"))
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("适用地区"))
    amount = models.DecimalField(_("标准（元）"), max_digits=8, decimal_places=2, validators=[MinValueValidator(1)])
    basis = models.CharField(_("依据"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("贫困标准")
        constraints = [models.UniqueConstraint(fields=["year", "division"], name="poverty_line_once")]

    def __str__(self) -> str:
        return f"{self.year} {self.division_id} {self.amount}"
