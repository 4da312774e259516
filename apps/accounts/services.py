"""Appointing, ending posts, passwords: the writes behind accounts, each in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import authenticate, login
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.access.capabilities import CAPABILITIES
from apps.access.models import Grant
from apps.accounts.models import PasswordRecord, Post, User
from apps.accounts.roles import ROLES, Role, conflicts
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.divisions.models import Division

SYSTEM = "system"
REGION = 150000000000
# What set-up may do before anybody exists who could: make accounts and posts. It reaches no register row.
SET_UP = scopes.Scope(
    user_id=None,
    username="set-up",
    capabilities={name: (codes.subtree(REGION),) for name in ("view_accounts", "manage_accounts")},
    source="command",
)


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
) -> Post:
    """Give a user a role at a division. `by=None` is the system itself (set-up, demo data).

    Raises ServiceError when the role does not exist at that level, meets one it must not meet, ends before it
    begins, or when the appointing account oversteps its own subtree or its own capabilities.
    """
    wanted = ROLES.get(role)
    if wanted is None:
        raise ServiceError(_("没有这个角色：%(role)s。") % {"role": role}, field="role")
    if codes.level(division) not in wanted.levels:
        raise ServiceError(_("“%(role)s”不能在这一级任职。") % {"role": wanted.label}, field="division")
    if valid_until is not None and valid_until < (valid_from or timezone.now()):
        raise ServiceError(_("结束时间早于开始时间。"), field="valid_until")
    now = timezone.now()
    for other in Post.objects.filter(user=user).valid(now).select_related("role"):
        if conflicts(role, other.role.name):
            raise ServiceError(_("管理员角色不能与其他角色由同一账户担任。"), field="role")
    if by is not None:
        _check_delegation(by, wanted, division)
    post = Post.objects.create(
        user=user,
        role=Group.objects.get(name=role),
        division_id=division,
        valid_from=valid_from or now,
        valid_until=valid_until,
        appointed_by=by,
        reason=reason,
    )
    permissions = Permission.objects.filter(group=post.role)
    Grant.objects.bulk_create(
        Grant(user=user, permission=permission, content_object_id=division, post=post) for permission in permissions
    )
    scopes.forget(user)
    return post


def _check_delegation(by: User, wanted: Role, division: int) -> None:
    """An account grants only inside its own subtree, and never more than it holds.

    Security administrators grant what they cannot use themselves; only they appoint administrators.
    """
    policy.require(by, "manage_accounts", division)
    if not policy.can(by, "view_register", division):  # a security administrator
        return
    if wanted.administrator:
        raise ServiceError(_("只有安全管理员可以任命管理员。"), field="role")
    lacking = [name for name in wanted.capabilities if not policy.can(by, name, division)]
    if lacking:
        raise ServiceError(_("不能授予自己没有的权限。"), field="role")


@transaction.atomic
def end_post(post: Post, *, by: User, at: datetime | None = None) -> Post:
    """End a post (now, if no time is given). It counts no more from the next request on, in live sessions too."""
    policy.require(by, "manage_accounts", post.division_id)
    post.valid_until = max(at or timezone.now(), post.valid_from)
    post.save(update_fields=["valid_until"])
    scopes.forget(post.user)
    return post


@transaction.atomic
def change_password(user: User, *, new: str) -> None:
    """Set a new password for one's own account; the old hash is kept so that it cannot come back.

    The rules for passwords are the form's and the API's to check (`AUTH_PASSWORD_VALIDATORS`).
    """
    PasswordRecord.objects.create(user=user, password=user.password)
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])


@transaction.atomic
def reset_password(user: User, *, new: str, by: User) -> None:
    """Set a password for somebody else, to be changed at the next sign-in."""
    policy.require(by, "manage_accounts", user.division_id)
    user.set_password(new)
    user.must_change_password = True
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])


@transaction.atomic
def set_active(user: User, *, active: bool, by: User) -> None:
    """Open or close an account. A closed one reaches nothing from its next request on."""
    policy.require(by, "manage_accounts", user.division_id)
    if user.pk == by.pk:
        raise ServiceError(_("不能停用自己的账户。"))
    user.is_active = active
    user.save(update_fields=["is_active"])


def sign_in(request: HttpRequest, username: str, password: str) -> User | None:
    """Check name and password and begin a session; None when they do not fit or the account is locked.

    The answer to a wrong name and to a wrong password is the same.
    """
    user = authenticate(request, username=username, password=password)
    if user is None:
        return None
    with scopes.acting(user, source="page"):
        login(request, user)
    return user


def system_account() -> User:
    """The account in whose name night work acts, made at first need: a post at the region, no way to sign in."""
    with scopes.activate(SET_UP), transaction.atomic():
        user, created = User.objects.get_or_create(
            username=SYSTEM, defaults={"name": SYSTEM, "division_id": REGION, "must_change_password": False}
        )
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
            appoint(user, role="system", division=REGION, by=None)
    return user


def sync_roles(using: str = "default") -> None:
    """Bring permissions and groups to the catalogue. Idempotent; runs after every migration."""
    kind = ContentType.objects.db_manager(using).get_for_model(Division)
    with transaction.atomic(using=using):
        permissions = {
            name: Permission.objects.using(using).update_or_create(
                content_type=kind, codename=name, defaults={"name": name}
            )[0]
            for name in CAPABILITIES
        }
        for name, role in ROLES.items():
            group = Group.objects.using(using).get_or_create(name=name)[0]
            group.permissions.set([permissions[capability] for capability in role.capabilities])
