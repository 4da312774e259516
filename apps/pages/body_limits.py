"""How much is taken in at all: an address that takes a file says how large it may be, and more is not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.pages import errors, problems

BESIDE = 64 * 1024
"""Bytes of the words and the wrapping beside a file."""


class BodyLimitMiddleware:
    """Answers 413 from the length that a body says it has, before anything reads of it: stands before whatever looks
    for a token in it.

    The view says `most_bytes` of its file and the name of its `field`; what says nothing has the proxy's limit. A body
    that does not tell its length is none to the server.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """The refusal of a body that is too large; None for all others."""
        owner = getattr(view, "view_class", None) or getattr(view, "cls", None)
        most = getattr(owner, "most_bytes", None)
        if most is None or _said(request) <= most + BESIDE:
            return None
        message = _("文件不能超过 %(most)d MB。") % {"most": most >> 20}
        if not request.path.startswith("/api/"):
            return errors.answer(request, 413, message)
        document = problems.problem(413, message, [problems.entry(getattr(owner, "field", ""), "too_large", message)])
        return HttpResponse(orjson.dumps(document), status=413, content_type=problems.MEDIA_TYPE)


def _said(request: HttpRequest) -> int:
    written = (request.META.get("CONTENT_LENGTH") or "").lstrip("0")
    return int(written[:19]) if written.isascii() and written.isdigit() else 0
