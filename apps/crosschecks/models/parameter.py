"""Thresholds that divisions set, and how each rule stands; both open to everybody who is signed in."""

from __future__ import annotations

from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from apps.common.models import Versioned
from apps.crosschecks.choices import UnitState
from apps.crosschecks.rules.parameters import LINE, PARAMETERS
from apps.divisions.models import Division
from apps.households.models import PovertyLine


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="RuleParameterEvent"
)
class RuleParameter(Versioned):
    """规则参数: a threshold as one division set it; it holds there and below, the nearest division's first."""

    name = models.CharField(_("参数"), max_length=30, choices=[(one.name, one.label) for one in PARAMETERS.values()])
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("适用地区"))
    value = models.DecimalField(_("参数值"), max_digits=12, decimal_places=2)
    basis = models.CharField(_("依据"), max_length=200, blank=True, default="")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        db_index=False,
        verbose_name=_("设置人"),
    )
    set_by_name = models.CharField(_("设置人姓名"), max_length=60, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("规则参数")
        verbose_name_plural = _("规则参数")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "name"],
                name="rule_parameter_once",
                violation_error_message=_("这一地区已经设置过这个参数。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.division_id} {self.name} {self.value}"

    def clean(self) -> None:
        """The value lies within the parameter's bounds."""
        super().clean()
        if self.name in PARAMETERS and self.value is not None:
            try:
                self.value = PARAMETERS[self.name].clean(self.value)
            except ValidationError as error:
                raise ValidationError({"value": error}) from error


class RuleState(models.Model):
    """规则状态: how a rule came out of the latest run over a division. No counts: those are for who sees the rows."""

    rule = models.CharField(_("规则"), max_length=8)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("适用地区"))
    state = models.CharField(_("状态"), max_length=10, choices=UnitState)
    reason = models.CharField(_("说明"), max_length=300, blank=True, default="")
    date = models.DateField(_("比对日期"))
    year = models.PositiveSmallIntegerField(_("登记年度"))
    finished_at = models.DateTimeField(_("完成时间"))

    class Meta:
        verbose_name = _("规则状态")
        verbose_name_plural = _("规则状态")
        constraints = [
            models.UniqueConstraint(fields=["rule", "division"], name="rule_state_once"),
            models.CheckConstraint(condition=Q(state__in=UnitState.values), name="rule_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.division_id} {self.state}"


def settings_rows() -> Any:
    """Rows (name, division, value) of all thresholds that divisions have set, and of the poverty lines. One query."""
    lines = PovertyLine.objects.annotate(name=Concat(Value(LINE), "year", output_field=models.CharField()))
    return RuleParameter.objects.values_list("name", "division_id", "value").union(
        lines.values_list("name", "division_id", "amount"), all=True
    )
