"""What the generic layer itself keeps: answers to repeated requests, and exports made in the background."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.pages.imports.models import ImportBatch, StagedUnit

__all__ = ["ExportJob", "ImportBatch", "SavedFilter", "StagedUnit", "StoredAnswer"]

ANSWERS_KEPT = timedelta(hours=24)
EXPORTS_KEPT = timedelta(hours=24)


class StoredAnswer(models.Model):
    """The answer to a request that carried an `Idempotency-Key`, for a day; only its own user reads it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("已应答的请求")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answer_once_per_key")]

    def __str__(self) -> str:
        return f"{self.key} ({self.status})"


class SavedFilter(models.Model):
    """保存的筛选: the query string of a list under a name; only its own user reads and writes it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("账户")
    )
    resource = models.CharField(_("列表"), max_length=50)  # the name of the declaration
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("查询条件"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("保存时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("保存的筛选")
        constraints = [models.UniqueConstraint(fields=["user", "resource", "name"], name="saved_filter_once")]

    def __str__(self) -> str:
        return self.name


class ExportJob(PlacedModel):
    """导出任务: a large export, made by a worker in the scope of who asked for it and kept for a day.

    Placed where its user belongs; audit administrators of that place see that it was made, only the user gets the file.
    """

    realm = "audit"
    own_lookup = "user_id"

    class State(models.TextChoices):
        WAITING = "waiting", _("正在导出")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("账户")
    )
    resource = models.CharField(_("内容"), max_length=100)  # dotted path of the declaration
    query = models.TextField(_("查询条件"), blank=True)
    title = models.CharField(_("标题"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    expected_rows = models.PositiveIntegerField(_("预计行数"), null=True)
    rows = models.PositiveIntegerField(_("行数"), null=True)
    created_at = models.DateTimeField(_("提交时间"), auto_now_add=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("导出任务")
        verbose_name_plural = _("导出任务")
        indexes = [
            models.Index(fields=["division", "-id"], name="export_division"),
            models.Index(fields=["user", "-id"], name="export_user"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> Path:
        """Where the workbook lies; only a view that asked whose it is hands it out."""
        return Path(settings.MEDIA_ROOT) / "exports" / f"{self.pk}.xlsx"

    @property
    def expires_at(self) -> datetime:
        """When the file is thrown away."""
        return (self.finished_at or self.created_at) + EXPORTS_KEPT

    @property
    def ready(self) -> bool:
        """Whether the file can be fetched now."""
        return self.state == self.State.DONE and timezone.now() < self.expires_at and self.path.exists()
