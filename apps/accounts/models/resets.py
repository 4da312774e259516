"""Resets of an account: asked for by one person, confirmed by another."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager, ScopedQuerySet
from apps.accounts.models.users import User


class ResetQuerySet(ScopedQuerySet):
    """Resets by how they stand."""

    def open(self) -> Self:
        """Those that still wait for somebody's word."""
        return self.filter(state=Reset.State.ASKED, expires_at__gt=timezone.now())


class Reset(PlacedModel):
    """重置申请: a new first password, a second factor forgotten, or an account opened again, by two persons.

    Who sets the password of an account can act as that account: so nobody does it alone, and the database holds it.
    Placed where the account was when it was asked for; names are kept, because not all who take part see each other.
    """

    realm = "accounts"
    own_lookup = "user_id"
    change_capability = "manage_accounts"

    class What(models.TextChoices):
        PASSWORD = "password", _("重置密码")
        FACTOR = "factor", _("重置第二步验证")
        OPEN = "open", _("重新启用账户")

    class State(models.TextChoices):
        ASKED = "asked", _("待确认")
        DONE = "done", _("已办理")
        WITHDRAWN = "withdrawn", _("已撤回")
        LAPSED = "lapsed", _("已过期")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("账户"))
    user_name = models.CharField(_("账户姓名"), max_length=60)
    what = models.CharField(_("事项"), max_length=10, choices=What)
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ASKED)
    needed = models.PositiveSmallIntegerField(_("需确认人数"), default=1)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asked_by_name = models.CharField(_("申请人姓名"), max_length=60)
    asked_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    expires_at = models.DateTimeField(_("有效期至"))
    first_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("确认人"))
    first_by_name = models.CharField(_("确认人姓名"), max_length=60, blank=True, default="")
    second_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("第二确认人")
    )
    second_by_name = models.CharField(_("第二确认人姓名"), max_length=60, blank=True, default="")
    ended_at = models.DateTimeField(_("办结时间"), null=True)

    objects: ClassVar = ScopedManager.from_queryset(ResetQuerySet)()

    class Meta:
        verbose_name = _("重置申请")
        constraints = [
            models.CheckConstraint(condition=~Q(asked_by=F("user")), name="reset_not_asked_by_itself"),
            models.CheckConstraint(
                condition=Q(first_by=None) | (~Q(first_by=F("user")) & ~Q(first_by=F("asked_by"))),
                name="reset_first_is_another",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None)
                | (
                    Q(first_by__isnull=False)
                    & ~Q(second_by=F("user"))
                    & ~Q(second_by=F("asked_by"))
                    & ~Q(second_by=F("first_by"))
                ),
                name="reset_second_is_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(first_by__isnull=False, needed=1) | Q(second_by__isnull=False, needed=2),
                name="reset_done_by_enough",
            ),
            models.UniqueConstraint(fields=["user", "what"], condition=Q(state="asked"), name="reset_open_once"),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="reset_division"),
            models.Index(fields=["user"], name="reset_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.get_what_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody's word."""
        return self.state == self.State.ASKED and self.expires_at > timezone.now()
