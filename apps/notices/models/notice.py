"""A public notice, the objections raised against it, the photos that prove it, and every step that was taken."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.common.photos import Photo
from apps.notices.choices import ON_SHOW, Column, Kind, State, Way, columns_of
from apps.notices.querysets import NoticeQuerySet, ObjectionQuerySet
from apps.pages.steplogs import person

SUBJECT = re.compile(r"[a-z_]{1,20}:[0-9]{1,18}")

LONGEST_TITLE, LONGEST, LONGEST_NOTE, LONGEST_PLACE = 100, 5000, 500, 200


def _name(label: Any) -> models.CharField:
    return models.CharField(label, max_length=60, blank=True, default="", editable=False)


class PublicNotice(Versioned, PlacedModel):
    """公告公示: something that a place makes public, placed where it hangs.

    `subject` names what it is about by kind and key ("quota:12", "project:7"), so that this app need not know of those
    that use it; empty for a notice about nothing of the platform. `lines` are rows of the columns that the kind has
    (`choices.RULES`), whole as officials read them. The first day is not counted: `ends_on` is the last of `days` after
    `posted_on`, and `closed_on` the day on which the notice ended, which is later. `postings` counts how often it was
    posted: what was taken back may be posted again, and its days begin anew.
    """

    kind = models.CharField(_("类别"), max_length=20, choices=Kind.choices)
    level = models.PositiveSmallIntegerField(_("层级"), editable=False)
    title = models.CharField(_("标题"), max_length=LONGEST_TITLE)
    text = models.TextField(_("正文"), max_length=LONGEST, blank=True, default="")
    lines = models.JSONField(_("公示名单或明细"), default=list, blank=True)
    subject = models.CharField(_("公示事项"), max_length=40, blank=True, default="", editable=False)
    days = models.PositiveSmallIntegerField(_("公示天数"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PREPARED, editable=False)
    state_since = models.DateTimeField(_("状态时间"), editable=False)
    prepared_by = person(_("拟稿人"))
    prepared_by_name = _name(_("拟稿人姓名"))
    approved_by = person(_("审核人"))
    approved_by_name = _name(_("审核人姓名"))
    place = models.CharField(_("张贴地点"), max_length=LONGEST_PLACE, blank=True, default="", editable=False)
    ways = ArrayField(
        models.CharField(max_length=10, choices=Way.choices), default=list, editable=False, verbose_name=_("公示方式")
    )
    posted_on = models.DateField(_("张贴日期"), null=True, editable=False)
    ends_on = models.DateField(_("公示截止"), null=True, editable=False)
    closed_on = models.DateField(_("结束日期"), null=True, editable=False)
    postings = models.PositiveSmallIntegerField(_("张贴次数"), default=0, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(NoticeQuerySet)()

    class Meta:
        verbose_name = _("公告公示")
        verbose_name_plural = _("公告公示")
        constraints = [
            # Target of the composite key that keeps what hangs off a notice placed where it is.
            models.UniqueConstraint(fields=["division", "id"], name="notice_place"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="notice_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[*ON_SHOW, State.ARCHIVED])
                | Q(posted_on__isnull=False, postings__gt=0, approved_by__isnull=False),
                name="notice_posted_on_a_day",
            ),
            models.CheckConstraint(condition=~Q(approved_by=F("prepared_by")), name="notice_approved_by_another"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("posted_on")), name="notice_ends_after_posting"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.ENDED, State.ARCHIVED]) | Q(closed_on__isnull=False),
                name="notice_ended_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "state"], name="notice_subject", condition=~Q(subject="")),
            models.Index(fields=["state", "ends_on"], name="notice_running"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the list, those that nothing stands in left out."""
        return tuple(one for one in columns_of(self.kind) if any(one.name in line for line in self.lines))


class OfNotice(PlacedModel):
    """What hangs off a notice: placed where it is."""

    class Meta:
        abstract = True


class NoticeObjection(Versioned, OfNotice):
    """公示异议: what somebody said against a notice, and what he was answered within five working days. Who
    said it is not kept."""

    notice = models.ForeignKey(
        PublicNotice, on_delete=models.PROTECT, related_name="objections", verbose_name=_("公告公示")
    )
    received_on = models.DateField(_("收到日期"))
    text = models.CharField(_("异议内容"), max_length=LONGEST_NOTE)
    received_by = person(_("受理人"))
    received_by_name = _name(_("受理人姓名"))
    due_on = models.DateField(_("答复期限"))
    answer = models.CharField(_("答复内容"), max_length=LONGEST_NOTE, blank=True, default="")
    answered_on = models.DateField(_("答复日期"), null=True)
    answered_by = person(_("答复人"))
    answered_by_name = _name(_("答复人姓名"))

    light: str
    """How urgent its answer is, where the query says so (`ObjectionQuerySet.with_light`)."""

    objects: ClassVar = ScopedManager.from_queryset(ObjectionQuerySet)()

    class Meta:
        verbose_name = _("公示异议")
        verbose_name_plural = _("公示异议")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on=None, answer="") | (Q(answered_on__isnull=False) & ~Q(answer="")),
                name="objection_answered_with_words",
            )
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="objection_division"),
            models.Index(fields=["division", "due_on"], name="objection_open", condition=Q(answered_on=None)),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.received_on}"


class NoticePhoto(Photo, OfNotice):
    """公示照片: proof that a notice hangs, drawn anew without metadata; of which posting it is. Append-only."""

    notice = models.ForeignKey(
        PublicNotice, on_delete=models.PROTECT, related_name="photos", verbose_name=_("公告公示")
    )
    posting = models.PositiveSmallIntegerField(_("第几次张贴"))

    class Meta:
        verbose_name = _("公示照片")
        verbose_name_plural = _("公示照片")
        indexes = [models.Index(fields=["division", "id"], name="notice_photo_division")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.posting}"

    @property
    def caption(self) -> str:
        return gettext("第 %(number)d 次张贴") % {"number": self.posting}


class NoticeLog(OfNotice):
    """公示办理记录: every step with who, when, from where to where and why. Append-only."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="log", verbose_name=_("公告公示"))
    at = models.DateTimeField(_("时间"))
    by = person(_("经办人"))
    by_name = models.CharField(_("经办人姓名"), max_length=60)
    by_level = models.PositiveSmallIntegerField(_("经办层级"), null=True)
    step = models.CharField(_("步骤"), max_length=20)
    from_state = models.CharField(_("原状态"), max_length=10, blank=True, default="", choices=State.choices)
    to_state = models.CharField(_("新状态"), max_length=10, choices=State.choices)
    note = models.CharField(_("说明"), max_length=LONGEST_NOTE, blank=True, default="")

    class Meta:
        verbose_name = _("公示办理记录")
        verbose_name_plural = _("公示办理记录")
        indexes = [models.Index(fields=["division", "id"], name="notice_log_division")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.from_state} → {self.to_state}"
