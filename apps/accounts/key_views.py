"""What the browser asks before a security key answers: the challenges, as JSON."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from apps.access.middleware import own_transactions
from apps.accounts import half, sessions
from apps.accounts.lockout import is_locked
from apps.accounts.services import keys
from apps.accounts.sessions import requester
from apps.common.errors import ServiceError


@own_transactions
@login_not_required
@never_cache
@require_POST
def sign_in_challenge(request: HttpRequest) -> JsonResponse:
    """A challenge for the keys of the account whose password was right; 401 without its half-session."""
    user = None if request.user.is_authenticated else half.owner(request)
    if user is None:
        return _refused(_("登录已超时，请重新输入密码。"), 401)
    if is_locked(request, user.username):
        return _refused(_("登录失败次数过多，请15分钟后再试。"), 429)
    try:
        return JsonResponse(keys.to_sign_in(user, half.digest(request)))
    except ServiceError as error:
        return _refused(str(error), error.status)


@never_cache
@require_POST
def add_challenge(request: HttpRequest) -> JsonResponse:
    """A challenge for a new key of one's own."""
    try:
        return JsonResponse(keys.to_add(requester(request), sessions.digest(request)))
    except ServiceError as error:
        return _refused(str(error), error.status)


def _refused(message: str, status: int) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)
