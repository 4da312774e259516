"""Signing in and out, one's own password."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.access.middleware import own_transactions
from apps.accounts import services
from apps.accounts.forms import ChangePasswordForm, SignInForm
from apps.accounts.sessions import requester
from apps.common.errors import ServiceError


@own_transactions
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; afterwards the page that was asked for, if it is ours, else the desk."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        wanted = settings.LOGIN_REDIRECT_URL
    if request.user.is_authenticated:
        return redirect(wanted)
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        user = services.sign_in(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if user is not None:
            return redirect(wanted)
        status = 429 if getattr(request, "axes_locked_out", False) else 401
        form.add_error(
            None,
            _("登录失败次数过多，请15分钟后再试。") if status == 429 else _("用户名或密码不正确。"),
        )
    return render(request, "accounts/sign_in.html", {"form": form, "next": wanted}, status=status)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, if there still is one; the browser is told to forget what it kept."""
    logout(request)
    response = redirect("accounts:sign-in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions of the account end with it."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.change_password(requester(request), old=data["old_password"], new=data["new_password"])
        except ServiceError as error:
            form.add_error(error.field, str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            update_session_auth_hash(request, requester(request))
            return redirect(settings.LOGIN_REDIRECT_URL)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/change_password.html", {"form": form}, status=status)
