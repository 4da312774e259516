"""What every answer tells the browser beside its content policy: what it must not keep, share or switch on."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Nothing of the device but security keys is used; a page that needs something asks for it in its own answer.
SWITCHED_OFF = (
    *("accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "encrypted-media"),
    *("fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone"),
    *("midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb"),
    *("web-share", "xr-spatial-tracking"),
)
OURS = ("publickey-credentials-create", "publickey-credentials-get")  # security keys


def allowing(*names: str) -> str:
    """The same policy with some of the device's abilities switched on, for an answer that needs them."""
    for name in names:
        if name not in SWITCHED_OFF:
            raise KeyError(name)
    closed = (f"{name}=()" for name in SWITCHED_OFF if name not in names)
    return ", ".join([*closed, *(f"{name}=(self)" for name in (*names, *OURS))])


PERMISSIONS = allowing()


class BrowserHeadersMiddleware:
    """Whatever is not a file of the interface is kept by nobody: not by the browser, not by a proxy on the way.

    What a view says itself stands, except that no view can allow an answer to be kept; the public site alone can
    (`apps.publicsite.answers`), whose answers are the same for everybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        static = request.path.startswith(settings.STATIC_URL)
        kept = static or getattr(response, "may_be_kept", False)
        if not kept and "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "no-store, private"
        return response
