"""旗县党政正职: who led a county from when to when, and the paper of his going (不脱贫不调整，不摘帽不调离)."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.cadres.choices import ChiefPost
from apps.cadres.validators import validate_cadre_name
from apps.common.models import Versioned
from apps.divisions import codes


@pghistory.track(model_name="CountyChiefEvent")
class CountyChief(Versioned, PlacedModel):
    """One term of one chief. League and region enter it, the county reads it.

    `approval_no`, `approved_on`, `approved_by`: the document that approves or records (备案) the end of the term.
    """

    change_capability: ClassVar[str] = "record_chiefs"

    post = models.CharField(_("职务"), max_length=10, choices=ChiefPost.choices)
    name = models.CharField(_("姓名"), max_length=50, validators=[validate_cadre_name])
    from_on = models.DateField(_("任职日期"))
    until_on = models.DateField(_("离任日期"), null=True, blank=True)
    approval_no = models.CharField(_("批准或备案文号"), max_length=60, blank=True, default="")
    approved_on = models.DateField(_("批准或备案日期"), null=True, blank=True)
    approved_by = models.CharField(_("批准或备案机关"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("旗县党政正职")
        verbose_name_plural = _("旗县党政正职")
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="chief_ends_after_begin",
                violation_error_message=_("离任日期不能早于任职日期。"),
            ),
            models.CheckConstraint(
                condition=Q(approval_no="", approved_on=None, approved_by="")
                | (~Q(approval_no="") & Q(approved_on__isnull=False) & ~Q(approved_by="")),
                name="chief_approval_whole",
                violation_error_message=_("批准或备案的文号、日期和机关须一并填写。"),
            ),
            models.UniqueConstraint(
                fields=["division", "post"],
                condition=Q(until_on=None),
                name="chief_one_in_office",
                violation_error_message=_("这个职务已有人在任，请先登记其离任。"),
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="chief_division")]

    def __str__(self) -> str:
        return f"{self.get_post_display()} {self.name}"

    def clean(self) -> None:
        """Chiefs are those of counties."""
        super().clean()
        if self.division_id and codes.level(self.division_id) != codes.COUNTY:
            raise ValidationError({"division": _now("请选择旗县一级的区划。")})
