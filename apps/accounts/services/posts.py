"""Appointing and ending posts, and how far an account may go in managing others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.access.capabilities import EXACT
from apps.access.models import Grant
from apps.accounts.models import Post, User
from apps.accounts.roles import RESERVED, ROLES, Role, apart, conflicts
from apps.accounts.services import deputies
from apps.accounts.services.extents import Reach, by_post, ranges_of, reaches, reaches_of
from apps.common.errors import Refused, ServiceError
from apps.divisions import codes
from apps.history.services import log_access


@transaction.atomic
def appoint(
    user: User,
    *,
    role: str,
    division: int,
    by: User | None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    reason: str = "",
    extent: str = Post.Extent.BELOW,
    chosen: Iterable[int] = (),
    acting_for: Post | None = None,
) -> Post:
    """Give a user a role at a division. `by=None` is the system itself (set-up, demo data).

    `extent` and `chosen` say how far its capabilities reach (`extents.reaches`). `acting_for` is the post of another
    that this one stands in for (代理、主持工作): it has an end and a reason, and its holder is told.

    Raises ServiceError when the role does not exist at that level, meets one it must not meet, is held there already,
    ends before it begins, or is more than the appointing account has to give; PermissionDenied when the account or the
    place is not its to manage.
    """
    begin = valid_from or timezone.now()
    wanted = ROLES.get(role)
    if wanted is None:
        raise ServiceError(_("没有这个角色：%(role)s。") % {"role": role}, field="role")
    if codes.level(division) not in wanted.levels:
        raise ServiceError(_("“%(role)s”不能在这一级任职。") % {"role": wanted.label}, field="division")
    if valid_until is not None and valid_until <= begin:
        raise ServiceError(_("结束时间早于开始时间。"), field="valid_until")
    found = reaches(extent, division, chosen)
    if acting_for is not None:
        deputies.check(
            acting_for, user, role=role, division=division, found=found, until=valid_until, reason=reason, by=by
        )
    if by is not None:
        policy.require(by, "manage_accounts", user.division_id)
        check_delegation(by, role, division, found)
    # A row lock on the account: of two appointments at once the second sees the first.
    User.objects.select_for_update().get(pk=user.pk)
    for other in held(user, begin, valid_until):
        if other.role.name == role and other.division_id == division:
            raise ServiceError(_("这个账户已担任这一职务。"), field="role", code="duplicate")
        if conflicts(role, other.role.name):
            raise ServiceError(
                _("“%(role)s”与该账户现任的“%(other)s”不相容，不能由同一账户担任。")
                % {"role": wanted.label, "other": ROLES[other.role.name].label},
                field="role",
                code="conflict",
            )
    post = Post.objects.create(
        user=user,
        role=Group.objects.get(name=role),
        division_id=division,
        valid_from=begin,
        valid_until=valid_until,
        appointed_by=by,
        reason=reason,
        extent=extent,
        apart=apart(role),
        acting_for=acting_for,
        acting_for_name=acting_for.user.name if acting_for is not None else "",
    )
    permissions = Permission.objects.filter(group=post.role)
    Grant.objects.bulk_create(
        Grant(user=user, permission=permission, content_object_id=code, exact=exact, post=post)
        for permission in permissions
        for code, exact in found
    )
    scopes.forget(user)
    _log(post, "grant", by, reason)
    if acting_for is not None:
        deputies.tell(post)
    return post


@transaction.atomic
def end_post(post: Post, *, by: User, at: datetime | None = None) -> Post:
    """End a post (now, if no time is given). It counts no more from the next request on, in live sessions too.

    Whoever could not give a post cannot take it away either, and nobody ends his own. ServiceError when it has ended
    already or would end earlier anyway.
    """
    check_delegation(by, post.role.name, post.division_id, reaches_of(post))
    if post.user_id == by.pk:
        raise Refused(_("不能结束自己的任职。"))
    end = max(at or timezone.now(), post.valid_from)
    if post.valid_until is not None and post.valid_until <= end:
        raise ServiceError(_("这项任职已经结束，或者会更早结束。"), field="valid_until", code="ended")
    post.valid_until = end
    post.save(update_fields=["valid_until"])
    scopes.forget(post.user)
    _log(post, "withdraw", by)
    if post.acting_for_id is not None:
        deputies.tell(post, ended=True)
    return post


def _log(post: Post, action: str, by: User | None, reason: str = "") -> None:
    """A post given or taken is on record at its place, with the account that holds it."""
    current = scopes.current()
    log_access(
        by,
        action,
        division=post.division_id,
        obj=post.user,
        fields=[post.role.name],
        reason=reason,
        username=current.username if by is None and current is not None else "",
    )


def check_delegation(by: User, role: str, division: int, found: Sequence[Reach] | None = None) -> None:
    """Raise unless `by` may give (and take) this role at this place, with capabilities that reach so far (without
    `found`: the place and all below).

    An account grants only inside its own subtree, and never more than it holds. Security administrators grant what
    they cannot use themselves; only they appoint administrators. Nobody gives the roles of accounts without a person.
    """
    policy.require(by, "manage_accounts", division)
    wanted: Role = ROLES[role]
    if role in RESERVED:
        raise Refused(_("系统账户不由人任命。"), field="role")
    ranges = ranges_of([(division, False)] if found is None else found)
    if any(not policy.covers(by, "manage_accounts", wanted_range) for wanted_range in ranges):
        raise Refused(_("数据范围超出了您的管理范围。"), field="extent")
    if not policy.can(by, "view_register", division):  # a security administrator
        return
    if wanted.administrator:
        raise Refused(_("只有安全管理员可以任命管理员。"), field="role")
    for name in wanted.capabilities:
        if not _has_to_give(by, name, division, ranges):
            raise Refused(_("不能授予自己没有的权限。"), field="role")


def _has_to_give(by: User, name: str, division: int, ranges: Sequence[scopes.Range]) -> bool:
    """Whether `by` holds what he gives, as far as it will reach. What a post gives at its very place alone is given by
    whoever holds it there or above."""
    if name in EXACT:
        return any(codes.contains(low, division) for low, _high in scopes.of(by).ranges_of(name))
    return policy.can(by, name, division) and all(policy.covers(by, name, one) for one in ranges)


def may_end(by: User, post: Post) -> bool:
    """Whether `by` may end this post now."""
    if post.user_id == by.pk or not policy.can(by, "manage_accounts", post.division_id):
        return False
    if post.valid_until is not None and post.valid_until <= max(timezone.now(), post.valid_from):
        return False
    try:
        check_delegation(by, post.role.name, post.division_id, reaches_of(post))
    except Refused:
        return False
    return True


def may_manage(by: User, user: User) -> bool:
    """Whether `by` may change, close or reset this account: it is his to manage, and so is every post it holds.

    Who may set the password of an account can act as that account; so the rule is that of appointing.
    """
    if user.pk == by.pk or not policy.can(by, "manage_accounts", user.division_id):
        return False
    found = by_post(user.pk)
    for post in held(user, timezone.now()):
        if not policy.can(by, "manage_accounts", post.division_id):
            return False
        try:
            check_delegation(by, post.role.name, post.division_id, found[post.pk])
        except Refused:
            return False
    return True


def roles_to_give(by: User, division: int) -> list[str]:
    """The roles that `by` may give at a division, in the catalogue's order."""
    found = []
    for name, role in ROLES.items():
        try:
            check_delegation(by, name, division)
        except Refused:
            continue
        if codes.level(division) in role.levels:
            found.append(name)
    return found


def held(user: User, begin: datetime, end: datetime | None = None) -> list[Post]:
    """All posts of an account that are valid at some moment from `begin` until `end`, wherever they are.

    Read as the account itself sees them: whoever manages it sees only those at his own places, and would take an
    administrator of somewhere else for an account without a post.
    """
    itself = scopes.identity(user.pk)
    with scopes.activate(itself):
        return list(Post.objects.visible_to(itself).overlapping(begin, end).select_related("role"))
