"""What officials upload beside a row: who did, and when."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy


class Uploaded(models.Model):
    """Something uploaded by somebody; the name stands beside the key, because his account is mostly not the reader's to
    see."""

    at = models.DateTimeField(gettext_lazy("上传时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        editable=False,
        verbose_name=gettext_lazy("上传人"),
    )
    by_name = models.CharField(gettext_lazy("上传人姓名"), max_length=60, blank=True, default="", editable=False)

    class Meta:
        abstract = True

    def sign(self, by: Any) -> None:
        """Say that `by` uploads it now."""
        self.at, self.by, self.by_name = timezone.now(), by, str(by)[:60]
