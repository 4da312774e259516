"""Each request has an id, and each refusal is on record."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.access import scope as scopes
from apps.common.network import client_ip
from apps.history import origin
from apps.history.services import log_access

HEADER = "X-Request-ID"
FORM = re.compile(r"[A-Za-z0-9-]{8,64}\Z")


class OriginMiddleware:
    """Give the request an id (the proxy's, if a proxy of ours stands before us), and tell it in the answer.

    Stands first, so that nothing happens without an id. A view that answers 403 to an account has refused it: that
    goes to the access log here, after the transaction of the view was undone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with origin.begun(of_request(request)) as here:
            response = self.get_response(request)
            response.headers[HEADER] = here.request_id
            scope = getattr(request, "scope", None)
            # The API knows nobody any more when the token of the session was wrong: then no account was refused.
            known = scope is not None and scope.user_id is not None and request.user.is_authenticated
            if response.status_code == 403 and known:
                _refused(request)
        return response


def of_request(request: HttpRequest) -> origin.Origin:
    """The origin of a request."""
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    device = "".join(one if one.isprintable() else " " for one in request.headers.get("User-Agent", ""))
    return origin.Origin(
        request_id=given if FORM.match(given) else uuid.uuid4().hex,
        address=client_ip(request) or None,
        device=device[: origin.DEVICE_LENGTH],
    )


def _refused(request: HttpRequest) -> None:
    user = request.user
    source = "api" if request.path.startswith("/api/") else "page"
    with scopes.acting(user, source=source):  # type: ignore[arg-type]
        log_access(
            user,
            "refused",
            division=user.division_id,  # type: ignore[union-attr]
            reason=f"{request.method} {request.path}"[:500],
            result="refused",
        )
