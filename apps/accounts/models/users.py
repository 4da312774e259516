"""Users and their former passwords."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

import pghistory
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedQuerySet

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
        from apps.accounts.models.posts import Post  # noqa: PLC0415  # posts are built on users

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
