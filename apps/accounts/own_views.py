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

from apps.accounts import services, sessions
from apps.accounts.forms import ChangePasswordForm, CodeForm, EnrolForm
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
    return render(request, "accounts/own_codes.html", {"codes": codes})


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
        "may_remove": not settings.SECOND_FACTOR_REQUIRED,
        "renew_form": CodeForm(auto_id="renew_%s"),
        "remove_form": CodeForm(auto_id="remove_%s"),
        **shown,
    }
    return render(request, "accounts/second_factor.html", context, status=status)
