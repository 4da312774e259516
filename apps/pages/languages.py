"""Which language an answer is in.

A page is in the language chosen by the account, or else in this browser; Chinese until somebody chooses, whatever the
browser was set up with. An answer of the API is in the one that `Accept-Language` asks for. Mongolian exists only where
the settings offer it (MONGOLIAN_REVIEWED).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST

from apps.pages import errors


@dataclass(frozen=True)
class Language:
    """A language of the interface: its code, its tag in HTML (BCP 47), its own name, and whether its script runs in
    columns from top to bottom."""

    code: str
    tag: str
    name: str
    vertical: bool = False


CHINESE = Language("zh-hans", "zh-Hans", "简体中文")
KNOWN = {
    one.code: one
    for one in (CHINESE, Language("en", "en", "English"), Language("mn", "mn-Mong", "ᠮᠣᠩᠭᠣᠯ", vertical=True))
}


def offered() -> list[Language]:
    """The languages one can choose on this installation."""
    return [KNOWN[code] for code, _name in settings.LANGUAGES]


def active() -> Language:
    """The language of the answer being made."""
    return KNOWN.get(translation.get_language() or "", CHINESE)


def first_offered(*codes: str) -> Language:
    """The first of some choices that can be met; Chinese where none can."""
    return next((language for code in codes for language in offered() if language.code == code), CHINESE)


def of_request(request: HttpRequest) -> Language:
    """The language to answer a request in."""
    if is_page(request):
        chosen = getattr(request.user, "language", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return first_offered(*chosen)
    asked = [
        wanted.split("-")[0]
        for wanted, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    ]
    return first_offered(*("zh-hans" if wanted == "zh" else wanted for wanted in asked))


def is_page(request: HttpRequest) -> bool:
    """Whether the answer is read by a person in a browser rather than by a program."""
    return not request.path.startswith("/api/") or "text/html" in request.headers.get("Accept", "")


class LanguageMiddleware:
    """Make each answer in the language of its request. It stands after authentication, whose account it asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = of_request(request)
        with translation.override(language.code):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language.tag)
        patch_vary_headers(response, ["Cookie"] if is_page(request) else ["Accept-Language"])
        return response


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language, in this browser and with the account, and return to the page it was chosen on."""
    code, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if code not in {language.code for language in offered()}:
        return errors.answer(request, 400)
    if request.user.is_authenticated and request.user.language != code:
        request.user.language = code
        request.user.save(update_fields=["language"])
    response = HttpResponseRedirect(back if url_has_allowed_host_and_scheme(back, None) else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response
