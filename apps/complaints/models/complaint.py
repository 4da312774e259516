"""A complaint as the levels above see it: what about, which place, how far, how it ended. Nothing tells who wrote it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.complaints.choices import DUE, Body, Channel, Kind, Result, Satisfaction, State
from apps.complaints.querysets import ComplaintQuerySet
from apps.divisions.models import Division


class Complaint(Versioned, PlacedModel):
    """信访举报 (workflows.md §11). `division` is the unit that handles it, `concerned` the place complained about: it
    lies below the handling unit and gives nobody sight.

    Words that people wrote are not here but in what hangs off it (`confidential`), for the handling unit alone.
    `problem` is the key of the problem that a confirmed complaint raised.
    """

    realm: ClassVar[str] = "supervision"
    change_capability: ClassVar[str] = "handle_complaints"

    number = models.CharField(_("受理编号"), max_length=20, unique=True, editable=False)
    kind = models.CharField(_("类别"), max_length=20, choices=Kind.choices)
    channel = models.CharField(_("来源"), max_length=10, choices=Channel.choices)
    sender = models.CharField(_("转来单位"), max_length=10, choices=Body.choices, blank=True, default="")
    concerned = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("被反映地区")
    )
    named = models.BooleanField(_("实名"), default=False, editable=False)
    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.RECEIVED, editable=False)
    state_since = models.DateTimeField(_("状态时间"), editable=False)
    round = models.PositiveSmallIntegerField(_("办理次数"), default=0, editable=False)
    due_on = models.DateField(_("办理期限"), null=True, editable=False)
    received_on = models.DateField(_("收到日期"))
    registered_on = models.DateField(_("登记日期"), null=True, editable=False)
    accepted_on = models.DateField(_("受理日期"), null=True, editable=False)
    answered_on = models.DateField(_("答复日期"), null=True, editable=False)
    closed_on = models.DateField(_("办结日期"), null=True, editable=False)
    result = models.CharField(_("办理方式"), max_length=20, choices=Result.choices, blank=True, default="", editable=False)
    confirmed = models.BooleanField(_("属实"), null=True, editable=False)
    satisfaction = models.CharField(
        _("群众评价"), max_length=20, choices=Satisfaction.choices, blank=True, default="", editable=False
    )
    reopened = models.BooleanField(_("已重新办理"), default=False, editable=False)
    sent_to = models.CharField(_("移送单位"), max_length=10, choices=Body.choices, blank=True, default="", editable=False)
    sent_on = models.DateField(_("移送日期"), null=True, editable=False)
    document_no = models.CharField(_("移送文号"), max_length=60, blank=True, default="", editable=False)
    returned_on = models.DateField(_("结果反馈日期"), null=True, editable=False)
    reported_on = models.DateField(_("回复转来单位日期"), null=True, editable=False)
    leader = models.CharField(_("包案领导"), max_length=50, blank=True, default="", editable=False)
    leader_post = models.CharField(_("包案领导职务"), max_length=50, blank=True, default="", editable=False)
    dispatched_on = models.DateField(_("最近调度日期"), null=True, editable=False)
    problem = models.PositiveBigIntegerField(_("问题台账编号"), null=True, editable=False)

    light: str
    """How urgent the next step is, where the query says so (`ComplaintQuerySet.with_light`)."""

    objects: ClassVar = ScopedManager.from_queryset(ComplaintQuerySet)()

    class Meta:
        verbose_name = _("信访举报")
        verbose_name_plural = _("信访举报")
        constraints = [
            # Target of the composite keys that keep what hangs off a complaint with the unit that handles it.
            models.UniqueConstraint(fields=["id", "division"], name="complaint_place"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="complaint_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=DUE) | Q(due_on__isnull=False), name="complaint_open_is_due"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.ANSWERED, State.FEEDBACK])
                | (Q(answered_on__isnull=False, confirmed__isnull=False) & ~Q(result="")),
                name="complaint_answered_with_result",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED) | Q(closed_on__isnull=False), name="complaint_closed_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.TRANSFER) | Q(sender=""),
                name="complaint_sent_by_a_body",
                violation_error_message=_("只有外单位转来的才有转来单位。"),
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="complaint_division"),
            models.Index(fields=["division", "due_on"], name="complaint_due", condition=Q(state__in=DUE)),
        ]

    def __str__(self) -> str:
        return self.number
