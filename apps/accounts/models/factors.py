"""What stands beside the password: generators, security keys, recovery codes, and the sessions that they open.

Row-level security of all of these: the account's own eyes only.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.users import User
from apps.common.fields import SealedField


class SecondFactor(models.Model):
    """The generator of one-time passwords of an account (RFC 6238)."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    secret = SealedField(kind="secret")
    # The thirty-second step of the last code that was taken; it and all before it are spent.
    last_step = models.BigIntegerField()

    class Meta:
        verbose_name = _("动态口令")

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """The keyed hash of a code that stands in for the generator, once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("恢复码")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.used_at or ''}"


class SecurityKey(models.Model):
    """A security key (W3C Web Authentication, level 2): its public half; the private one never leaves the key."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("名称"), max_length=40)
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()  # COSE
    # What the key counted at its last use: a copy of it falls behind. Zero for keys that do not count.
    sign_count = models.BigIntegerField()
    transports = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    used_at = models.DateTimeField(_("最近使用"), null=True)

    class Meta:
        verbose_name = _("安全密钥")
        indexes = [models.Index(fields=["user"], name="security_key_user")]

    def __str__(self) -> str:
        return self.name


class KeyChallenge(models.Model):
    """What a key is to sign next, for one account and purpose: taken away by the first answer, right or wrong.

    `bound` is the digest of the half-session or session that asked for it; another's answer is none.
    """

    class Purpose(models.TextChoices):
        ADD = "add"
        SIGN_IN = "sign_in"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    bound = models.CharField(max_length=64)
    challenge = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("安全密钥质询")
        constraints = [models.UniqueConstraint(fields=["user", "purpose"], name="key_challenge_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose}"


class LiveSession(models.Model):
    """Where a session was begun. The row goes with the session's own (a foreign key in the database, ON DELETE
    CASCADE)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField(default=timezone.now)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("会话")
        indexes = [models.Index(fields=["user", "-id"], name="live_session_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.began_at:%F %T}"
