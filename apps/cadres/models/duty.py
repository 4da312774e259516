"""Duties at places: one shape for all that is held from one day to another, and the teams that some are held in."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.cadres.choices import DUTY_LEVELS, IN_TEAM, TEAM_LEVEL, DutyKind, TeamKind
from apps.cadres.models.people import Cadre, HelpingUnit
from apps.cadres.querysets import DutyQuerySet
from apps.common.fields import BlindIndexField, SealedField
from apps.common.models import Versioned
from apps.divisions import codes


@pghistory.track(model_name="TaskForceEvent")
class TaskForce(Versioned, PlacedModel):
    """驻村工作队 of a village, or 工作总队 of a county: set once, withdrawn only when the place no longer needs it."""

    kind = models.CharField(_("队伍类别"), max_length=10, choices=TeamKind.choices, default=TeamKind.VILLAGE)
    name = models.CharField(_("队伍名称"), max_length=60)
    unit = models.ForeignKey(
        HelpingUnit, on_delete=models.PROTECT, related_name="teams", verbose_name=_("派出单位"), null=True, blank=True
    )
    set_on = models.DateField(_("进驻日期"))
    withdrawn_on = models.DateField(_("撤离日期"), null=True, blank=True)
    reason = models.CharField(_("撤离原因"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("工作队")
        constraints = [
            # Target of the composite key that keeps members where their team is; its order is for paging.
            models.UniqueConstraint(fields=["division", "id"], name="team_place"),
            models.UniqueConstraint(
                fields=["division", "kind"],
                condition=Q(withdrawn_on=None),
                name="team_once_at_a_place",
                violation_error_message=_("这个地方已有在驻的工作队。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("set_on")),
                name="team_withdrawn_after_set",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
        ]
        indexes = [models.Index(fields=["unit"], name="team_unit")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A task force belongs to a village, a corps to a county."""
        super().clean()
        if (
            self._state.adding
            and self.division_id
            and self.kind
            and codes.level(self.division_id) != TEAM_LEVEL[TeamKind(self.kind)]
        ):
            raise ValidationError({"division": _now("驻村工作队设在嘎查村，工作总队设在旗县。")})


@pghistory.track(model_name="DutyEvent")
class Duty(Versioned, PlacedModel):
    """A duty of a cadre (or, 包扶单位, of a unit) at a place. Whoever sees the place reads who it is beside the key:
    the cadre's own file mostly lies further up."""

    kind = models.CharField(_("职责"), max_length=20, choices=DutyKind.choices)
    cadre = models.ForeignKey(
        Cadre, on_delete=models.PROTECT, related_name="duties", verbose_name=_("干部"), null=True, blank=True
    )
    unit = models.ForeignKey(
        HelpingUnit, on_delete=models.PROTECT, related_name="duties", verbose_name=_("包扶单位"), null=True, blank=True
    )
    team = models.ForeignKey(
        TaskForce, on_delete=models.PROTECT, related_name="duties", verbose_name=_("工作队"), null=True, blank=True
    )
    name = models.CharField(_("姓名"), max_length=50, blank=True, default="", editable=False)
    unit_name = models.CharField(_("所在单位"), max_length=100, blank=True, default="", editable=False)
    phone = SealedField(kind="phone", verbose_name=_("联系电话"), null=True, blank=True, editable=False)
    phone_index = BlindIndexField(source="phone", kind="phone")
    from_on = models.DateField(_("开始日期"))
    until_on = models.DateField(_("结束日期"), null=True, blank=True)
    unfit = models.BooleanField(_("考核认定不胜任"), default=False)
    reason = models.CharField(_("结束原因"), max_length=200, blank=True, default="")

    objects: ClassVar = ScopedManager.from_queryset(DutyQuerySet)()

    class Meta:
        verbose_name = _("帮扶职责")
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="duty_ends_after_begin",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
            models.CheckConstraint(
                condition=Q(kind=DutyKind.UNIT, cadre=None, unit__isnull=False)
                | (~Q(kind=DutyKind.UNIT) & Q(cadre__isnull=False, unit=None)),
                name="duty_of_a_cadre_or_a_unit",
                violation_error_message=_("包扶单位填单位，其他职责填干部。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=IN_TEAM, team__isnull=False) | (~Q(kind__in=IN_TEAM) & Q(team=None)),
                name="duty_in_a_team",
                violation_error_message=_("工作队队长和队员须填所在工作队，其他职责不填。"),
            ),
            models.UniqueConstraint(
                fields=["division", "kind"],
                condition=Q(until_on=None, kind=DutyKind.FIRST_SECRETARY),
                name="duty_one_first_secretary",
                violation_error_message=_("这个嘎查村已有在任的第一书记，请先结束其任职。"),
            ),
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(until_on=None, kind=DutyKind.TEAM_LEADER),
                name="duty_one_team_leader",
                violation_error_message=_("这支工作队已有在任的队长，请先结束其任职。"),
            ),
            models.UniqueConstraint(
                fields=["division", "cadre", "kind"],
                condition=Q(until_on=None),
                name="duty_open_once",
                violation_error_message=_("这名干部在这里已有同样的职责。"),
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="duty_division"),
            models.Index(fields=["cadre"], name="duty_cadre"),
            models.Index(fields=["unit"], name="duty_unit"),
            models.Index(fields=["team"], name="duty_team"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name or self.unit_name}"

    def clean(self) -> None:
        """Each duty has its levels, and a member of a team serves where the team is."""
        super().clean()
        if not self._state.adding or not self.division_id or not self.kind:
            return  # place and kind are settled when the duty is given
        if codes.level(self.division_id) not in DUTY_LEVELS[self.kind]:
            raise ValidationError({"division": _now("这项职责不设在这一级。")})
        if self.team_id and self.team is not None and self.team.division_id != self.division_id:
            raise ValidationError({"team": _now("工作队不在这个地方。")})
