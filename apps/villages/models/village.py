"""嘎查村: what a village is, one row for life (registry.md §10); what a year changes is in `year`."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.common.fields import BlindIndexField, CodeArrayField, CodeField, SealedField, code_constraint
from apps.common.models import Versioned
from apps.divisions import codes
from apps.divisions.models import Division
from apps.villages.querysets import VillageQuerySet
from apps.villages.validators import validate_attributes, validate_status

LISTED = "01"
"""The attribute of a village on the list of poor villages, whether it has left poverty since or not."""


def validate_level(division: Division | int) -> None:
    """A profile belongs to a division of level 5."""
    if codes.level(division.pk if isinstance(division, Division) else division) != codes.VILLAGE:
        raise ValidationError(_("请选择嘎查村一级的区划。"), code="level")


@pghistory.track(model_name="VillageEvent")
class Village(Versioned, PlacedModel):
    """一村一档: the profile of a division of level 5; the division itself has the name and the code."""

    division = models.OneToOneField(
        Division,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("嘎查村"),
        validators=[validate_level],
        error_messages={"unique": _("这个嘎查村已经建档。")},
    )
    attributes = CodeArrayField("village_attribute", verbose_name=_("村属性"), blank=True, default=list)
    development_type = CodeField("village_development", verbose_name=_("发展方向"), null=True, blank=True)
    terrain = CodeField("village_terrain", verbose_name=_("地形地貌"), null=True, blank=True)
    leader = models.CharField(_("村负责人"), max_length=50, blank=True, default="")
    leader_title = models.CharField(_("负责人职务"), max_length=50, blank=True, default="")
    leader_phone = SealedField(kind="phone", verbose_name=_("负责人电话"), null=True, blank=True)
    leader_phone_index = BlindIndexField(source="leader_phone", kind="phone")
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
    village_status = CodeField("village_status", verbose_name=_("贫困村状态"), null=True, blank=True)
    exit_year = models.PositiveSmallIntegerField(
        _("退出年度"), null=True, blank=True, validators=[MinValueValidator(2013), MaxValueValidator(2100)]
    )

    objects: ClassVar = ScopedManager.from_queryset(VillageQuerySet)()

    class Meta:
        verbose_name = _("嘎查村")
        verbose_name_plural = _("嘎查村")
        constraints = [
            # Target of the composite key that keeps a year's facts where the village is; its order is for paging.
            models.UniqueConstraint(fields=["division", "id"], name="village_place"),
            models.CheckConstraint(
                condition=~Q(division=F("division") - F("division") % 1000), name="village_is_level_five"
            ),
            code_constraint("attributes", "village_attribute", array=True),
            code_constraint("development_type", "village_development"),
            code_constraint("terrain", "village_terrain"),
            code_constraint("village_status", "village_status"),
            models.CheckConstraint(
                condition=~Q(attributes__contains=[LISTED, "02"]),
                name="village_poor_or_not",
                violation_error_message=_("不能既是贫困村又是非贫困村。"),
            ),
            models.CheckConstraint(
                condition=Q(village_status=None) | Q(attributes__contains=[LISTED]),
                name="village_status_of_poor_village",
                violation_error_message=_("只有贫困村有贫困村状态。"),
            ),
            models.CheckConstraint(
                # Spelt out because a comparison with null is neither true nor false, and a check passes that.
                condition=Q(exit_year__isnull=True, village_status__isnull=True)
                | Q(exit_year__isnull=True, village_status__in=["10", "30"])
                | Q(
                    exit_year__isnull=False,
                    exit_year__range=(2013, 2100),
                    village_status__isnull=False,
                    village_status="40",
                ),
                name="village_exit_year_when_exited",
                violation_error_message=_("已退出的贫困村须填退出年度，其他村不填。"),
            ),
            models.CheckConstraint(condition=Q(lon=None) | Q(lon__range=(73, 136)), name="village_lon"),
            models.CheckConstraint(condition=Q(lat=None) | Q(lat__range=(3, 54)), name="village_lat"),
        ]

    def __str__(self) -> str:
        return str(self.division)

    def clean(self) -> None:
        """Rules over several fields; single fields are checked by their own validators."""
        super().clean()
        validate_attributes(self.attributes)
        validate_status(self.attributes, self.village_status, self.exit_year)

    @property
    def is_listed(self) -> bool:
        """Whether the village is (or was, before its exit) a poor village of the list."""
        return LISTED in self.attributes
