"""帮扶单位 and 帮扶干部: who helps. Both are placed where they help, whoever pays them."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.cadres.choices import Rank, UnitKind, UnitLevel
from apps.cadres.querysets import CadreQuerySet
from apps.cadres.validators import validate_cadre_name, validate_id_no, validate_phone
from apps.common.fields import BlindIndexField, CodeField, SealedField, code_constraint
from apps.common.models import Versioned


@pghistory.track(model_name="HelpingUnitEvent")
class HelpingUnit(Versioned, PlacedModel):
    """帮扶单位: a unit that answers for a place. `level` is whose unit it is, `division` where it helps."""

    name = models.CharField(_("单位名称"), max_length=100)
    level = models.CharField(_("隶属关系"), max_length=1, choices=UnitLevel.choices)
    kind = models.CharField(_("单位性质"), max_length=20, choices=UnitKind.choices)
    ended_on = models.DateField(_("结束帮扶日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("帮扶单位")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "name"],
                condition=Q(ended_on=None),
                name="unit_once_at_a_place",
                violation_error_message=_("这个地方已有同名的帮扶单位。"),
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="unit_division")]

    def __str__(self) -> str:
        return self.name


@pghistory.track(model_name="CadreEvent")
class Cadre(Versioned, PlacedModel):
    """帮扶干部: somebody who helps. With an account he reaches the households paired with him; many have none."""

    own_lookup = "account_id"

    code = models.CharField(_("干部编码"), max_length=13, unique=True, editable=False)
    unit = models.ForeignKey(
        HelpingUnit, on_delete=models.PROTECT, related_name="cadres", verbose_name=_("帮扶单位"), null=True, blank=True
    )
    name = models.CharField(_("姓名"), max_length=50, validators=[validate_cadre_name])
    sex = CodeField("sex", verbose_name=_("性别"), null=True, blank=True)
    id_no = SealedField(kind="citizen", verbose_name=_("证件号码"), null=True, blank=True, validators=[validate_id_no])
    id_no_index = BlindIndexField(source="id_no", kind="citizen")
    phone = SealedField(kind="phone", verbose_name=_("联系电话"), null=True, blank=True, validators=[validate_phone])
    phone_index = BlindIndexField(source="phone", kind="phone")
    political = CodeField("political", verbose_name=_("政治面貌"), null=True, blank=True)
    rank = models.CharField(_("职级"), max_length=1, choices=Rank.choices, blank=True, default="")
    post = models.CharField(_("职务"), max_length=60, blank=True, default="")
    bilingual = models.BooleanField(_("蒙汉兼通"), null=True, blank=True)
    rural_experience = models.BooleanField(_("有农村牧区工作经验"), null=True, blank=True)
    accident_insured = models.BooleanField(_("已参加人身意外保险"), null=True, blank=True)
    health_checked_on = models.DateField(_("最近体检日期"), null=True, blank=True)
    trained_on = models.DateField(_("最近培训日期"), null=True, blank=True)
    left_on = models.DateField(_("离岗日期"), null=True, blank=True)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="cadre",
        verbose_name=_("登录账户"),
        null=True,
        blank=True,
        error_messages={"unique": _("这个账户已属于另一名干部。")},
    )

    objects: ClassVar = ScopedManager.from_queryset(CadreQuerySet)()

    class Meta:
        verbose_name = _("帮扶干部")
        constraints = [
            # Target of the composite key that keeps a pairing's account equal to its cadre's.
            models.UniqueConstraint(fields=["id", "account"], name="cadre_account"),
            code_constraint("sex", "sex"),
            code_constraint("political", "political"),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="cadre_division"),
            models.Index(fields=["unit"], name="cadre_unit"),
            models.Index(fields=["phone_index"], name="cadre_phone"),
        ]

    def __str__(self) -> str:
        return self.name
