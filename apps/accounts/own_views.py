"""What everybody does to his own account: password, second factor, sessions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import notices, services, sessions
from apps.accounts.forms import ChangePasswordForm, CodeForm, EnrolForm, KeyForm
from apps.accounts.models import User
from apps.accounts.sessions import requester
from apps.accounts.views import bind, offer_for, refuse
from apps.common.errors import ServiceError


@never_cache
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions of the account end with it."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.change_own_password(
                request, requester(request), old=data["old_password"], new=data["new_password"]
            )
        except ServiceError as error:
            form.add_error(error.field, str(error))
            status = error.status
        except ValidationError as error:
            form.add_error(None, error)
        else:
            sessions.renew(request)
            return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/change_password.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """One's own second factor: bind a generator, replace it, make new recovery codes, or give it up where one may."""
    user = requester(request)
    act = request.POST.get("act", "")
    if act == "bind":
        return _bind(request, user)
    if act in KEY_ACTS:
        return KEY_ACTS[act](request, user)
    if act in ("renew", "remove") and user.second_factor_at is not None:
        form = CodeForm(request.POST)
        status = 422
        if form.is_valid():
            if services.check_code(request, user, form.cleaned_data["code"]):
                return _proven(request, user, act)
            status = refuse(request, form, _("动态口令或恢复码不正确，或已经用过。"))
        return _factor_page(request, user, status=status, **{f"{act}_form": form})
    return _factor_page(request, user)


@never_cache
@require_http_methods(["GET"])
def notice_list(request: HttpRequest) -> HttpResponse:
    """What others did to one's own account; what is shown counts as read."""
    return render(request, "accounts/notices.html", {"notices": notices.read(requester(request))})


@never_cache
@require_http_methods(["GET"])
def session_list(request: HttpRequest) -> HttpResponse:
    """One's own live sessions."""
    found = sessions.of(requester(request), this=request.session.session_key)
    return render(request, "accounts/sessions.html", {"sessions": found, "others": any(not one.this for one in found)})


@require_POST
def session_end(request: HttpRequest, key: int) -> HttpResponse:
    """End one session of one's own; the present one ends by signing out."""
    user = requester(request)
    if not sessions.end_one(user, key):
        raise Http404
    messages.success(request, _("会话已结束。"))
    return redirect("accounts:sessions")


@require_POST
def session_end_others(request: HttpRequest) -> HttpResponse:
    """End all sessions of one's own but this one."""
    ended = sessions.end_all(requester(request), but=request.session.session_key)
    messages.success(
        request, ngettext("已结束其他 %(count)d 个会话。", "已结束其他 %(count)d 个会话。", ended) % {"count": ended}
    )
    return redirect("accounts:sessions")


def _bind(request: HttpRequest, user: User) -> HttpResponse:
    """Bind the offered generator; in place of an earlier one only with a code of that."""
    form = EnrolForm(request.POST, replacing=user.second_factor_at is not None)
    proven = user.second_factor_at is None or not form.is_valid()
    if not proven and not services.check_code(request, user, form.cleaned_data["current"]):
        status = refuse(request, form, _("原动态口令或恢复码不正确，或已经用过。"))
        return _factor_page(request, user, status=status, enrol_form=form)
    codes, status = bind(request, user, form)
    if not codes:
        return _factor_page(request, user, status=status, enrol_form=form)
    sessions.end_all(user, but=request.session.session_key)
    sessions.rotate(request)
    return render(request, "accounts/own_codes.html", {"codes": codes})


def _add_key(request: HttpRequest, user: User) -> HttpResponse:
    """A new security key, against a code of the generator."""
    form = KeyForm(request.POST)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        if services.check_code(request, user, data["code"]):
            try:
                services.keys.add(user, sessions.digest(request), data["answer"], data["name"])
            except ServiceError as error:
                form.add_error(None, str(error))
            else:
                sessions.rotate(request)
                messages.success(request, _("安全密钥已登记。"))
                return redirect("accounts:second-factor")
        else:
            status = refuse(request, form, _("动态口令或恢复码不正确，或已经用过。"))
    return _factor_page(request, user, status=status, key_form=form)


def _rename_key(request: HttpRequest, user: User) -> HttpResponse:
    try:
        found = services.keys.rename(user, _key(request), request.POST.get("name", ""))
    except ServiceError as error:
        messages.error(request, str(error))
        return redirect("accounts:second-factor")
    return _done(request, found, _("已保存。"))


def _remove_key(request: HttpRequest, user: User) -> HttpResponse:
    return _done(request, services.keys.remove(user, _key(request)), _("安全密钥已移除。"))


KEY_ACTS = {"add-key": _add_key, "rename-key": _rename_key, "remove-key": _remove_key}


def _key(request: HttpRequest) -> int:
    written = request.POST.get("key", "")
    return int(written) if written.isdecimal() and len(written) < 19 else 0


def _done(request: HttpRequest, found: bool, message: str) -> HttpResponse:
    if not found:
        raise Http404
    messages.success(request, message)
    return redirect("accounts:second-factor")


def _proven(request: HttpRequest, user: User, act: str) -> HttpResponse:
    """What was asked for, after a right code."""
    if act == "renew":
        return render(request, "accounts/own_codes.html", {"codes": services.second_factor.renew_codes(user)})
    if settings.SECOND_FACTOR_REQUIRED:
        messages.error(request, _("按规定必须使用动态口令，不能解除绑定。"))
    else:
        services.second_factor.remove(user)
        messages.success(request, _("已解除绑定。"))
    return redirect("accounts:second-factor")


def _factor_page(request: HttpRequest, user: User, *, status: int = 200, **shown: Any) -> HttpResponse:
    bound = user.second_factor_at is not None
    form = shown.pop("enrol_form", None) or EnrolForm(replacing=bound)
    context = {
        "factor_form": form,
        "offer": offer_for(user, form),
        "bound_at": user.second_factor_at,
        "codes_left": services.second_factor.codes_left(user) if bound else 0,
        "keys": services.keys.of(user) if bound else [],
        "keys_possible": services.keys.possible(),
        "key_form": KeyForm(auto_id="key_%s"),
        "may_remove": not settings.SECOND_FACTOR_REQUIRED,
        "renew_form": CodeForm(auto_id="renew_%s"),
        "remove_form": CodeForm(auto_id="remove_%s"),
        **shown,
    }
    return render(request, "accounts/second_factor.html", context, status=status)
