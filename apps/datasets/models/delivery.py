"""How a version arrives: the delivery, its pieces, and the rows that were refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.datasets.catalogue import datasets
from apps.datasets.models.base import DatasetVersion

KEPT = timedelta(days=90)
"""How long refused rows are kept, and the rows of a version that another one has replaced."""


class OfDatasets(PlacedModel):
    """What belongs to the supply of data sets: seen and written by whoever may load them there."""

    realm = "datasets"
    change_capability = "load_datasets"

    class Meta:
        abstract = True


class Delivery(OfDatasets):
    """部门数据报送: one data set of one period from one place, on its way to being a version.

    A worker (or a client's request) holds the row's lock while it takes a piece in; that lock is its lease. Everything
    received so far survives whatever happens, and nothing of it counts before the delivery is complete.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("接收中")
        HELD = "held", _("待核实")
        ACCEPTED = "accepted", _("已生效")
        REFUSED = "refused", _("未接收")
        ABANDONED = "abandoned", _("已放弃")

    OPEN: ClassVar = (State.RECEIVING, State.HELD)

    dataset = models.CharField(_("数据集"), max_length=5)
    period = models.DateField(_("数据截至"), help_text=_("报送期间的最后一天。"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.RECEIVING)
    version = models.OneToOneField(
        DatasetVersion, on_delete=models.PROTECT, related_name="delivery", verbose_name=_("版本")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("报送人")
    )
    by_name = models.CharField(_("报送人姓名"), max_length=60, blank=True, default="")
    source = models.CharField(_("途径"), max_length=10, blank=True, default="")
    file_name = models.CharField(_("文件"), max_length=200, blank=True, default="")
    file_hash = models.CharField(_("SHA-256"), max_length=64, blank=True, default="")
    stored = models.CharField(max_length=100, blank=True, default="", editable=False)
    chunks = models.PositiveIntegerField(_("批数"), default=0)
    rows = models.PositiveIntegerField(_("收到行数"), default=0)
    accepted = models.PositiveIntegerField(_("接收行数"), default=0)
    refused = models.PositiveIntegerField(_("拒绝行数"), default=0)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("开始时间"), auto_now_add=True)
    rung_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("核实人"),
    )
    confirmed_by_name = models.CharField(_("核实人姓名"), max_length=60, blank=True, default="")
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("部门数据报送")
        verbose_name_plural = _("部门数据报送")
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "division"], condition=Q(state__in=["receiving", "held"]), name="delivery_one_open"
            ),
            models.UniqueConstraint(fields=["id", "division"], name="delivery_place"),
            models.CheckConstraint(
                condition=Q(rows=models.F("accepted") + models.F("refused")), name="delivery_adds_up"
            ),
        ]
        indexes = [
            models.Index(fields=["division", "-id"], name="delivery_division"),
            models.Index(fields=["dataset", "-id"], name="delivery_dataset"),
            models.Index(fields=["id"], name="delivery_open", condition=Q(state__in=["receiving", "held"])),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.period:%Y-%m}"

    @property
    def title(self) -> str:
        """The data set's name in the active language."""
        return datasets()[self.dataset].name

    @property
    def is_open(self) -> bool:
        """Whether something may still become of it."""
        return self.state in self.OPEN


class OfDelivery(OfDatasets):
    """What hangs off a delivery, and lies where it does (a composite key)."""

    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.CASCADE,
        db_constraint=False,  # the composite key with the place holds it
        related_name="%(class)ss",
        verbose_name=_("报送"),
    )

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        self.division_id = self.delivery.division_id
        super().save(**kwargs)


class DeliveryChunk(OfDelivery):
    """报送分批: a piece of a delivery, stored once however often it is sent."""

    number = models.PositiveIntegerField(_("批号"))
    digest = models.CharField(_("校验值"), max_length=64)
    rows = models.PositiveIntegerField(_("行数"))
    refused = models.PositiveIntegerField(_("拒绝行数"), default=0)

    class Meta:
        verbose_name = _("报送分批")
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="delivery_chunk_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.number}"


class DeliveryFault(OfDelivery):
    """未接收的行: which row was refused for what. It repeats no personal number."""

    row_no = models.PositiveIntegerField(_("行号"))
    field = models.CharField(_("列"), max_length=60, blank=True, default="")
    code = models.CharField(_("代码"), max_length=20)
    message = models.CharField(_("原因"), max_length=200)

    class Meta:
        verbose_name = _("未接收的行")
        verbose_name_plural = _("未接收的行")
        indexes = [models.Index(fields=["delivery", "row_no", "id"], name="delivery_fault_row")]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.row_no}"
