"""Runs and their units: the ledger of cross-checking. Messages carry only ids; what was done stands here."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.crosschecks.choices import RunKind, RunState, UnitState


class Run(PlacedModel):
    """比对批次: some rules over a division and everything below it, for a date (workflows.md: CleaningBatch)."""

    change_capability = "run_crosschecks"

    kind = models.CharField(_("方式"), max_length=10, choices=RunKind)
    # One night run per business day and division: two beats make one run.
    night = models.DateField(_("业务日期"), null=True, blank=True)
    date = models.DateField(_("比对日期"))
    year = models.PositiveSmallIntegerField(_("登记年度"))
    rules = ArrayField(models.CharField(max_length=8), verbose_name=_("规则"))
    state = models.CharField(_("状态"), max_length=10, choices=RunState, default=RunState.QUEUED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("发起人"),
    )
    requested_by_name = models.CharField(_("发起人姓名"), max_length=60, blank=True, default="")
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("比对批次")
        verbose_name_plural = _("比对批次")
        constraints = [
            models.UniqueConstraint(fields=["division", "night"], name="run_once_a_night"),
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="run_kind_known"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
        ]
        indexes = [models.Index(fields=["division", "-id"], name="run_division")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.date}"

    @property
    def is_over(self) -> bool:
        return self.state in (RunState.DONE, RunState.PARTIAL)


class RunUnit(PlacedModel):
    """One rule over the run's division: claimed, worked and recorded in one piece, whoever does it."""

    change_capability = "run_crosschecks"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="units", verbose_name=_("批次"))
    rule = models.CharField(_("规则"), max_length=8)
    state = models.CharField(_("状态"), max_length=10, choices=UnitState, default=UnitState.QUEUED)
    attempt = models.PositiveSmallIntegerField(_("次数"), default=0)
    lease_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    rung_at = models.DateTimeField(_("通知时间"), null=True, blank=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    hits = models.PositiveIntegerField(_("命中"), null=True, blank=True)
    added = models.PositiveIntegerField(_("新增"), null=True, blank=True)
    reopened = models.PositiveIntegerField(_("重新打开"), null=True, blank=True)
    changed = models.PositiveIntegerField(_("证据变化"), null=True, blank=True)
    cleared = models.PositiveIntegerField(_("数据消除"), null=True, blank=True)
    reason = models.CharField(_("说明"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("比对单元")
        verbose_name_plural = _("比对单元")
        constraints = [
            models.UniqueConstraint(fields=["run", "rule"], name="run_unit_once"),
            models.CheckConstraint(condition=Q(state__in=UnitState.values), name="run_unit_state_known"),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="run_unit_division"),
            models.Index(
                fields=["id"], name="run_unit_waiting", condition=Q(state__in=[UnitState.QUEUED, UnitState.RUNNING])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.rule}"
