"""民情日记 on a phone: the page that works without network, what the browser needs to keep it, and the plain form.

The page and its files are the same for everybody and hold nothing of anybody; whatever is personal comes by the API
after sign-in and is kept encrypted (`static/js/phone`, `docs/visits.md`).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.pages.headers import allowing
from apps.visits import phone_words
from apps.visits.choices import LONGEST_NOTE, LONGEST_TEXT, SLOTS
from apps.visits.services.photos import MOST_BYTES, PIECE

SHEETS = ("css/tokens.css", "css/phone.css", "css/phone-form.css")
ENTRY = "js/phone/main.js"
MODULES = tuple(
    f"js/phone/{name}.js"
    for name in (
        *("asking", "carrying", "choosing", "database", "entries", "exif", "forms", "households", "kinds"),
        *("locking", "photos", "position"),
        *("queue", "sending", "sent", "server", "showing", "words", "writing"),
    )
)
"""What the entry imports; asked for under their plain names, because an import names its neighbour."""

OTHERS = ("js/theme.js", "img/mark.svg")
WORKER = "js/phone/worker.js"
TEMPLATE = "visits/phone.html"
POLICY = allowing("geolocation")
"""A photo is taken by the camera's own program and needs no permission."""


@cache
def assets() -> tuple[str, ...]:
    """The addresses of all files of the page."""
    base = static(ENTRY)[: static(ENTRY).index("js/phone/")]
    return (*(static(name) for name in (*SHEETS, *OTHERS, ENTRY)), *(f"{base}{name}" for name in MODULES))


@cache
def version() -> str:
    """What names these very files: a hash over all of them, the page's template and the worker."""
    digest = hashlib.sha256((settings.BASE_DIR / "templates" / TEMPLATE).read_bytes())
    for name in (*SHEETS, *OTHERS, ENTRY, *MODULES, WORKER):
        digest.update(_file(name))
    return digest.hexdigest()[:16]


def _file(name: str) -> bytes:
    return Path(str(finders.find(name))).read_bytes()


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page, without a person's data and without looking at the session: it must open when that has ended, too."""
    context: dict[str, Any] = {
        "language": get_language(),
        "version": version(),
        "words": phone_words.spoken(),
        "facts": {
            "piece": PIECE,
            "mostBytes": MOST_BYTES,
            "slots": SLOTS,
            "longestText": LONGEST_TEXT,
            "longestNote": LONGEST_NOTE,
            "areas": [],
            "version": version(),
            "page": reverse("phone"),
            "worker": reverse("phone-worker"),
            "plainForm": reverse("visit-write"),
            "signIn": f"{reverse('accounts:sign-in')}?next={reverse('phone')}",
            "api": reverse("api:visit-list").removesuffix("visits/"),
        },
    }
    # Without the request: no context processor looks at who asks.
    return HttpResponse(render_to_string(TEMPLATE, context), headers={"Permissions-Policy": POLICY})


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the page, which keeps exactly these files under this version."""
    kept = orjson.dumps({"version": version(), "page": reverse("phone"), "assets": assets()}).decode()
    script = f"const KEPT = {kept};\n{_file(WORKER).decode()}"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the page is called on a phone's home screen."""
    described = {
        "name": _("民情日记 · 精准扶贫大数据平台"),
        "short_name": _("民情日记"),
        "lang": get_language(),
        "start_url": reverse("phone"),
        "scope": reverse("phone"),
        "display": "standalone",
        "background_color": "#f3f5f7",
        "theme_color": "#1c5d99",
        "icons": [{"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return HttpResponse(orjson.dumps(described), content_type="application/manifest+json")
