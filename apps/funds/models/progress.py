"""How a project goes on: its steps, what is reported of it each month, and the photos that show it."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.common.photos import Photo
from apps.funds.models.base import FUND, FundsModel
from apps.funds.models.project import Project
from apps.funds.project_querysets import ProgressQuerySet
from apps.pages.steplogs import LONGEST_NOTE, StepLog, person

WHOLE = 100


class ProjectLog(FundsModel, StepLog):
    """项目办理记录."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="log", verbose_name=_("扶贫项目"))

    class Meta:
        verbose_name = _("项目办理记录")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "round", "by"], condition=Q(apart=True), name="project_nobody_twice"
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="project_log_division")]


class ProjectProgress(Versioned, FundsModel):
    """项目月报: how far a project is at the end of a month, with the voluntary supervisor who signed for it (FP-18).

    `percent` is of the work, `spent` yuan since the beginning. `month` is its first day.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="progress", verbose_name=_("扶贫项目"))
    month = models.DateField(_("月份"))
    percent = models.PositiveSmallIntegerField(
        _("形象进度（%）"), validators=[MinValueValidator(0), MaxValueValidator(WHOLE)]
    )
    spent = models.DecimalField(_("累计完成投资（元）"), **FUND, validators=[MinValueValidator(0)])  # type: ignore[arg-type]
    supervisor_name = models.CharField(_("义务监督员签字"), max_length=50, blank=True, default="")
    note = models.CharField(_("说明"), max_length=LONGEST_NOTE, blank=True, default="")
    reported_on = models.DateField(_("报送日期"), editable=False)
    reported_by = person(_("报送人"))
    reported_by_name = models.CharField(_("报送人姓名"), max_length=60, blank=True, default="", editable=False)

    objects: ClassVar = ScopedManager.from_queryset(ProgressQuerySet)()

    class Meta:
        verbose_name = _("项目月报")
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="progress_of_a_month_once"),
            models.UniqueConstraint(fields=["id", "division"], name="progress_place"),
            models.CheckConstraint(condition=Q(percent__lte=WHOLE, spent__gte=0, month__day=1), name="progress_sound"),
        ]
        indexes = [models.Index(fields=["division", "id"], name="progress_division")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.month:%Y-%m}"


class ProgressPhoto(Photo, FundsModel):
    """项目进度照片: what a project looked like in the month of a report, drawn anew without metadata. Append-only."""

    progress = models.ForeignKey(
        ProjectProgress, on_delete=models.PROTECT, related_name="photos", verbose_name=_("项目月报")
    )

    class Meta:
        verbose_name = _("项目进度照片")
        verbose_name_plural = _("项目进度照片")
        indexes = [models.Index(fields=["division", "id"], name="progress_photo_division")]

    def __str__(self) -> str:
        return f"{self.progress_id} {self.at:%Y-%m-%d}"

    @property
    def caption(self) -> str:
        return gettext("%(month)s 月报") % {"month": f"{self.progress.month:%Y-%m}"}
