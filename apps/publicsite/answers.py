"""How the public site answers: alike for everybody, kept by whoever stands in between, never with a cookie."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from apps.pages.languages import CHINESE, KNOWN

KEPT_SECONDS = 300
"""So long an answer may be kept: what was taken back is gone everywhere after it."""

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Mark a view as one of the public site: `middleware` answers it, before there is a session."""
    view.public_site = True  # type: ignore[attr-defined]
    return login_not_required(view)


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponseBase:
    """A page. Nothing of the request but its address goes into it: no account, no messages, no token."""
    return kept(
        request, HttpResponse(render_to_string(f"publicsite/{template}.html", context_of(context)), status=status)
    )


def unkept(template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page that is of one complaint or of one request: no cache may keep it (`BrowserHeadersMiddleware` says so)."""
    return HttpResponse(render_to_string(f"publicsite/{template}.html", context_of(context)), status=status)


def context_of(context: dict[str, Any]) -> dict[str, Any]:
    """What a page says, with what all of them need to know of the language they are in."""
    language = KNOWN.get(get_language() or "", CHINESE)
    english = language is not CHINESE
    root = "public-en" if english else "public"
    return {**context, "language": language, "root": root, "english": english, "complaint_root": f"{root}-complaint"}


def kept(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """An answer that may be kept and compared by its content; an error is kept shortly and not compared."""
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS if response.status_code == 200 else 60}"
    answer: HttpResponseBase = response
    if response.status_code == 200:
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response.headers["ETag"] = etag
        answer = get_conditional_response(request, etag=etag, response=response) or response
    answer.may_be_kept = True  # type: ignore[attr-defined]  # for BrowserHeadersMiddleware
    return answer
