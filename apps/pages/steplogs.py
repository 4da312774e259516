"""What every log of steps has: who took which step when, from where to where and why."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel

LONGEST_NOTE = 500


def person(label: Any) -> models.ForeignKey:
    """Who did something; the name stands beside the key, because his account is mostly not the reader's to see."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        editable=False,
        verbose_name=label,
    )


class StepLog(PlacedModel):
    """A log of steps, append-only. `round` counts how often a row was handed in; `apart` marks the steps that one
    round's different people take, so that a unique constraint of the subclass can hold them apart."""

    round = models.PositiveSmallIntegerField(_("提交次数"))
    at = models.DateTimeField(_("时间"), default=timezone.now, editable=False)
    by = person(_("经办人"))
    by_name = models.CharField(_("经办人姓名"), max_length=60)
    step = models.CharField(_("步骤"), max_length=20)
    apart = models.BooleanField(_("须由不同的人办理"), default=False)
    from_state = models.CharField(_("原状态"), max_length=20, blank=True, default="")
    to_state = models.CharField(_("新状态"), max_length=20)
    note = models.CharField(_("意见"), max_length=LONGEST_NOTE, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.step}: {self.from_state} → {self.to_state}"
