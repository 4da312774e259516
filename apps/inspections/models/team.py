"""督查组: who goes, and where."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.inspections.models.base import SupervisionModel
from apps.inspections.models.inspection import Inspection
from apps.inspections.querysets import OfInspectionQuerySet


class InspectionTeam(SupervisionModel):
    """督查组: a numbered team of an inspection; the places that it goes to name it."""

    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, related_name="teams", verbose_name=_("督查巡查")
    )
    number = models.PositiveSmallIntegerField(_("组号"))
    name = models.CharField(_("组名"), max_length=60)

    objects: ClassVar = ScopedManager.from_queryset(OfInspectionQuerySet)()

    class Meta:
        verbose_name = _("督查组")
        constraints = [
            models.UniqueConstraint(fields=["inspection", "number"], name="inspection_team_number"),
            models.UniqueConstraint(fields=["id", "division"], name="inspection_team_place"),
        ]
        indexes = [models.Index(fields=["division", "id"], name="inspection_team_division")]

    def __str__(self) -> str:
        return self.name


class TeamMember(SupervisionModel):
    """督查组成员: one person of a team, with an account or by name alone.

    Who is on the team by his account reads the inspection and what hangs off it, wherever his own post is.
    """

    own_lookup = "account_id"

    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, related_name="members", verbose_name=_("督查巡查")
    )
    team = models.ForeignKey(InspectionTeam, on_delete=models.CASCADE, related_name="members", verbose_name=_("督查组"))
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("账户"),
    )
    name = models.CharField(_("姓名"), max_length=60)
    unit = models.CharField(_("单位"), max_length=100, blank=True, default="")
    leader = models.BooleanField(_("组长"), default=False)

    class Meta:
        verbose_name = _("督查组成员")
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "account"], condition=Q(account__isnull=False), name="inspection_member_once"
            ),
            models.UniqueConstraint(fields=["team"], condition=Q(leader=True), name="inspection_team_one_leader"),
        ]
        indexes = [models.Index(fields=["division", "id"], name="inspection_member_division")]

    def __str__(self) -> str:
        return self.name
