"""What is kept of an import: the batch, and per household of its file what was shown and became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager, ScopedQuerySet
from apps.pages.imports.importer import Counts, Importer, Outcome, importer

KEPT = timedelta(days=30)


class BatchQuerySet(ScopedQuerySet):
    """Batches: one's own alone, and only as long as one's posts reach where they are placed."""

    def visible_to(self, user: Any) -> Self:
        scope = scopes.of(user)
        return super().visible_to(scope).filter(requested_by_id=scope.user_id or 0)

    def underway(self) -> Self:
        """Those that a worker has to do something about."""
        return self.filter(state__in=ImportBatch.UNDERWAY)


class ImportBatch(PlacedModel):
    """导入批次: one file on its way into the register.

    A worker holds the row's lock while it works on it; that lock is its lease, which ends with the worker.
    """

    class State(models.TextChoices):
        STAGED = "staged", _("正在读取")
        SHOWN = "shown", _("待确认")
        CONFIRMED = "confirmed", _("正在写入")
        APPLIED = "applied", _("已完成")
        FAILED = "failed", _("失败")
        DISCARDED = "discarded", _("已放弃")

    UNDERWAY: ClassVar = (State.STAGED, State.CONFIRMED)

    change_capability = "import_register"

    kind = models.CharField(_("内容"), max_length=30)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.STAGED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("导入人")
    )
    source = models.CharField(_("途径"), max_length=10, blank=True, default="")
    file_name = models.CharField(_("文件"), max_length=200)
    file_size = models.PositiveBigIntegerField(_("大小"))
    file_hash = models.CharField(_("SHA-256"), max_length=64)
    stored = models.CharField(max_length=100, blank=True, default="", editable=False)
    report = models.CharField(max_length=100, blank=True, default="", editable=False)
    year_given = models.PositiveSmallIntegerField(_("指定年度"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    added = models.PositiveIntegerField(_("新增"), default=0)
    changed = models.PositiveIntegerField(_("变更"), default=0)
    unchanged = models.PositiveIntegerField(_("无变化"), default=0)
    refused = models.PositiveIntegerField(_("拒绝"), default=0)
    warnings = models.JSONField(_("提示"), default=list, blank=True)
    error = models.CharField(_("失败原因"), max_length=500, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("提交时间"), auto_now_add=True)
    rung_at = models.DateTimeField(null=True, editable=False)
    shown_at = models.DateTimeField(_("读取完成时间"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(BatchQuerySet)()

    class Meta:
        verbose_name = _("导入批次")
        verbose_name_plural = _("导入批次")
        indexes = [
            models.Index(fields=["division", "-id"], name="import_batch_division"),
            models.Index(fields=["requested_by", "-id"], name="import_batch_user"),
            models.Index(
                fields=["state"], name="import_batch_underway", condition=models.Q(state__in=["staged", "confirmed"])
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def importer(self) -> Importer:
        """The importer of this kind."""
        return importer(self.kind)

    @property
    def counts(self) -> Counts:
        """The households by outcome."""
        return Counts(self.added, self.changed, self.unchanged, self.refused)

    @counts.setter
    def counts(self, counts: Counts) -> None:
        self.added, self.changed = counts.added, counts.changed
        self.unchanged, self.refused = counts.unchanged, counts.refused

    @property
    def is_underway(self) -> bool:
        """Whether the page should ask again by itself."""
        return self.state in self.UNDERWAY


class StagedUnit(PlacedModel):
    """One household of a batch's file, as it is shown before the confirmation and kept after it for a while.

    It holds no number of a person in the clear: differences show masks, reasons never repeat a number.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="units", verbose_name=_("导入批次"))
    seq = models.PositiveIntegerField(_("序号"))
    key = models.CharField(_("户编号"), max_length=20, blank=True)
    title = models.CharField(_("户主"), max_length=50, blank=True)
    row = models.PositiveIntegerField(_("行号"))
    rows = models.PositiveSmallIntegerField(_("行数"))
    outcome = models.CharField(_("结果"), max_length=1, choices=Outcome)
    differences = models.JSONField(_("变更内容"), default=list)
    faults = models.JSONField(_("拒绝原因"), default=list)
    notes = models.JSONField(_("提示"), default=list)
    digest = models.CharField(max_length=32, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("导入明细")
        constraints = [models.UniqueConstraint(fields=["batch", "seq"], name="staged_unit_once")]
        indexes = [models.Index(fields=["batch", "outcome", "seq"], name="staged_unit_outcome")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.seq} {self.key}"
