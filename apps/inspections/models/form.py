"""现场表: what was found at a sampled village or household, written on the spot."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.common.photos import Photo
from apps.inspections.choices import ProblemLevel
from apps.inspections.models.base import SupervisionModel
from apps.inspections.models.inspection import Inspection
from apps.inspections.models.sample import SampledUnit
from apps.inspections.querysets import OfInspectionQuerySet
from apps.pages.steplogs import person

LONGEST_FACT, LONGEST_REASON = 2000, 500


class SiteForm(SupervisionModel):
    """现场表: answers of one visit to a sampled unit; stored once under the id that the phone made, and never changed.

    `questions` are those that were asked. `late`: it was written before the inspection was closed and came after; it
    is kept and marked, and counts for nothing until somebody looks. A problem is raised from a form in time at once,
    from a late one when somebody adopts it (`settled_at`); otherwise he says why not.
    """

    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, related_name="forms", verbose_name=_("督查巡查")
    )
    unit = models.ForeignKey(SampledUnit, on_delete=models.PROTECT, related_name="forms", verbose_name=_("抽中单位"))
    client_id = models.UUIDField(_("手机编号"), unique=True)
    digest = models.CharField(_("内容校验值"), max_length=64)
    author = person(_("填表人"))
    author_name = models.CharField(_("填表人姓名"), max_length=60)
    written_at = models.DateTimeField(_("填写时间"))
    received_at = models.DateTimeField(_("收到时间"))
    offline = models.BooleanField(_("离线填写"), default=False)
    late = models.BooleanField(_("办结后到达"), default=False)
    place = models.ForeignKey(
        "divisions.Division", on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("嘎查村")
    )
    questions = models.JSONField(_("问题"), default=list)
    answers = models.JSONField(_("答案"), default=list)
    remark = models.TextField(_("现场情况"), max_length=LONGEST_FACT, blank=True, default="")
    signed_by = models.CharField(_("签字人"), max_length=60, blank=True, default="")
    signature = models.JSONField(_("签名笔迹"), default=list)
    lon = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True)
    lat = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True)
    accuracy = models.PositiveIntegerField(_("定位误差（米）"), null=True)
    problem_area = models.CharField(_("问题领域"), max_length=30, blank=True, default="")
    problem_fact = models.TextField(_("问题事实"), max_length=LONGEST_FACT, blank=True, default="")
    problem_level = models.CharField(_("问题程度"), max_length=10, choices=ProblemLevel.choices, blank=True, default="")
    problem = models.BigIntegerField(_("问题编号"), null=True, editable=False)
    settled_at = models.DateTimeField(_("处理时间"), null=True, editable=False)
    settled_by = person(_("处理人"))
    settled_by_name = models.CharField(_("处理人姓名"), max_length=60, blank=True, default="", editable=False)
    dismissed_reason = models.CharField(
        _("不列为问题的理由"), max_length=LONGEST_REASON, blank=True, default="", editable=False
    )

    objects: ClassVar = ScopedManager.from_queryset(OfInspectionQuerySet)()

    class Meta:
        verbose_name = _("现场表")
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="site_form_place"),
            models.CheckConstraint(
                condition=Q(problem_fact="", problem_level="") | (~Q(problem_fact="") & ~Q(problem_level="")),
                name="site_form_problem_whole",
            ),
            # What came late is adopted or dismissed with a reason, and nothing else is.
            models.CheckConstraint(
                condition=Q(settled_at=None, dismissed_reason="") & (Q(problem=None) | Q(late=False))
                | Q(settled_at__isnull=False, late=True, problem__isnull=False, dismissed_reason="")
                | Q(settled_at__isnull=False, late=True, problem=None) & ~Q(dismissed_reason=""),
                name="site_form_settled",
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="site_form_division")]

    def __str__(self) -> str:
        return f"{self.author_name} {self.written_at:%Y-%m-%d}"


class SiteFormConflict(SupervisionModel):
    """现场表冲突: other content that came under the id of a form, kept beside it."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="+", verbose_name=_("督查巡查"))
    form = models.ForeignKey(SiteForm, on_delete=models.PROTECT, related_name="conflicts", verbose_name=_("现场表"))
    digest = models.CharField(_("内容校验值"), max_length=64)
    author = person(_("填表人"))
    author_name = models.CharField(_("填表人姓名"), max_length=60)
    received_at = models.DateTimeField(_("收到时间"))
    content = models.JSONField(_("内容"))

    objects: ClassVar = ScopedManager.from_queryset(OfInspectionQuerySet)()

    class Meta:
        verbose_name = _("现场表冲突")
        constraints = [models.UniqueConstraint(fields=["form", "digest"], name="site_form_conflict_once")]
        indexes = [models.Index(fields=["division", "id"], name="site_form_conflict_division")]

    def __str__(self) -> str:
        return f"{self.form_id} {self.digest[:8]}"


class SiteFormPhoto(Photo, SupervisionModel):
    """现场照片: a photo of a form, by its number on it; made anew from its pixels. `sha256` is of what was sent."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="+", verbose_name=_("督查巡查"))
    form = models.ForeignKey(SiteForm, on_delete=models.PROTECT, related_name="photos", verbose_name=_("现场表"))
    slot = models.PositiveSmallIntegerField(_("照片序号"))
    sha256 = models.CharField(_("文件校验值"), max_length=64)

    objects: ClassVar = ScopedManager.from_queryset(OfInspectionQuerySet)()

    class Meta:
        verbose_name = _("现场照片")
        constraints = [models.UniqueConstraint(fields=["form", "slot"], name="site_form_photo_once")]
        indexes = [models.Index(fields=["division", "id"], name="site_form_photo_division")]

    def __str__(self) -> str:
        return f"{self.form_id} {self.slot}"

    @property
    def caption(self) -> str:
        return gettext("现场照片")
