"""问题: one problem of the ledger, wherever it comes from, from its finding to its closing."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.divisions.models import Division
from apps.inspections.models.base import SupervisionModel
from apps.pages.steplogs import person
from apps.problems.choices import Area, Gravity, Kind, Source, State
from apps.problems.querysets import ProblemQuerySet

LONGEST_TEXT = 2000
LONGEST_NAME = 60


def _text(label: object) -> models.TextField:
    return models.TextField(label, max_length=LONGEST_TEXT, blank=True, default="", editable=False)  # type: ignore[arg-type]


def name_of(label: object) -> models.CharField:
    """The name beside the key of a person."""
    return models.CharField(label, max_length=LONGEST_NAME, blank=True, default="", editable=False)  # type: ignore[arg-type]


@pghistory.track(model_name="ProblemEvent")
class Problem(Versioned, SupervisionModel):
    """问题台账的一行: what is wrong, who puts it right until when, and how far that is (workflows.md §10).

    `division` is where the problem is; `unit` the place whose office answers for it, that place itself or one above it,
    so that whoever answers sees it. `next_due_on` is the deadline of the next step, `due_on` that of putting it right.
    State moves by `services.way` alone; the database holds the moves and who may not make them (migration 0002).
    """

    number = models.CharField(_("问题编号"), max_length=24, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(_("年度"), editable=False)
    source = models.CharField(_("问题来源"), max_length=12, choices=Source.choices, default=Source.INSPECTION)
    area = models.CharField(_("问题类别"), max_length=16, choices=Area.choices)
    object = models.CharField(_("问题对象"), max_length=100)
    fact = models.TextField(_("问题事实"), max_length=LONGEST_TEXT)
    evidence = models.TextField(_("证据"), max_length=LONGEST_TEXT, blank=True, default="")
    level = models.CharField(_("严重程度"), max_length=8, choices=Gravity.choices, default=Gravity.GENERAL)
    kind = models.CharField(_("整改类型"), max_length=8, choices=Kind.choices, blank=True, default="", editable=False)
    found_on = models.DateField(_("发现日期"))

    inspection = models.ForeignKey(
        "inspections.Inspection",
        on_delete=models.PROTECT,
        related_name="problems",
        null=True,
        editable=False,
        verbose_name=_("督查巡查"),
    )
    inspection_name = models.CharField(_("督查名称"), max_length=100, blank=True, default="", editable=False)
    finding = models.ForeignKey(
        "crosschecks.Finding",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("疑点"),
    )
    visit_task = models.ForeignKey(
        "visits.VisitTask",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("走访问题"),
    )
    alike = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("举一反三来源")
    )
    client_id = models.UUIDField(_("手机端编号"), null=True, unique=True, editable=False)

    unit = models.ForeignKey(
        Division,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        editable=False,
        verbose_name=_("责任单位所在地"),
    )
    department = models.CharField(_("责任部门"), max_length=100, blank=True, default="", editable=False)
    leader = models.CharField(_("责任领导"), max_length=50, blank=True, default="", editable=False)
    due_on = models.DateField(_("整改期限"), null=True, editable=False)
    next_due_on = models.DateField(_("下一步期限"), null=True, editable=False)

    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.RAISED, editable=False)
    state_since = models.DateTimeField(_("状态时间"), default=timezone.now, editable=False)
    round = models.PositiveSmallIntegerField(_("申请次数"), default=0, editable=False)
    plan = models.PositiveSmallIntegerField(_("措施版本"), default=0, editable=False)
    raised_by = person(_("提出人"))
    raised_by_name = name_of(_("提出人姓名"))
    plan_approved_on = models.DateField(_("措施审定日期"), null=True, editable=False)
    submitted_on = models.DateField(_("申请销号日期"), null=True, editable=False)
    result = _text(_("整改结果"))
    verified_on = models.DateField(_("复核日期"), null=True, editable=False)
    site = models.CharField(_("现场复核地点"), max_length=100, blank=True, default="", editable=False)
    opinion = _text(_("复核意见"))
    closed_on = models.DateField(_("销号日期"), null=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(ProblemQuerySet)()

    class Meta:
        verbose_name = _("问题")
        verbose_name_plural = _("问题")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="problem_state_known"),
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(due_on__gte=F("found_on")),
                name="problem_due_after_found",
                violation_error_message=_("整改期限不能早于发现日期。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.RAISED, State.LISTED))
                | (Q(unit__isnull=False, due_on__isnull=False) & ~Q(leader="") & ~Q(department="") & ~Q(kind="")),
                name="problem_assigned_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(state=State.CLOSED), name="problem_closed_on_when_closed"
            ),
            # Grave problems are looked at on site (workflows.md §10).
            models.CheckConstraint(
                condition=~Q(level=Gravity.GRAVE, state__in=(State.VERIFIED, State.CLOSED)) | ~Q(site=""),
                name="problem_grave_seen_on_site",
            ),
            # Target of the composite keys that keep what hangs off a problem where it is.
            models.UniqueConstraint(fields=["id", "division"], name="problem_place"),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="problem_division"),
            models.Index(fields=["division", "state", "next_due_on"], name="problem_due"),
            models.Index(fields=["due_on"], name="problem_open_due", condition=~Q(state=State.CLOSED)),
            models.Index(fields=["division", "due_on", "id"], name="problem_division_due"),
            models.Index(fields=["due_on", "id"], name="problem_due_on"),
            models.Index(fields=["area", "kind"], name="problem_area"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.object}"
