"""民情日记: visits to households, what was added to them later, and the photos taken there.

The table of visits is divided by months (`migrations/0001_initial.py`); the database knows it by (id, visited_on), and
the ids come from the undivided table of receipts, which also holds what must be unique over all months. Nothing here is
changed or removed by the application, except the progress of a photo's upload.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.households.models import Household
from apps.visits.choices import LONGEST_NOTE, SLOTS, Mark, NoPosition, PhotoState, Refusal


class OfVisit(PlacedModel):
    """What belongs to a visit: placed where its household is; whoever wrote the visit reads it wherever that is."""

    household_lookup: ClassVar[str | None] = "household_id"
    own_lookup: ClassVar[str | None] = "author_id"

    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        db_constraint=False,  # the composite key with the place holds it
        db_index=False,
        related_name="+",
        verbose_name=_("贫困户"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("走访人")
    )

    class Meta:
        abstract = True


def longitude() -> models.DecimalField:
    return models.DecimalField(
        _("经度"),
        max_digits=9,
        decimal_places=6,
        null=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )


def latitude() -> models.DecimalField:
    return models.DecimalField(
        _("纬度"),
        max_digits=9,
        decimal_places=6,
        null=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )


def note(label: Any) -> models.CharField:
    return models.CharField(label, max_length=LONGEST_NOTE, blank=True, default="")


class VisitReceipt(OfVisit):
    """提交凭证: written before the visit itself, so that one `client_id` is one visit however often it is sent.

    Its key is the visit's key. `digest` is SHA-256 over what was sent.
    """

    client_id = models.UUIDField(_("手机端编号"), unique=True)
    digest = models.CharField(_("校验值"), max_length=64)
    visited_on = models.DateField(_("走访日期"))
    received_at = models.DateTimeField(_("接收时间"))

    class Meta:
        verbose_name = _("日记提交凭证")
        verbose_name_plural = _("日记提交凭证")
        constraints = [
            # Target of the composite keys that keep what hangs off a visit where its household is.
            models.UniqueConstraint(fields=["id", "household", "division"], name="visit_receipt_place")
        ]
        indexes = [models.Index(fields=["division", "id"], name="visit_receipt_division")]

    def __str__(self) -> str:
        return str(self.client_id)


class Visit(OfVisit):
    """民情日记: one visit to one household. The times `visited_*` are the phone's, `received_at` is the server's.

    `clock_off`: seconds by which the phone's clock was ahead of the server's when it sent; None when it did not say.
    `distance`: metres from the household (or its village) to where the phone says it was.
    """

    id = models.BigIntegerField(primary_key=True, editable=False, verbose_name=_("编号"))
    client_id = models.UUIDField(_("手机端编号"))
    author_name = models.CharField(_("走访人姓名"), max_length=60)
    visited_on = models.DateField(_("走访日期"))
    visited_at = models.DateTimeField(_("走访时间"))
    received_at = models.DateTimeField(_("接收时间"))
    clock_off = models.BigIntegerField(_("手机时钟偏差（秒）"), null=True)
    offline = models.BooleanField(_("离线填写"), default=False)
    text = models.TextField(_("日记内容"))
    situation = note(_("家庭情况"))
    help_given = note(_("帮扶措施"))
    policies = note(_("宣讲政策"))
    persons_met = note(_("见到的人"))
    problem = note(_("反映的问题"))
    problem_solved = models.BooleanField(_("问题是否解决"), null=True)
    lon = longitude()
    lat = latitude()
    accuracy = models.PositiveIntegerField(_("定位精度（米）"), null=True)
    no_position = models.CharField(_("无定位原因"), max_length=11, choices=NoPosition, blank=True, default="")
    distance = models.PositiveIntegerField(_("距离（米）"), null=True)

    class Meta:
        verbose_name = _("民情日记")
        verbose_name_plural = _("民情日记")
        indexes = [
            models.Index(fields=["visited_on", "id"], name="visit_day"),
            models.Index(fields=["division", "visited_on"], name="visit_division"),
            models.Index(fields=["household", "visited_on"], name="visit_household"),
            models.Index(fields=["author", "visited_at"], name="visit_author"),
        ]

    def __str__(self) -> str:
        return f"{self.visited_on:%Y-%m-%d} {self.author_name}"


class OfOneVisit(OfVisit):
    """What hangs off one visit."""

    visit = models.ForeignKey(
        Visit,
        on_delete=models.PROTECT,
        db_constraint=False,  # to its receipt, with household and place: a divided table has no key of one column
        db_index=False,
        related_name="%(class)ss",
        verbose_name=_("民情日记"),
    )

    class Meta:
        abstract = True


class VisitConflict(OfVisit):
    """日记冲突: other content that came under a `client_id` that was used already. Kept, for people to settle.

    `visit` is the first one if the same account wrote both; of somebody else's nothing is known.
    """

    visit = models.ForeignKey(
        Visit,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="conflicts",
        verbose_name=_("已有日记"),
    )
    client_id = models.UUIDField(_("手机端编号"))
    author_name = models.CharField(_("走访人姓名"), max_length=60)
    digest = models.CharField(_("校验值"), max_length=64)
    visited_at = models.DateTimeField(_("走访时间"))
    received_at = models.DateTimeField(_("接收时间"))
    text = models.TextField(_("日记内容"))
    content = models.JSONField(_("其余内容"), default=dict)

    class Meta:
        verbose_name = _("日记冲突")
        verbose_name_plural = _("日记冲突")
        constraints = [
            models.UniqueConstraint(fields=["client_id", "author", "digest"], name="visit_conflict_once"),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="visit_conflict_division"),
            models.Index(fields=["visit"], name="visit_conflict_visit"),
        ]

    def __str__(self) -> str:
        return str(self.client_id)


class VisitCorrection(OfOneVisit):
    """日记更正: what the author says later; the visit itself stays as it was handed in."""

    author_name = models.CharField(_("走访人姓名"), max_length=60)
    at = models.DateTimeField(_("更正时间"), default=timezone.now)
    text = models.TextField(_("更正后的内容"))
    reason = models.CharField(_("更正原因"), max_length=500)

    class Meta:
        verbose_name = _("日记更正")
        verbose_name_plural = _("日记更正")
        indexes = [
            models.Index(fields=["visit", "id"], name="visit_correction_visit"),
            models.Index(fields=["division", "id"], name="visit_correction_division"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.at:%Y-%m-%d}"


def photo_path(photo: VisitPhoto, name: str) -> str:
    """A name that tells nothing, in one of 256 folders."""
    drawn = uuid.uuid4().hex
    return f"visits/{drawn[:2]}/{drawn}.jpg"


class VisitPhoto(OfOneVisit):
    """走访照片: announced with its size and SHA-256, received in pieces, kept as a picture made anew without metadata.

    `taken_at`, `lon`, `lat` were read from the metadata; `hash_0` … `hash_3` are the 16-bit parts of the perceptual
    hash (difference hash of 9 × 8 grey values).
    """

    slot = models.PositiveSmallIntegerField(_("序号"), validators=[MaxValueValidator(SLOTS - 1)])
    size = models.PositiveIntegerField(_("字节数"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    announced_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    part = models.CharField(max_length=32, editable=False)
    received = models.PositiveIntegerField(_("已收字节数"), default=0)
    state = models.CharField(_("状态"), max_length=9, choices=PhotoState, default=PhotoState.RECEIVING)
    refusal = models.CharField(_("未接收原因"), max_length=13, choices=Refusal, blank=True, default="")
    finished_at = models.DateTimeField(_("收齐时间"), null=True)
    width = models.PositiveIntegerField(_("宽"), null=True)
    height = models.PositiveIntegerField(_("高"), null=True)
    taken_at = models.DateTimeField(_("拍摄时间"), null=True)
    lon = longitude()
    lat = latitude()
    hash_0 = models.IntegerField(null=True, editable=False)
    hash_1 = models.IntegerField(null=True, editable=False)
    hash_2 = models.IntegerField(null=True, editable=False)
    hash_3 = models.IntegerField(null=True, editable=False)
    image = models.FileField(_("照片"), upload_to=photo_path, blank=True)
    thumbnail = models.FileField(_("缩略图"), upload_to=photo_path, blank=True)

    PROGRESS: ClassVar = (
        *("received", "state", "refusal", "finished_at", "width", "height", "taken_at", "lon", "lat"),
        *("hash_0", "hash_1", "hash_2", "hash_3", "image", "thumbnail"),
    )
    """The columns that the application may change (the grants of migration 0002)."""

    class Meta:
        verbose_name = _("走访照片")
        verbose_name_plural = _("走访照片")
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "slot"], condition=~Q(state=PhotoState.REFUSED), name="visit_photo_slot"
            ),
            models.CheckConstraint(condition=Q(slot__lt=SLOTS), name="visit_photo_slots"),
            models.CheckConstraint(condition=Q(received__lte=models.F("size")), name="visit_photo_received"),
        ]
        indexes = [
            models.Index(fields=["visit", "slot"], name="visit_photo_visit"),
            models.Index(fields=["division", "id"], name="visit_photo_division"),
            models.Index(fields=["sha256"], name="visit_photo_sha256"),
            *(models.Index(fields=[f"hash_{n}"], name=f"visit_photo_hash_{n}") for n in range(4)),
            models.Index(fields=["announced_at"], name="visit_photo_open", condition=Q(state=PhotoState.RECEIVING)),
            models.Index(fields=["finished_at"], name="visit_photo_whole", condition=Q(state=PhotoState.WHOLE)),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.slot}"

    @property
    def bands(self) -> tuple[int | None, ...]:
        """The four parts of the perceptual hash."""
        return self.hash_0, self.hash_1, self.hash_2, self.hash_3


class VisitMark(OfOneVisit):
    """日记标记: something about a visit that a person should look at.

    `value` by kind: metres, minutes of the clock, hours late, km/h, percent of likeness; `other` is the visit it was
    compared with, which the reader need not be able to see.
    """

    kind = models.CharField(_("标记"), max_length=15, choices=Mark)
    value = models.PositiveIntegerField(_("数值"), null=True)
    other = models.BigIntegerField(_("相关日记"), null=True)
    photo = models.ForeignKey(
        VisitPhoto, on_delete=models.PROTECT, null=True, related_name="marks", verbose_name=_("走访照片")
    )
    at = models.DateTimeField(_("标记时间"), default=timezone.now)

    class Meta:
        verbose_name = _("日记标记")
        verbose_name_plural = _("日记标记")
        constraints = [
            models.UniqueConstraint(fields=["visit", "kind", "photo"], nulls_distinct=False, name="visit_mark_once")
        ]
        indexes = [models.Index(fields=["division", "kind", "id"], name="visit_mark_division")]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.kind}"
