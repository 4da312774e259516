"""负面清单: what poverty money must not be spent on, and what was answered when a project came near it."""

from __future__ import annotations

import re
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.models import Versioned
from apps.funds.models.base import FundsModel
from apps.funds.models.project import Project
from apps.funds.project_choices import Aspect
from apps.pages.steplogs import LONGEST_NOTE, person

SEPARATORS = re.compile(r"[、，,;；\s]+")


class NegativeItem(Versioned, FundsModel):
    """负面清单条目 (four aspects, 20 items; seed 000), as the region sets it for everybody below.

    `words` are looked for in what a project says; several are separated by 、.
    """

    change_capability: ClassVar[str] = "manage_parameters"

    aspect = models.CharField(_("方面"), max_length=20, choices=Aspect.choices)
    position = models.PositiveSmallIntegerField(_("序号"))
    name = models.CharField(_("禁止事项"), max_length=200)
    words = models.CharField(_("查找词（以顿号分隔）"), max_length=300, blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("负面清单条目")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "position"],
                name="negative_item_once",
                violation_error_message=_("这个序号已有条目。"),
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="negative_item_division")]

    def __str__(self) -> str:
        return self.name

    def found_in(self, text: str) -> list[str]:
        """The words of this item that a text contains."""
        return [word for word in SEPARATORS.split(self.words) if word and word in text]


class NegativeCheck(FundsModel):
    """负面清单核对: what whoever approved a project answered to one match, or that he found none. Append-only.

    `item` is empty where nothing matched.
    """

    change_capability: ClassVar[str] = "approve_funds"

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="negative_checks", verbose_name=_("扶贫项目")
    )
    item = models.ForeignKey(
        NegativeItem, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("负面清单条目")
    )
    item_name = models.CharField(_("禁止事项"), max_length=200, blank=True, default="")
    words = models.CharField(_("查到的词"), max_length=300, blank=True, default="")
    answer = models.CharField(_("核对说明"), max_length=LONGEST_NOTE, blank=True, default="")
    content_version = models.PositiveSmallIntegerField(_("项目内容版本"))
    at = models.DateTimeField(_("时间"), default=timezone.now, editable=False)
    by = person(_("核对人"))
    by_name = models.CharField(_("核对人姓名"), max_length=60)

    class Meta:
        verbose_name = _("负面清单核对")
        constraints = [
            models.CheckConstraint(condition=Q(item=None) | ~Q(answer=""), name="negative_match_is_answered"),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="negative_check_division"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.item_name}"
