"""Making accounts, opening and closing them, and their passwords."""

from __future__ import annotations

import secrets
import string
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import PasswordRecord, User
from apps.accounts.services.posts import may_manage
from apps.accounts.services.system import SET_UP, SYSTEM
from apps.accounts.sessions import end_all
from apps.common.errors import Refused, ServiceError
from apps.history.services import log_access

PASSWORD_LENGTH = 14
# Without the characters that are taken for one another when read from a screen or paper.
ALPHABETS = (
    "".join(set(string.ascii_lowercase) - set("lo")),
    "".join(set(string.ascii_uppercase) - set("IO")),
    "23456789",
    "-+=%",
)
PASSWORD_FIELDS = ["password", "password_changed_at", "must_change_password"]


def random_password() -> str:
    """A password for one use: random, of all classes of characters, easy to read out."""
    letters = [secrets.choice(alphabet) for alphabet in ALPHABETS]
    letters += [secrets.choice("".join(ALPHABETS[:3])) for _position in range(PASSWORD_LENGTH - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


@transaction.atomic
def create_account(user: User, *, by: User) -> str:
    """Store a new account at a division of the creating one, without any post. Answers its first password, which is
    kept nowhere and must be changed at the first sign-in.

    ServiceError when the user name is taken, also by an account that the creating one does not see.
    """
    policy.require(by, "manage_accounts", user.division_id)
    password = random_password()
    user.username = user.username.lower()
    user.set_password(password)
    user.must_change_password = True
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        if "username" not in str(error):
            raise
        raise ServiceError(_("这个用户名已被使用。"), field="username", code="unique") from error
    _log(by, user, "created_at")
    return password


@transaction.atomic
def change_account(user: User, *, by: User) -> User:
    """Store a changed name or place of an account; both the old and the new place are the changing account's own."""
    before = User.objects.select_for_update().filter(pk=user.pk).first()
    if before is None:
        raise PermissionDenied
    require_managing(by, before)
    policy.require(by, "manage_accounts", user.division_id)
    user.save(update_fields=["name", "division"])
    changed = [name for name in ("name", "division_id") if getattr(user, name) != getattr(before, name)]
    _log(by, user, *changed)
    return user


@transaction.atomic
def close_account(user: User, *, by: User) -> None:
    """Close an account: it reaches nothing from its next request on. Two persons open it again (`services.resets`)."""
    if user.pk == by.pk:
        raise ServiceError(_("不能停用自己的账户。"))
    require_managing(by, user)
    user.is_active, user.closed_because = False, User.Closed.BY_HAND
    user.save(update_fields=["is_active", "closed_because"])
    end_all(user)
    _log(by, user, "is_active", reason="false")


@transaction.atomic
def end_sessions(user: User, *, by: User) -> int:
    """End all sessions of somebody else's account; answers how many. Written to the access log."""
    if user.pk == by.pk:
        raise ServiceError(_("自己的会话请在“我的会话”中结束。"))
    require_managing(by, user)
    ended = end_all(user)
    log_access(by, "sessions", division=user.division_id, obj=user, rows=ended, reason=user.username)
    return ended


def close_unused() -> int:
    """Close every account that nobody signed in to for `ACCOUNT_UNUSED_DAYS`, by one statement; answers how many.

    A new account, and one that was given a new first password, has as long from that. The system's own account has no
    sign-in to wait for. The sessions of such an account ended long ago.
    """
    before = timezone.now() - timedelta(days=settings.ACCOUNT_UNUSED_DAYS)
    with scopes.activate(replace(SET_UP, username=SYSTEM, source="task")), transaction.atomic():
        used = Greatest("last_login", "password_changed_at", "created_at")  # of those that are known
        unused = User.objects.filter(is_active=True).exclude(username=SYSTEM).annotate(used=used)
        return unused.filter(used__lt=before).update(is_active=False, closed_because=User.Closed.UNUSED)


@transaction.atomic
def change_password(user: User, *, old: str, new: str) -> None:
    """Change one's own password; the old hash is kept so that it cannot come back.

    ServiceError when the old one is wrong, ValidationError by field when the new one breaks a rule
    (`AUTH_PASSWORD_VALIDATORS`).
    """
    if not user.check_password(old):
        raise ServiceError(_("原密码不正确。"), field="old_password", code="wrong")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise ValidationError({"new_password": error.error_list}) from error
    PasswordRecord.objects.create(user=user, password=user.password)
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=PASSWORD_FIELDS)
    _log(user, user, "password")


def _log(by: User, user: User, *fields: str, reason: str = "") -> None:
    """What was done to an account, by whom; never a value of a password."""
    log_access(by, "account", division=user.division_id, obj=user, fields=fields, reason=reason)


def issue_password(user: User) -> str:
    """Set a new first password and answer it; the one before may not come back. Ask for leave first."""
    if user.has_usable_password():
        with scopes.activate(scopes.identity(user.pk)):  # a former password is for the account's own eyes
            PasswordRecord.objects.create(user=user, password=user.password)
    password = random_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=PASSWORD_FIELDS)
    return password


def require_managing(by: User, user: User) -> None:
    """PermissionDenied or Refused unless the account is one's to manage, with every post that it holds."""
    policy.require(by, "manage_accounts", user.division_id)
    if not may_manage(by, user):
        raise Refused(_("这个账户的任职超出了您的管理权限。"))
