"""Users, and the posts (a role held at a division) that decide what they may do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

import pghistory
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager, ScopedQuerySet
from apps.accounts.roles import ROLES
from apps.common.fields import SealedField

USERNAME = r"^[a-z0-9][a-z0-9._-]{1,59}\Z"


class UserQuerySet(ScopedQuerySet):
    """Users and the roles they hold."""

    def name_of(self, key: str) -> Subquery:
        """The name of the account with this key, empty where it is none of these.

        In place of a join: it would show the names of all, or leave out the row itself where row-level security hides
        the account.
        """
        return Subquery(self.filter(pk=OuterRef(key)).values("name"))

    def with_roles(self, user: Any, now: datetime) -> Self:
        """Add `roles`: the names of the roles held at this moment, as far as `user` may see the posts."""
        posts = Post.objects.visible_to(user).valid(now).filter(user=OuterRef("pk"))
        return self.annotate(roles=ArraySubquery(posts.order_by("id").values("role__name")))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Users by their case-folded name."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").lower())

    def create_user(self, username: str, *, division_id: int, password: str | None = None, **fields: Any) -> User:
        """A new account at a division; without a password it cannot sign in until one is set."""
        user = self.model(username=username.lower(), division_id=division_id, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@pghistory.track(exclude=["password", "last_login"], model_name="UserEvent")
class User(AbstractBaseUser, PlacedModel):
    """账户: an official, helping cadre, administrator or the system itself. There is no superuser.

    `division` is the unit that runs the account; what the account may do comes from its posts alone.
    """

    realm = "accounts"
    own_lookup = "id"
    change_capability = "manage_accounts"

    class Closed(models.TextChoices):
        BY_HAND = "by_hand", _("由管理员停用")
        UNUSED = "unused", _("长期未使用")

    username = models.CharField(
        _("用户名"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(USERNAME, _("用户名只能用小写字母、数字、点、横线和下划线。"))],
    )
    name = models.CharField(_("姓名"), max_length=50)
    is_active = models.BooleanField(_("启用"), default=True)
    closed_because = models.CharField(_("停用原因"), max_length=10, choices=Closed, blank=True, default="")
    must_change_password = models.BooleanField(_("下次登录须改密码"), default=True)
    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, blank=True)
    second_factor_at = models.DateTimeField(_("动态口令绑定时间"), null=True, blank=True)
    language = models.CharField(_("语言"), max_length=10, blank=True, default="")
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    objects: ClassVar = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("账户")
        constraints = [
            models.CheckConstraint(condition=Q(username__regex=r"^[a-z0-9][a-z0-9._-]+$"), name="username_form")
        ]
        indexes = [models.Index(fields=["division", "id"], name="user_division")]

    def __str__(self) -> str:
        return self.name or self.username

    def set_password(self, raw_password: str | None) -> None:
        """Set the password and remember when, for its age."""
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()

    @property
    def password_expired(self) -> bool:
        """Whether the password must be changed before anything else: first use, reset, or too old."""
        if self.must_change_password or self.password_changed_at is None:
            return True
        return timezone.now() - self.password_changed_at > timedelta(days=settings.PASSWORD_MAX_DAYS)

    @property
    def second_factor_needed(self) -> bool:
        """Whether the password alone does not do: the platform asks for a second factor, or the account has one."""
        return settings.SECOND_FACTOR_REQUIRED or self.second_factor_at is not None

    def last_passwords(self, number: int) -> list[str]:
        """The hashes of the present password and of that many before it."""
        former = PasswordRecord.objects.filter(user=self).order_by("-id").values_list("password", flat=True)
        return [self.password, *former[:number]]


class PasswordRecord(models.Model):
    """A hash of a former password, so that the last five cannot come back."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    password = models.CharField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("历史密码")
        indexes = [models.Index(fields=["user", "-id"], name="password_record_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%F}"


class SecondFactor(models.Model):
    """The generator of one-time passwords of an account (RFC 6238). Row-level security: the account's own eyes only."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    secret = SealedField(kind="secret")
    # The thirty-second step of the last code that was taken; it and all before it are spent.
    last_step = models.BigIntegerField()

    class Meta:
        verbose_name = _("动态口令")

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """The keyed hash of a code that stands in for the generator, once. Row-level security as above."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("恢复码")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.used_at or ''}"


class LiveSession(models.Model):
    """Where a session was begun. The row goes with the session's own (a foreign key in the database, ON DELETE
    CASCADE).

    Row-level security: the account's own eyes only.
    """

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


class PostQuerySet(ScopedQuerySet):
    """Posts by their validity."""

    def valid(self, now: datetime) -> Self:
        """Posts that have begun and not ended at this moment."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=now), valid_from__lte=now)

    def overlapping(self, begin: datetime, end: datetime | None) -> Self:
        """Posts that are valid at some moment from `begin` until `end` (None: for good)."""
        still = self.filter(Q(valid_until=None) | Q(valid_until__gt=begin) & Q(valid_until__gt=F("valid_from")))
        return still if end is None else still.filter(valid_from__lt=end)


@pghistory.track(model_name="PostEvent")
class Post(PlacedModel):
    """任职: a user holds a role at a division for a time. Its capabilities are granted through `access.Grant`."""

    realm = "accounts"
    own_lookup = "user_id"
    change_capability = "manage_accounts"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts", verbose_name=_("账户"))
    role = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", verbose_name=_("角色"))
    valid_from = models.DateTimeField(_("开始时间"), default=timezone.now)
    valid_until = models.DateTimeField(_("结束时间"), null=True, blank=True)
    appointed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("任命人")
    )
    reason = models.CharField(_("说明"), max_length=200, blank=True, default="")

    objects: ClassVar = ScopedManager.from_queryset(PostQuerySet)()

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="post_ends_after_begin",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "division"], condition=Q(valid_until=None), name="post_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="post_division"),
            models.Index(fields=["user"], name="post_user"),
        ]

    def __str__(self) -> str:
        return f"{self.role_label} {self.division_id}"

    @property
    def role_label(self) -> str:
        """The role's name in the reader's language."""
        return str(ROLES[self.role.name].label) if self.role.name in ROLES else self.role.name
