"""The door of the public site: it stands before session, account and scope, and never opens them.

A request for one of its addresses is answered here, by its view alone. Whatever that view could want to know of the
requester does not exist at this point, and the connection it reads by may read nothing but what was published.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation
from django.utils.connection import ConnectionDoesNotExist
from django.utils.translation import gettext as _

from apps.pages import errors
from apps.pages.languages import CHINESE, KNOWN
from apps.publicsite import answers

PAGES, API, ROBOTS = "/public/", "/api/v1/public/", "/robots.txt"


class PublicSiteMiddleware:
    """Answer the public site; hand everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith((PAGES, API, ROBOTS)):
            return self.get_response(request)
        try:
            found = resolve(request.path_info)
        except Resolver404:
            if request.path_info.startswith(API):
                return self.get_response(request)
            found = None
        if found is not None and not getattr(found.func, "public_site", False):
            return self.get_response(request)
        language = "en" if request.path_info.startswith(f"{PAGES}en/") else CHINESE.code
        with translation.override(language):
            response = self._answer(request, found)
        response.headers["Content-Language"] = KNOWN[language].tag
        response.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        return response

    @staticmethod
    def _answer(request: HttpRequest, found: ResolverMatch | None) -> HttpResponseBase:
        try:
            if found is None:
                raise Http404
            request.resolver_match = found
            response: Any = found.func(request, *found.args, **found.kwargs)
            if callable(getattr(response, "render", None)):
                response = response.render()
        except Http404:
            told = {"title": _("没有找到"), "message": _("没有这条公示，或者它已归档、撤回。")}
            return answers.page(request, "error", told, status=404)
        except (SuspiciousOperation, MultiPartParserError, UnreadablePostError) as error:
            status = 413 if isinstance(error, RequestDataTooBig) else 400
            if request.path_info.startswith(API):
                return errors.answer(request, status)
            told = {"title": _("请求有误"), "message": _("提交的内容不完整或过多，请返回重新填写。")}
            return answers.unkept("error", told, status)
        except (DatabaseError, ConnectionDoesNotExist):
            if request.path_info.startswith(API):
                return errors.answer(request, 503)
            told = {"title": _("服务暂不可用"), "message": _("请稍后再试。")}
            return answers.page(request, "error", told, status=503)
        return response
