"""督查巡查: an inspection, and the places that it goes to."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.divisions.models import Division
from apps.inspections.choices import InspectionKind, InspectionState
from apps.inspections.models.base import SupervisionModel
from apps.inspections.querysets import InspectionQuerySet, TargetQuerySet
from apps.pages.steplogs import person

LONGEST_REPORT = 20_000


@pghistory.track(model_name="InspectionEvent")
class Inspection(Versioned, SupervisionModel):
    """督查巡查: planned, approved, run and reported by the office of `division` (workflows.md §10).

    The places that are inspected do not see this row: what they are told stands in their `InspectionTarget`.
    """

    number = models.CharField(_("督查编号"), max_length=24, unique=True, editable=False)
    title = models.CharField(_("督查名称"), max_length=100)
    kind = models.CharField(_("督查方式"), max_length=20, choices=InspectionKind.choices)
    from_on = models.DateField(_("开始日期"))
    until_on = models.DateField(_("结束日期"))
    basis = models.CharField(_("依据文件"), max_length=200)
    subject = models.TextField(_("督查内容"), max_length=2000, blank=True, default="")

    state = models.CharField(
        _("状态"), max_length=20, choices=InspectionState.choices, default=InspectionState.PLANNED, editable=False
    )
    state_since = models.DateTimeField(_("状态时间"), auto_now_add=True, editable=False)
    round = models.PositiveSmallIntegerField(_("提交次数"), default=1, editable=False)
    drafted_by = person(_("拟定人"))
    drafted_by_name = models.CharField(_("拟定人姓名"), max_length=60, blank=True, default="", editable=False)
    approved_on = models.DateField(_("批准日期"), null=True, editable=False)
    started_on = models.DateField(_("进驻日期"), null=True, editable=False)
    report = models.TextField(_("督查报告"), max_length=LONGEST_REPORT, blank=True, default="", editable=False)
    reported_on = models.DateField(_("报告日期"), null=True, editable=False)
    feedback = models.TextField(_("反馈意见"), max_length=LONGEST_REPORT, blank=True, default="", editable=False)
    fed_back_on = models.DateField(_("反馈日期"), null=True, editable=False)
    notice = models.TextField(_("通报内容"), max_length=LONGEST_REPORT, blank=True, default="", editable=False)
    notice_no = models.CharField(_("通报文号"), max_length=60, blank=True, default="", editable=False)
    notified_on = models.DateField(_("通报日期"), null=True, editable=False)
    closed_on = models.DateField(_("办结日期"), null=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(InspectionQuerySet)()

    class Meta:
        verbose_name = _("督查巡查")
        constraints = [
            # Target of the composite keys that keep what hangs off an inspection where it is run.
            models.UniqueConstraint(fields=["id", "division"], name="inspection_place"),
            models.CheckConstraint(condition=Q(state__in=InspectionState.values), name="inspection_state_known"),
            models.CheckConstraint(condition=Q(kind__in=InspectionKind.values), name="inspection_kind_known"),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="inspection_ends_after_begin",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="inspection_division"),
            models.Index(fields=["division", "state", "until_on", "id"], name="inspection_due"),
        ]

    def __str__(self) -> str:
        return self.title


class InspectionTarget(SupervisionModel):
    """受检地区: a place that an inspection goes to, and what the place is told of it.

    `division` is the place that runs the inspection until this is opened (an announced one when it is approved, an
    unannounced one when it begins), and from then on the inspected place itself: so nobody there sees it before. What
    is told stands beside the keys, because the inspection itself stays with who runs it.
    """

    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, related_name="targets", verbose_name=_("督查巡查")
    )
    place = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("受检地区")
    )
    run_by = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("督查单位所在地")
    )
    team = models.ForeignKey(
        "inspections.InspectionTeam",
        on_delete=models.PROTECT,
        related_name="targets",
        null=True,
        blank=True,
        verbose_name=_("督查组"),
    )
    number = models.CharField(_("督查编号"), max_length=24)
    title = models.CharField(_("督查名称"), max_length=100)
    kind = models.CharField(_("督查方式"), max_length=20, choices=InspectionKind.choices)
    from_on = models.DateField(_("开始日期"))
    until_on = models.DateField(_("结束日期"))
    opened_on = models.DateField(_("告知日期"), null=True)
    inspected_on = models.DateField(_("督查日期"), null=True)
    feedback = models.TextField(_("反馈意见"), max_length=LONGEST_REPORT, blank=True, default="")
    fed_back_on = models.DateField(_("反馈日期"), null=True)
    notice_no = models.CharField(_("通报文号"), max_length=60, blank=True, default="")
    notice = models.TextField(_("通报内容"), max_length=LONGEST_REPORT, blank=True, default="")
    notified_on = models.DateField(_("通报日期"), null=True)

    objects: ClassVar = ScopedManager.from_queryset(TargetQuerySet)()

    class Meta:
        verbose_name = _("受检地区")
        constraints = [
            models.UniqueConstraint(fields=["inspection", "place"], name="inspection_target_once"),
            models.CheckConstraint(
                condition=Q(opened_on=None, division=F("run_by")) | Q(opened_on__isnull=False, division=F("place")),
                name="inspection_target_placed_as_opened",
            ),
            models.CheckConstraint(
                condition=Q(inspected_on=None) | Q(opened_on__isnull=False), name="inspection_target_opened_first"
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="inspection_target_division"),
            models.Index(fields=["place", "inspected_on"], name="inspection_target_place"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.place_id}"
