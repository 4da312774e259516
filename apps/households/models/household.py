"""户: the household, one row for life; what a year changes is in `year`, `income` and `guarantees`."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.common.fields import BlindIndexField, CodeArrayField, CodeField, SealedField, code_constraint
from apps.common.models import Versioned
from apps.households.querysets import HouseholdQuerySet
from apps.households.validators import validate_causes

# The register counts (registry.md §7): who is poor now, who has left, who is in the register at all.
POOR = ("20", "30", "50")
EXITED = ("40", "41")
REGISTERED = (*POOR, *EXITED)
LIVE = ("10", *REGISTERED)
# Those whom policy helps: all in the register but those whose policy has ended.
HELPED = (*POOR, "40")


@pghistory.track(model_name="HouseholdEvent")
class Household(Versioned, PlacedModel):
    """贫困户（registry.md §1）. Status and its dates move only through workflow services."""

    household_lookup = "id"

    code = models.CharField(_("户编码"), max_length=17, unique=True, editable=False)
    national_no = models.CharField(_("户编号"), max_length=20, null=True, blank=True)
    natural_village = models.CharField(_("自然村"), max_length=50, blank=True, default="")
    address = models.CharField(_("家庭住址"), max_length=200, blank=True, default="")
    lon = models.DecimalField(
        _("经度"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(73), MaxValueValidator(136)],
    )
    lat = models.DecimalField(
        _("纬度"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(3), MaxValueValidator(54)],
    )
    phone = SealedField(kind="phone", verbose_name=_("联系电话"), null=True, blank=True)
    phone_index = BlindIndexField(source="phone", kind="phone")
    phone_ok = models.BooleanField(_("联系电话格式正确"), null=True, editable=False)
    bank_name = models.CharField(_("开户银行"), max_length=50, blank=True, default="")
    bank_account = SealedField(kind="bank", verbose_name=_("银行卡号"), null=True, blank=True)
    bank_account_index = BlindIndexField(source="bank_account", kind="bank")

    identification_standard = CodeField("identification_standard", verbose_name=_("识别标准"), null=True, blank=True)
    household_type = CodeField("household_type", verbose_name=_("贫困户属性"), null=True, blank=True)
    cause_main = CodeField("poverty_cause", verbose_name=_("主要致贫原因"), null=True, blank=True)
    cause_other = CodeArrayField("poverty_cause", verbose_name=_("其他致贫原因"), blank=True, default=list)
    return_cause = CodeField("poverty_cause", verbose_name=_("返贫原因"), null=True, blank=True)
    plan_exit_year = models.PositiveSmallIntegerField(_("计划脱贫年度"), null=True, blank=True)

    status = CodeField("poverty_status", verbose_name=_("脱贫属性"), default="10", editable=False)
    identified_on = models.DateField(_("识别时间"), null=True, blank=True, editable=False)
    exit_year = models.PositiveSmallIntegerField(_("脱贫年度"), null=True, blank=True, editable=False)
    returned_on = models.DateField(_("返贫时间"), null=True, blank=True, editable=False)

    is_martyr_family = models.BooleanField(_("是否军烈属"), null=True, blank=True)
    is_only_child_family = models.BooleanField(_("是否独生子女户"), null=True, blank=True)
    is_two_daughter_family = models.BooleanField(_("是否双女户"), null=True, blank=True)
    is_relocated = models.BooleanField(_("是否搬迁户"), null=True, blank=True)
    member_count_stated = models.PositiveSmallIntegerField(_("家庭人口数（填报）"), null=True, blank=True)

    signed_by_head = models.FileField(_("户主签字件"), upload_to="signatures/", blank=True)
    filled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("填表人"),
    )
    filled_on = models.DateField(_("填表时间"), null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(HouseholdQuerySet)()

    class Meta:
        verbose_name = _("贫困户")
        constraints = [
            models.UniqueConstraint(
                fields=["national_no"],
                name="household_national_no_once",
                violation_error_message=_("这个户编号不能使用，请联系上级核实。"),
            ),
            # Target of the composite keys that keep everything below a household placed where it is.
            models.UniqueConstraint(fields=["id", "division"], name="household_place"),
            models.CheckConstraint(
                condition=Q(cause_other__len__lte=2) | Q(cause_other__len=None),
                name="cause_other_two",
                violation_error_message=_("其他致贫原因最多选两项。"),
            ),
            models.CheckConstraint(
                condition=~Q(cause_other__contains=[models.F("cause_main")]) | Q(cause_main=None),
                name="cause_other_not_main",
                violation_error_message=_("其他致贫原因不能与主要致贫原因相同。"),
            ),
            code_constraint("identification_standard", "identification_standard"),
            code_constraint("household_type", "household_type"),
            code_constraint("cause_main", "poverty_cause"),
            code_constraint("return_cause", "poverty_cause"),
            code_constraint("status", "poverty_status"),
            models.CheckConstraint(
                condition=Q(exit_year=None) | Q(exit_year__range=(2013, 2100)),
                name="household_exit_year_range",
            ),
            models.CheckConstraint(
                condition=Q(plan_exit_year=None) | Q(plan_exit_year__range=(2013, 2100)),
                name="household_plan_year_range",
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="household_division"),
            models.Index(fields=["division", "status"], name="household_status"),
            models.Index(fields=["phone_index"], name="household_phone"),
            models.Index(fields=["bank_account_index"], name="household_bank"),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Rules over several fields; single fields are checked by their own validators."""
        super().clean()
        validate_causes(self.cause_main, self.cause_other)


class HouseholdFact(PlacedModel):
    """Something that hangs off a household for one year; placed where the household is, by the database."""

    household_lookup = "household_id"

    household = models.ForeignKey(
        Household, on_delete=models.CASCADE, db_constraint=False, db_index=False, verbose_name=_("贫困户")
    )
    year = models.PositiveSmallIntegerField(_("年度"), validators=[MinValueValidator(2013), MaxValueValidator(2100)])

    class Meta:
        abstract = True
