"""代理、主持工作: somebody stands in for a post of another, until a day and for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts import notices
from apps.accounts.models import Notice, Post, User
from apps.accounts.roles import ROLES
from apps.accounts.services.extents import Reach, ranges_of, reaches_of
from apps.common.errors import Refused, ServiceError
from apps.divisions import codes

ALL_ACCOUNTS = scopes.everywhere("view_accounts")
"""Sees every account: for the few names that are told across places."""


@dataclass(frozen=True)
class Deputy:
    """Who stands in for whom, as the accounts of both show it."""

    name: str
    role: str
    division: int
    valid_from: datetime
    valid_until: datetime | None
    reason: str


def check(
    acting_for: Post,
    user: User,
    *,
    role: str,
    division: int,
    found: Sequence[Reach],
    until: datetime | None,
    reason: str,
    by: User | None,
) -> None:
    """ServiceError unless this may be a post in place of `acting_for`: its role and place and no wider reach, of
    somebody else, with an end and a reason, and not given by the deputy himself."""
    if acting_for.user_id == user.pk:
        raise ServiceError(_("不能代理自己的任职。"), field="acting_for")
    if by is not None and by.pk == user.pk:
        raise Refused(_("不能任命自己为代理人。"), field="user")
    if acting_for.acting_for_id is not None:
        raise ServiceError(_("代理任职不能再由他人代理。"), field="acting_for")
    if (acting_for.role.name, acting_for.division_id) != (role, division):
        raise ServiceError(_("代理任职的角色和任职地须与被代理的任职相同。"), field="acting_for")
    held, given = ranges_of(reaches_of(acting_for)), ranges_of(found) if ROLES[role].capabilities else []
    if not all(scopes.lies_in(one, held) for one in given):
        raise ServiceError(_("代理任职的数据范围不能超出被代理的任职。"), field="extent")
    if acting_for.valid_until is not None and acting_for.valid_until <= acting_for.valid_from:
        raise ServiceError(_("被代理的任职没有生效。"), field="acting_for")
    if until is None:
        raise ServiceError(_("代理任职须填写结束时间。"), field="valid_until", code="required")
    if not reason.strip():
        raise ServiceError(_("代理任职须说明理由。"), field="reason", code="required")


def tell(post: Post, *, ended: bool = False) -> None:
    """Let the official whose post it is know who stands in for him, and when that is over."""
    replaced = _post(post.acting_for_id or 0)
    role = ROLES.get(post.role.name)
    notices.tell(
        replaced.user_id,
        Notice.Kind.DEPUTY_ENDED if ended else Notice.Kind.DEPUTY,
        name=post.user.name,
        role=str(role.label if role else post.role.name),
        division=codes.text(post.division_id),
        until=post.valid_until.isoformat() if post.valid_until else "",
        reason=post.reason,
    )


def of(user: User) -> list[Deputy]:
    """Who stands in for an account's posts now or later. Whoever sees an account is told so, also where he does not
    see the deputy's: an office must know who acts for it. Names and dates of these posts, and nothing else."""
    with scopes.acting(ALL_ACCOUNTS):
        posts = Post.objects.filter(acting_for__user=user, valid_until__gt=timezone.now()).select_related(
            "user", "role"
        )
        return [
            Deputy(one.user.name, one.role_label, one.division_id, one.valid_from, one.valid_until, one.reason)
            for one in posts.order_by("valid_from", "pk")
        ]


def _post(key: int) -> Post:
    with scopes.acting(ALL_ACCOUNTS):
        return Post.objects.select_related("user").get(pk=key)
