"""How accounts, posts and the access log are narrowed."""

from __future__ import annotations

import datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.lockout import closed_accounts
from apps.accounts.models import Post, Reset, User
from apps.accounts.roles import ROLES
from apps.history.models import AccessLog
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, YesNoFilter

ROLE_CHOICES = [(name, role.label) for name, role in ROLES.items()]


class UserFilters(Filters):
    """账户. `role`: holds this role now, at a place that the requester sees."""

    username = django_filters.CharFilter(label=_("用户名"), lookup_expr="startswith")
    name = django_filters.CharFilter(label=_("姓名"), lookup_expr="startswith")
    role = ChoicesFilter(label=_("角色"), method="holding", choices=ROLE_CHOICES)
    locked = YesNoFilter(label=_("登录锁定"), method="closed_now")

    class Meta:
        model = User
        fields = ["is_active"]

    def closed_now(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Closed for a while by failed sign-ins."""
        return rows.filter(closed_accounts()) if value else rows.exclude(closed_accounts())

    def holding(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        posts = Post.objects.visible_to(self.user).valid(timezone.now())
        return rows.filter(Exists(posts.filter(user=OuterRef("pk"), role__name__in=value))) if value else rows


class PostFilters(Filters):
    """任职. `current`: valid at this moment."""

    role = ChoicesFilter(label=_("角色"), field_name="role__name", choices=ROLE_CHOICES)
    current = YesNoFilter(label=_("现任"), method="valid_now")

    class Meta:
        model = Post
        fields = ["user"]

    def valid_now(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        now = timezone.now()
        valid = Q(valid_from__lte=now) & (Q(valid_until=None) | Q(valid_until__gt=now))
        return rows.filter(valid) if value else rows.exclude(valid)


class ResetFilters(Filters):
    """重置申请."""

    class Meta:
        model = Reset
        fields = ["user", "what", "state"]


class AccessLogFilters(Filters):
    """查阅记录. Accounts are named by their user name: an auditor sees no accounts."""

    username = django_filters.CharFilter(label=_("用户名"))
    object_key = django_filters.CharFilter(label=_("对象编码"), lookup_expr="startswith")
    address = django_filters.CharFilter(label=_("网络地址"), method="from_address")
    at_from = DateFilter(label=_("日期 从"), method="since")
    at_to = DateFilter(label=_("日期 至"), method="until")

    class Meta:
        model = AccessLog
        fields = ["action", "result", "object_kind", "object_id"]

    def from_address(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """From exactly this address; what is none matches nothing."""
        try:
            validate_ipv46_address(value)
        except ValidationError:
            return rows.none()
        return rows.filter(address=value)

    def since(self, rows: QuerySet[Any], name: str, value: datetime.date) -> QuerySet[Any]:
        """From the beginning of a day; a comparison of moments, which an index answers."""
        return rows.filter(at__gte=_midnight(value))

    def until(self, rows: QuerySet[Any], name: str, value: datetime.date) -> QuerySet[Any]:
        """To the end of a day."""
        return rows.filter(at__lt=_midnight(value + datetime.timedelta(days=1)))


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
