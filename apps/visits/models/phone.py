"""What an account's phones need to keep what they keep."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.fields import SealedField


class PhoneKey(models.Model):
    """手机密钥: what an account's phones encrypt with what they keep; 32 random bytes in hexadecimal, kept sealed.

    One for the account and not for the phone: what was taken out of one phone can be sent from another. Row-level
    security: the account's own eyes only.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    secret = SealedField(kind="secret")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("手机密钥")

    def __str__(self) -> str:
        return f"{self.user_id}"
