"""督查办理记录."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.inspections.models.base import SupervisionModel
from apps.inspections.models.inspection import Inspection
from apps.inspections.querysets import OfInspectionQuerySet
from apps.pages.steplogs import StepLog


class InspectionLog(SupervisionModel, StepLog):  # type: ignore[misc]  # both have the manager of a placed model
    """督查办理记录: who took which step of an inspection."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="log", verbose_name=_("督查巡查"))

    objects: ClassVar = ScopedManager.from_queryset(OfInspectionQuerySet)()

    class Meta:
        verbose_name = _("督查办理记录")
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "round", "by"], condition=Q(apart=True), name="inspection_nobody_twice"
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="inspection_log_division")]
