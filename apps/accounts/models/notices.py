"""What an account is told about itself."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.users import User


class Notice(models.Model):
    """通知: what others did to an account, told to its holder. Row-level security: the account's own eyes only.

    `details` are the words that `apps.accounts.notices` puts into the sentence of this kind: names are kept here,
    because the holder mostly does not see the accounts of those who acted.
    """

    class Kind(models.TextChoices):
        RESET_ASKED = "reset_asked", _("申请重置")
        RESET_DONE = "reset_done", _("已重置")
        DEPUTY = "deputy", _("代理任职")
        DEPUTY_ENDED = "deputy_end", _("代理结束")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("通知")
        indexes = [models.Index(fields=["user", "-id"], name="notice_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
