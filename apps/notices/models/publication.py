"""The web copy of a notice: the only table that the public site reads."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.notices.choices import Column, Kind, columns_of
from apps.notices.models.notice import LONGEST, LONGEST_PLACE, LONGEST_TITLE, PublicNotice


class Publication(PlacedModel):
    """公示网上副本: what the public reads of a notice, frozen on the day of posting, with names made short.

    A row is here exactly as long as the notice is on show: it is removed when the notice is archived or taken back, so
    that nothing that is not public lies in this table. Everybody may read it, also the role of the public site, which
    may read no other table but the names of places; only the office of the place writes it.
    """

    notice = models.OneToOneField(
        PublicNotice, on_delete=models.PROTECT, primary_key=True, related_name="+", verbose_name=_("公告公示")
    )
    kind = models.CharField(_("类别"), max_length=20, choices=Kind.choices)
    level = models.PositiveSmallIntegerField(_("层级"))
    title = models.CharField(_("标题"), max_length=LONGEST_TITLE)
    text = models.TextField(_("正文"), max_length=LONGEST, blank=True, default="")
    lines = models.JSONField(_("公示名单或明细"), default=list)
    place = models.CharField(_("张贴地点"), max_length=LONGEST_PLACE, blank=True, default="")
    ways = ArrayField(models.CharField(max_length=10), default=list, verbose_name=_("公示方式"))
    posted_on = models.DateField(_("张贴日期"))
    ends_on = models.DateField(_("公示截止"), null=True)

    objects: ClassVar = ScopedManager()

    class Meta:
        verbose_name = _("公示网上副本")
        verbose_name_plural = _("公示网上副本")
        indexes = [
            models.Index(fields=["posted_on", "notice"], name="publication_newest"),
            models.Index(fields=["division", "posted_on", "notice"], name="publication_division"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the list, those that nothing stands in left out."""
        return tuple(one for one in columns_of(self.kind) if any(line.get(one.name) for line in self.lines))
