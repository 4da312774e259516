"""What is known of a place from outside: the plan of the year, and what was seen on the spot."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.assessments.choices import Source
from apps.assessments.effect_catalogue import OF_EFFECTS
from apps.assessments.effect_choices import SiteSource
from apps.assessments.models.assessment import LONGEST_NOTE
from apps.assessments.models.sets import YEARS
from apps.common.models import Versioned
from apps.divisions.models import Division
from apps.pages.steplogs import person

SEEN_ON_THE_SPOT = tuple((entry.code, entry.label) for entry in OF_EFFECTS.values() if entry.source == Source.SITE)
"""The indicators whose values come from the spot, as choices."""


def _planned(label: Any) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(label, null=True, blank=True)


class EffectTarget(Versioned, PlacedModel):
    """减贫计划: what a league or county is to reach in a year, as the office above hands it down."""

    change_capability: ClassVar[str] = "manage_parameters"

    year = models.PositiveSmallIntegerField(_("年度"), validators=YEARS)
    exit_persons = _planned(_("计划减贫人数"))
    exit_villages = _planned(_("计划退出贫困村数"))
    removed_counties = _planned(_("计划摘帽旗县数"))
    income_growth = models.DecimalField(
        _("计划收入增长（%）"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )

    class Meta:
        verbose_name = _("减贫计划")
        verbose_name_plural = _("减贫计划")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "year"],
                name="effect_target_once",
                violation_error_message=_("这个地方已有这一年度的减贫计划。"),
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="effect_target_division")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.year}"


class SiteResult(PlacedModel):
    """实地考核结果: of one indicator of one place, how many were looked at and how many of them were not in order.

    Placed at the office that enters it, and so never seen by whom it is about: a league that crossed over, the league
    above a county, or the region for a third party. Nobody changes it.
    """

    assessed = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("被考核地区")
    )
    year = models.PositiveSmallIntegerField(_("考核年度"), validators=YEARS)
    code = models.CharField(_("指标"), max_length=20, choices=SEEN_ON_THE_SPOT)
    source = models.CharField(_("来源"), max_length=12, choices=SiteSource.choices)
    sampled = models.PositiveIntegerField(_("抽查数"), validators=[MinValueValidator(1)])
    wrong = models.PositiveIntegerField(_("有问题数"))
    note = models.CharField(_("说明"), max_length=LONGEST_NOTE, blank=True, default="")
    entered_by = person(_("录入人"))
    entered_by_name = models.CharField(_("录入人姓名"), max_length=60, blank=True, default="", editable=False)
    entered_on = models.DateField(_("录入日期"), editable=False)

    class Meta:
        verbose_name = _("实地考核结果")
        verbose_name_plural = _("实地考核结果")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "year", "assessed", "code", "source"],
                name="site_result_once",
                violation_error_message=_("这一来源的这项结果已经录入。"),
            ),
            models.CheckConstraint(
                condition=Q(sampled__gt=0, wrong__lte=F("sampled")),
                name="site_result_wrong_of_sampled",
                violation_error_message=_("有问题数不能多于抽查数。"),
            ),
            models.CheckConstraint(
                condition=~Q(assessed=F("division")),
                name="site_result_of_another_place",
                violation_error_message=_("不能考核本地。"),
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="site_result_division"),
            models.Index(fields=["assessed", "year"], name="site_result_assessed"),
        ]

    def __str__(self) -> str:
        return f"{self.assessed_id} {self.year} {self.code}"
