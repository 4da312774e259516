"""What the generic layer itself keeps: answers to repeated requests, and exports made in the background."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.pages.imports.models import ImportBatch, StagedUnit

__all__ = ["ExportApproval", "ExportJob", "ImportBatch", "SavedFilter", "StagedUnit", "StoredAnswer"]

ANSWERS_KEPT = timedelta(hours=24)
EXPORTS_KEPT = timedelta(hours=24)
EXPORT_ROWS_KEPT = timedelta(days=30)
"""How long a finished export stands in its user's list after the file is gone; the access log holds it for years."""
ANSWER_WITHIN = timedelta(days=3)
"""An export that nobody approves or refuses for so long lapses."""


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
        ASKED = "asked", _("待批准")
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
    # The ranges of places, [[low, high], …], that the rows lie in: whoever lost one of them gets no file.
    reach = models.JSONField(_("范围"), default=list)
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
    def stage(self) -> str:
        """The state for people and programs: that of the approval while one is needed and no worker has been here."""
        if self.state != self.State.ASKED:
            return self.state
        stands = self.approval.stands
        return self.State.WAITING if stands == ExportApproval.State.APPROVED else stands

    @property
    def stage_text(self) -> str:
        """The name of the stage."""
        return str({**dict(ExportApproval.State.choices), **dict(self.State.choices)}[self.stage])

    @property
    def ready(self) -> bool:
        """Whether the file can be fetched now."""
        return self.state == self.State.DONE and timezone.now() < self.expires_at and self.path.exists()


class ExportApproval(PlacedModel):
    """导出审批: what a large export of households or persons takes out and why, and what a second person said.

    Placed at the lowest division that holds the requester and the rows: whoever may approve there or above decides. It
    carries what he must know in words, because he sees neither the requester's account nor his job.
    """

    own_lookup = "user_id"
    change_capability = "approve_exports"
    division_code_fields = ("acting_division",)  # moves when a division is re-coded

    class State(models.TextChoices):
        ASKED = "asked", _("待批准")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("已退回")
        LAPSED = "lapsed", _("逾期未批")

    job = models.OneToOneField(ExportJob, on_delete=models.CASCADE, related_name="approval", verbose_name=_("导出任务"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("申请账户")
    )
    user_name = models.CharField(_("申请人"), max_length=60)
    title = models.CharField(_("内容"), max_length=200)
    resource = models.CharField(_("列表"), max_length=100)  # dotted path of the declaration
    criteria = models.TextField(_("查询条件"), blank=True, default="")
    columns = ArrayField(models.CharField(max_length=40), verbose_name=_("列"), default=list)
    rows = models.PositiveIntegerField(_("行数"))
    reason = models.CharField(_("理由"), max_length=300)
    # The nearest place, at the division or above, where somebody else may decide; there it is on the desk.
    acting_division = models.BigIntegerField(_("审批地"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ASKED)
    created_at = models.DateTimeField(_("申请时间"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("审批账户")
    )
    decided_by_name = models.CharField(_("审批人"), max_length=60, blank=True, default="")
    decided_at = models.DateTimeField(_("审批时间"), null=True)
    answer = models.CharField(_("审批意见"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("导出审批")
        verbose_name_plural = _("导出审批")
        constraints = [
            models.CheckConstraint(condition=~Q(decided_by=F("user")), name="export_approved_by_another"),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "lapsed"), decided_by=None, decided_at=None)
                | Q(state__in=("approved", "refused"), decided_by__isnull=False, decided_at__isnull=False),
                name="export_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(answer=""), name="export_refused_for_a_reason"),
        ]
        indexes = [
            models.Index(fields=["division", "-id"], name="export_approval_division"),
            models.Index(fields=["acting_division"], condition=Q(state="asked"), name="export_approval_acting"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def expires_at(self) -> datetime:
        """Until when it can be answered."""
        return self.created_at + ANSWER_WITHIN

    @property
    def stands(self) -> str:
        """The state now: what nobody answered in time has lapsed, whether or not the timetable has said so yet."""
        if self.state == self.State.ASKED and timezone.now() >= self.expires_at:
            return self.State.LAPSED
        return self.state
