"""Signing in, in two steps where a second factor is needed, and signing out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.access.middleware import own_transactions
from apps.accounts import half, services, sessions
from apps.accounts.forms import CodeForm, EnrolForm, SignInForm
from apps.accounts.lockout import is_locked, locked_out
from apps.accounts.models import User
from apps.common.errors import ServiceError


@own_transactions
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; afterwards the page that was asked for, if it is ours, else the desk."""
    wanted = _wanted(request)
    if request.user.is_authenticated:
        return redirect(wanted)
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        user = services.check_password(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if user is not None and user.second_factor_needed:
            page = "accounts:enrol" if user.second_factor_at is None else "accounts:second-step"
            return half.give(redirect(_with_wanted(page, wanted)), user)
        if user is not None:
            services.begin_session(request, user)
            return redirect(wanted)
        status = refuse(request, form, _("用户名或密码不正确。"))
    return render(request, "accounts/sign_in.html", {"form": form, "next": wanted}, status=status)


@own_transactions
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The code after the password; nobody is signed in before it is right."""
    wanted = _wanted(request)
    if request.user.is_authenticated:
        return redirect(wanted)
    user = half.owner(request)
    if user is None:
        return half.take_away(redirect(_with_wanted("accounts:sign-in", wanted)))
    if user.second_factor_at is None:
        return redirect(_with_wanted("accounts:enrol", wanted))
    answer = request.POST.get("answer", "")
    form = CodeForm({} if answer else request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if answer:
        form.full_clean()
        form.errors.clear()
        if services.check_key(request, user, half.digest(request), answer):
            return _inside(request, user, wanted)
        status = refuse(request, form, _("安全密钥没有通过验证，请重试或输入动态口令。"))
    elif form.is_valid():
        if services.check_code(request, user, form.cleaned_data["code"]):
            return _inside(request, user, wanted)
        status = refuse(request, form, _("动态口令或恢复码不正确，或已经用过。"))
    context = {
        "form": form,
        "next": wanted,
        "title": _("第二步验证"),
        "username": user.username,
        "has_keys": services.keys.possible() and bool(services.keys.of(user)),
    }
    return render(request, "accounts/second_step.html", context, status=status)


def _inside(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    services.begin_session(request, user)
    return half.take_away(redirect(wanted))


@own_transactions
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Binding a generator after the password, where the account must have one; then its recovery codes, once."""
    wanted = _wanted(request)
    if request.user.is_authenticated:
        return redirect(wanted)
    user = half.owner(request)
    if user is None:
        return half.take_away(redirect(_with_wanted("accounts:sign-in", wanted)))
    if user.second_factor_at is not None:
        return redirect(_with_wanted("accounts:second-step", wanted))
    form = EnrolForm(request.POST if request.method == "POST" else None)
    codes, status = bind(request, user, form)
    if codes:
        services.begin_session(request, user)
        shown = {"codes": codes, "wanted": wanted, "username": user.username}
        return half.take_away(render(request, "accounts/first_codes.html", shown))
    context: dict[str, Any] = {"form": form, "offer": offer_for(user, form), "next": wanted, "username": user.username}
    return render(request, "accounts/enrol.html", context, status=status)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, if there still is one; the browser is told to forget the pages that it kept."""
    logout(request)
    response = half.take_away(redirect("accounts:sign-in"))
    response.headers["Clear-Site-Data"] = sessions.FORGET
    return response


def bind(request: HttpRequest, user: User, form: EnrolForm) -> tuple[list[str], int]:
    """Try to bind the generator that a form brings back: its recovery codes, or none and the status to answer."""
    if not form.is_valid():
        return [], 422 if form.is_bound else 200
    if is_locked(request, user.username):
        return [], refuse(request, form, "")
    try:
        return services.second_factor.enrol(user, form.cleaned_data["token"], form.cleaned_data["code"]), 200
    except ServiceError as error:
        form.add_error(error.field, str(error))
        return [], error.status


def offer_for(user: User, form: EnrolForm) -> services.second_factor.Offer:
    """The offer that a form brought back, so that a mistyped code asks for no new scan; else a new one."""
    if form.is_bound and (token := form.data.get("token")):
        try:
            return services.second_factor.offered(user, token)
        except ServiceError:
            pass
    return services.second_factor.offer(user)


def refuse(request: HttpRequest, form: forms.Form, message: str) -> int:
    """Say in the form that something was wrong, or that account or address are closed; the status to answer."""
    closed = locked_out(request)
    form.add_error(None, _("登录失败次数过多，请15分钟后再试。") if closed else message)
    return 429 if closed else 401


def _wanted(request: HttpRequest) -> str:
    """The address that was asked for before signing in, if it is ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return str(settings.LOGIN_REDIRECT_URL)


def _with_wanted(page: str, wanted: str) -> Any:
    query = "" if wanted == settings.LOGIN_REDIRECT_URL else f"?{urlencode({'next': wanted}, safe='/')}"
    return reverse(page) + query
