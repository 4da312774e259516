"""The beginning of a session: a password, and a second factor where one is needed."""

from __future__ import annotations

from django.contrib.auth import authenticate, login
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts import lockout
from apps.accounts.models import User
from apps.accounts.services import keys, second_factor
from apps.accounts.services.users import change_password
from apps.accounts.sessions import begin
from apps.common.errors import ServiceError


def check_password(request: HttpRequest, username: str, password: str) -> User | None:
    """The account of a name and password; None when they do not fit or the account is locked. No session yet.

    The answer to a wrong name and to a wrong password is the same.
    """
    user = authenticate(request, username=username.lower(), password=password)
    return user if isinstance(user, User) else None


def check_code(request: HttpRequest, user: User, code: str) -> bool:
    """Whether a code is right for an account that is not locked; a wrong one counts as a failed sign-in."""
    if lockout.is_locked(request, user.username):
        return False
    if second_factor.verify(user, code):
        return True
    lockout.count_failure(request, user.username)
    return False


def check_key(request: HttpRequest, user: User, bound: str, answer: str) -> bool:
    """Whether a security key answered rightly for an account that is not locked; a wrong answer counts like a code."""
    if lockout.is_locked(request, user.username):
        return False
    if keys.verify(user, bound, answer):
        return True
    lockout.count_failure(request, user.username)
    return False


def change_own_password(request: HttpRequest, user: User, *, old: str, new: str) -> None:
    """`change_password` for whoever is signed in; a wrong old password counts as a failed sign-in.

    ServiceError 429 when account or address are closed: who found a session open gets no more tries at its password
    than a stranger.
    """
    if not lockout.is_locked(request, user.username):
        try:
            return change_password(user, old=old, new=new)
        except ServiceError as error:
            if error.code != "wrong":
                raise
            lockout.count_failure(request, user.username)
            if not lockout.locked_out(request):
                raise
    raise ServiceError(_("登录失败次数过多，请15分钟后再试。"), field="old_password", code="locked", status=429)


def begin_session(request: HttpRequest, user: User) -> None:
    """Sign in. Everything that is asked of this account must have been checked; its failures are forgotten."""
    with scopes.acting(user, source="page"):
        login(request, user, backend="apps.access.backends.ScopedBackend")
    begin(request)


def sign_in(request: HttpRequest, username: str, password: str, code: str = "") -> User | None:
    """Both steps at once and the beginning of a session; None when something does not fit or the account is locked.

    ServiceError (401 `second_factor_required`, 403 `second_factor_missing`) when the password is right and a code
    is not given, or no second factor is bound yet.
    """
    user = check_password(request, username, password)
    if user is None:
        return None
    if user.second_factor_needed:
        if user.second_factor_at is None:
            raise ServiceError(
                _("须先在登录页面绑定动态口令。"), field="code", code="second_factor_missing", status=403
            )
        if not code:
            raise ServiceError(_("请同时提交动态口令。"), field="code", code="second_factor_required", status=401)
        if not check_code(request, user, code):
            return None
    begin_session(request, user)
    return user
