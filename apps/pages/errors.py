"""Answers when something is wrong: a page for people, a problem document for programs."""

from __future__ import annotations

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.pages import problems


def answer(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    """The error page, or for an API path the problem document."""
    document = problems.problem(status, detail)
    if request.path.startswith("/api/"):
        return HttpResponse(orjson.dumps(document), status=status, content_type=problems.MEDIA_TYPE)
    # Without the shell when nobody is signed in, or nothing may be asked of the database any more.
    signed_in = status < 500 and getattr(request, "user", None) is not None and request.user.is_authenticated
    # With it, but without what would have to be counted: the way back shows it.
    context = {
        "problem": document,
        "base": "base.html" if signed_in else "bare.html",
        "bell": None,
        "unread_notices": 0,
    }
    return render(request, "errors/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 403, str(exception or ""))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Django's own words tell which addresses exist; ours say the same for "not there" and "not yours".
    return answer(request, 404, _("没有这个页面或记录，或者它不在您的范围内。"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, 403, _("页面已过期，请返回上一页刷新后再提交。"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Plain on purpose: whatever is broken must not be needed to say so."""
    if request.path.startswith("/api/"):
        return answer(request, 500)
    return HttpResponse(render_to_string("errors/500.html"), status=500)
