"""Posts: a role held at a division for a time."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

import pghistory
from django.contrib.auth.models import Group
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager, ScopedQuerySet
from apps.accounts.models.users import User
from apps.accounts.roles import ROLES
from apps.common.prepared import Given


class PostQuerySet(ScopedQuerySet):
    """Posts by their validity."""

    def valid(self, now: datetime | Given) -> Self:
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

    class Extent(models.TextChoices):
        """The names that officials know; what each comes to is `services.extents.reaches`."""

        ALL = "all", _("全部")
        CUSTOM = "custom", _("自定义")
        HERE = "here", _("本级")
        BELOW = "below", _("本级及以下")
        SELF = "self", _("仅本人")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts", verbose_name=_("账户"))
    role = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", verbose_name=_("角色"))
    valid_from = models.DateTimeField(_("开始时间"), default=timezone.now)
    valid_until = models.DateTimeField(_("结束时间"), null=True, blank=True)
    appointed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("任命人")
    )
    reason = models.CharField(_("说明"), max_length=200, blank=True, default="")
    extent = models.CharField(_("数据范围"), max_length=10, choices=Extent, default=Extent.BELOW)
    # What may not meet anything else in one account: the role's own name, empty for all others (roles.Role.apart).
    apart = models.CharField(max_length=40, blank=True, default="", editable=False)
    acting_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="deputies", verbose_name=_("代理的任职")
    )
    acting_for_name = models.CharField(_("被代理人"), max_length=50, blank=True, default="")

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
            # One account, one kind: no two posts of it overlap in time when one is an administrator's or a client's.
            ExclusionConstraint(
                name="post_roles_apart",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("apart", RangeOperators.NOT_EQUAL),
                    (Func("valid_from", "valid_until", function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("管理员角色不能与其他角色由同一账户担任。"),
            ),
            models.CheckConstraint(
                condition=Q(acting_for=None) | (Q(valid_until__isnull=False) & ~Q(reason="")),
                name="post_acting_has_dates_and_reason",
                violation_error_message=_("代理任职须填写结束时间和说明。"),
            ),
            models.CheckConstraint(
                condition=Q(acting_for=None) | Q(appointed_by=None) | ~Q(appointed_by=F("user")),
                name="post_acting_not_by_oneself",
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
