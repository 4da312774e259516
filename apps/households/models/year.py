"""一户一年: production and living conditions of one year (registry.md §2.1, §2.2)."""

from __future__ import annotations

from typing import Any

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.fields import CodeField, code_constraint
from apps.common.models import Versioned
from apps.households.models.household import HouseholdFact


def _area(label: Any, digits: int = 8) -> models.DecimalField:
    """An area in mu, two decimals, never negative; empty when it was not recorded."""
    return models.DecimalField(
        label, max_digits=digits, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


AREAS = (
    "cultivated_mu",
    "irrigated_mu",
    "forest_mu",
    "returned_mu",
    "orchard_mu",
    "grassland_mu",
    "water_mu",
    "livestock_sheep_units",
    "road_distance_km",
    "housing_m2",
)


@pghistory.track(model_name="HouseholdYearEvent")
class HouseholdYear(Versioned, HouseholdFact):
    """生产生活条件. `members` keeps the active members of 30 September, the divisor of income a head."""

    cultivated_mu = _area(_("耕地面积（亩）"))
    irrigated_mu = _area(_("有效灌溉面积（亩）"))
    forest_mu = _area(_("林地面积（亩）"))
    returned_mu = _area(_("退耕还林（草）面积（亩）"))
    orchard_mu = _area(_("林果面积（亩）"))
    grassland_mu = _area(_("牧草地面积（亩）"), digits=10)
    water_mu = _area(_("水面面积（亩）"))
    livestock_sheep_units = models.DecimalField(
        _("牲畜存栏（羊单位）"),
        max_digits=8,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    has_production_power = models.BooleanField(_("是否通生产用电"), null=True, blank=True)
    road_distance_km = models.DecimalField(
        _("与村主干路距离（公里）"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    road_type = CodeField("road_type", verbose_name=_("入户路类型"), null=True, blank=True)
    in_cooperative = models.BooleanField(_("是否加入农民专业合作组织"), null=True, blank=True)
    led_by_enterprise = models.BooleanField(_("是否有龙头企业带动"), null=True, blank=True)
    led_by_person = models.BooleanField(_("是否有创业致富带头人带动"), null=True, blank=True)

    housing_m2 = models.DecimalField(
        _("住房面积（平方米）"),
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    is_dangerous = models.BooleanField(_("是否危房户"), null=True, blank=True)
    dwelling_grade = CodeField("dwelling_grade", verbose_name=_("危房级别"), null=True, blank=True)
    alternative_dwelling = models.CharField(
        _("其他安全住处"),
        max_length=12,
        blank=True,
        default="",
        choices=[
            ("none", _("无")),
            ("rented", _("租住")),
            ("kin", _("随亲属居住")),
            ("institution", _("机构供养")),
        ],
    )
    repair_plan_year = models.PositiveSmallIntegerField(_("危房改造计划年度"), null=True, blank=True)
    repair_done_on = models.DateField(_("危房改造竣工日期"), null=True, blank=True)
    has_domestic_power = models.BooleanField(_("是否通生活用电"), null=True, blank=True)
    has_tv = models.BooleanField(_("是否通广播电视"), null=True, blank=True)
    water_difficult = models.BooleanField(_("饮水是否困难"), null=True, blank=True)
    water_safe = models.BooleanField(_("饮水是否安全"), null=True, blank=True)
    fuel_type = CodeField("fuel_type", verbose_name=_("主要燃料类型"), null=True, blank=True)
    has_toilet = models.BooleanField(_("是否有卫生厕所"), null=True, blank=True)
    members = models.PositiveSmallIntegerField(_("9月30日在册人口"), null=True, blank=True)

    class Meta:
        verbose_name = _("生产生活条件")
        constraints = [
            models.UniqueConstraint(
                fields=["household", "year"],
                name="household_year_once",
                violation_error_message=_("这一年度的生产生活条件已经登记。"),
            ),
            *(
                models.CheckConstraint(condition=Q(**{f"{name}__gte": 0}) | Q(**{name: None}), name=f"year_{name}_min")
                for name in AREAS
            ),
            code_constraint("road_type", "road_type"),
            code_constraint("dwelling_grade", "dwelling_grade"),
            code_constraint("fuel_type", "fuel_type"),
            # true exactly when the grade is C or D (registry.md §2.2)
            models.CheckConstraint(
                condition=Q(is_dangerous=None)
                | Q(dwelling_grade=None)
                | Q(is_dangerous=True, dwelling_grade__in=["C", "D"])
                | (Q(is_dangerous=False) & ~Q(dwelling_grade__in=["C", "D"])),
                name="dangerous_is_grade_c_or_d",
                violation_error_message=_("危房户的危房级别应为C级或D级，其他户不应为C级或D级。"),
            ),
        ]
        indexes = [models.Index(fields=["division", "year", "id"], name="household_year_division")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.year}"
